import { Problem } from "./api.js";
import { note } from "./dom.js";

/* A form that the server did not take, or did not get: said where people look, with what they entered in place. */
async function tell(xhr) {
  const problem = xhr.status ? await Problem.of(new Response(xhr.responseText, { status: xhr.status })) : Problem.unreachable();
  const said = note("error banner not-taken", problem.message);
  const heading = document.querySelector("dialog[open] > header");
  if (heading) {
    heading.after(said);
  } else {
    (document.querySelector("main.alone > .card") ?? document.querySelector("main")).prepend(said);
  }
}

/* A button that waits for its answer would go on waiting: PrimeFaces 15 lets it go only after a success. */
function release() {
  for (const button of document.querySelectorAll(".ui-button.ui-state-loading")) {
    PrimeFaces.buttonEndAjaxDisabled(PrimeFaces.getWidgetById(button.id), jQuery(button));
  }
}

/* PrimeFaces tells what it sends by events of its jQuery; a page without forms has neither. */
window.jQuery?.(document)
  .on("pfAjaxSend", () => document.querySelectorAll(".not-taken").forEach((said) => said.remove()))
  .on("pfAjaxError", (event, xhr) => {
    release();
    tell(xhr);
  });

import { download } from "./api.js";
import { note } from "./dom.js";
import { t } from "./texts.js";

/* The entries that the page's search finds, all of them, as a file. */
const message = document.getElementById("message");

document.addEventListener("click", async ({ target }) => {
  const format = target.dataset?.export;
  if (!format) {
    return;
  }
  const shown = new URLSearchParams(location.search);
  const wanted = new URLSearchParams({ format });
  for (const name of ["act", "actor"]) {
    if (shown.get(name)) {
      wanted.set(name, shown.get(name));
    }
  }
  if (/^\d{4}-\d\d-\d\d$/.test(shown.get("since"))) {
    wanted.set("since", `${shown.get("since")}T00:00:00Z`);
  }
  target.disabled = true;
  message.replaceChildren();
  try {
    await download(`/audit/export?${wanted}`, `audit.${format}`);
  } catch (problem) {
    message.replaceChildren(note("error", problem.message || t("The export broke off. Try it again.")));
  }
  target.disabled = false;
});

import { base, call } from "./api.js";
import { button, name, note } from "./dom.js";
import { nodes, t } from "./texts.js";

const message = document.getElementById("message");
const start = document.getElementById("import");

function choose() {
  const input = document.createElement("input");
  input.type = "file";
  input.accept = ".zip,application/zip";
  input.onchange = () => restore(input.files[0]);
  input.click();
}

/** Makes a collection of an export and goes there. */
async function restore(file) {
  start.disabled = true;
  message.replaceChildren(note("info", nodes("Importing {0}. Stay on this page until it is done.", name(file.name))));
  try {
    const made = await call("/collections/import", { method: "POST", body: file, headers: { "Content-Type": "application/zip" } });
    location.assign(`${base}/collection.xhtml?id=${encodeURIComponent(made.id)}`);
  } catch (problem) {
    start.disabled = false;
    message.replaceChildren(note("error", problem.message, button(t("Choose another file"), { kind: "tight" }, choose)));
  }
}

start.addEventListener("click", choose);

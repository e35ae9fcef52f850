import { call, download } from "./api.js";
import { Documents } from "./documents.js";
import { isBusy, isProblem } from "./document-state.js";
import { button, el, icon, note } from "./dom.js";
import { count, t } from "./texts.js";
import { chooseFiles, dropTarget, Uploads } from "./upload.js";
import { UploadList } from "./upload-list.js";

const page = document.getElementById("collection");
const { id, edit } = page.dataset;
const canEdit = edit === "true";
const facts = document.getElementById("facts");
const pause = document.getElementById("pause");

const uploads = new Uploads(id, (item) => uploaded(item));
const list = new UploadList(document.getElementById("uploads"), uploads);
const documents = new Documents(document.getElementById("documents"), {
  collectionId: id,
  canEdit,
  onChange: () => state(),
  empty: () =>
    el("div", { class: "empty" },
      icon("file"),
      el("h2", {}, t("No documents yet")),
      el("p", {}, canEdit
        ? t("Drop files or whole folders anywhere on this page. PDF, Word, PowerPoint, Excel, HTML, Markdown, mail, plain text and scans are read. They can be asked within seconds.")
        : t("Nobody has added documents to this collection. You may read it, but not add to it; ask one of its owners.")),
      canEdit ? el("div", { class: "actions" }, button(t("Choose files"), { symbol: "upload", kind: "primary" }, () => chooseFiles(add))) : null),
});

let stored = 0;
let waiting;
function uploaded(item) {
  list.update(item);
  const now = uploads.items.filter(({ state }) => state === "stored").length;
  if (now !== stored) {
    stored = now;
    clearTimeout(waiting);
    waiting = setTimeout(() => documents.expect(), 400);
  }
}

function add(files) {
  if (files.length) {
    uploads.add(files);
  }
}

/** The one line of state above the table. */
async function state() {
  try {
    const collection = await call(`/collections/${id}`);
    const by = collection.states;
    const sum = (test) => Object.entries(by).reduce((n, [label, c]) => (test({ state: label }) ? n + c : n), 0);
    // Without counts from the server, those in sight: problems come first in the list, then what is newest.
    const seen = (test) => (documents.filtered ? 0 : documents.items.filter(test).length);
    const busy = by ? sum(isBusy) : seen(isBusy);
    const problems = by ? sum(isProblem) : seen(isProblem);
    facts.replaceChildren(
      el("span", {}, count(collection.documents, "{0} document", "{0} documents")),
      el("span", {}, count(collection.passages, "{0} passage", "{0} passages")),
      ...(collection.paused ? [el("span", { class: "busy" }, busy ? t("Indexing is paused, {0} waiting", busy) : t("Indexing is paused"))] : []),
      ...(busy && !collection.paused ? [el("span", { class: "busy" }, t("{0} in progress", busy))] : []),
      ...(problems ? [el("span", { class: "problem" }, count(problems, "{0} problem", "{0} problems"))] : []),
    );
    if (pause) {
      pause.hidden = !busy && !collection.paused;
      pause.dataset.act = collection.paused ? "resume" : "pause";
      pause.textContent = collection.paused ? t("Resume indexing") : t("Pause indexing");
    }
  } catch {
    // The table says what is wrong; the line keeps what it last knew.
  }
}

/** Pauses the collection's indexing, or lets it go on. */
async function turn() {
  const message = document.getElementById("message");
  pause.disabled = true;
  try {
    await call(`/collections/${id}/${pause.dataset.act}`, { method: "POST" });
    message.replaceChildren();
  } catch (problem) {
    message.replaceChildren(note("error", problem.message));
  }
  pause.disabled = false;
  await documents.expect();
}

async function take(start) {
  const message = document.getElementById("message");
  start.disabled = true;
  message.replaceChildren(note("info", t("Preparing the export. Stay on this page until the download begins.")));
  try {
    await download(`/collections/${id}/export`, `${document.querySelector("h1").textContent}.zip`);
    message.replaceChildren();
  } catch (problem) {
    message.replaceChildren(note("error", problem.message || t("The export broke off. Try it again.")));
  }
  start.disabled = false;
}

pause?.addEventListener("click", turn);
document.getElementById("export")?.addEventListener("click", ({ target }) => take(target));
if (canEdit) {
  dropTarget(add);
  document.getElementById("upload").addEventListener("click", () => chooseFiles(add));
}
documents.reload();

import { count, el, number } from "./dom.js";

export const isProblem = ({ state }) => state === "rejected" || state === "failed";
export const isBusy = ({ state }) => state === "received" || state === "parsing" || state === "embedding";
/** Whether some version of it can be found, if only by keyword yet. */
export const isSearchable = ({ state, version, searchableVersion }) =>
  Boolean(searchableVersion) || state === "indexed" || (state === "embedding" && version === 1);

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** A state in words, with what it means and what is being done. */
export function words(document) {
  const { state, progress, problem, version, searchableVersion, pages, passages } = document;
  const older = searchableVersion && searchableVersion < version ? ` Version ${searchableVersion} answers until then.` : "";
  switch (state) {
    case "received":
      return `Waiting to be read.${older}`;
    case "parsing":
      return `${step(progress, "Reading")}.${older}`;
    case "embedding": {
      const doing = step(progress, "making embeddings");
      return older ? `${capital(doing)}.${older}` : `Searchable by keyword; ${doing.charAt(0).toLowerCase()}${doing.slice(1)}.`;
    }
    case "indexed":
      return `Ready · ${pages ? `${count(pages, "page")} · ` : ""}${count(passages, "passage")}`;
    case "rejected":
      return `${problem?.detail ?? "This file cannot be used."}${older && ` Version ${searchableVersion} still answers.`}`;
    case "failed":
      return `${problem?.detail ?? "This file could not be processed."}${older && ` Version ${searchableVersion} still answers.`}`;
    default:
      return capital(state);
  }
}

function step(progress, otherwise) {
  if (!progress?.step) {
    return otherwise;
  }
  const { step: doing, done, total } = progress;
  if (!total) {
    return capital(doing);
  }
  const page = `${number(Math.min(done + 1, total))} of ${number(total)}`;
  if (doing === "reading pages") {
    return `Reading page ${page}`;
  }
  return doing === "recognizing pages"
    ? `Recognizing the text of scanned page ${page} (OCR)`
    : `${capital(doing.replace(/ passages$/, ""))} ${number(done)} of ${count(total, "passage")}`;
}

/** The state as a table cell shows it. */
export function stateView(document) {
  const kind = isProblem(document) ? "problem" : isBusy(document) ? "busy" : "ok";
  const { done, total } = document.progress ?? {};
  return el(
    "div",
    { class: `state ${kind}` },
    words(document),
    document.state === "indexed" ? document.notes.map((note) => el("p", {}, note)) : null,
    isBusy(document) && document.state !== "received"
      ? el("progress", total ? { max: total, value: done, "aria-label": "Progress" } : { "aria-label": "Progress" })
      : null,
  );
}

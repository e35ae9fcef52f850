import { el } from "./dom.js";
import { count, t, told } from "./texts.js";

export const isProblem = ({ state }) => state === "rejected" || state === "failed";
export const isBusy = ({ state }) => state === "received" || state === "parsing" || state === "embedding";
/** Whether some version of it can be found, if only by keyword yet. */
export const isSearchable = ({ state, version, searchableVersion }) =>
  Boolean(searchableVersion) || state === "indexed" || (state === "embedding" && version === 1);

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** A state in words, with what it means and what is being done. */
export function words(document) {
  const { state, progress, problem, version, searchableVersion, pages, passages } = document;
  const older = searchableVersion && searchableVersion < version ? ` ${t("Version {0} answers until then.", searchableVersion)}` : "";
  const still = older && ` ${t("Version {0} still answers.", searchableVersion)}`;
  switch (state) {
    case "received":
      return t("Waiting to be read.") + older;
    case "parsing":
      return `${step(progress, t("Reading"))}.${older}`;
    case "embedding": {
      const doing = step(progress, t("Making embeddings"));
      return older ? `${doing}.${older}` : t("Searchable by keyword. {0}.", doing);
    }
    case "indexed":
      return [t("Ready"), pages ? count(pages, "{0} page", "{0} pages") : null, count(passages, "{0} passage", "{0} passages")].filter(Boolean).join(" · ");
    case "rejected":
      return reason(problem, t("This file cannot be used.")) + still;
    case "failed":
      return reason(problem, t("This file could not be processed.")) + still;
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
    return told(capital(doing));
  }
  const page = Math.min(done + 1, total);
  if (doing === "reading pages") {
    return t("Reading page {0} of {1}", page, total);
  }
  return doing === "recognizing pages"
    ? t("Recognizing the text of scanned page {0} of {1} (OCR)", page, total)
    : count(total, "Making embeddings: {1} of {0} passage", "Making embeddings: {1} of {0} passages", done);
}

const reason = (problem, otherwise) => (problem?.detail ? told(problem.detail) : otherwise);

/** The state as a table cell shows it. */
export function stateView(document) {
  const kind = isProblem(document) ? "problem" : isBusy(document) ? "busy" : "ok";
  const { done, total } = document.progress ?? {};
  return el(
    "div",
    { class: `state ${kind}` },
    words(document),
    document.state === "indexed" ? document.notes.map((note) => el("p", {}, told(note))) : null,
    isBusy(document) && document.state !== "received"
      ? el("progress", total ? { max: total, value: done, "aria-label": t("Progress") } : { "aria-label": t("Progress") })
      : null,
  );
}

import { call } from "./api.js";
import { place } from "./answer-text.js";
import { button, el, icon, name, note, ordinal } from "./dom.js";
import { count, language, number, t, told } from "./texts.js";

/**
 * The fold under an answer that tells what it was made of: what was found, why it stands where it stands, and whether
 * the same would be found now. `onRead(targets, index)` opens the reader.
 */
export function why(answer, { title, open = false, onRead }) {
  const content = el("div");
  const fold = el("details", { class: "found", open }, el("summary", {}, icon("right"), title), content);
  let asked = false;
  const load = async () => {
    if (asked || !fold.open) {
      return;
    }
    asked = true;
    content.replaceChildren(el("p", { class: "muted" }, t("Looking it up")));
    try {
      const trace = await call(`/answers/${encodeURIComponent(answer.id)}/trace`);
      content.replaceChildren(facts(trace), list(trace, onRead), again(answer));
    } catch (problem) {
      asked = false;
      content.replaceChildren(problem.code === "trace_not_found"
        ? el("p", { class: "muted" }, t("This answer is from before such things were kept. Ask again to see them."))
        : note("error", problem.message, button(t("Try again"), { kind: "tight" }, load)));
    }
  };
  fold.addEventListener("toggle", load);
  load();
  return fold;
}

function facts({ standaloneQuestion, evidence, asOf, settings, passages }) {
  const percent = (share) => t("{0} %", Math.round(share * 100));
  const { chatModel, promptTemplate, contextTokens, answerTokens } = settings;
  const given = passages.filter(({ prompted }) => prompted).length;
  const rows = [
    [t("Searched for"), standaloneQuestion],
    asOf ? [t("As of"), new Date(asOf).toLocaleString(language)] : null,
    [t("Evidence"), t("{0}; an answer needs {1}", percent(evidence), percent(settings.evidenceThreshold))],
    [t("Meaning compared by"), settings.embeddingModel || t("nothing: the embedding model did not answer")],
    chatModel ? [t("Written by"), count(given, "{1}, given {0} passage (prompt {2}, {3} tokens, {4} of them for the answer)", "{1}, given {0} passages (prompt {2}, {3} tokens, {4} of them for the answer)", chatModel, promptTemplate, contextTokens, answerTokens)] : null,
  ];
  return el("dl", { class: "facts-list" }, rows.filter(Boolean).flatMap(([term, value]) => [el("dt", {}, term), el("dd", {}, value)]));
}

function list({ passages }, onRead) {
  const readable = passages.filter(({ text }) => text !== null && text !== undefined);
  const targets = readable.map((each) => ({ ...each, quote: null }));
  return el("ol", {}, passages.map((each) => el("li", {},
    el("div", { class: "place" },
      each.documentName
        ? heading(each, readable.includes(each) ? () => onRead(targets, readable.indexOf(each)) : null)
        : el("span", { class: "muted" }, t("A document that has been deleted")),
      each.cited ? el("span", { class: "tag" }, t("cited")) : null,
      each.state === "replaced" ? el("span", { class: "tag" }, t("replaced since")) : null),
    el("div", { class: "ranks" }, ranks(each)),
    each.text ? el("p", {}, each.text) : null)));
}

function heading(each, onClick) {
  const words = [name(each.documentName), place(each) ? ` · ${place(each)}` : ""];
  return onClick ? el("button", { type: "button", class: "where", on: { click: onClick } }, words) : el("span", {}, words);
}

/** Scores compare within one list only. */
function ranks({ score, ranks: { semantic, keyword }, terms }) {
  return [
    [
      t("Score {0}", number(score, { minimumFractionDigits: 2, maximumFractionDigits: 2 })),
      semantic ? t("{0} by meaning", ordinal(semantic)) : t("no place by meaning"),
      keyword ? t("{0} by keyword", ordinal(keyword)) : t("no place by keyword"),
    ].join(" · "),
    terms.flatMap((term, i) => [i ? ", " : t(": "), el("b", {}, term)]),
  ].flat();
}

function again(answer) {
  const said = el("div", { role: "status" });
  const search = button(t("Search again and compare"), { kind: "quiet tight", symbol: "retry" }, async () => {
    search.disabled = true;
    try {
      const replay = await call(`/answers/${encodeURIComponent(answer.id)}/replay`, { method: "POST" });
      said.replaceChildren(...comparison(replay));
    } catch (problem) {
      said.replaceChildren(note("error", problem.message));
    } finally {
      search.disabled = false;
    }
  });
  return el("div", { class: "again" }, search, said);
}

function comparison({ identical, changes, passages }) {
  if (identical) {
    return [el("p", {}, t("The same passages in the same order, with the same scores."))];
  }
  const moved = passages.map(({ formerRank, passage }, i) => {
    const change = formerRank === null || formerRank === undefined ? t("new") : formerRank === i + 1 ? t("as before") : t("was {0}", ordinal(formerRank));
    return el("li", {}, name(passage.documentName), place(passage) ? ` · ${place(passage)}` : "", el("span", { class: "muted" }, ` (${change})`));
  });
  return [
    el("p", {}, t("Something else would be found now:")),
    el("ul", {}, changes.map(({ detail }) => el("li", {}, told(detail)))),
    moved.length ? el("ol", { class: "moved" }, moved) : el("p", {}, t("Nothing is found any more.")),
  ];
}

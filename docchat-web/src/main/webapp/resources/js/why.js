import { call } from "./api.js";
import { place } from "./answer-text.js";
import { button, count, el, icon, name, note, number, ordinal } from "./dom.js";

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
    content.replaceChildren(el("p", { class: "muted" }, "Looking it up"));
    try {
      const trace = await call(`/answers/${encodeURIComponent(answer.id)}/trace`);
      content.replaceChildren(facts(trace), list(trace, onRead), again(answer));
    } catch (problem) {
      asked = false;
      content.replaceChildren(problem.code === "trace_not_found"
        ? el("p", { class: "muted" }, "This answer is from before such things were kept. Ask again to see them.")
        : note("error", problem.message, button("Try again", { kind: "tight" }, load)));
    }
  };
  fold.addEventListener("toggle", load);
  load();
  return fold;
}

function facts({ standaloneQuestion, evidence, asOf, settings, passages }) {
  const percent = (share) => `${Math.round(share * 100)} %`;
  const { chatModel, promptTemplate, contextTokens, answerTokens } = settings;
  const given = passages.filter(({ prompted }) => prompted).length;
  const rows = [
    ["Searched for", standaloneQuestion],
    asOf ? ["As of", new Date(asOf).toLocaleString("en")] : null,
    ["Evidence", `${percent(evidence)}; an answer needs ${percent(settings.evidenceThreshold)}`],
    ["Meaning compared by", settings.embeddingModel || "nothing: the embedding model did not answer"],
    chatModel ? ["Written by", `${chatModel}, given ${count(given, "passage")} (prompt ${promptTemplate}, ${number(contextTokens)} tokens, ${number(answerTokens)} of them for the answer)`] : null,
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
        : el("span", { class: "muted" }, "A document that has been deleted"),
      each.cited ? el("span", { class: "tag" }, "cited") : null,
      each.state === "replaced" ? el("span", { class: "tag" }, "replaced since") : null),
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
    `Score ${score.toFixed(2)} · ${semantic ? ordinal(semantic) : "no place"} by meaning · ${keyword ? ordinal(keyword) : "no place"} by keyword`,
    terms.flatMap((term, i) => [i ? ", " : ": ", el("b", {}, term)]),
  ].flat();
}

function again(answer) {
  const said = el("div", { role: "status" });
  const search = button("Search again and compare", { kind: "quiet tight", symbol: "retry" }, async () => {
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
    return [el("p", {}, "The same passages in the same order, with the same scores.")];
  }
  const moved = passages.map(({ formerRank, passage }, i) => {
    const change = formerRank === null || formerRank === undefined ? "new" : formerRank === i + 1 ? "as before" : `was ${ordinal(formerRank)}`;
    return el("li", {}, name(passage.documentName), place(passage) ? ` · ${place(passage)}` : "", el("span", { class: "muted" }, ` (${change})`));
  });
  return [
    el("p", {}, "Something else would be found now:"),
    el("ul", {}, changes.map(({ detail }) => el("li", {}, detail))),
    moved.length ? el("ol", { class: "moved" }, moved) : el("p", {}, "Nothing is found any more."),
  ];
}

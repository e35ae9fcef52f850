import { base } from "./api.js";
import { change, FIGURES, isRight, mark, outcome, places, questionChange } from "./evaluation-figures.js";
import { button, count, el, moment, name, note, number } from "./dom.js";

const PAGE = 100;
const th = (label) => el("th", { scope: "col" }, label);

/** One run, question by question. */
export function runView(run) {
  const { done, total } = run.progress;
  return [
    head(name(run.name)),
    el("div", { class: "facts" },
      el("span", {}, moment(run.createdAt)),
      el("span", {}, run.state === "done" ? count(total, "question") : `${number(done)} of ${count(total, "question")} asked`),
      el("span", {}, `Writer: ${run.writer}`),
      el("span", {}, `Embeddings: ${run.embeddingModel}`),
      el("span", {}, `Evidence from ${run.threshold}`)),
    el("dl", { class: "figures" }, FIGURES.map(({ label, help, show }) =>
      el("div", { title: help }, el("dt", {}, label), el("dd", {}, show(run.metrics))))),
    run.metrics.problems ? note("warn", `${count(run.metrics.problems, "question")} with a problem: their figures are doubtful.`) : null,
    filtered(run.questions, {
      choices: [["", "All questions", () => true], ["wrong", "What went wrong", wentWrong]],
      columns: ["Question", "Expected and found at", "Answer"],
      row: (each) => [
        el("td", {}, ask(run, each), each.problem ? el("p", { class: "small problem" }, each.problem) : null),
        el("td", { class: "state-cell" }, each.expected.length ? places(each) : el("span", { class: "muted small" }, "no place")),
        el("td", { class: "state-cell" }, outcome(each), cites(each)),
      ],
    }),
  ];
}

const wentWrong = (each) => each.done && (!isRight(each) || each.citesExpected === false || (each.expected.length > 0 && !each.recallAt10) || each.problem);
const cites = ({ citesExpected }) => (citesExpected === false ? el("p", { class: "small muted" }, "cites another place") : null);

/** Two runs side by side, what changed first. */
export function comparisonView(before, after) {
  const later = new Map(after.questions.map((each) => [each.question, each]));
  const pairs = before.questions.filter(({ question }) => later.has(question))
    .map((each) => ({ before: each, after: later.get(each.question), change: questionChange(each, later.get(each.question)) }));
  const by = (direction) => pairs.filter((each) => each.change === direction).length;
  const only = before.questions.length + after.questions.length - 2 * pairs.length;
  const settings = [["writer", "Writer"], ["embeddingModel", "Embeddings"], ["threshold", "Evidence from"]]
    .filter(([key]) => before[key] !== after[key]).map(([key, label]) => el("span", {}, `${label}: ${before[key]} → ${after[key]}`));
  return [
    head("Before and after"),
    el("div", { class: "facts" }, el("span", {}, `${number(by(1))} better`), el("span", {}, `${number(by(-1))} worse`), el("span", {}, `${number(by(0))} the same`),
      only ? el("span", {}, `${number(only)} asked in one run only`) : null, settings),
    el("table", { class: "table plain sides" },
      el("thead", {}, el("tr", {}, th("Figure"), th(titled("Before", before)), th(titled("After", after)), th("Change"))),
      el("tbody", {}, FIGURES.map(({ label, value, show, up }) => el("tr", {},
        el("th", { scope: "row" }, label),
        el("td", { data: { label: "Before" } }, show(before.metrics)),
        el("td", { data: { label: "After" } }, show(after.metrics)),
        el("td", { data: { label: "Change" } }, mark(change(value(before.metrics), value(after.metrics), up))))))),
    filtered(pairs, {
      choices: [["changed", "What changed", (each) => each.change !== 0], ["worse", "What is worse", (each) => each.change < 0], ["", "All questions", () => true]],
      columns: ["Question", "Before", "After", "Change"],
      row: (each) => [
        el("td", {}, ask(after, each.after)),
        el("td", { class: "state-cell", data: { label: "Before" } }, outcome(each.before), places(each.before)),
        el("td", { class: "state-cell", data: { label: "After" } }, outcome(each.after), places(each.after)),
        el("td", { class: "act" }, mark(each.change)),
      ],
    }),
  ];
}

const head = (title) => el("h2", { tabindex: "-1", class: "results" }, title);
const titled = (when, run) => [el("span", {}, `${when}: `), name(run.name), ` (${moment(run.createdAt)})`];

function ask(run, { question }) {
  const query = new URLSearchParams({ collection: run.collectionId, question });
  return el("a", { href: `${base}/ask.xhtml?${query}`, title: "Ask it" }, question);
}

/** A table of which some rows can be chosen, and more asked for. */
function filtered(items, { choices, columns, row }) {
  const body = el("tbody");
  const nothing = el("p", { class: "muted" }, "Nothing of that kind.");
  const more = button("Show more", {}, () => show(PAGE));
  const foot = el("div", { class: "more" }, more);
  const select = el("select", { class: "input", "aria-label": "Questions that are shown", on: { change: () => begin() } },
    choices.map(([value, label, test]) => el("option", { value }, `${label} (${number(items.filter(test).length)})`)));
  const table = el("table", { class: `table questions ${columns.length > 3 ? "sides" : ""}` }, el("thead", {}, el("tr", {}, columns.map(th))), body);
  let chosen = [];
  function show(n) {
    body.append(...chosen.splice(0, n).map((each) => el("tr", {}, row(each))));
    foot.hidden = chosen.length === 0;
  }
  function begin() {
    chosen = items.filter(choices[select.selectedIndex][2]);
    table.hidden = chosen.length === 0;
    nothing.hidden = !table.hidden;
    body.replaceChildren();
    show(PAGE);
  }
  begin();
  return [el("div", { class: "toolbar" }, select), nothing, table, foot];
}

import { base } from "./api.js";
import { change, FIGURES, isRight, mark, outcome, places, questionChange } from "./evaluation-figures.js";
import { button, el, moment, name, note } from "./dom.js";
import { count, t, told } from "./texts.js";

const PAGE = 100;
const th = (label) => el("th", { scope: "col" }, label);

/** One run, question by question. */
export function runView(run) {
  const { done, total } = run.progress;
  return [
    head(name(run.name)),
    el("div", { class: "facts" },
      el("span", {}, moment(run.createdAt)),
      el("span", {}, run.state === "done" ? count(total, "{0} question", "{0} questions") : count(total, "{1} of {0} question asked", "{1} of {0} questions asked", done)),
      el("span", {}, t("Writer: {0}", run.writer)),
      el("span", {}, t("Embeddings: {0}", run.embeddingModel)),
      el("span", {}, t("Evidence from: {0}", run.threshold))),
    el("dl", { class: "figures" }, FIGURES.map(({ label, help, show }) =>
      el("div", { title: help }, el("dt", {}, label), el("dd", {}, show(run.metrics))))),
    run.metrics.problems ? note("warn", count(run.metrics.problems, "{0} question with a problem: its figures are doubtful.", "{0} questions with a problem: their figures are doubtful.")) : null,
    filtered(run.questions, {
      choices: [["", t("All questions"), () => true], ["wrong", t("What went wrong"), wentWrong]],
      columns: [t("Question"), t("Expected and found at"), t("Answer")],
      row: (each) => [
        el("td", {}, ask(run, each), each.problem ? el("p", { class: "small problem" }, told(each.problem)) : null),
        el("td", { class: "state-cell" }, each.expected.length ? places(each) : el("span", { class: "muted small" }, t("no place"))),
        el("td", { class: "state-cell" }, outcome(each), cites(each)),
      ],
    }),
  ];
}

const wentWrong = (each) => each.done && (!isRight(each) || each.citesExpected === false || (each.expected.length > 0 && !each.recallAt10) || each.problem);
const cites = ({ citesExpected }) => (citesExpected === false ? el("p", { class: "small muted" }, t("cites another place")) : null);

/** Two runs side by side, what changed first. */
export function comparisonView(before, after) {
  const later = new Map(after.questions.map((each) => [each.question, each]));
  const pairs = before.questions.filter(({ question }) => later.has(question))
    .map((each) => ({ before: each, after: later.get(each.question), change: questionChange(each, later.get(each.question)) }));
  const by = (direction) => pairs.filter((each) => each.change === direction).length;
  const only = before.questions.length + after.questions.length - 2 * pairs.length;
  const settings = [["writer", (value) => t("Writer: {0}", value)], ["embeddingModel", (value) => t("Embeddings: {0}", value)], ["threshold", (value) => t("Evidence from: {0}", value)]]
    .filter(([key]) => before[key] !== after[key]).map(([key, label]) => el("span", {}, label(t("{0} → {1}", before[key], after[key]))));
  return [
    head(t("Before and after")),
    el("div", { class: "facts" }, el("span", {}, t("{0} better", by(1))), el("span", {}, t("{0} worse", by(-1))), el("span", {}, t("{0} the same", by(0))),
      only ? el("span", {}, t("{0} asked in one run only", only)) : null, settings),
    el("table", { class: "table plain sides" },
      el("thead", {}, el("tr", {}, th(t("Figure")), th(titled(t("Before"), before)), th(titled(t("After"), after)), th(t("Change")))),
      el("tbody", {}, FIGURES.map(({ label, value, show, up }) => el("tr", {},
        el("th", { scope: "row" }, label),
        el("td", { data: { label: t("Before") } }, show(before.metrics)),
        el("td", { data: { label: t("After") } }, show(after.metrics)),
        el("td", { data: { label: t("Change") } }, mark(change(value(before.metrics), value(after.metrics), up))))))),
    filtered(pairs, {
      choices: [["changed", t("What changed"), (each) => each.change !== 0], ["worse", t("What is worse"), (each) => each.change < 0], ["", t("All questions"), () => true]],
      columns: [t("Question"), t("Before"), t("After"), t("Change")],
      row: (each) => [
        el("td", {}, ask(after, each.after)),
        el("td", { class: "state-cell", data: { label: t("Before") } }, outcome(each.before), places(each.before)),
        el("td", { class: "state-cell", data: { label: t("After") } }, outcome(each.after), places(each.after)),
        el("td", { class: "act" }, mark(each.change)),
      ],
    }),
  ];
}

const head = (title) => el("h2", { tabindex: "-1", class: "results" }, title);
const titled = (when, run) => [el("span", {}, when + t(": ")), name(run.name), ` (${moment(run.createdAt)})`];

function ask(run, { question }) {
  const query = new URLSearchParams({ collection: run.collectionId, question });
  return el("a", { href: `${base}/ask.xhtml?${query}`, title: t("Ask it") }, question);
}

/** A table of which some rows can be chosen, and more asked for. */
function filtered(items, { choices, columns, row }) {
  const body = el("tbody");
  const nothing = el("p", { class: "muted" }, t("Nothing of that kind."));
  const more = button(t("Show more"), {}, () => show(PAGE));
  const foot = el("div", { class: "more" }, more);
  const select = el("select", { class: "input", "aria-label": t("Questions that are shown"), on: { change: () => begin() } },
    choices.map(([value, label, test]) => el("option", { value }, t("{0} ({1})", label, items.filter(test).length))));
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

import { el, icon } from "./dom.js";
import { language, number, t } from "./texts.js";

const decimals = new Intl.NumberFormat(language, { minimumFractionDigits: 3, maximumFractionDigits: 3 });
const percent = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 });
const share = (value) => (value === null || value === undefined ? "–" : percent.format(value));
const plain = (value) => (value === null || value === undefined ? "–" : decimals.format(value));
const part = (value, some, all) => (all ? t("{0} ({1} of {2})", share(value), some, all) : "–");

/** What is told of a run: the headlines first. `up`: whether more is better. */
export const FIGURES = [
  { label: t("Recall@5"), help: t("Share of what is expected among the first five"), value: (m) => m.recallAt5, show: (m) => share(m.recallAt5), up: true, headline: true },
  { label: t("MRR"), help: t("Mean of 1 / place of the first that is expected"), value: (m) => m.mrr, show: (m) => plain(m.mrr), up: true, headline: true },
  { label: t("nDCG@10"), help: t("How near the first ten are to the best order"), value: (m) => m.ndcgAt10, show: (m) => plain(m.ndcgAt10), up: true, headline: true },
  { label: t("False answers"), help: t("Unanswerable questions that were answered"), value: (m) => m.falseAnswerRate, show: (m) => part(m.falseAnswerRate, m.falseAnswers, m.unanswerable), up: false, headline: true },
  { label: t("False refusals"), help: t("Answerable questions that were not answered"), value: (m) => m.falseRefusalRate, show: (m) => part(m.falseRefusalRate, m.falseRefusals, m.answerable), up: false, headline: true },
  { label: t("Cite what is expected"), help: t("Answers that cite an expected place"), value: (m) => m.answersCitingExpectedRate, show: (m) => part(m.answersCitingExpectedRate, m.answersCitingExpected, m.answersToCite), up: true },
  { label: t("Recall@1"), help: t("Share of what is expected that comes first"), value: (m) => m.recallAt1, show: (m) => share(m.recallAt1), up: true },
  { label: t("Recall@3"), help: t("Among the first three"), value: (m) => m.recallAt3, show: (m) => share(m.recallAt3), up: true },
  { label: t("Recall@10"), help: t("Among the first ten"), value: (m) => m.recallAt10, show: (m) => share(m.recallAt10), up: true },
];

/** 1 for better, -1 for worse, 0 for the same or not comparable. */
export function change(before, after, up) {
  if (typeof before !== "number" || typeof after !== "number" || Math.abs(before - after) < 1e-9) {
    return 0;
  }
  return after > before === up ? 1 : -1;
}

/** In words and a sign, as colour alone says nothing to many. */
export function mark(direction) {
  const [kind, word, symbol] = { 1: ["better", t("better"), "raise"], "-1": ["worse", t("worse"), "fall"] }[direction] ?? ["same", t("same"), null];
  return el("span", { class: `change ${kind}` }, symbol ? icon(symbol) : null, word);
}

/** A question went right if it was answered just when it can be. */
export const isRight = ({ outcome, answerable }) => outcome !== null && (outcome === "answered") === answerable;
const found = ({ reciprocalRank }) => reciprocalRank ?? 0;

/** How a question fares in a later run: the answer counts before the place. */
export function questionChange(before, after) {
  return change(Number(isRight(before)), Number(isRight(after)), true) || change(found(before), found(after), true);
}

/** What became of a question. */
export function outcome(question) {
  if (!question.done) {
    return el("span", { class: "muted" }, t("waits"));
  }
  if (question.outcome === null) {
    return el("span", { class: "verdict wrong" }, icon("alert"), t("failed"));
  }
  const right = isRight(question);
  const words = question.outcome === "answered" ? t("answered") : t("not answered");
  return el("span", { class: `verdict ${right ? "right" : "wrong"}` }, icon(right ? "check" : "alert"),
    right ? words : question.outcome === "answered" ? t("answered, though it cannot be") : t("not answered, though it can be"));
}

/** Where what is expected was found. */
export function places(question) {
  return el("ul", { class: "places" }, question.expected.map(({ document, page, rank }) =>
    el("li", {},
      el("span", { class: rank ? "rank" : "rank none" }, rank ? `#${number(rank)}` : question.outcome === null ? "–" : t("not found")),
      el("span", {}, el("bdi", {}, document), page ? `, ${t("page {0}", page)}` : ""))));
}

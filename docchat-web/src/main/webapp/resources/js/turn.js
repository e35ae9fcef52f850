import { answerText, markdown, place } from "./answer-text.js";
import { announce, button, el, name, note } from "./dom.js";
import { Feedback } from "./feedback.js";
import { showsQuote } from "./quote-pop.js";
import { count, nodes, number, t, told } from "./texts.js";
import { why } from "./why.js";

/**
 * A question and what is said to it. `onRead(targets, index)` opens the reader; `onAgain(question, standalone)` asks once
 * more, searching for `standalone`.
 */
export class Turn {
  constructor(question, { onRead, onAgain }) {
    this.question = question;
    this.onRead = onRead;
    this.onAgain = onAgain;
    this.text = "";
    this.body = el("div", { class: "answer" });
    this.status = el("div", { class: "working" }, t("Searching your documents"));
    this.below = el("div");
    this.searched = el("div", { class: "searched" });
    this.node = el("article", { class: "turn" }, el("h2", { class: "question" }, question), this.searched, this.body, this.status, this.below);
  }

  /** What was found, before a word is written. */
  passages(found) {
    this.status.textContent = found.length ? count(found.length, "Found {0} passage, writing", "Found {0} passages, writing") : t("Weighing what was found");
  }

  token(text) {
    this.text += text;
    this.drawing ??= requestAnimationFrame(() => {
      this.drawing = null;
      this.body.replaceChildren(...answerText(this.text, (n) => el("span", { class: "cite pending" }, n)));
    });
  }

  /** What the tokens said is replaced, and what of it waits to be drawn is not drawn any more. */
  #settle() {
    cancelAnimationFrame(this.drawing);
    this.status.remove();
  }

  /** The checked answer: it replaces whatever the tokens said. */
  answer(answer, { live = false } = {}) {
    this.#settle();
    if (answer.standaloneQuestion !== this.question) {
      this.#searchedFor(answer.standaloneQuestion);
    }
    if (answer.outcome === "not_found") {
      this.#notFound(answer, live);
    } else {
      this.#answered(answer);
    }
    if (live) {
      announce(`${answer.outcome === "not_found" ? `${missing(answer)}. ` : ""}${said(answer).replace(/\[(\d+)\]/g, "")}`);
    }
  }

  /** What the question was understood as, where that is more than its words; the reader may know better. */
  #searchedFor(standalone) {
    const edit = button(t("Change what is searched for"), { kind: "quiet tight", symbol: "edit", only: true }, () => this.#editSearch(standalone));
    this.searched.replaceChildren(el("span", {}, nodes("Searched for {0}", el("q", {}, standalone))), edit);
  }

  #editSearch(standalone) {
    const field = el("input", { class: "input", value: standalone, maxlength: 4000, "aria-label": t("What is searched for"), autocomplete: "off" });
    const back = () => {
      this.#searchedFor(standalone);
      this.searched.querySelector("button").focus();
    };
    const search = (event) => {
      event.preventDefault();
      const wanted = field.value.trim();
      if (wanted) {
        back();
        this.onAgain(this.question, wanted);
      }
    };
    const escape = (event) => {
      if (event.key === "Escape") {
        event.stopPropagation();
        back();
      }
    };
    this.searched.replaceChildren(el("form", { class: "row", on: { submit: search, keydown: escape } }, field,
      el("button", { type: "submit", class: "btn tight primary" }, t("Ask")),
      button(t("Cancel"), { kind: "tight" }, back)));
    field.focus();
    field.select();
  }

  #answered(answer) {
    const { citations } = answer;
    const index = new Map(citations.map((each, i) => [each.number, i]));
    this.body.replaceChildren(...answerText(answer.text, (n) => (index.has(n) ? this.#chip(citations, index.get(n)) : null)));
    this.below.replaceChildren(
      ...(citations.length ? [this.#sources(citations)] : []),
      ...notices(answer),
      why(answer, { title: t("Why this answer"), onRead: this.onRead }),
      this.#actions(answer),
    );
  }

  #notFound(answer, live) {
    this.body.className = "answer notfound";
    this.body.replaceChildren(
      el("h3", {}, missing(answer)),
      el("p", {}, said(answer)),
    );
    this.below.replaceChildren(...notices(answer), why(answer, { title: t("What came closest"), open: live, onRead: this.onRead }), this.#actions(answer));
  }

  #chip(citations, i) {
    const citation = citations[i];
    const label = t("Source {0}: {1}", citation.number, citation.documentName) + (citation.page ? `, ${t("page {0}", citation.page)}` : "");
    const chip = el("button", { type: "button", class: "cite", "aria-label": label, on: { click: () => this.onRead(citations, i) } }, citation.number);
    showsQuote(chip, citation);
    return chip;
  }

  #sources(citations) {
    return el("div", { class: "sources", role: "group", "aria-label": t("Sources") },
      citations.map((each, i) => el("button", { type: "button", class: "source", on: { click: () => this.onRead(citations, i) } },
        el("b", {}, each.number), el("span", {}, name(each.documentName), place(each) ? el("span", { class: "muted" }, ` · ${place(each)}`) : null))));
  }

  #actions(answer) {
    const copy = button(t("Copy"), { kind: "quiet tight", symbol: "copy" }, async () => {
      try {
        await navigator.clipboard.writeText(markdown({ ...answer, question: this.question }));
        copy.lastChild.textContent = t("Copied, with sources");
      } catch {
        copy.lastChild.textContent = t("The browser does not allow copying");
      }
      setTimeout(() => (copy.lastChild.textContent = t("Copy")), 2500);
    });
    const feedback = new Feedback(answer);
    const { timings = {}, writer } = answer;
    const millis = Object.values(timings).reduce((sum, each) => sum + each, 0);
    return el("div", {}, el("div", { class: "after" },
      copy,
      button(t("Ask again"), { kind: "quiet tight", symbol: "retry" }, () => this.onAgain(this.question, answer.standaloneQuestion)),
      feedback.buttons,
      el("span", { class: "facts" },
        answer.outcome === "not_found" ? null : el("span", {}, writer === "extractive" ? t("Quoted word for word") : t("Written by {0}, quotes checked", writer)),
        millis ? el("span", {}, t("{0} s", seconds(millis))) : null)), feedback.said);
  }

  /** Ended by the reader: what stands there was never checked, and says so. */
  stopped() {
    this.status.remove();
    this.below.replaceChildren(note("", this.text ? t("Stopped. What stands above is unfinished, and its sources were not checked.") : t("Stopped before anything was written.")));
  }

  failed(problem, again) {
    this.#settle();
    this.body.replaceChildren();
    this.below.replaceChildren(note("error", problem.message || problem.detail, button(t("Ask again"), { kind: "tight", symbol: "retry" }, again)));
  }
}

/** Why there is no answer, in a few words. */
function missing({ documentsDeleted }) {
  return documentsDeleted ? t("No longer in your documents") : t("Not in your documents");
}

/** An answer is in the words of the documents or of a model; that there is none, the server says. */
const said = ({ outcome, text }) => (outcome === "not_found" ? told(text) : text);

function seconds(millis) {
  const digits = millis < 1000 ? 2 : 1;
  return number(millis / 1000, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** What the reader should know of how the answer was written. */
function notices({ notice }) {
  return notice ? [note("", told(notice))] : [];
}

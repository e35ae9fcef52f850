import { call } from "./api.js";
import { announce, button, el, note } from "./dom.js";

/** Whether an answer was any good, in a press; and why, in words, for whoever wants to say it. */
export class Feedback {
  constructor({ id, feedback }) {
    this.id = id;
    this.rating = feedback?.rating ?? null;
    this.comment = feedback?.comment ?? "";
    this.buttons = [this.#rate("up", "Helpful"), this.#rate("down", "Not helpful")];
    this.said = el("div", { class: "feedback" });
    this.#mark();
    this.#show();
  }

  #rate(rating, label) {
    return button(label, { kind: "quiet tight", symbol: rating, only: true, data: { rating } }, async () => {
      if (await this.#keep(rating, this.comment)) {
        this.#edit();
      }
    });
  }

  #mark() {
    this.buttons.forEach((each) => each.setAttribute("aria-pressed", String(each.dataset.rating === this.rating)));
  }

  async #keep(rating, comment) {
    try {
      await call(`/answers/${encodeURIComponent(this.id)}/feedback`, { method: "PUT", json: { rating, ...(comment ? { comment } : {}) } });
    } catch (problem) {
      this.said.replaceChildren(note("error", problem.message));
      return false;
    }
    this.rating = rating;
    this.comment = comment;
    this.#mark();
    return true;
  }

  #show() {
    this.said.replaceChildren(...(this.comment ? [el("p", { class: "muted small" }, `Your comment: “${this.comment}”`)] : []));
  }

  #edit() {
    const field = el("input", { class: "input", value: this.comment, maxlength: 10_000, autocomplete: "off",
      "aria-label": "Comment on this answer", placeholder: this.rating === "up" ? "What was good? (if you like)" : "What was wrong? (if you like)" });
    const done = () => {
      this.#show();
      this.buttons.find((each) => each.dataset.rating === this.rating).focus();
    };
    const send = async (event) => {
      event.preventDefault();
      if (await this.#keep(this.rating, field.value.trim())) {
        done();
        announce("Your comment is kept.");
      }
    };
    const escape = (event) => {
      if (event.key === "Escape") {
        event.stopPropagation();
        done();
      }
    };
    this.said.replaceChildren(el("form", { class: "row", on: { submit: send, keydown: escape } }, field,
      el("button", { type: "submit", class: "btn tight" }, "Send")));
    field.focus();
  }
}

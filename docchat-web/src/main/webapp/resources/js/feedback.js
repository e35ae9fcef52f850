import { call } from "./api.js";
import { announce, button, el, note } from "./dom.js";
import { t } from "./texts.js";

/** Whether an answer was any good, in a press; and why, in words, for whoever wants to say it. */
export class Feedback {
  constructor({ id, feedback }) {
    this.id = id;
    this.rating = feedback?.rating ?? null;
    this.comment = feedback?.comment ?? "";
    this.buttons = [this.#rate("up", t("Helpful")), this.#rate("down", t("Not helpful"))];
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
    this.said.replaceChildren(...(this.comment ? [el("p", { class: "muted small" }, t("Your comment: “{0}”", this.comment))] : []));
  }

  #edit() {
    const field = el("input", { class: "input", value: this.comment, maxlength: 10_000, autocomplete: "off",
      "aria-label": t("Comment on this answer"), placeholder: this.rating === "up" ? t("What was good? (if you like)") : t("What was wrong? (if you like)") });
    const done = () => {
      this.#show();
      this.buttons.find((each) => each.dataset.rating === this.rating).focus();
    };
    const send = async (event) => {
      event.preventDefault();
      if (await this.#keep(this.rating, field.value.trim())) {
        done();
        announce(t("Your comment is kept."));
      }
    };
    const escape = (event) => {
      if (event.key === "Escape") {
        event.stopPropagation();
        done();
      }
    };
    this.said.replaceChildren(el("form", { class: "row", on: { submit: send, keydown: escape } }, field,
      el("button", { type: "submit", class: "btn tight" }, t("Send"))));
    field.focus();
  }
}

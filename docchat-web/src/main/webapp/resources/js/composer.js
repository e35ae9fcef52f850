import { el, icon, memory, name } from "./dom.js";
import { t } from "./texts.js";

/** The question field with the chips of the collections that are asked. */
export class Composer {
  constructor(root, { onAsk, onStop }) {
    this.onAsk = onAsk;
    this.field = root.querySelector("textarea");
    this.send = root.querySelector(".send");
    this.chips = root.querySelector(".chips");
    this.hint = root.querySelector(".hint");
    this.keys = this.hint.textContent;
    this.collections = [];
    // What is left out is remembered, not what is asked: a new collection takes part at once.
    this.leftOut = new Set(memory.get("leftOut", []));
    this.field.addEventListener("input", () => this.#update());
    this.field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.#ask();
      }
    });
    root.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.busy) {
        onStop();
      } else {
        this.#ask();
      }
    });
  }

  /** Offers these collections; those without a document cannot answer. */
  offer(collections, only) {
    this.collections = collections.filter(({ documents }) => documents > 0);
    if (only && this.collections.some(({ id }) => id === only)) {
      this.leftOut = new Set(this.collections.map(({ id }) => id).filter((id) => id !== only));
    }
    this.#drawChips();
    this.#update();
  }

  get asked() {
    return this.collections.filter(({ id }) => !this.leftOut.has(id));
  }

  #drawChips() {
    const several = this.collections.length > 1;
    const chip = (label, pressed, onClick) =>
      el("button", { type: "button", class: "chip", "aria-pressed": String(pressed), on: { click: onClick } }, icon("check"), label);
    this.chips.hidden = this.collections.length === 0;
    this.chips.replaceChildren(
      ...(several ? [chip(t("All"), this.asked.length === this.collections.length, () => this.#all())] : []),
      ...this.collections.map((each) => chip(name(each.name), !this.leftOut.has(each.id), () => this.#toggle(each.id))),
    );
  }

  #all() {
    this.leftOut = new Set(this.asked.length === this.collections.length ? this.collections.map(({ id }) => id) : []);
    this.#remember(0);
  }

  #toggle(id) {
    if (this.asked.length === this.collections.length && this.collections.length > 1) {
      // From "all", a click on one means that one.
      this.leftOut = new Set(this.collections.map((each) => each.id).filter((each) => each !== id));
    } else if (!this.leftOut.delete(id)) {
      this.leftOut.add(id);
    }
    this.#remember(this.collections.findIndex((each) => each.id === id) + (this.collections.length > 1 ? 1 : 0));
  }

  #remember(focus) {
    memory.set("leftOut", [...this.leftOut]);
    this.#drawChips();
    this.#update();
    this.chips.children[focus]?.focus();
  }

  set running(busy) {
    this.busy = busy;
    this.send.replaceChildren(icon(busy ? "stop" : "send"));
    this.send.setAttribute("aria-label", busy ? t("Stop") : t("Ask"));
    this.send.title = busy ? t("Stop") : t("Ask");
    this.#update();
  }

  #update() {
    const ready = this.asked.length > 0;
    this.field.disabled = this.collections.length === 0;
    this.send.disabled = !this.busy && (!ready || !this.field.value.trim());
    this.hint.classList.toggle("keys", ready);
    this.hint.textContent = this.collections.length && !ready ? t("Choose at least one collection to ask.") : this.collections.length ? this.keys : "";
    if (!CSS.supports("field-sizing", "content")) {
      this.field.style.height = "auto";
      this.field.style.height = `${Math.min(this.field.scrollHeight, 200)}px`;
    }
  }

  #ask() {
    const question = this.field.value.trim();
    if (question && !this.busy && this.asked.length) {
      this.field.value = "";
      this.#update();
      this.onAsk(question, this.asked.map(({ id }) => id));
    }
  }

  /** Puts a question back, so that it can be changed or sent again. */
  restore(question) {
    this.field.value ||= question;
    this.#update();
    this.field.focus();
  }
}

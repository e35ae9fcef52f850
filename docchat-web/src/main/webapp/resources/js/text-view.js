import { call } from "./api.js";
import { button, el } from "./dom.js";
import { t } from "./texts.js";

const AROUND = 20_000;

/** Extracted text around a target, with its range marked; more of it before and behind on demand. */
export class TextView {
  constructor(scroller, document, onPage) {
    Object.assign(this, { scroller, document, onPage });
    this.onScroll = () => this.#current();
    scroller.addEventListener("scroll", this.onScroll, { passive: true });
  }

  async show(target) {
    this.target = target;
    const start = target.start ?? 0;
    const end = target.end ?? start;
    if (!this.parts || start < this.from || end > this.to) {
      this.from = Math.max(0, start - AROUND);
      this.to = end + AROUND;
      this.parts = await this.#fetch(this.from, this.to);
      this.ended = behind(this.parts, this.from) < this.to;
    }
    if (this.closed) return;
    this.#render();
    const mark = this.scroller.querySelector("mark");
    if (mark) {
      mark.scrollIntoView({ block: "center" });
    } else {
      this.scroller.scrollTop = 0;
    }
    this.#current();
  }

  async #fetch(start, end) {
    const path = `/documents/${encodeURIComponent(this.document.id)}/text?version=${this.target.version}&start=${start}&end=${end}`;
    return (await call(path)).items;
  }

  #render() {
    // Neighbouring windows cut a page in two; it is shown as one.
    const pages = [];
    for (const part of this.parts) {
      const last = pages.at(-1);
      if (last && last.page === part.page && last.label === part.label && last.start + last.text.length === part.start) {
        last.text += part.text;
      } else {
        pages.push({ ...part });
      }
    }
    this.scroller.replaceChildren(
      this.from > 0 ? el("div", { class: "more" }, button(t("Show more before"), {}, () => this.#before())) : "",
      ...pages.map((page) => this.#page(page)),
      this.ended ? "" : el("div", { class: "more" }, button(t("Show more after"), {}, () => this.#after())),
    );
    if (!pages.length) {
      this.scroller.replaceChildren(el("p", { class: "waiting" }, t("No text was found here.")));
    }
  }

  #page({ page, label, start, text }) {
    const from = Math.min(Math.max((this.target.start ?? 0) - start, 0), text.length);
    const to = Math.min(Math.max((this.target.end ?? 0) - start, from), text.length);
    const title = label || (page ? t("Page {0}", page) : "");
    return el("section", { class: "paper", data: { page: page || "" } },
      title ? el("h3", {}, el("bdi", {}, title)) : null,
      el("div", { class: "words" }, text.slice(0, from), to > from ? el("mark", {}, text.slice(from, to)) : null, text.slice(to)));
  }

  async #before() {
    const from = Math.max(0, this.from - AROUND);
    const more = await this.#fetch(from, this.from);
    const height = this.scroller.scrollHeight;
    this.parts = [...more, ...this.parts];
    this.from = from;
    this.#render();
    this.scroller.scrollTop += this.scroller.scrollHeight - height;
  }

  async #after() {
    const to = this.to + AROUND;
    const more = await this.#fetch(this.to, to);
    this.ended = behind(more, this.to) < to;
    this.parts = [...this.parts, ...more];
    this.to = to;
    const top = this.scroller.scrollTop;
    this.#render();
    this.scroller.scrollTop = top;
  }

  #current() {
    const line = this.scroller.scrollTop + this.scroller.clientHeight / 3;
    const papers = [...this.scroller.querySelectorAll(".paper")];
    const at = papers.find((node) => node.offsetTop + node.offsetHeight >= line);
    this.onPage(Number(at?.dataset.page) || null, this.document.pages);
  }

  close() {
    this.closed = true;
    this.scroller.removeEventListener("scroll", this.onScroll);
  }
}

function behind(parts, otherwise) {
  const last = parts.at(-1);
  return last ? last.start + last.text.length : otherwise;
}

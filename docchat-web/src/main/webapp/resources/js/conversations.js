import { call, download } from "./api.js";
import { choose, confirm, prompt } from "./dialogs.js";
import { button, day, el, name, note } from "./dom.js";
import { t } from "./texts.js";

/** The list of conversations, last used first, under the days on which they were used. */
export class Conversations {
  constructor(root, { onOpen, onNew, onRename }) {
    Object.assign(this, { root, onOpen, onNew, onRename });
    this.items = [];
    this.current = null;
  }

  async reload() {
    try {
      const slice = await call("/conversations?limit=100");
      this.items = slice.items;
      this.cursor = slice.nextCursor;
      this.#render();
    } catch (problem) {
      this.root.replaceChildren(el("li", {}, note("error", problem.message, button(t("Try again"), { kind: "tight" }, () => this.reload()))));
    }
  }

  mark(id) {
    this.current = id;
    this.#render();
  }

  #render() {
    const rows = [];
    let last = null;
    for (const talk of this.items) {
      const used = day(talk.updatedAt ?? talk.createdAt);
      if (used !== last) {
        rows.push(el("li", { class: "day" }, used));
        last = used;
      }
      rows.push(this.#row(talk));
    }
    const older = this.cursor ? [el("li", {}, button(t("Show older"), { kind: "quiet tight" }, () => this.#older()))] : [];
    this.root.replaceChildren(...(rows.length ? [...rows, ...older] : [el("li", { class: "none" }, t("Your questions will be kept here. Only you see them."))]));
  }

  async #older() {
    const slice = await call(`/conversations?limit=100&cursor=${encodeURIComponent(this.cursor)}`);
    this.items.push(...slice.items);
    this.cursor = slice.nextCursor;
    this.#render();
  }

  #row(talk) {
    const current = talk.id === this.current;
    return el("li", { class: current ? "current" : "" },
      el("button", { type: "button", class: "open", title: talk.title, "aria-current": current ? "true" : null, on: { click: () => this.onOpen(talk.id) } }, name(talk.title)),
      el("span", { class: "tools" },
        button(t("Rename “{0}”", talk.title), { kind: "quiet tight", symbol: "edit", only: true }, () => this.#rename(talk)),
        button(t("Download “{0}”", talk.title), { kind: "quiet tight", symbol: "download", only: true }, () => this.#export(talk)),
        button(t("Delete “{0}”", talk.title), { kind: "quiet tight", symbol: "trash", only: true }, () => this.#delete(talk))));
  }

  async #rename(talk) {
    const title = await prompt({ title: t("Rename this conversation"), label: t("Title"), value: talk.title });
    if (title && title !== talk.title && (await this.#change(talk, { method: "PATCH", json: { title } })) && talk.id === this.current) {
      this.onRename(title);
    }
  }

  async #export(talk) {
    const format = await choose({
      title: t("Download this conversation"),
      text: t("With its questions, answers, sources and quotes."),
      choices: { markdown: t("Markdown, to read"), json: t("JSON, for programs") },
    });
    if (format) {
      try {
        await download(`/conversations/${talk.id}/export?format=${format}`, `${talk.title}.${format === "json" ? "json" : "md"}`);
      } catch (problem) {
        this.root.prepend(el("li", {}, note("error", problem.message)));
      }
    }
  }

  async #delete(talk) {
    const sure = await confirm({
      title: t("Delete this conversation?"),
      text: t("Its questions and answers will be gone. The documents stay."),
      action: t("Delete"),
    });
    if (sure && (await this.#change(talk, { method: "DELETE" })) && talk.id === this.current) {
      this.onNew();
    }
  }

  async #change(talk, options) {
    try {
      await call(`/conversations/${talk.id}`, options);
      await this.reload();
      return true;
    } catch (problem) {
      this.root.prepend(el("li", {}, note("error", problem.message)));
      return false;
    }
  }
}

import { base, call, isAbort } from "./api.js";
import { confirm } from "./dialogs.js";
import { isBusy, isSearchable, stateView } from "./document-state.js";
import { button, el, moment, name, note, size } from "./dom.js";
import { count, nodes, t } from "./texts.js";

const PAGE = 100;
const MOST_AT_ONCE = 200;
const TICK = 1500;

const FILTERS = [
  ["", t("All states")],
  ["received", t("Waiting")],
  ["parsing", t("Being read")],
  ["embedding", t("Being embedded")],
  ["indexed", t("Ready")],
  ["rejected", t("Not usable")],
  ["failed", t("Failed")],
];

/** The documents of a collection as a live table: problems first, then newest first. */
export class Documents {
  constructor(root, { collectionId, canEdit, onChange, empty }) {
    Object.assign(this, { root, collectionId, canEdit, onChange, empty });
    this.items = [];
    this.rows = new Map();
    this.selected = new Set();
    this.cursor = null;
    this.#build();
  }

  #build() {
    this.state = el("select", { class: "input", "aria-label": t("State"), on: { change: () => this.reload() } },
      FILTERS.map(([value, label]) => el("option", { value }, label)));
    let typing;
    this.name = el("input", {
      class: "input", type: "search", placeholder: t("Find by name"), "aria-label": t("Find by name"),
      on: { input: () => { clearTimeout(typing); typing = setTimeout(() => this.reload(), 250); } },
    });
    this.remove = button(t("Delete"), { symbol: "trash", kind: "danger", hidden: true }, () => this.#delete());
    this.tools = el("div", { class: "toolbar" }, this.name, this.state, el("span", { class: "grow" }), this.remove);
    this.everything = el("input", { type: "checkbox", "aria-label": t("Select all that are shown"), on: { change: ({ target }) => this.#select(target.checked) } });
    this.body = el("tbody");
    const th = (label, kind = "") => el("th", { class: kind, scope: "col" }, label);
    this.table = el("table", { class: "table" },
      el("thead", {}, el("tr", {},
        this.canEdit ? el("th", { class: "check" }, this.everything) : null,
        th(t("Document")), th(t("State")), th(t("Size"), "num"), th(t("Added"), "num"), el("th", {}, el("span", { class: "unseen" }, t("Actions"))))),
      this.body);
    this.more = button(t("Show more"), {}, () => this.#more());
    this.foot = el("div", { class: "more" }, this.more);
    this.message = el("div");
    this.tools.hidden = this.table.hidden = this.foot.hidden = true;
    this.root.replaceChildren(this.message, this.tools, this.table, this.foot);
  }

  get filtered() {
    return Boolean(this.state.value || this.name.value.trim());
  }

  #path(limit, cursor) {
    const query = new URLSearchParams({ limit });
    if (this.state.value) query.set("state", this.state.value);
    if (this.name.value.trim()) query.set("name", this.name.value.trim());
    if (cursor) query.set("cursor", cursor);
    return `/collections/${this.collectionId}/documents?${query}`;
  }

  /** Reads the list again from its beginning. */
  async reload() {
    clearTimeout(this.timer);
    this.reading?.abort();
    this.reading = new AbortController();
    const { signal } = this.reading;
    try {
      const limit = Math.min(Math.max(PAGE, this.items.length), MOST_AT_ONCE);
      const slice = await call(this.#path(limit, null), { signal });
      // What was loaded beyond one page stays, in its order; the first page is what changes.
      const first = new Set(slice.items.map(({ id }) => id));
      const beyond = this.items.length > limit && !this.filtered ? this.items.slice(limit).filter(({ id }) => !first.has(id)) : [];
      this.items = [...slice.items, ...beyond];
      this.cursor = beyond.length ? this.cursor : slice.nextCursor;
      this.message.replaceChildren();
      this.#render();
    } catch (problem) {
      if (isAbort(problem)) {
        return;
      }
      this.message.replaceChildren(note("error", problem.message, button(t("Try again"), { kind: "tight" }, () => this.reload())));
    }
    if (this.items.some(isBusy) || this.expecting) {
      this.expecting = false;
      this.timer = setTimeout(() => (document.hidden ? this.#later() : this.reload()), TICK);
    }
    this.onChange?.(this.items);
  }

  #later() {
    addEventListener("visibilitychange", () => this.reload(), { once: true });
  }

  async #more() {
    this.more.disabled = true;
    try {
      const slice = await call(this.#path(PAGE, this.cursor));
      const known = new Set(this.items.map(({ id }) => id));
      this.items.push(...slice.items.filter(({ id }) => !known.has(id)));
      this.cursor = slice.nextCursor;
      this.#render();
    } catch (problem) {
      this.message.replaceChildren(note("error", problem.message));
    } finally {
      this.more.disabled = false;
    }
  }

  #render() {
    const rows = new Map();
    for (const document of this.items) {
      const key = JSON.stringify([document.state, document.progress, document.version, document.problem, document.indexedAt]);
      const old = this.rows.get(document.id);
      rows.set(document.id, old?.key === key ? old : { key, node: this.#row(document) });
    }
    this.rows = rows;
    // Rows that stand where they stood are left alone, so that focus and selection survive a tick.
    let place = this.body.firstChild;
    for (const { node } of rows.values()) {
      if (node === place) {
        place = place.nextSibling;
      } else {
        this.body.insertBefore(node, place);
      }
    }
    while (place) {
      const next = place.nextSibling;
      place.remove();
      place = next;
    }
    this.selected = new Set([...this.selected].filter((id) => rows.has(id)));
    this.foot.hidden = !this.cursor;
    const nothing = this.items.length === 0;
    this.table.hidden = nothing;
    this.tools.hidden = nothing && !this.filtered;
    this.none?.remove();
    if (nothing) {
      this.none = this.filtered
        ? el("p", { class: "muted" }, t("No document fits."), " ", button(t("Show all"), { kind: "tight" }, () => this.#clear()))
        : this.empty();
      this.root.append(this.none);
    }
    this.#chosen();
  }

  #clear() {
    this.state.value = "";
    this.name.value = "";
    this.reload();
  }

  #row(document) {
    const { id, name: title, version } = document;
    const href = `${base}/reader.xhtml?document=${encodeURIComponent(id)}`;
    return el("tr", {},
      this.canEdit
        ? el("td", { class: "check" }, el("input", {
            type: "checkbox", "aria-label": t("Select {0}", title), checked: this.selected.has(id),
            on: { change: ({ target }) => { this.selected[target.checked ? "add" : "delete"](id); this.#chosen(); } },
          }))
        : null,
      el("td", {}, el("div", { class: "name" },
        isSearchable(document) ? el("a", { href }, name(title)) : name(title),
        version > 1 ? el("span", { class: "tag" }, t("version {0}", version)) : null)),
      el("td", { class: "state-cell" }, stateView(document)),
      el("td", { class: "num" }, size(document.size)),
      el("td", { class: "num" }, moment(document.createdAt)),
      el("td", { class: "act" },
        this.canEdit && document.state === "failed"
          ? button(t("Try again"), { kind: "quiet tight", symbol: "retry" }, () => this.#retry(document))
          : null,
        this.canEdit && isBusy(document)
          ? button(t("Cancel"), { kind: "quiet tight", symbol: "close" }, () => this.#cancel(document))
          : null,
        this.canEdit ? button(t("Delete {0}", title), { kind: "quiet tight", symbol: "trash", only: true }, () => this.#delete([id])) : null));
  }

  #select(all) {
    this.selected = new Set(all ? this.items.map(({ id }) => id) : []);
    this.body.querySelectorAll("input[type=checkbox]").forEach((box) => (box.checked = all));
    this.#chosen();
  }

  #chosen() {
    const n = this.selected.size;
    this.remove.hidden = n === 0;
    this.remove.lastChild.textContent = t("Delete {0}", n);
    this.everything.checked = n > 0 && n === this.items.length;
    this.everything.indeterminate = n > 0 && n < this.items.length;
  }

  async #retry({ id }) {
    await this.#each([id], (one) => call(`/documents/${one}/retry`, { method: "POST" }));
  }

  async #cancel({ id }) {
    await this.#each([id], (one) => call(`/documents/${one}/cancel`, { method: "POST" }));
  }

  async #delete(ids = [...this.selected]) {
    const only = ids.length === 1 ? this.items.find(({ id }) => id === ids[0]) : null;
    const sure = await confirm({
      title: only ? t("Delete this document?") : count(ids.length, "Delete {0} document?", "Delete {0} documents?"),
      text: only
        ? nodes("{0} will be gone with all versions at once, and no answer will use it again. This cannot be undone.", name(only.name))
        : t("They will be gone with all versions at once, and no answer will use them again. This cannot be undone."),
      action: t("Delete"),
    });
    if (sure) {
      await this.#each(ids, (id) => call(`/documents/${id}`, { method: "DELETE" }));
    }
  }

  async #each(ids, act) {
    const problems = new Set();
    const queue = [...ids];
    await Promise.all([1, 2, 3, 4].map(async () => {
      for (let id = queue.pop(); id; id = queue.pop()) {
        try {
          await act(id);
        } catch (problem) {
          problems.add(problem.message);
        }
      }
    }));
    this.selected.clear();
    this.expecting = true;
    await this.reload();
    problems.forEach((problem) => this.message.append(note("error", problem)));
  }

  /** Something was added; looks for it until it is there. */
  expect() {
    this.expecting = true;
    return this.reload();
  }
}

import { base, call, contentPath, request } from "./api.js";
import { button, el, name, note, shown } from "./dom.js";
import { PrintView } from "./print-view.js";
import { t } from "./texts.js";
import { TextView } from "./text-view.js";

/**
 * Shows a document with words marked: pages as in print for PDFs and pictures, text for everything else and on demand. A target is
 * {documentId, documentName?, version?, page?, start?, end?, quote?, number?}: a citation or a found passage.
 */
export class Reader {
  constructor(root, { onClose, full = false }) {
    Object.assign(this, { root, onClose, full });
    this.asText = false;
    this.opening = 0;
    this.#build();
  }

  #build() {
    const quiet = { kind: "quiet tight", only: true };
    this.title = el("div", { class: "title" });
    this.whole = el("a", { class: "btn quiet tight only", "aria-label": t("Open on a page of its own"), title: t("Open on a page of its own") });
    this.download = button(t("Download the original"), { ...quiet, symbol: "download" }, () => this.#download());
    this.prev = button(t("Previous source"), { ...quiet, symbol: "left" }, () => this.#step(-1));
    this.next = button(t("Next source"), { ...quiet, symbol: "right" }, () => this.#step(1));
    this.which = el("span", { class: "muted" });
    this.at = el("span", { class: "muted" });
    this.text = button(t("Text"), { kind: "quiet tight", symbol: "text", "aria-pressed": "false" }, () => this.#toggleText());
    this.zooms = [
      button(t("Smaller"), { ...quiet, symbol: "minus" }, () => this.view.zoom(1 / 1.2)),
      button(t("Fit the width"), { ...quiet, symbol: "width" }, () => this.view.zoom(0)),
      button(t("Larger"), { ...quiet, symbol: "plus" }, () => this.view.zoom(1.2)),
    ];
    this.whole.append(button("", { symbol: "window" }).firstChild);
    const close = button(t("Close the document"), { ...quiet, symbol: "close" }, () => this.onClose());
    this.quote = el("div", { class: "quote" });
    this.body = el("div", { class: "body", tabindex: "0", role: "region", "aria-label": t("Document") });
    this.tools = el("div", { class: "bar" }, this.prev, this.which, this.next, el("span", { class: "spacer" }), this.at, el("span", { class: "spacer" }), el("span", { class: "zooms" }, this.zooms), this.text);
    this.root.replaceChildren(
      el("div", { class: "bar" }, this.title, this.full ? null : this.whole, this.download, this.full ? null : close),
      this.tools,
      this.quote,
      this.body,
    );
  }

  /** Shows one of several targets; the others are one step away. */
  async open(targets, index = 0) {
    this.targets = targets;
    this.index = index;
    const target = targets[index];
    const mine = ++this.opening;
    this.root.hidden = false;
    this.#head(target);
    try {
      const key = `${target.documentId} ${target.version ?? ""}`;
      if (this.key !== key) {
        this.#waiting(t("Opening the document"));
        const document = await call(`/documents/${encodeURIComponent(target.documentId)}`);
        if (mine !== this.opening) return;
        this.key = key;
        this.document = document;
        this.#clear();
      }
      const version = target.version ?? this.document.searchableVersion ?? this.document.version;
      this.target = { ...target, version };
      this.#head(target);
      if (!this.document.versions.some((each) => each.version === version)) {
        this.#removed();
        return;
      }
      await this.#view(this.target);
      if (mine === this.opening && !this.full) {
        this.title.focus({ preventScroll: true });
      }
    } catch (problem) {
      if (mine === this.opening) {
        this.key = null;
        this.#clear();
        const gone = problem.status === 404 ? t("This document is gone: it was deleted, or you may no longer see it.") : problem.message;
        this.body.replaceChildren(note("error", gone, problem.status === 404 ? null : button(t("Try again"), { kind: "tight" }, () => this.open(targets, index))));
      }
    }
  }

  /** Of an old version nothing is left but what was quoted from it. */
  #removed() {
    const { id, searchableVersion } = this.document;
    const { version, quote } = this.target;
    this.#clear();
    this.body.replaceChildren(note("info",
      t("Version {0} of this document is no longer kept.", version) + (quote ? ` ${t("The words above were quoted from it.")}` : ""),
      searchableVersion ? button(t("Open version {0}", searchableVersion), { kind: "tight" }, () => this.open([{ documentId: id, version: searchableVersion }])) : null));
  }

  hide() {
    this.opening++;
    this.root.hidden = true;
    this.key = null;
    this.#clear();
  }

  #head(target) {
    const { document } = this;
    const known = document?.id === target.documentId ? document : null;
    const title = known?.name ?? target.documentName ?? t("Document");
    const version = target.version ?? known?.version;
    const outdated = known && version < known.version;
    const which = outdated ? t("Version {0} of {1}: there is a newer one", version, known.version) : version ? t("Version {0}", version) : null;
    this.title.replaceChildren(name(title), el("span", { class: "small" }, [which, target.section].filter(Boolean).join(" · ")));
    this.title.tabIndex = -1;
    const several = this.targets.length > 1;
    this.prev.hidden = this.next.hidden = this.which.hidden = !several;
    this.prev.disabled = this.index === 0;
    this.next.disabled = this.index === this.targets.length - 1;
    this.which.textContent = t("Source {0} of {1}", this.index + 1, this.targets.length);
    this.quote.hidden = !target.quote;
    this.quote.replaceChildren(...(target.quote ? [el("span", { class: "cite pending" }, target.number ?? ""), el("span", {}, t("“{0}”", target.quote.trim()))] : []));
    const query = new URLSearchParams({ document: target.documentId });
    ["version", "page", "start", "end"].forEach((each) => target[each] !== null && target[each] !== undefined && query.set(each, target[each]));
    this.whole.href = `${base}/reader.xhtml?${query}`;
    this.at.textContent = target.page ? t("Page {0}", target.page) : "";
    if (this.full) {
      window.document.title = `${shown(title)} · DocChat`;
    }
  }

  get looksPrinted() {
    return PrintView.shows(this.document, this.target.version);
  }

  async #view(target) {
    const printed = this.looksPrinted && !this.asText;
    this.text.hidden = !this.looksPrinted;
    this.text.setAttribute("aria-pressed", String(this.asText));
    this.zooms.forEach((each) => (each.hidden = !printed));
    // Of a single source that has no pages there is nothing to choose.
    this.tools.hidden = !this.looksPrinted && this.targets.length === 1 && !target.page;
    const Kind = printed ? PrintView : TextView;
    if (!(this.view instanceof Kind)) {
      this.#waiting(printed ? t("Loading the pages") : t("Loading the text"));
      this.view?.close();
      this.view = new Kind(this.body, this.document, (page, of) => this.#page(page, of));
    }
    await this.view.show(target);
  }

  #page(page, of) {
    this.tools.hidden &&= !page;
    this.at.textContent = !page ? "" : of ? t("Page {0} of {1}", page, of) : t("Page {0}", page);
  }

  #waiting(text) {
    this.body.replaceChildren(el("div", { class: "waiting", role: "status" }, text, el("progress", { "aria-label": text })));
  }

  #clear() {
    this.view?.close();
    this.view = null;
    this.body.replaceChildren();
  }

  #step(by) {
    this.open(this.targets, this.index + by);
  }

  #toggleText() {
    this.asText = !this.asText;
    this.open(this.targets, this.index);
  }

  async #download() {
    this.download.disabled = true;
    try {
      const response = await request(contentPath(this.document.id, this.target.version), { headers: { Accept: "*/*" } });
      const link = el("a", { href: URL.createObjectURL(await response.blob()), download: this.document.name });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    } catch (problem) {
      this.body.prepend(note("error", problem.message));
    } finally {
      this.download.disabled = false;
    }
  }
}

import { button, el, name, size } from "./dom.js";
import { count, t } from "./texts.js";

const ROWS = 50;

/** Shows what is being uploaded and, above all, what was refused and why. */
export class UploadList {
  constructor(root, uploads) {
    this.root = root;
    this.uploads = uploads;
    this.rows = new Map();
    this.head = el("span", { class: "grow", role: "status" });
    this.clear = button(t("Clear"), { kind: "quiet tight" }, () => uploads.dismiss((item) => item.state !== "waiting" && item.state !== "sending"));
    this.list = el("ul");
    root.replaceChildren(el("header", {}, this.head, this.clear), this.list);
    this.update();
  }

  /** After a change of one item's progress, or of anything. */
  update(item) {
    if (item && this.rows.has(item)) {
      this.rows.get(item).querySelector("progress").value = item.sent;
      return;
    }
    const { items, busy } = this.uploads;
    const of = (state) => items.filter((each) => each.state === state);
    const refused = of("refused");
    const waiting = of("waiting");
    const stored = of("stored");
    this.root.hidden = items.length === 0;
    this.clear.hidden = busy;
    this.head.textContent = [
      busy ? count(items.length, "Uploading {1} of {0} file", "Uploading {1} of {0} files", items.length - waiting.length - of("sending").length) : count(stored.length, "{0} file stored", "{0} files stored"),
      refused.length ? t("{0} refused", refused.length) : "",
    ].filter(Boolean).join(" · ");
    // Thousands may be waiting; only what moves or needs someone is worth a row.
    const shown = [...refused, ...of("sending"), ...(busy ? stored.slice(-3) : stored)].slice(0, ROWS);
    this.rows = new Map(shown.map((each) => [each, this.#row(each)]));
    this.list.replaceChildren(
      ...this.rows.values(),
      ...(waiting.length ? [el("li", { class: "muted" }, t("and {0} waiting", waiting.length))] : []),
    );
  }

  #row(item) {
    const words = { waiting: t("Waiting"), sending: t("Sending"), stored: "", refused: t("Not stored") };
    return el(
      "li",
      {},
      el("span", {}, name(item.name), " ", el("span", { class: "muted small" }, size(item.file.size))),
      item.state === "refused"
        ? el(
            "span",
            {},
            item.final ? null : button(t("Try again"), { kind: "quiet tight", symbol: "retry" }, () => this.uploads.retry(item)),
            button(t("Dismiss"), { kind: "quiet tight", symbol: "close", only: true }, () => this.uploads.dismiss((each) => each === item)),
          )
        : el("span", { class: "muted small" }, item.message ?? words[item.state]),
      item.state === "refused" ? el("span", { class: "problem", role: "alert" }, item.message) : null,
      item.state === "sending" ? el("progress", { max: 1, value: item.sent, "aria-label": t("Sending {0}", item.name) }) : null,
    );
  }
}

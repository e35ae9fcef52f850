import { button, el } from "./dom.js";
import { t } from "./texts.js";

/** Asks before something that cannot be undone. Resolves to whether it shall be done. */
export function confirm({ title, text, action, kind = "danger" }) {
  return open(title, (done) => [
    el("p", {}, ...[text].flat()),
    el(
      "div",
      { class: "row end" },
      button(t("Cancel"), {}, () => done(false)),
      el("button", { type: "submit", class: `btn ${kind}` }, action),
    ),
  ], () => true, false);
}

/** Asks which of several. Resolves to its key, or to null. */
export function choose({ title, text, choices }) {
  return open(title, (done) => [
    el("p", {}, text),
    el(
      "div",
      { class: "row end" },
      button(t("Cancel"), {}, () => done(null)),
      Object.entries(choices).map(([key, label]) => button(label, {}, () => done(key))),
    ),
  ], () => null, null);
}

/** Asks for a line of text. Resolves to it, or to null. */
export function prompt({ title, label, value = "", action = t("Save") }) {
  const input = el("input", { id: "prompted", class: "input", value, maxlength: 200, required: true, autocomplete: "off" });
  return open(title, (done) => [
    el("div", { class: "field" }, el("label", { for: "prompted" }, label), input),
    el(
      "div",
      { class: "row end" },
      button(t("Cancel"), {}, () => done(null)),
      el("button", { type: "submit", class: "btn primary" }, action),
    ),
  ], () => input.value.trim() || null, null);
}

function open(title, content, result, otherwise) {
  return new Promise((resolve) => {
    let answer = otherwise;
    const done = (value) => {
      answer = value;
      dialog.close();
    };
    const form = el("form", {
      on: {
        submit: (event) => {
          event.preventDefault();
          done(result());
        },
      },
    });
    const dialog = el("dialog", { "aria-label": title }, el("h2", {}, title), form);
    form.append(...content(done));
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(answer);
    });
    document.body.append(dialog);
    dialog.showModal();
    dialog.querySelector("input")?.select();
  });
}

import { place } from "./answer-text.js";
import { el, name } from "./dom.js";
import { t } from "./texts.js";

let shown = null;
let leaving;

/** Shows the quote behind a citation chip while it is hovered or focused; Escape, leaving or following it hides it. */
export function showsQuote(chip, citation) {
  const show = () => {
    clearTimeout(leaving);
    if (shown?.chip !== chip) {
      hide();
      open(chip, citation);
    }
  };
  const leave = () => {
    clearTimeout(leaving);
    leaving = setTimeout(hide, 160);
  };
  chip.addEventListener("mouseenter", show);
  chip.addEventListener("focus", show);
  chip.addEventListener("mouseleave", leave);
  chip.addEventListener("blur", leave);
  // The reader that opens says the quote itself, and would lie beneath.
  chip.addEventListener("click", hide);
}

function open(chip, citation) {
  const pop = el(
    "div",
    { class: "quote-pop", role: "tooltip", id: "quote-pop", on: { mouseenter: () => clearTimeout(leaving), mouseleave: hide } },
    el("blockquote", {}, t("“{0}”", citation.quote.trim())),
    el("div", { class: "muted small" }, name(citation.documentName), place(citation) ? ` · ${place(citation)}` : ""),
  );
  (chip.closest("main") ?? document.body).append(pop);
  put(pop, chip);
  chip.classList.add("shown");
  chip.setAttribute("aria-describedby", "quote-pop");
  shown = { chip, pop };
}

function put(pop, chip) {
  const at = chip.getBoundingClientRect();
  const { width, height } = pop.getBoundingClientRect();
  const above = at.top - height - 8;
  pop.style.left = `${Math.max(12, Math.min(at.left + at.width / 2 - width / 2, innerWidth - width - 12))}px`;
  pop.style.top = `${above > 8 ? above : at.bottom + 8}px`;
}

function hide() {
  if (shown) {
    shown.pop.remove();
    shown.chip.classList.remove("shown");
    shown.chip.removeAttribute("aria-describedby");
    shown = null;
  }
}

addEventListener("keydown", (event) => {
  if (event.key === "Escape" && shown) {
    event.stopPropagation();
    hide();
  }
}, true);
addEventListener("scroll", () => {
  // A chip that gets the focus is scrolled into view by that, and keeps its quote.
  if (shown && shown.chip === document.activeElement) {
    put(shown.pop, shown.chip);
  } else {
    hide();
  }
}, true);

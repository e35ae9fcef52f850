import { base } from "./api.js";
import { language, number, t } from "./texts.js";

/** Attributes that people read; a name may be in them. */
const READ = new Set(["title", "aria-label", "alt", "placeholder"]);

/**
 * Builds an element. Text goes in as text and nothing else does: there is no way to pass HTML.
 * Props: class, on{event: listener}, data{}, or any attribute; null and false leave an attribute out.
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) {
      continue;
    }
    if (name === "on") {
      Object.entries(value).forEach(([event, listener]) => node.addEventListener(event, listener));
    } else if (name === "data") {
      Object.assign(node.dataset, value);
    } else if (name === "value" || name === "checked" || name === "indeterminate") {
      node[name] = value;
    } else {
      node.setAttribute(name, value === true ? "" : READ.has(name) ? shown(String(value)) : value);
    }
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${base}/resources/img/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

/** A name that came from outside: marks that would turn its direction round, "fdp.exe" for "exe.pdf", are shown for what they are. */
export const shown = (text) => text.replace(/[\u202A-\u202E\u2066-\u2069]/g, "\uFFFD");

/** The same where it stands among others: what marks of direction it has must not reorder those. */
export function name(text) {
  return el("bdi", { title: text }, shown(text));
}

export function button(label, { symbol, kind = "", only = false, ...props }, onClick) {
  return el(
    "button",
    {
      type: "button",
      class: `btn ${kind} ${only ? "only" : ""}`,
      "aria-label": only ? label : null,
      title: only ? label : null,
      ...props,
      on: { click: onClick },
    },
    symbol ? icon(symbol) : null,
    only ? null : label,
  );
}

export function note(kind, message, ...actions) {
  return el(
    "div",
    { class: `note ${kind}`, role: kind.startsWith("error") ? "alert" : "status" },
    icon(/^(error|warn)/.test(kind) ? "alert" : "info"),
    el("span", { class: "grow" }, message),
    actions,
  );
}

const plural = new Intl.PluralRules(language, { type: "ordinal" });
const ordinals = { one: t("{0}st", "{0}"), two: t("{0}nd", "{0}"), few: t("{0}rd", "{0}"), other: t("{0}th", "{0}") };
export const ordinal = (n) => ordinals[plural.select(n)].replace("{0}", number(n));

export function size(bytes) {
  if (!(bytes >= 0)) {
    return "";
  }
  const units = ["{0} B", "{0} kB", "{0} MB", "{0} GB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = value >= 10 || unit === 0 ? 0 : 1;
  return t(units[unit], number(value, { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: false }));
}

const time = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hour12: false });
const date = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", year: "numeric" });

/** The day in words, then the date: "Today", "Yesterday", "3 Nov 2026". */
export function day(instant) {
  const then = new Date(instant);
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(then).setHours(0, 0, 0, 0)) / 86_400_000);
  return days === 0 ? t("Today") : days === 1 ? t("Yesterday") : date.format(then);
}

export function moment(instant) {
  const words = day(instant);
  return words === t("Today") ? t("Today, {0}", time.format(new Date(instant))) : words;
}

/** Says something once to those who do not see the page. */
export function announce(text) {
  const region = document.getElementById("announce");
  if (region) {
    region.textContent = "";
    setTimeout(() => (region.textContent = text), 60);
  }
}

/** What a browser remembers for this person; storage may be forbidden or hold anything. */
export const memory = {
  get(key, otherwise) {
    try {
      return JSON.parse(localStorage.getItem(`docchat.${key}`)) ?? otherwise;
    } catch {
      return otherwise;
    }
  },
  set(key, value) {
    try {
      localStorage.setItem(`docchat.${key}`, JSON.stringify(value));
    } catch {
      // Not remembered, then.
    }
  },
};

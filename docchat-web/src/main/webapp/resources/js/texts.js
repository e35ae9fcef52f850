/*
 * What scripts say, in the language of the page: t("Last used {0}", when). The English text is the key of the tables in
 * resources/texts, which the pages use too; what is missing there stays English. A module that imports this one runs once
 * the table is there, so nothing is shown in English first.
 */
export const language = document.documentElement.lang || "en";

const { texts, server } = language === "en" ? tables({}) : await fetched();

async function fetched() {
  try {
    const response = await fetch(new URL(`../texts/${language}.json`, import.meta.url));
    return tables(await response.json());
  } catch {
    return tables({}); // better English than nothing
  }
}

function tables({ texts = {}, server = {} }) {
  return { texts: new Map(Object.entries(texts)), server: new Map(Object.entries(server)) };
}

/** A number as the language writes it. */
export const number = (n, options = {}) => new Intl.NumberFormat(language, options).format(n ?? 0);

const plural = new Intl.PluralRules(language);
const shown = (value) => (typeof value === "number" ? number(value) : String(value ?? ""));
const filled = (text, values) => text.replace(/\{(\d)\}/g, (place, n) => (n < values.length ? shown(values[n]) : place));

/** A text with its values in the places {0}, {1} … */
export const t = (text, ...values) => filled(texts.get(text) ?? text, values);

/** The same as nodes, for values that are nodes. */
export const nodes = (text, ...values) => t(text).split(/\{(\d)\}/).map((part, i) => (i % 2 ? values[part] : part)).filter((part) => part !== "");

/** A text with a number in place 0, in the form that goes with the number; `many` is the English for all but one. */
export function count(n, one, many, ...more) {
  const forms = texts.get(one) ?? { one, other: many };
  return filled(forms[plural.select(n ?? 0)] ?? forms.other, [n ?? 0, ...more]);
}

/** What the server says, which is English: sentence by sentence as far as it is known. As Translation.told. */
export function told(words) {
  const whole = known(words);
  if (whole !== null) {
    return whole;
  }
  for (const end of words.matchAll(/[.!?] /g)) {
    const head = known(words.slice(0, end.index + 1));
    if (head !== null) {
      return `${head} ${told(words.slice(end.index + 2))}`;
    }
  }
  return words;
}

function known(words) {
  const exact = server.get(words) ?? texts.get(words);
  if (typeof exact === "string") {
    return exact;
  }
  for (const [text, translated] of server) {
    const values = valuesIn(text, words);
    if (values) {
      return filled(translated, values);
    }
  }
  return null;
}

/** What stands in the places of a text, if it is that; they are numbered in their order, and no sentence is in one. */
function valuesIn(text, words) {
  const parts = text.split(/\{\d\}/);
  if (parts.length === 1 || !words.startsWith(parts[0]) || !words.endsWith(parts.at(-1))) {
    return null;
  }
  const values = [];
  let from = parts[0].length;
  for (const [i, part] of parts.slice(1).entries()) {
    const to = i === parts.length - 2 ? words.length - part.length : words.indexOf(part, from);
    const found = words.slice(from, to);
    if (to <= from || /[.!?] /.test(found)) {
      return null;
    }
    values.push(value(found));
    from = to + part.length;
  }
  return values;
}

const value = (words) => (/^\d+(\.\d+)?$/.test(words) ? number(Number(words), { minimumFractionDigits: (words.split(".")[1] ?? "").length }) : words);

import { el } from "./dom.js";
import { t } from "./texts.js";

/**
 * An answer's text as DOM nodes: paragraphs, lists, headings, code, emphasis and citation markers, built node by node.
 * Whatever else a model writes, HTML above all, stays the text that it is. `cite` makes the node for a marker `[n]`.
 */
export function answerText(text, cite) {
  const blocks = [];
  const lines = text.replaceAll("\r", "").split("\n");
  let at = 0;
  const until = (test) => {
    const taken = [];
    while (at < lines.length && test(lines[at])) {
      taken.push(lines[at++]);
    }
    return taken;
  };
  while (at < lines.length) {
    const line = lines[at];
    if (!line.trim()) {
      at++;
    } else if (line.startsWith("```")) {
      at++;
      const code = until((each) => !each.startsWith("```"));
      at++;
      blocks.push(el("pre", {}, el("code", {}, code.join("\n"))));
    } else if (/^#{1,6}\s/.test(line)) {
      at++;
      blocks.push(el("h3", {}, inline(line.replace(/^#+\s+/, ""), cite)));
    } else if (BULLET.test(line)) {
      blocks.push(el("ul", {}, items(until(inList(BULLET)), BULLET, cite)));
    } else if (NUMBERED.test(line)) {
      const start = Number.parseInt(line.trim(), 10);
      blocks.push(el("ol", { start: start === 1 ? null : start }, items(until(inList(NUMBERED)), NUMBERED, cite)));
    } else {
      const words = until((each) => each.trim() && !each.startsWith("```") && !BULLET.test(each) && !NUMBERED.test(each));
      blocks.push(el("p", {}, inline(words.join("\n"), cite)));
    }
  }
  return blocks;
}

const BULLET = /^\s{0,6}[-*•]\s+/;
const NUMBERED = /^\s{0,6}\d{1,3}[.)]\s+/;

const inList = (marker) => (line) => marker.test(line) || (/^\s{2,}\S/.test(line) && !line.startsWith("```"));

function items(lines, marker, cite) {
  const texts = [];
  for (const line of lines) {
    if (marker.test(line)) {
      texts.push(line.replace(marker, ""));
    } else {
      texts[texts.length - 1] += ` ${line.trim()}`;
    }
  }
  return texts.map((text) => el("li", {}, inline(text, cite)));
}

const INLINE = /\[(\d{1,3})\]|`([^`\n]+)`|\*\*([^*\n]+)\*\*|(?<![*\w])\*([^*\s][^*\n]*)\*(?![*\w])|\n/g;

function inline(text, cite) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    const [whole, marker, code, strong, emphasis] = match;
    const before = text.slice(end, match.index);
    end = match.index + whole.length;
    if (marker) {
      mark(nodes, before.trimEnd(), cite(Number(marker)) ?? whole);
      continue;
    }
    nodes.push(before);
    if (code) {
      nodes.push(el("code", {}, code));
    } else if (strong) {
      nodes.push(el("strong", {}, inline(strong, cite)));
    } else if (emphasis) {
      nodes.push(el("em", {}, inline(emphasis, cite)));
    } else {
      nodes.push(el("br"));
    }
  }
  nodes.push(text.slice(end));
  return nodes;
}

/** A marker belongs to the word before it, or to the marker before it, and does not begin a line. */
function mark(nodes, before, marker) {
  const last = nodes.at(-1);
  if (!before && last?.className === "kept") {
    last.append(marker);
    return;
  }
  // What is very long has to be broken somewhere.
  const word = /\S{0,24}$/.exec(before)[0];
  nodes.push(before.slice(0, before.length - word.length), el("span", { class: "kept" }, word, marker));
}

/** The place of a citation or passage in words. */
export function place({ page, section, version }) {
  return [page ? t("page {0}", page) : null, section || null, version > 1 ? t("version {0}", version) : null].filter(Boolean).join(" · ");
}

/** On one line, and not markup. */
const plain = (text) => text.trim().replace(/\s+/g, " ").replace(/[\\`*_[\]<>#|~&]/g, "\\$&");

/** Emphasis, lists and code, but nothing that fetches or leads anywhere: no HTML, links, images or definitions of links. */
const marked = (text) => text.trim().replace(/[\\<&[\]]/g, "\\$&");

/** The answer with its sources, to paste elsewhere: what a document or a model said must not be markup there. */
export function markdown({ question, text, citations = [] }) {
  const sources = citations.map((each) => {
    const where = place(each);
    return `\\[${each.number}\\] ${plain(each.documentName)}${where ? `, ${plain(where)}` : ""}: ${t("“{0}”", plain(each.quote))}`;
  });
  return [`**${plain(question)}**`, marked(text), sources.length ? `${t("Sources:")}\n\n${sources.join("\n\n")}` : ""].filter(Boolean).join("\n\n");
}

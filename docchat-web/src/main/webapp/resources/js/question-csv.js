import { t } from "./texts.js";

const MOST_QUESTIONS = 2000;
const COLUMNS = ["question", "document", "page", "answerable"];
const YES = ["", "true", "yes", "1"];
const NO = ["false", "no", "0"];

/**
 * Questions of an evaluation from CSV (RFC 4180) with the columns question, document, page, answerable in any order.
 * Rows with the same question are one question that expects several places. Throws an Error that names the line.
 */
export function parse(text) {
  const [head, ...rows] = records(text.replace(/^\uFEFF/, ""));
  if (!head) {
    throw new Error(t("The file is empty."));
  }
  const columns = head.fields.map((each) => each.trim().toLowerCase());
  if (!columns.includes("question")) {
    throw new Error(t("Line 1 must name the columns: {0}.", COLUMNS.join(",")));
  }
  const unknown = columns.find((each) => each && !COLUMNS.includes(each));
  if (unknown) {
    throw new Error(t("Line 1 names a column “{0}”; known are {1}.", unknown, COLUMNS.join(", ")));
  }
  const questions = new Map();
  for (const { line, fields } of rows) {
    if (fields.length > columns.length) {
      throw new Error(t("Line {0} has {1} fields, but there are {2} columns. Put text with a comma into double quotes.", line, fields.length, columns.length));
    }
    const field = (column) => (fields[columns.indexOf(column)] ?? "").trim();
    add(questions, line, field);
  }
  if (questions.size === 0) {
    throw new Error(t("The file has no question below its first line."));
  }
  return [...questions.values()].map(({ question, expected, answerable }) => ({ question, expected, answerable }));
}

function add(questions, line, field) {
  const question = field("question");
  const document = field("document");
  const page = field("page");
  const word = field("answerable").toLowerCase();
  if (!question) {
    throw new Error(t("Line {0} has no question.", line));
  }
  if (page && !document) {
    throw new Error(t("Line {0} names a page, but no document.", line));
  }
  if (page && !/^[1-9]\d{0,6}$/.test(page)) {
    throw new Error(t("Line {0}: the page must be a whole number from 1, not “{1}”.", line, page));
  }
  if (!YES.includes(word) && !NO.includes(word)) {
    throw new Error(t("Line {0}: answerable must be true or false, not “{1}”.", line, word));
  }
  const answerable = YES.includes(word);
  const known = questions.get(question);
  if (known && known.answerable !== answerable) {
    throw new Error(t("Line {0} and line {1} ask the same, but only one says that it can be answered.", line, known.line));
  }
  if (!known && questions.size === MOST_QUESTIONS) {
    throw new Error(t("Line {0} is one question too many: an evaluation has {1} at most.", line, MOST_QUESTIONS));
  }
  const one = known ?? { line, question, answerable, expected: [] };
  if (document) {
    one.expected.push({ document, ...(page ? { page: Number(page) } : {}) });
  }
  questions.set(question, one);
}

/** Fields by line; a field in quotes may hold separators, line ends and doubled quotes. Blank lines are left out. */
function records(text) {
  // What spreadsheets write where the comma is the decimal sign.
  const first = text.split(/\r?\n/, 1)[0];
  const separator = first.includes(";") && !first.includes(",") ? ";" : ",";
  const all = [];
  let line = 1;
  let at = 0;
  while (at < text.length) {
    const record = { line, fields: [] };
    let more = true;
    while (more) {
      let value = "";
      if (text[at] === '"') {
        const opened = line;
        for (at++; text[at] !== '"' || text[at + 1] === '"'; at++) {
          if (at >= text.length) {
            throw new Error(t("Line {0} opens a quote that is never closed.", opened));
          }
          if (text[at] === '"') {
            at++;
          }
          line += text[at] === "\n" ? 1 : 0;
          value += text[at];
        }
        at++;
      }
      while (at < text.length && text[at] !== separator && text[at] !== "\n") {
        value += text[at++];
      }
      record.fields.push(value);
      more = text[at] === separator;
      at++;
    }
    line++;
    if (record.fields.some((each) => each.trim())) {
      all.push(record);
    }
  }
  return all;
}

import { call } from "./api.js";
import { choose as ask, confirm } from "./dialogs.js";
import { announce, button, el, icon, moment, name, note } from "./dom.js";
import { FIGURES } from "./evaluation-figures.js";
import { comparisonView, runView } from "./evaluation-views.js";
import { parse } from "./question-csv.js";
import { count, nodes, t } from "./texts.js";

const PAGE = 20;
const TICK = 1500;
/** Up to here, a run is read anew with each question that is done. */
const SMALL = 300;
const HEADLINES = FIGURES.filter(({ headline }) => headline);

const { id } = document.getElementById("evaluations").dataset;
const path = `/collections/${id}/evaluations`;
const message = document.getElementById("message");
const list = document.getElementById("runs");
const results = document.getElementById("run");

let runs = [];
let cursor = null;
let opened = null;
const chosen = new Set();
let timer;

async function reload() {
  clearTimeout(timer);
  const before = runs.find((each) => each.id === opened);
  try {
    const slice = await call(`${path}?limit=${Math.min(200, Math.max(PAGE, runs.length))}`);
    runs = slice.items;
    cursor = slice.nextCursor;
    render();
  } catch (problem) {
    message.replaceChildren(note("error", problem.message, button(t("Try again"), { kind: "tight" }, reload)));
    return;
  }
  const now = runs.find((each) => each.id === opened);
  if (now && before?.progress.done !== now.progress.done && (now.state === "done" || now.progress.total <= SMALL)) {
    await show(opened);
  }
  if (before?.state === "running" && now?.state === "done") {
    message.replaceChildren();
    announce(t("{0} is done.", now.name));
  }
  if (runs.some(({ state }) => state === "running")) {
    timer = setTimeout(() => (document.hidden ? addEventListener("visibilitychange", reload, { once: true }) : reload()), TICK);
  }
}

function render() {
  for (const each of [...chosen]) {
    if (!runs.some((run) => run.id === each && run.state === "done")) {
      chosen.delete(each);
    }
  }
  if (runs.length === 0) {
    list.replaceChildren(empty());
    return;
  }
  const focused = list.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  const th = (label, kind) => el("th", { scope: "col", class: kind }, label);
  list.replaceChildren(
    el("div", { class: "toolbar" },
      button(chosen.size === 2 ? t("Compare the two") : t("Compare: choose two"), { disabled: chosen.size !== 2, data: { key: "compare" } }, compare)),
    el("table", { class: "table runs" },
      el("thead", {}, el("tr", {}, el("th", { class: "check" }, el("span", { class: "unseen" }, t("Compare"))), th(t("Run")),
        HEADLINES.map(({ label }) => th(label, "figure")), el("th", {}, el("span", { class: "unseen" }, t("Actions"))))),
      el("tbody", {}, runs.map(row))),
    cursor ? el("div", { class: "more" }, button(t("Show more"), {}, more)) : "");
  if (focused) {
    list.querySelector(`[data-key="${focused}"]`)?.focus();
  }
}

function row(run) {
  const { done, total } = run.progress;
  const title = `${run.name}, ${moment(run.createdAt)}`;
  const running = run.state === "running";
  return el("tr", { class: run.id === opened ? "current" : "" },
    el("td", { class: "check" }, el("input", {
      type: "checkbox", "aria-label": t("Compare {0}", title), checked: chosen.has(run.id), disabled: running, data: { key: `choose-${run.id}` },
      on: { change: ({ target }) => choose(run.id, target.checked) },
    })),
    el("td", {},
      el("button", { type: "button", class: "link", "aria-current": run.id === opened ? "true" : null, data: { key: `open-${run.id}` }, on: { click: () => open(run.id) } }, name(run.name)),
      el("p", { class: "small muted" }, moment(run.createdAt), " · ", running ? count(total, "{1} of {0} question", "{1} of {0} questions", done) : count(total, "{0} question", "{0} questions")),
      running ? el("progress", { max: total, value: done, "aria-label": t("Progress of {0}", title) }) : null),
    HEADLINES.map(({ label, show }) => el("td", { class: "figure", data: { label } }, show(run.metrics))),
    el("td", { class: "act" }, button(t("Delete {0}", title), { kind: "quiet tight", symbol: "trash", only: true, data: { key: `delete-${run.id}` } }, () => remove(run))));
}

function choose(run, yes) {
  chosen.delete(run);
  if (yes) {
    // The third takes the place of the first.
    [...chosen].slice(0, -1).forEach((each) => chosen.delete(each));
    chosen.add(run);
  }
  render();
}

async function more() {
  try {
    const slice = await call(`${path}?limit=${PAGE}&cursor=${encodeURIComponent(cursor)}`);
    runs.push(...slice.items);
    cursor = slice.nextCursor;
    render();
  } catch (problem) {
    message.replaceChildren(note("error", problem.message));
  }
}

async function open(run) {
  opened = run;
  history.replaceState(null, "", `?${new URLSearchParams({ id, run })}`);
  render();
  await show(run);
  results.querySelector("h2")?.focus({ preventScroll: true });
}

async function show(run) {
  await present(async () => runView(await call(`${path}/${encodeURIComponent(run)}`)), () => opened === run);
}

async function compare() {
  const [one, other] = [...chosen].map((each) => runs.find((run) => run.id === each))
    .sort((a, b) => a.createdAt.localeCompare(b.createdAt)).map((run) => run.id);
  history.replaceState(null, "", `?${new URLSearchParams({ id, run: one, with: other })}`);
  await sideBySide(one, other);
  results.querySelector("h2")?.focus();
}

async function sideBySide(one, other) {
  opened = null;
  render();
  await present(async () => comparisonView(...(await Promise.all([one, other].map((each) => call(`${path}/${encodeURIComponent(each)}`))))), () => opened === null);
}

async function present(view, wanted) {
  let nodes;
  try {
    nodes = (await view()).flat().filter(Boolean);
  } catch (problem) {
    nodes = [note("error", problem.message)];
  }
  if (wanted()) {
    results.replaceChildren(...nodes);
  }
}

async function remove(run) {
  const sure = await confirm({
    title: t("Delete this run?"),
    text: run.state === "running"
      ? nodes("{0} will stop and be gone with its figures. The documents stay.", name(run.name))
      : nodes("{0} will be gone with its figures. The documents stay.", name(run.name)),
    action: t("Delete"),
  });
  if (!sure) {
    return;
  }
  try {
    await call(`${path}/${run.id}`, { method: "DELETE" });
    if (opened === run.id) {
      opened = null;
      results.replaceChildren();
    }
    await reload();
  } catch (problem) {
    message.replaceChildren(note("error", problem.message));
  }
}

function chooseFile() {
  const input = el("input", { type: "file", accept: ".csv,text/csv" });
  input.addEventListener("change", () => input.files[0] && begin(input.files[0]));
  input.click();
}

async function begin(file) {
  message.replaceChildren();
  try {
    const questions = parse(await file.text());
    const embeddingModel = await modelToAskBy();
    if (!embeddingModel) {
      return;
    }
    const run = await call(path, { method: "POST", json: { name: file.name.replace(/\.csv$/i, "").slice(0, 200), questions, embeddingModel } });
    message.replaceChildren(note("done", count(questions.length, "{0} question will be asked. You may leave this page; it goes on.", "{0} questions will be asked. You may leave this page; they go on.")));
    await reload();
    await open(run.id);
  } catch (problem) {
    message.replaceChildren(note("error", [name(file.name), t(": "), problem.message], button(t("Choose another file"), { kind: "tight" }, chooseFile)));
  }
}

/** The one whose embeddings answer; where others are ready to take over, the one that is chosen. Null: none. */
async function modelToAskBy() {
  const { name: inUse, models } = await call(`/collections/${id}/embedding-model`);
  const ready = models.filter(({ state }) => state === "ready").map((each) => each.name);
  return ready.length === 0 ? inUse : ask({
    title: t("By which model?"),
    text: t("This collection has embeddings of several. Ask the same questions by each, and compare the two runs."),
    choices: Object.fromEntries([inUse, ...ready].map((each) => [each, each === inUse ? t("{0} (answers now)", each) : each])),
  });
}

function empty() {
  return el("div", { class: "empty" },
    icon("check"),
    el("h2", {}, t("Measure how well this collection answers")),
    el("p", {}, t("Upload a CSV file with questions, the document and page where each answer stands, and some questions that the documents do not answer. After a change of documents or settings, upload it again and compare.")),
    el("pre", { class: "example", tabindex: "0", "aria-label": t("Example of such a file") },
      "question,document,page,answerable\nHow long do refunds take?,policy.pdf,3,true\nHow long do refunds take?,faq.html,,true\nWho won the cup in 1998?,,,false"),
    el("p", { class: "small" }, t("A question with several rows expects all their places.")),
    el("div", { class: "actions" }, button(t("Upload questions"), { symbol: "upload", kind: "primary" }, chooseFile)));
}

document.getElementById("upload").addEventListener("click", chooseFile);
const query = new URLSearchParams(location.search);
await reload();
if (query.get("run") && query.get("with")) {
  await sideBySide(query.get("run"), query.get("with"));
} else if (query.get("run")) {
  await open(query.get("run"));
} else if (runs.length) {
  await open(runs[0].id);
}

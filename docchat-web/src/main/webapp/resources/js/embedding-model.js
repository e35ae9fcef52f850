import { call } from "./api.js";
import { confirm } from "./dialogs.js";
import { announce, button, el, name, note, number } from "./dom.js";

const TICK = 2000;
const STATES = { in_use: "answers", ready: "ready", filling: "being computed", failed: "stopped", none: "not computed" };

const { id } = document.getElementById("collection").dataset;
const path = `/collections/${id}/embedding-model`;
const fact = document.getElementById("model-fact");
const opener = document.getElementById("model");
const dialog = document.getElementById("model-dialog");
const list = document.getElementById("models");

let timer;
let before = [];

/** Where there is but one model, and one can only have that, nobody is bothered. */
async function look() {
  clearTimeout(timer);
  let now;
  try {
    now = await call(path);
  } catch {
    // The page's other parts say what is wrong; this one looks again.
    timer = setTimeout(look, 5 * TICK);
    return;
  }
  show(now);
  if (now.models.some(({ state }) => state === "filling")) {
    timer = setTimeout(() => (document.hidden ? addEventListener("visibilitychange", look, { once: true }) : look()), TICK);
  }
}

function show({ models }) {
  const beside = models.filter(({ state }) => state !== "in_use");
  fact.hidden = beside.length === 0;
  fact.replaceChildren(
    "Searched by ", name(models[0].name),
    ...beside.filter(({ state }) => state !== "none").flatMap((each) => [" · ", name(each.name), ` ${brief(each)}`]));
  if (opener) {
    opener.hidden = beside.length === 0;
    render(models);
  }
  for (const { name: model, state } of beside) {
    if (state === "ready" && before.some((each) => each.name === model && each.state === "filling")) {
      announce(`${model} is ready.`);
    }
  }
  before = models;
}

const brief = ({ state, done, total }) => (state === "filling" ? `${STATES.filling}, ${number(done)} of ${number(total)}` : STATES[state]);

function render(models) {
  const focused = list.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  list.replaceChildren(...models.map((each) =>
    el("li", { class: "model" },
      el("div", { class: "row" },
        el("span", { class: "grow" }, el("strong", {}, name(each.name)), " ", el("span", { class: "tag" }, STATES[each.state])),
        actions(each)),
      el("p", { class: "muted small" }, each.dimensions ? `${number(each.dimensions)} dimensions` : "No longer configured here",
        each.state === "none" ? "" : ` · ${number(each.done)} of ${number(each.total)} passages`),
      each.state === "filling" ? el("progress", { max: each.total || 1, value: each.done, "aria-label": `Progress of ${each.name}` }) : null,
      each.problem ? note("warn", each.problem) : null)));
  if (focused) {
    list.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }
}

function actions(model) {
  const act = (label, kind, work) => button(label, { kind: `tight ${kind}`, data: { key: `${label} ${model.name}` } }, () => run(work));
  const drop = (label) => act(label, "quiet", () => call(`${path}?name=${encodeURIComponent(model.name)}`, { method: "DELETE" }));
  const json = { name: model.name };
  const fill = () => call(path, { method: "POST", json });
  switch (model.state) {
    case "none": return [act("Compute", "", async () => (await sure(model)) && fill())];
    case "filling": return [drop("Cancel")];
    case "failed": return [act("Go on", "", fill), drop("Delete")];
    case "ready": return [act("Use it", "primary", () => call(path, { method: "PUT", json })), drop("Delete")];
    default: return [];
  }
}

const sure = (model) => confirm({
  title: "Compute these embeddings?",
  text: ["Each passage of this collection is embedded by ", name(model.name), " in the background. If that model runs on another server, the text is sent there. Nothing changes for those who ask until you use it."],
  action: "Compute",
  kind: "primary",
});

async function run(work) {
  const message = document.getElementById("model-message");
  message.replaceChildren();
  try {
    await work();
  } catch (problem) {
    message.replaceChildren(note("error", problem.message));
  }
  await look();
}

opener?.addEventListener("click", () => {
  dialog.showModal();
  look();
});
look();

import { call } from "./api.js";
import { confirm } from "./dialogs.js";
import { announce, button, el, name, note } from "./dom.js";
import { count, nodes, t, told } from "./texts.js";

const TICK = 2000;
const STATES = { in_use: t("answers"), ready: t("ready"), filling: t("being computed"), failed: t("stopped"), none: t("not computed") };

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
    ...nodes("Searched by {0}", name(models[0].name)),
    ...beside.filter(({ state }) => state !== "none").flatMap((each) => [" · ", name(each.name), ` ${brief(each)}`]));
  if (opener) {
    opener.hidden = beside.length === 0;
    render(models);
  }
  for (const { name: model, state } of beside) {
    if (state === "ready" && before.some((each) => each.name === model && each.state === "filling")) {
      announce(t("{0} is ready.", model));
    }
  }
  before = models;
}

const brief = ({ state, done, total }) => (state === "filling" ? t("being computed, {0} of {1}", done, total) : STATES[state]);

function render(models) {
  const focused = list.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  list.replaceChildren(...models.map((each) =>
    el("li", { class: "model" },
      el("div", { class: "row" },
        el("span", { class: "grow" }, el("strong", {}, name(each.name)), " ", el("span", { class: "tag" }, STATES[each.state])),
        actions(each)),
      el("p", { class: "muted small" }, each.dimensions ? t("{0} dimensions", each.dimensions) : t("No longer configured here"),
        each.state === "none" ? "" : ` · ${count(each.total, "{1} of {0} passage", "{1} of {0} passages", each.done)}`),
      each.state === "filling" ? el("progress", { max: each.total || 1, value: each.done, "aria-label": t("Progress of {0}", each.name) }) : null,
      each.problem ? note("warn", told(each.problem)) : null)));
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
    case "none": return [act(t("Compute"), "", async () => (await sure(model)) && fill())];
    case "filling": return [drop(t("Cancel"))];
    case "failed": return [act(t("Go on"), "", fill), drop(t("Delete"))];
    case "ready": return [act(t("Use it"), "primary", () => call(path, { method: "PUT", json })), drop(t("Delete"))];
    default: return [];
  }
}

const sure = (model) => confirm({
  title: t("Compute these embeddings?"),
  text: nodes("Each passage of this collection is embedded by {0} in the background. If that model runs on another server, the text is sent there. Nothing changes for those who ask until you use it.", name(model.name)),
  action: t("Compute"),
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

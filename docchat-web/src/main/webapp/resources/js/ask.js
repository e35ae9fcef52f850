import { all, call, events, isAbort, Problem, request } from "./api.js";
import { Composer } from "./composer.js";
import { Conversations } from "./conversations.js";
import { el, icon, note, shown } from "./dom.js";
import { Reader } from "./reader.js";
import { Start } from "./start.js";
import { t } from "./texts.js";
import { Turn } from "./turn.js";

const page = document.getElementById("ask");
const turns = document.getElementById("turns");
const heading = document.getElementById("talk-title");
const query = new URLSearchParams(location.search);
const narrow = matchMedia("(max-width: 839px)");

let conversation = null;
let running = null;
let opening = 0;
let cameFrom = null;
let collections = [];

const reader = new Reader(document.getElementById("reader"), { onClose: () => closeReader() });
const composer = new Composer(document.getElementById("composer"), {
  onAsk: ask,
  onStop: () => running?.abort(),
});
const conversations = new Conversations(document.getElementById("talks"), { onOpen: open, onNew: fresh, onRename: title });
const start = new Start(el("section", { class: "start" }), (found) => {
  collections = found;
  composer.offer(collections);
  composer.field.focus();
});

function read(targets, index) {
  cameFrom = document.activeElement;
  if (!page.classList.contains("reading")) {
    page.classList.add("reading");
    if (narrow.matches) {
      history.pushState({ reading: true }, "");
    }
  }
  reader.open(targets, index);
}

function closeReader() {
  if (history.state?.reading) {
    history.back();
  } else {
    hideReader();
  }
}

function hideReader() {
  page.classList.remove("reading");
  reader.hide();
  cameFrom?.focus({ preventScroll: true });
  cameFrom = null;
}

const onTurn = { onRead: read, onAgain: again };

/** The same question once more, with what stands for it, of the collections that are chosen now. */
function again(question, standalone) {
  if (running) {
    return;
  }
  const asked = composer.asked.map(({ id }) => id);
  if (asked.length) {
    ask(question, asked, standalone);
  } else {
    composer.field.focus();
  }
}

/** @param standalone what to search for; left out, the server finds out from the conversation */
async function ask(question, asked, standalone) {
  const mine = (running = new AbortController());
  const turn = new Turn(question, onTurn);
  start.root.remove();
  if (!conversation) {
    title(question);
  }
  turns.append(turn.node);
  turn.node.scrollIntoView({ block: "start" });
  composer.running = true;
  let done = false;
  try {
    const response = await request("/answers", {
      method: "POST",
      json: { question, collections: asked, ...(conversation ? { conversationId: conversation } : {}), ...(standalone ? { standaloneQuestion: standalone } : {}) },
      headers: { Accept: "text/event-stream" },
      signal: mine.signal,
    });
    for await (const { event, data } of events(response)) {
      if (event === "passages") {
        turn.passages(Array.isArray(data) ? data : (data.passages ?? data.items ?? []));
      } else if (event === "token") {
        turn.token(data.text);
        follow();
      } else if (event === "answer") {
        done = true;
        turn.answer(data, { live: true });
        keep(data.conversationId);
      } else if (event === "error" || event === "shutdown") {
        throw new Problem(data);
      }
    }
    if (!done) {
      throw new Problem({ detail: t("The connection ended before the answer did.") });
    }
  } catch (problem) {
    if (isAbort(problem) || mine.signal.aborted) {
      turn.stopped();
    } else {
      turn.failed(problem, () => {
        turn.node.remove();
        ask(question, asked, standalone);
      });
      turn.node.scrollIntoView({ block: "end" });
    }
  } finally {
    if (running === mine) {
      running = null;
      composer.running = false;
      composer.field.focus({ preventScroll: true });
    }
  }
}

/** Keeps the end in view for those who are at the end; never pulls away those who read above. */
function follow() {
  if (turns.scrollHeight - turns.scrollTop - turns.clientHeight < 120) {
    turns.scrollTop = turns.scrollHeight;
  }
}

function keep(id) {
  if (id && id !== conversation) {
    conversation = id;
    history.replaceState(history.state, "", `?conversation=${encodeURIComponent(id)}`);
  }
  conversations.current = conversation;
  conversations.reload();
}

async function open(id) {
  running?.abort();
  const mine = ++opening;
  page.classList.remove("listing");
  turns.setAttribute("aria-busy", "true");
  try {
    const talk = await call(`/conversations/${encodeURIComponent(id)}`);
    if (mine !== opening) {
      return;
    }
    conversation = id;
    hideReader();
    history.replaceState(null, "", `?conversation=${encodeURIComponent(id)}`);
    title(talk.title);
    conversations.mark(id);
    turns.replaceChildren(...talk.answers.map((answer) => {
      const turn = new Turn(answer.question, onTurn);
      turn.answer(answer);
      return turn.node;
    }));
    turns.lastElementChild?.scrollIntoView({ block: "start" });
  } catch (problem) {
    turns.replaceChildren(note("error", problem.message));
  } finally {
    turns.removeAttribute("aria-busy");
  }
}

function fresh() {
  running?.abort();
  opening++;
  conversation = null;
  hideReader();
  page.classList.remove("listing");
  history.replaceState(null, "", location.pathname);
  title(null);
  conversations.mark(null);
  start.show(collections);
  turns.replaceChildren(start.root);
  composer.field.focus();
}

function title(text) {
  heading.textContent = text === null ? t("New question") : shown(text);
  document.title = `${text === null ? t("Ask") : shown(text)} · DocChat`;
}

document.getElementById("new").addEventListener("click", fresh);
document.getElementById("new-phone").addEventListener("click", fresh);
document.getElementById("list").addEventListener("click", () => {
  page.classList.add("listing");
  document.getElementById("new").focus();
});
document.getElementById("unlist").addEventListener("click", () => page.classList.remove("listing"));
addEventListener("popstate", () => page.classList.contains("reading") && hideReader());
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !document.querySelector("dialog[open]")) {
    if (page.classList.contains("reading")) {
      closeReader();
    } else {
      page.classList.remove("listing");
    }
  }
});

composer.send.replaceChildren(icon("send"));
conversations.reload();
try {
  collections = await all("/collections");
  composer.offer(collections, query.get("collection"));
  if (query.get("conversation")) {
    await open(query.get("conversation"));
  } else {
    fresh();
    // Only put there: a link must not ask in somebody's name.
    composer.restore((query.get("question") ?? "").slice(0, 4000));
  }
} catch (problem) {
  turns.replaceChildren(note("error", problem.message));
}

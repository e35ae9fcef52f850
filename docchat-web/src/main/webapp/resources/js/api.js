import { t, told } from "./texts.js";

const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";

/** Where the application stands on its host: "" at the root. */
export const base = meta("base");
export const api = `${base}/api/v1`;

/** What went wrong, as the server tells it (RFC 9457); the message is written for people. */
export class Problem extends Error {
  constructor({ status = 0, title, detail, code, instance } = {}) {
    const incident = instance && status >= 500 ? ` ${t("Incident {0}.", instance)}` : "";
    super((told(detail || title || "") || t("The server answered with status {0}.", String(status))) + incident);
    this.status = status;
    this.code = code;
  }

  static async of(response) {
    if (response.status === 401) {
      signedOut();
      return new Problem({ status: 401, code: "signed_out", detail: t("You are signed out. Sign in again to go on.") });
    }
    try {
      return new Problem({ ...(await response.json()), status: response.status });
    } catch {
      return new Problem({ status: response.status });
    }
  }

  static unreachable() {
    return new Problem({
      code: "unreachable",
      detail: t("The server does not answer. Check your connection; nothing you entered is lost."),
    });
  }
}

export const isAbort = (problem) => problem?.name === "AbortError";

export function headers(more = {}) {
  return { "X-DocChat-CSRF": meta("csrf"), ...more };
}

/** A request with the session's rights; throws a Problem unless the answer is a success. */
export async function request(path, { json, headers: more, ...options } = {}) {
  const body = json === undefined ? options.body : JSON.stringify(json);
  const type = json === undefined ? {} : { "Content-Type": "application/json" };
  let response;
  try {
    response = await fetch(path.startsWith("/") ? api + path : path, {
      credentials: "same-origin",
      ...options,
      body,
      headers: headers({ Accept: "application/json", ...type, ...more }),
    });
  } catch (problem) {
    throw isAbort(problem) ? problem : Problem.unreachable();
  }
  if (!response.ok) {
    throw await Problem.of(response);
  }
  return response;
}

/** Where a version's original bytes are. */
export const contentPath = (id, version) => `/documents/${encodeURIComponent(id)}/content?version=${version}`;

export async function call(path, options) {
  const response = await request(path, options);
  const text = await response.text();
  return text ? JSON.parse(text) : null;
}

/** Fetches a file, as a link could not send the session's token, and hands it to the browser. */
export async function download(path, name) {
  const response = await request(path, { headers: { Accept: "*/*" } });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Every item of a list, page by page. */
export async function all(path) {
  const items = [];
  let cursor = null;
  do {
    const more = cursor ? `&cursor=${encodeURIComponent(cursor)}` : "";
    const slice = await call(`${path}?limit=200${more}`);
    items.push(...slice.items);
    cursor = slice.nextCursor;
  } while (cursor);
  return items;
}

/** The events of a text/event-stream answer, each as {event, data}; comments are heartbeats and are skipped. */
export async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      rest += value ?? "";
      const blocks = rest.split(/\r?\n\r?\n/);
      rest = done ? "" : blocks.pop();
      for (const block of blocks) {
        const parsed = parse(block);
        if (parsed) {
          yield parsed;
        }
      }
      if (done) {
        return;
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

function parse(block) {
  let event = "message";
  const data = [];
  for (const line of block.split(/\r?\n/)) {
    if (line.startsWith("event:")) {
      event = line.slice(6).trim();
    } else if (line.startsWith("data:")) {
      data.push(line.slice(line[5] === " " ? 6 : 5));
    }
  }
  return data.length ? { event, data: JSON.parse(data.join("\n")) } : null;
}

/** Shows, once, that the session is over; the page stays, so that nothing typed is lost. */
export function signedOut() {
  const banner = document.getElementById("signed-out");
  if (banner?.hidden) {
    banner.hidden = false;
    banner.querySelector("a")?.focus();
  }
}

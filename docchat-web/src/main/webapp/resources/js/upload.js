import { api, headers, Problem, signedOut } from "./api.js";
import { t } from "./texts.js";

const AT_ONCE = 3;

/**
 * Sends files to a collection, three at a time. `onChange` hears of every step; an item is
 * {file, name, state: "waiting" | "sending" | "stored" | "refused", sent, message, result}.
 */
export class Uploads {
  constructor(collectionId, onChange) {
    this.collectionId = collectionId;
    this.onChange = onChange;
    this.items = [];
    this.running = 0;
    addEventListener("beforeunload", (event) => {
      if (this.busy) {
        event.preventDefault();
      }
    });
  }

  get busy() {
    return this.items.some((item) => item.state === "waiting" || item.state === "sending");
  }

  add(files) {
    const seen = new Map();
    files.forEach(({ file }) => seen.set(file.name, (seen.get(file.name) ?? 0) + 1));
    for (const { file, folder } of files) {
      // Two files of one name from two folders are two documents, not two versions of one.
      const name = seen.get(file.name) > 1 && folder ? `${folder.replaceAll("/", " - ")} - ${file.name}` : file.name;
      this.items.push({ file, name, state: "waiting", sent: 0 });
    }
    this.#next();
  }

  retry(item) {
    Object.assign(item, { state: "waiting", sent: 0, message: undefined });
    this.#next();
  }

  dismiss(gone) {
    this.items = this.items.filter((item) => !gone(item));
    this.onChange();
  }

  #next() {
    while (this.running < AT_ONCE) {
      const item = this.items.find(({ state }) => state === "waiting");
      if (!item) {
        break;
      }
      this.running++;
      item.state = "sending";
      this.#send(item).finally(() => {
        this.running--;
        this.#next();
      });
    }
    this.onChange();
  }

  // XMLHttpRequest, because fetch does not tell how much has been sent.
  #send(item) {
    return new Promise((resolve) => {
      const sending = new XMLHttpRequest();
      sending.open("PUT", `${api}/collections/${this.collectionId}/documents/${encodeURIComponent(item.name)}`);
      Object.entries(headers({ Accept: "application/json" })).forEach(([k, v]) => sending.setRequestHeader(k, v));
      sending.setRequestHeader("Content-Type", "application/octet-stream");
      sending.upload.onprogress = ({ loaded, total }) => {
        item.sent = total ? loaded / total : 0;
        this.onChange(item);
      };
      sending.onloadend = () => {
        const answer = read(sending.responseText);
        if (sending.status === 200 || sending.status === 202) {
          const stored = answer.items?.[0] ?? answer;
          Object.assign(item, { state: "stored", result: stored, message: said(sending.status, stored) });
        } else {
          if (sending.status === 401) {
            signedOut();
          }
          const problem = sending.status ? new Problem({ ...answer, status: sending.status }) : Problem.unreachable();
          // Room can be made; nothing else is different the next time.
          const final = [409, 413, 415].includes(sending.status) && problem.code !== "storage_full";
          Object.assign(item, { state: "refused", message: problem.message, final });
        }
        this.onChange();
        resolve();
      };
      sending.send(item.file);
    });
  }
}

function said(status, stored) {
  if (status === 200) {
    return t("Already here, with the same content.");
  }
  return stored.version > 1 ? t("Stored as version {0}.", stored.version) : t("Stored.");
}

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** The files of a drop, folders opened, as {file, folder}. */
export async function filesOf(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) {
    return [...transfer.files].map((file) => ({ file, folder: "" }));
  }
  return (await Promise.all(entries.map((entry) => walk(entry, "")))).flat();
}

async function walk(entry, folder) {
  if (entry.name.startsWith(".")) {
    return [];
  }
  if (entry.isFile) {
    return [{ file: await new Promise((resolve, reject) => entry.file(resolve, reject)), folder }];
  }
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    // A reader hands out a folder in pieces of about a hundred; an empty one is the end.
    const piece = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!piece.length) {
      return found;
    }
    const inner = folder ? `${folder}/${entry.name}` : entry.name;
    for (const child of piece) {
      found.push(...(await walk(child, inner)));
    }
  }
}

/** Makes the whole page a drop target. */
export function dropTarget(onFiles) {
  document.body.dataset.drop = t("Drop to upload");
  let depth = 0;
  const isFiles = (event) => event.dataTransfer?.types.includes("Files");
  const show = (change) => {
    depth = Math.max(0, change);
    document.body.classList.toggle("dropping", depth > 0);
  };
  addEventListener("dragenter", (event) => isFiles(event) && show(depth + 1));
  addEventListener("dragleave", (event) => isFiles(event) && show(depth - 1));
  addEventListener("dragover", (event) => isFiles(event) && event.preventDefault());
  addEventListener("drop", async (event) => {
    if (isFiles(event)) {
      event.preventDefault();
      show(0);
      onFiles(await filesOf(event.dataTransfer));
    }
  });
}

/** Opens the browser's file chooser. */
export function chooseFiles(onFiles) {
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = true;
  input.onchange = () => onFiles([...input.files].map((file) => ({ file, folder: "" })));
  input.click();
}

import { all, call, base } from "./api.js";
import { isBusy, isProblem, isSearchable, stateView } from "./document-state.js";
import { button, el, icon, name, note } from "./dom.js";
import { count, nodes, t } from "./texts.js";
import { chooseFiles, dropTarget, Uploads } from "./upload.js";
import { UploadList } from "./upload-list.js";

/**
 * What stands where answers will stand, as long as there are none: for a new user the way from nothing to the first
 * answer, on this page. `onReady` is called as soon as something can be asked.
 */
export class Start {
  constructor(root, onReady) {
    this.root = root;
    this.onReady = onReady;
    dropTarget((files) => this.root.isConnected && this.#add(files));
  }

  show(collections) {
    this.collection = collections.find(({ role, documents }) => documents === 0 && role !== "viewer") ?? null;
    const asked = collections.filter(({ documents }) => documents > 0);
    if (asked.length) {
      const documents = asked.reduce((sum, each) => sum + each.documents, 0);
      this.root.replaceChildren(
        el("h2", { class: "title" }, t("What do you want to know?")),
        el("p", { class: "lead" }, t("Answers come from {0} in {1}, and each shows the words it rests on, on their page.", count(documents, "{0} document", "{0} documents"), count(asked.length, "{0} collection", "{0} collections"))),
      );
    } else {
      this.#first(collections);
    }
  }

  #first(collections) {
    const readOnly = collections.length > 0 && !this.collection;
    this.title = el("input", { class: "input", id: "first-name", value: t("My documents"), maxlength: 120, autocomplete: "off" });
    this.uploadsView = el("section", { class: "uploads", hidden: true, "aria-label": t("Uploads") });
    this.progress = el("div");
    this.problem = el("div");
    this.heading = el("h2", { class: "title" }, t("Start with your documents"));
    this.lead = el("p", { class: "lead" }, t("Add some files and ask about them. Every answer shows the words it rests on, on their page; what is not in the documents is not answered."));
    this.how = el("div", { class: "start" },
      readOnly ? note("", t("The collections you may read hold no documents yet. You can start one of your own.")) : null,
      this.collection ? null : el("div", { class: "field" },
        el("label", { for: "first-name" }, t("Name of the collection")),
        this.title,
        el("span", { class: "help" }, t("Only you see it until you share it."))),
      el("div", { class: "drop" },
        icon("upload"),
        el("h3", {}, t("Drop files or folders here")),
        el("p", { class: "muted small" }, this.collection ? nodes("They go to {0}.", name(this.collection.name)) : t("PDF, Word, PowerPoint, Excel, HTML, Markdown, mail, plain text, scans")),
        button(t("Choose files"), { symbol: "upload", kind: "primary" }, () => chooseFiles((files) => this.#add(files)))));
    this.root.replaceChildren(this.heading, this.lead, this.how, this.problem, this.progress, this.uploadsView);
  }

  async #add(files) {
    if (!files.length) {
      return;
    }
    if (!this.title) {
      // Documents are there already: where these belong is a choice that the collection's page makes clear.
      location.href = `${base}/collections.xhtml`;
      return;
    }
    try {
      this.collection ??= await call("/collections", { method: "POST", json: { name: this.title.value.trim() || t("My documents") } });
    } catch (problem) {
      this.problem.replaceChildren(note("error", problem.message));
      return;
    }
    this.problem.replaceChildren();
    if (!this.uploads) {
      this.how.remove();
      this.heading.textContent = t("Your documents are on their way");
      this.lead.textContent = t("You can ask as soon as the first one has been read; that takes seconds.");
      this.uploads = new Uploads(this.collection.id, (item) => this.list?.update(item));
      this.list = new UploadList(this.uploadsView, this.uploads);
      this.#watch();
    }
    this.uploads.add(files);
  }

  async #watch() {
    let documents = [];
    try {
      documents = (await call(`/collections/${this.collection.id}/documents?limit=20`)).items;
    } catch {
      // The next look may succeed; the uploads themselves say what is wrong with them.
    }
    const ready = documents.filter(isSearchable);
    if (ready.length) {
      this.heading.textContent = t("Ready: ask your first question");
      this.lead.textContent = t("Write it below. What is still being read joins in by itself.");
    }
    this.progress.replaceChildren(
      ...(documents.length ? [el("div", { class: "card" },
        el("ul", { class: "coming" }, documents.filter((each) => isBusy(each) || isProblem(each) || documents.length <= 5).slice(0, 5)
          .map((each) => el("li", {}, el("div", {}, name(each.name)), stateView(each)))),
        el("div", { class: "row" },
          button(t("Add more"), { symbol: "plus", kind: "tight" }, () => chooseFiles((files) => this.#add(files))),
          el("a", { class: "btn quiet tight", href: `${base}/collection.xhtml?id=${this.collection.id}` }, t("See the collection"))))] : []),
    );
    if (ready.length && !this.told) {
      this.told = true;
      this.onReady(await all("/collections"));
    }
    if (this.root.isConnected && (this.uploads.busy || !documents.length || documents.some(isBusy))) {
      setTimeout(() => this.#watch(), 1000);
    }
  }
}

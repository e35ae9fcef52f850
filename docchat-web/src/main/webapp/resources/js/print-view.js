import { base, call, contentPath, request } from "./api.js";
import { el } from "./dom.js";
import { t } from "./texts.js";

const KEPT = 12;

/** What is asked here of a PDF, of a picture: one page, as large as it has dots. */
class Picture {
  numPages = 1;

  constructor(bitmap) {
    this.bitmap = bitmap;
    this.promise = Promise.resolve(this);
  }

  async getPage() {
    return this;
  }

  getViewport({ scale }) {
    return { width: this.bitmap.width * scale, height: this.bitmap.height * scale };
  }

  render({ canvas }) {
    const context = canvas.getContext("2d");
    context.imageSmoothingQuality = "high";
    context.drawImage(this.bitmap, 0, 0, canvas.width, canvas.height);
    return { promise: Promise.resolve(), cancel() {} };
  }

  destroy() {
    this.bitmap.close();
  }
}

function mediaType({ versions = [], mediaType: newest }, version) {
  return versions.find((each) => each.version === version)?.mediaType ?? newest;
}

/** Pages of a PDF, or a picture, as they look in print, drawn when they come into view, with the words of a target marked. */
export class PrintView {
  static shows(document, version) {
    return ["application/pdf", "image/png", "image/jpeg"].includes(mediaType(document, version));
  }

  constructor(scroller, document, onPage) {
    Object.assign(this, { scroller, document, onPage });
    this.factor = 1;
    this.drawn = new Map();
    this.sheets = [];
  }

  async show(target) {
    this.target = target;
    this.loading ??= this.#load(target.version);
    await this.loading;
    if (this.closed) return;
    const hasRange = Number.isInteger(target.start) && target.end > target.start;
    const [marks] = await Promise.all([hasRange ? this.#marks(target) : [], this.#measure(target.page ?? 1)]);
    if (this.closed || this.target !== target) return;
    this.scroller.querySelectorAll(".marked").forEach((each) => each.remove());
    for (const mark of marks) {
      const box = el("div", { class: "marked" });
      const percent = (n) => `${n * 100}%`;
      Object.assign(box.style, { left: percent(mark.x), top: percent(mark.y), width: percent(mark.width), height: percent(mark.height) });
      this.sheets[mark.page - 1]?.node.append(box);
    }
    const page = marks[0]?.page ?? target.page ?? 1;
    const sheet = this.sheets[page - 1]?.node;
    if (sheet) {
      const first = sheet.querySelector(".marked");
      const inside = first ? (parseFloat(first.style.top) / 100) * sheet.offsetHeight - this.scroller.clientHeight / 3 : 0;
      this.scroller.scrollTop = sheet.offsetTop - 12 + Math.max(0, inside);
    }
    this.#current();
  }

  async #marks({ documentId, version, start, end }) {
    try {
      return (await call(`/documents/${encodeURIComponent(documentId)}/marks?version=${version}&start=${start}&end=${end}`)).items;
    } catch {
      // Without marks the page is still the right one, and the quote stands above it.
      return [];
    }
  }

  async #load(version) {
    const content = request(contentPath(this.document.id, version), { headers: { Accept: "*/*" } });
    const type = mediaType(this.document, version);
    this.task = await (type === "application/pdf" ? this.#pdf(content) : this.#picture(content, type));
    if (this.closed) {
      this.task.destroy();
      return;
    }
    this.pdf = await this.task.promise;
    const first = await this.pdf.getPage(1);
    const { width, height } = first.getViewport({ scale: 1 });
    this.sheets = Array.from({ length: this.pdf.numPages }, (_, i) => ({
      number: i + 1, width, height, node: el("div", { class: "sheet", data: { page: i + 1 }, role: "img", "aria-label": t("Page {0}", i + 1) }),
    }));
    this.#resize();
    this.scroller.replaceChildren(...this.sheets.map(({ node }) => node));
    this.seen = new IntersectionObserver((entries) => entries.forEach((entry) => {
      const sheet = this.sheets[entry.target.dataset.page - 1];
      sheet.near = entry.isIntersecting;
      if (sheet.near) this.#draw(sheet);
    }), { root: this.scroller, rootMargin: "500px 0px" });
    this.sheets.forEach(({ node }) => this.seen.observe(node));
    this.onScroll = () => { this.frame ??= requestAnimationFrame(() => { this.frame = null; this.#current(); }); };
    this.scroller.addEventListener("scroll", this.onScroll, { passive: true });
    this.sized = new ResizeObserver(() => { clearTimeout(this.resizing); this.resizing = setTimeout(() => this.#relayout(), 120); });
    this.sized.observe(this.scroller);
  }

  async #picture(content, type) {
    const bytes = await (await content).arrayBuffer();
    return new Picture(await createImageBitmap(new Blob([bytes], { type })));
  }

  async #pdf(content) {
    const root = `${base}/resources/pdfjs`;
    const [pdfjs, response] = await Promise.all([import(`${root}/pdf.min.mjs`), content]);
    pdfjs.GlobalWorkerOptions.workerSrc = `${root}/pdf.worker.min.mjs`;
    this.pdfjs = pdfjs;
    return pdfjs.getDocument({
      data: await response.arrayBuffer(),
      cMapUrl: `${root}/cmaps/`,
      cMapPacked: true,
      standardFontDataUrl: `${root}/standard_fonts/`,
      wasmUrl: `${root}/wasm/`,
      isEvalSupported: false,
      enableXfa: false,
    });
  }

  /** Pages may differ in size; the one that is jumped to has to be right before the jump. */
  async #measure(page) {
    const sheet = this.sheets[page - 1];
    if (sheet && !sheet.measured) {
      const { width, height } = (await this.pdf.getPage(page)).getViewport({ scale: 1 });
      Object.assign(sheet, { width, height, measured: true });
      this.#resize(sheet);
    }
  }

  #resize(only) {
    const room = this.scroller.clientWidth - 24;
    this.room = this.scroller.clientWidth;
    for (const sheet of only ? [only] : this.sheets) {
      const wide = room * this.factor;
      sheet.scale = wide / sheet.width;
      sheet.node.style.width = `${wide}px`;
      sheet.node.style.height = `${sheet.height * sheet.scale}px`;
    }
  }

  #relayout(force = false) {
    if (this.closed || (!force && Math.abs(this.room - this.scroller.clientWidth) < 4)) return;
    const top = this.#topSheet();
    const within = top ? (this.scroller.scrollTop - top.node.offsetTop) / top.node.offsetHeight : 0;
    this.#resize();
    if (top) this.scroller.scrollTop = top.node.offsetTop + within * top.node.offsetHeight;
    [...this.drawn.keys()].forEach((sheet) => (sheet.near ? this.#draw(sheet, true) : this.#wipe(sheet)));
  }

  /** Zooms by a factor; 0 fits the width again. */
  zoom(by) {
    this.factor = by === 0 ? 1 : Math.min(4, Math.max(0.4, this.factor * by));
    this.#relayout(true);
  }

  async #draw(sheet, again = false) {
    if (this.drawn.has(sheet) && !again) return;
    this.drawn.get(sheet)?.cancel?.();
    this.drawn.delete(sheet);
    this.drawn.set(sheet, {});
    const page = await this.pdf.getPage(sheet.number);
    await this.#measure(sheet.number);
    if (this.closed) return;
    const viewport = page.getViewport({ scale: sheet.scale });
    const density = Math.min(devicePixelRatio || 1, 2);
    const canvas = el("canvas", { width: Math.floor(viewport.width * density), height: Math.floor(viewport.height * density) });
    const drawing = page.render({ canvas, viewport, transform: [density, 0, 0, density, 0, 0] });
    this.drawn.set(sheet, drawing);
    try {
      await drawing.promise;
    } catch {
      // Overtaken by another drawing of the same page, or closed.
      return;
    }
    if (this.drawn.get(sheet) !== drawing) return;
    sheet.node.querySelectorAll("canvas, .text-layer").forEach((old) => old.remove());
    sheet.node.prepend(canvas);
    if (page.streamTextContent) await this.#words(sheet, page, viewport);
    for (const [old] of this.drawn) {
      if (this.drawn.size <= KEPT) break;
      if (!old.near) this.#wipe(old);
    }
  }

  // Transparent words over the picture, so that they can be selected, searched and read aloud.
  async #words(sheet, page, viewport) {
    const layer = el("div", { class: "text-layer" });
    layer.style.setProperty("--total-scale-factor", sheet.scale);
    sheet.node.setAttribute("role", "group");
    sheet.node.querySelector("canvas").after(layer);
    const text = new this.pdfjs.TextLayer({ textContentSource: page.streamTextContent(), container: layer, viewport });
    await text.render().catch(() => layer.remove());
    // pdf.js measures letters on a canvas that it leaves at the end of the page; it is nothing to read.
    window.document.querySelectorAll(".hiddenCanvasElement").forEach((each) => each.setAttribute("aria-hidden", "true"));
  }

  #wipe(sheet) {
    this.drawn.get(sheet)?.cancel?.();
    this.drawn.delete(sheet);
    sheet.node.querySelectorAll("canvas, .text-layer").forEach((old) => old.remove());
    sheet.node.setAttribute("role", "img");
  }

  #topSheet() {
    const line = this.scroller.scrollTop + this.scroller.clientHeight / 3;
    return this.sheets.find(({ node }) => node.offsetTop + node.offsetHeight >= line);
  }

  #current() {
    this.onPage((this.#topSheet() ?? this.sheets.at(-1))?.number, this.sheets.length);
  }

  close() {
    this.closed = true;
    this.seen?.disconnect();
    this.sized?.disconnect();
    this.scroller.removeEventListener("scroll", this.onScroll);
    this.task?.destroy();
  }
}

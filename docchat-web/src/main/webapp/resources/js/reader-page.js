import { note } from "./dom.js";
import { Reader } from "./reader.js";
import { t } from "./texts.js";

const query = new URLSearchParams(location.search);
const root = document.getElementById("reader");
const whole = (key) => (/^\d+$/.test(query.get(key) ?? "") ? Number(query.get(key)) : undefined);

if (query.get("document")) {
  const target = {
    documentId: query.get("document"),
    version: whole("version"),
    page: whole("page"),
    start: whole("start"),
    end: whole("end"),
  };
  new Reader(root, { full: true, onClose: () => history.back() }).open([target]);
} else {
  root.append(note("error", t("The address names no document.")));
}

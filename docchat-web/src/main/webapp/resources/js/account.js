import { announce } from "./dom.js";
import { t } from "./texts.js";

/* The choice of theme: stored in this browser, applied at once. */
const choices = document.querySelectorAll("input[name='theme']");
const chosen = document.documentElement.dataset.theme ?? "system";

for (const choice of choices) {
  choice.checked = choice.value === chosen;
  choice.addEventListener("change", () => {
    if (choice.value === "system") {
      delete document.documentElement.dataset.theme;
      localStorage.removeItem("docchat.theme");
    } else {
      document.documentElement.dataset.theme = choice.value;
      localStorage.setItem("docchat.theme", choice.value);
    }
  });
}

/* A new key: copied by a button, and gone from the page once its dialog is closed. */
document.addEventListener("click", async ({ target }) => {
  const copier = target.closest("[data-copies]");
  if (!copier) {
    return;
  }
  const field = document.getElementById(copier.dataset.copies);
  field.select();
  try {
    // Without HTTPS a browser has no clipboard to offer: then the selection is what there is to copy.
    await navigator.clipboard.writeText(field.value);
    copier.textContent = t("Copied");
    announce(t("Copied"));
  } catch {
    announce(t("Selected: copy it with the keyboard."));
  }
});
const keyDialog = document.getElementById("key-dialog");
keyDialog.addEventListener("close", () => {
  if (keyDialog.querySelector("[data-shown-once]")) {
    location.reload();
  }
});

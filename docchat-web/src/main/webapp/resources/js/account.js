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

/* Dialogs that stand in the page: a button names the one that it opens or closes. */
document.addEventListener("click", ({ target }) => {
  const opener = target.closest("[data-opens]");
  const closer = target.closest("[data-closes]");
  if (closer || opener) {
    (closer ?? opener).closest("dialog")?.close();
  }
  if (opener) {
    const dialog = document.getElementById(opener.dataset.opens);
    dialog.showModal();
    dialog.querySelector("input:not([type=hidden]), textarea")?.focus();
  }
});

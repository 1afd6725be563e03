// Opens <dialog> as a modal window. Without this script the link's #target shows it by CSS.
import { onPage } from "./words.js";

const FIRST = "input:not([type=hidden]), select, textarea, button";

/** Open it, and put the focus where work begins: on what is wrong, or on the first field. */
function opened(dialog) {
  if (!dialog.open) dialog.showModal();
  const body = dialog.querySelector(".dialog-body");
  (body?.querySelector("[data-focus]") ?? body?.querySelector(FIRST))?.focus();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  const dialog = opener && document.querySelector(opener.getAttribute("href"));
  if (dialog instanceof HTMLDialogElement) {
    event.preventDefault();
    opened(dialog);
    return;
  }
  const closer = event.target.closest("[data-dialog-close]");
  const window = closer?.closest("dialog") ?? (event.target instanceof HTMLDialogElement ? event.target : null);
  if (window) {
    event.preventDefault();
    window.close();
    if (location.hash === `#${window.id}`) history.replaceState(null, "", location.pathname + location.search);
  }
});

onPage((root) => {
  for (const dialog of root.querySelectorAll("dialog.dialog[open]")) {
    dialog.close();
    opened(dialog);
  }
  const named = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (named instanceof HTMLDialogElement) opened(named);
});

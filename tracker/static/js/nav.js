// The phone's "more" panel closes on Escape and on a tap elsewhere; a summary of errors takes the focus; the current one of
// more tabs than fit comes into sight.
import { onPage } from "./words.js";

function close(more, refocus) {
  if (!more.open) return;
  more.open = false;
  if (refocus) more.querySelector("summary").focus();
}

document.addEventListener("click", (event) => {
  for (const more of document.querySelectorAll("[data-more][open]")) {
    if (!more.contains(event.target)) close(more, false);
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const more of document.querySelectorAll("[data-more][open]")) close(more, true);
});

onPage((root) => root.querySelector("[data-focus]")?.focus());
onPage((root) => root.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" }));

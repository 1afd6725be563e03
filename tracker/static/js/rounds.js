// Dragging stops between the days of a group at the desk: the same request as the form of one stop sends.
import { onPage, word } from "./words.js";

let dragged = null;

function after(list, y) {
  return [...list.querySelectorAll("[data-round-stop]:not([data-dragged])")].find((stop) => {
    const box = stop.getBoundingClientRect();
    return y < box.top + box.height / 2;
  });
}

function unmark() {
  for (const one of document.querySelectorAll("[data-before], [data-over]")) {
    one.removeAttribute("data-before");
    one.removeAttribute("data-over");
  }
}

async function send(list, next) {
  const others = [...list.querySelectorAll("[data-round-stop]:not([data-dragged])")];
  const position = next ? others.indexOf(next) + 1 : others.length + 1;
  const body = new FormData(document.querySelector("[data-round-token]"));
  body.set("group_id", list.dataset.roundGroup);
  body.set("day", list.dataset.roundDay);
  body.set("position", String(position));
  try {
    const answer = await fetch(dragged.dataset.roundStop, { method: "POST", body });
    if (answer.ok) {
      location.reload();
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    refuse(page.querySelector(".form-errors, .error-page")?.cloneNode(true).childNodes ?? []);
  } catch {
    refuse([word("sendFailed")]);
  }
}

function refuse(said) {
  const refused = document.querySelector("[data-round-refused]");
  refused.replaceChildren(...said);
  refused.className = "form-errors";
  refused.scrollIntoView({ block: "center" });
}

function listen(list) {
  list.addEventListener("dragover", (event) => {
    if (!dragged) return;
    event.preventDefault();
    unmark();
    const next = after(list, event.clientY);
    if (next) next.toggleAttribute("data-before", true);
    else list.toggleAttribute("data-over", true);
  });
  list.addEventListener("drop", (event) => {
    if (!dragged) return;
    event.preventDefault();
    const next = after(list, event.clientY);
    unmark();
    send(list, next);
  });
}

onPage((root) => {
  for (const stop of root.querySelectorAll("[data-round-stop]")) {
    stop.addEventListener("dragstart", () => {
      dragged = stop;
      stop.toggleAttribute("data-dragged", true);
    });
    stop.addEventListener("dragend", () => {
      stop.removeAttribute("data-dragged");
      unmark();
    });
  }
  root.querySelectorAll("[data-round-day]").forEach(listen);
});

// The page of an issue: people of the chosen unit, and one more row whenever the last is filled.
import { onPage } from "./words.js";

function people(frame) {
  const unit = frame.querySelector("input[name=responsible_unit_id]");
  const person = frame.querySelector("input[name=responsible_id]");
  const box = person?.closest("[data-combobox]");
  if (!unit || !box) return;
  unit.addEventListener("change", () => {
    box.dataset.params = unit.value ? `unit_id=${encodeURIComponent(unit.value)}` : "";
    person.value = "";
    box.querySelector("input[type=text]").value = "";
  });
}

function grow(frame) {
  const list = frame.querySelector(".dated-rows");
  list.addEventListener("input", () => {
    const last = list.lastElementChild;
    if (![...last.querySelectorAll("input")].some((input) => input.value)) return;
    const next = last.cloneNode(true);
    const n = list.children.length;
    for (const input of next.querySelectorAll("input")) {
      input.value = "";
      input.setAttribute("aria-label", input.getAttribute("aria-label").replace(String(n), String(n + 1)));
    }
    list.append(next);
  });
}

onPage((root) => {
  for (const frame of root.querySelectorAll("[data-assign]:not([data-ready])")) {
    frame.dataset.ready = "";
    people(frame);
  }
  for (const frame of root.querySelectorAll("[data-rows]:not([data-ready])")) {
    frame.dataset.ready = "";
    grow(frame);
  }
});

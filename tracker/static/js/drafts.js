// Keeps what is typed into form[data-draft="name"] on this device until the server has taken it.
// Taken means: the next page carries a flash of the category "success". Kept for 7 days, for each person apart.
import { make, onPage, word, icon } from "./words.js";

const PREFIX = "draft:";
const SENT = "draft-sent";
const DAYS_KEPT = 7;
const NEVER = new Set(["csrf_token", "idempotency_key", "version", "next"]);

const keyOf = (form) => `${PREFIX}${document.body.dataset.person ?? "-"}:${form.dataset.draft}`;

function read(key) {
  try {
    const draft = JSON.parse(localStorage.getItem(key));
    if (draft && Date.now() - draft.at < DAYS_KEPT * 86400000) return draft.values;
    localStorage.removeItem(key);
  } catch {
    // A device that refuses storage simply keeps no drafts.
  }
  return null;
}

function write(key, values) {
  try {
    localStorage.setItem(key, JSON.stringify({ at: Date.now(), values }));
  } catch {
    // Full or forbidden storage must not stop anybody from typing.
  }
}

const kept = (field) => field.name && !NEVER.has(field.name) && !["file", "password", "submit", "button"].includes(field.type);

/** Return the form's fields as [name, value] pairs; a choice counts when it is made. */
function valuesOf(form) {
  return [...form.elements].filter(kept)
    .filter((field) => !["checkbox", "radio"].includes(field.type) || field.checked)
    .map((field) => [field.name, field.value]);
}

/** Return the pairs as the server sent them: a reloading browser may already have put back what was typed. */
function sentBy(form) {
  return [...form.elements].filter(kept)
    .filter((field) => !["checkbox", "radio"].includes(field.type) || field.defaultChecked)
    .map((field) => [field.name, field.options ? chosenBefore(field) : field.defaultValue]);
}

const chosenBefore = (select) => ([...select.options].find((option) => option.defaultSelected) ?? select.options[0])?.value ?? "";

function fill(form, values) {
  const left = new Map();
  for (const [name, value] of values) left.set(name, [...(left.get(name) ?? []), value]);
  for (const field of [...form.elements].filter(kept)) {
    const mine = left.get(field.name);
    if (["checkbox", "radio"].includes(field.type)) field.checked = Boolean(mine?.includes(field.value));
    else if (mine?.length) field.value = mine.shift();
  }
}

function offer(form, key, original) {
  const button = make("button", { type: "button", className: "button" }, icon("trash"), word("discard"));
  const body = make("div", { className: "notice-body" }, make("p", { className: "notice-title", textContent: word("restored") }));
  if (form.querySelector("input[type=file]")) body.append(make("p", { textContent: word("photosAgain") }));
  body.append(button);
  const note = make("div", { className: "notice tone-blue", role: "status" }, icon("undo"), body);
  button.addEventListener("click", () => {
    localStorage.removeItem(key);
    fill(form, original);
    note.remove();
    form.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  });
  form.prepend(note);
}

function watch(form) {
  form.dataset.draftReady = "";
  const key = keyOf(form);
  const original = sentBy(form);
  const draft = read(key);
  const answered = [...document.querySelectorAll(".form-errors")].some((list) => !list.closest("form") || form.contains(list));
  if (draft && !answered && JSON.stringify(draft) !== JSON.stringify(original)) {
    fill(form, draft);
    offer(form, key, original);
  }
  let timer;
  const keep = () => {
    clearTimeout(timer);
    timer = setTimeout(() => write(key, valuesOf(form)), 400);
  };
  form.addEventListener("input", keep);
  form.addEventListener("change", keep);
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    write(key, valuesOf(form));
    sessionStorage.setItem(SENT, key);
  });
  form.querySelector("[data-cancel]")?.addEventListener("click", () => {
    clearTimeout(timer);
    localStorage.removeItem(key);
  });
}

onPage((root) => {
  try {
    if (root.querySelector('[data-flash="success"]') && sessionStorage.getItem(SENT)) {
      localStorage.removeItem(sessionStorage.getItem(SENT));
      sessionStorage.removeItem(SENT);
    }
  } catch {
    return;
  }
  root.querySelectorAll("form[data-draft]:not([data-draft-ready])").forEach(watch);
});

// A text field that finds one thing by a few letters (ARIA combobox). Works with input methods: nothing is
// asked while a word is being composed. The chosen id goes into the hidden field before it.
import { make, onPage, word } from "./words.js";

const PAUSE_MS = 180;
let serial = 0;

class Combobox {
  constructor(frame) {
    this.frame = frame;
    this.url = frame.dataset.combobox;
    this.value = frame.querySelector("input[type=hidden]");
    this.input = frame.querySelector("input[type=text]");
    this.options = [];
    this.at = -1;
    this.list = make("ul", { id: `combobox-${++serial}`, className: "combobox-list", role: "listbox", hidden: true });
    this.list.setAttribute("aria-label", this.input.labels[0]?.textContent ?? "");
    this.status = make("p", { className: "visually-hidden", role: "status" });
    frame.append(this.list, this.status);
    for (const [name, value] of Object.entries({
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id,
    })) this.input.setAttribute(name, value);
    this.listen();
  }

  listen() {
    this.input.addEventListener("input", (event) => event.isComposing || this.typed());
    this.input.addEventListener("compositionend", () => this.typed());
    this.input.addEventListener("keydown", (event) => event.isComposing || this.key(event));
    this.input.addEventListener("focus", () => this.value.value || this.typed());
    this.input.addEventListener("blur", () => this.close());
    this.list.addEventListener("pointerdown", (event) => {
      event.preventDefault();
    });
    this.list.addEventListener("click", (event) => {
      const row = event.target.closest("[role=option]");
      if (row) this.choose([...this.list.children].indexOf(row));
    });
  }

  typed() {
    if (this.input.value !== this.chosen) this.set("");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(this.input.value.trim()), PAUSE_MS);
  }

  async ask(text) {
    this.abort?.abort();
    this.abort = new AbortController();
    const query = new URLSearchParams(this.frame.dataset.params ?? "");
    query.set("q", text);
    try {
      const answer = await fetch(`${this.url}?${query}`, {
        signal: this.abort.signal, headers: { Accept: "application/json" }, credentials: "same-origin",
      });
      if (!answer.ok) throw new Error(String(answer.status));
      const found = await answer.json();
      this.show(Array.isArray(found) ? found : (found.results ?? []), text);
    } catch (error) {
      if (error.name === "AbortError") return;
      this.close();
      this.status.textContent = word("lookupFailed");
    }
  }

  show(found, text) {
    if (document.activeElement !== this.input) return;
    this.options = found;
    this.at = -1;
    this.list.replaceChildren(...found.map((one, index) => {
      const row = make("li", { id: `${this.list.id}-${index}`, role: "option", "aria-selected": "false" },
        make("span", { textContent: one.name }));
      if (one.path) row.append(make("span", { className: "combobox-path", textContent: one.path }));
      return row;
    }));
    const open = found.length > 0;
    this.list.hidden = !open;
    this.input.setAttribute("aria-expanded", String(open));
    this.input.removeAttribute("aria-activedescendant");
    this.status.textContent = open ? word("found", { n: found.length }) : text ? word("noMatch") : "";
    this.status.className = open || !text ? "visually-hidden" : "field-help";
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (this.list.hidden) this.ask(this.input.value.trim());
      else this.move((this.at + step + this.options.length) % this.options.length);
    } else if (event.key === "Enter" && !this.list.hidden) {
      event.preventDefault();
      this.choose(Math.max(this.at, 0));
    } else if (event.key === "Tab" && this.at >= 0) {
      this.choose(this.at);
    } else if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    }
  }

  move(index) {
    this.list.children[this.at]?.setAttribute("aria-selected", "false");
    this.at = index;
    const row = this.list.children[index];
    row.setAttribute("aria-selected", "true");
    row.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", row.id);
  }

  choose(index) {
    const one = this.options[index];
    if (!one) return;
    this.input.value = one.name;
    this.value.dataset.kind = one.kind ?? "";
    this.set(one.id, one.name);
    this.close();
    this.status.textContent = one.path ?? "";
    this.status.className = "field-help";
  }

  set(id, name) {
    this.chosen = name;
    if (this.value.value === String(id)) return;
    this.value.value = id;
    this.value.dispatchEvent(new Event("change", { bubbles: true }));
  }

  close() {
    clearTimeout(this.timer);
    this.list.hidden = true;
    this.at = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

onPage((root) => {
  for (const frame of root.querySelectorAll("[data-combobox]:not([data-ready])")) {
    frame.dataset.ready = "";
    const box = new Combobox(frame);
    box.chosen = box.input.value;
  }
});

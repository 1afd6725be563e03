// An import's page: how far the work is, a grid that loads the rows it shows, and a file dropped onto the form.
import { onPage } from "./words.js";

const POLL_MS = 800;
const STRETCH = 100; // rows asked for at once; whole stretches, so that the browser keeps few answers
const AHEAD = 20; // rows drawn beyond each edge of the window
const PROBLEMS = new Set(["wrong", "ask", "doubt"]);

/** Ask how far the work is, and open the page again when it is done. */
function progress(box) {
  const bar = box.querySelector("progress");
  const line = box.querySelector(".progress-word");
  const ask = async () => {
    try {
      const answer = await (await fetch(box.dataset.progress, { headers: { Accept: "application/json" } })).json();
      if (!answer.task) {
        location.reload();
        return;
      }
      box.querySelector("[data-progress-words]").textContent = answer.task;
      if (answer.total) {
        bar.max = answer.total;
        bar.value = Math.min(answer.done, answer.total);
        line.textContent = `${bar.value} / ${answer.total}`;
      } else if (answer.done) line.textContent = String(answer.done);
    } catch {
      // The network is away for a moment; the next question may get through.
    }
    if (box.isConnected) setTimeout(ask, POLL_MS);
  };
  setTimeout(ask, POLL_MS);
}

/** A window on many rows: only those in sight are in the page, between two empty rows as high as all the others. */
class Grid {
  constructor(box) {
    this.box = box;
    this.scroll = box.querySelector(".import-scroll");
    this.body = box.querySelector("[data-rows]");
    this.notes = box.querySelector("[data-row-notes]");
    this.total = Number(box.dataset.total);
    this.fate = "";
    this.here = 0;
    this.stretches = new Map();
    this.heights();
    this.stretches.set(0, Promise.resolve([...this.body.rows]));
    this.above = this.spacer();
    this.below = this.spacer();
    this.scroll.addEventListener("scroll", () => this.soon(), { passive: true });
    this.scroll.addEventListener("keydown", (event) => this.key(event));
    this.body.addEventListener("focusin", (event) => this.said(event.target.closest("tr")));
    this.body.addEventListener("click", (event) => event.target.closest("a") || event.target.closest("tr")?.focus());
    for (const button of box.parentElement.querySelectorAll("[data-fate]")) {
      if (button.matches("button")) button.addEventListener("click", () => this.choose(button));
    }
    this.draw();
  }

  heights() {
    this.height = this.body.rows[0]?.getBoundingClientRect().height || 36;
  }

  spacer() {
    const row = document.createElement("tr");
    row.className = "import-spacer";
    row.setAttribute("aria-hidden", "true");
    row.append(document.createElement("td"));
    return row;
  }

  /** Return the rows of one stretch, asked for once. */
  stretch(number) {
    if (!this.stretches.has(number)) {
      const query = new URLSearchParams({ offset: number * STRETCH, limit: STRETCH });
      if (this.fate) query.set("fate", this.fate);
      const asked = fetch(`${this.box.dataset.grid}?${query}`).then(async (answer) => {
        if (!answer.ok) throw new Error(String(answer.status));
        this.total = Number(answer.headers.get("X-Total-Rows"));
        const table = document.createElement("table");
        table.innerHTML = `<tbody>${await answer.text()}</tbody>`;
        return [...table.rows];
      });
      asked.catch(() => this.stretches.delete(number));
      this.stretches.set(number, asked);
    }
    return this.stretches.get(number);
  }

  soon() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.draw();
    });
  }

  async draw() {
    const head = this.body.parentElement.tHead.offsetHeight;
    const first = Math.max(0, Math.floor((this.scroll.scrollTop - head) / this.height) - AHEAD);
    const last = Math.min(this.total, Math.ceil((this.scroll.scrollTop + this.scroll.clientHeight) / this.height) + AHEAD);
    const turn = (this.turn = (this.turn ?? 0) + 1);
    const numbers = [];
    for (let n = Math.floor(first / STRETCH); n * STRETCH < Math.max(last, 1); n += 1) numbers.push(n);
    let found;
    try {
      found = await Promise.all(numbers.map((n) => this.stretch(n)));
    } catch {
      return; // Scrolling on asks again.
    }
    if (turn !== this.turn) return;
    const rows = found.flat().slice(first - numbers[0] * STRETCH, last - numbers[0] * STRETCH);
    this.first = first;
    const held = document.activeElement.closest?.("tr")?.dataset.number;
    this.above.firstChild.style.height = `${first * this.height}px`;
    this.below.firstChild.style.height = `${Math.max(0, this.total - first - rows.length) * this.height}px`;
    this.body.replaceChildren(this.above, ...rows, this.below);
    if (held && !rows.some((row) => row.contains(document.activeElement))) {
      rows.find((row) => row.dataset.number === held)?.focus({ preventScroll: true });
    }
  }

  async choose(button) {
    for (const one of button.parentElement.querySelectorAll("button")) {
      one.setAttribute("aria-pressed", String(one === button));
      one.classList.toggle("button-chosen", one === button);
    }
    this.fate = button.dataset.fate;
    this.stretches.clear();
    this.here = 0;
    this.scroll.scrollTop = 0;
    await this.stretch(0).catch(() => {});
    await this.draw();
  }

  /** Go to the row at that place, wherever it is. */
  async go(place) {
    this.here = Math.max(0, Math.min(this.total - 1, place));
    const head = this.body.parentElement.tHead.offsetHeight;
    const top = this.here * this.height;
    if (top < this.scroll.scrollTop) this.scroll.scrollTop = top;
    const bottom = top + this.height + head;
    if (bottom > this.scroll.scrollTop + this.scroll.clientHeight) this.scroll.scrollTop = bottom - this.scroll.clientHeight;
    await this.draw();
    this.body.rows[this.here - this.first + 1]?.focus({ preventScroll: true });
  }

  place(row) {
    return this.first + [...this.body.rows].indexOf(row) - 1;
  }

  /** Go to the next row in that direction that waits for somebody. */
  async problem(step) {
    for (let place = this.here + step; place >= 0 && place < this.total; place += step) {
      const rows = await this.stretch(Math.floor(place / STRETCH)).catch(() => []);
      if (PROBLEMS.has(rows[place % STRETCH]?.dataset.fate)) {
        await this.go(place);
        return;
      }
    }
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const row = document.activeElement.closest("tr[data-number]");
    if (row) this.here = this.place(row);
    const page = Math.max(1, Math.floor(this.scroll.clientHeight / this.height) - 2);
    const moves = {
      ArrowDown: () => this.go(row ? this.here + 1 : this.here), ArrowUp: () => this.go(this.here - 1),
      PageDown: () => this.go(this.here + page), PageUp: () => this.go(this.here - page),
      Home: () => this.go(0), End: () => this.go(this.total - 1),
      n: () => this.problem(1), p: () => this.problem(-1),
      Enter: () => row && "editable" in this.box.dataset && location.assign(this.box.dataset.rowAddress + row.dataset.number),
    };
    const move = moves[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!move || (event.key === "Enter" && event.target.matches("a, button"))) return;
    event.preventDefault();
    move();
  }

  /** Say in the line below the table what there is to say of a row. */
  said(row) {
    if (!row?.dataset.number) return;
    const said = [...row.querySelectorAll(".import-note")].map((note) => note.textContent);
    this.notes.textContent = [row.cells[0].textContent.trim(), ...said].join("　");
  }
}

/** Let a file be dropped anywhere on the form. */
function dropping(form) {
  const input = form.querySelector("input[type=file]");
  const over = (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    form.classList.add("import-over");
  };
  form.addEventListener("dragover", over);
  form.addEventListener("dragleave", (event) => form.contains(event.relatedTarget) || form.classList.remove("import-over"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("import-over");
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

onPage((root) => {
  for (const box of root.querySelectorAll("[data-progress]")) progress(box);
  for (const box of root.querySelectorAll("[data-grid]")) new Grid(box);
  for (const form of root.querySelectorAll("form[data-drop]")) dropping(form);
});

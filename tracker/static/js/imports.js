// An import's page: how far the work is, a grid that loads the rows it shows, and a file dropped onto the form.
import { onPage, word } from "./words.js";

const POLL_MS = 500;
const RETRY_MS = 2000;
const PATIENCE_MS = 20000;
const STRETCH = 100; // rows asked for at once; whole stretches, so that the browser keeps few answers
const KEPT = 40; // stretches held in memory; those longest out of use go first
const BEYOND = 16; // rows drawn beyond each edge of the window
const FEW = 6; // rows drawn anew in one go: more would keep a frame waiting, fewer would cost more in all
const AT_ONCE = 3; // stretches asked for at the same time
const FAR = 3 * STRETCH; // rows between two frames that are a jump
const PROBLEMS = ["wrong", "ask", "doubt"];
const HERE = "import-here";

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

const numberOf = (row) => Number(row.dataset.number);

/** The rows of an import under some fates, or all: asked for a stretch at a time, and let go when long out of use. */
class Rows {
  constructor(address, fates, arrived = () => {}) {
    this.address = address;
    this.fates = fates;
    this.arrived = arrived;
    this.total = 0;
    this.held = new Map();
    this.asked = new Map();
    this.wanted = [];
  }

  /** Take in rows that are on the page already. */
  hold(stretch, rows) {
    rows.forEach((row, index) => {
      row.place = stretch * STRETCH + index;
      for (const link of row.querySelectorAll("a")) link.tabIndex = -1; // The grid is one stop; arrows go on from there.
    });
    this.held.set(stretch, rows);
    return rows;
  }

  /** Return the row at that place, if it has come. */
  at(place) {
    return this.held.get(Math.floor(place / STRETCH))?.[place % STRETCH];
  }

  /** Return the rows of a stretch, asked for once. */
  stretch(number) {
    const held = this.held.get(number);
    if (held) return Promise.resolve(held);
    if (!this.asked.has(number)) this.asked.set(number, this.ask(number).finally(() => this.asked.delete(number)));
    return this.asked.get(number);
  }

  async ask(number) {
    const query = new URLSearchParams({ offset: number * STRETCH, limit: STRETCH });
    for (const fate of this.fates) query.append("fate", fate);
    const answer = await fetch(`${this.address}?${query}`, { signal: AbortSignal.timeout?.(PATIENCE_MS) });
    if (!answer.headers.has("X-Total-Rows")) throw new Error(String(answer.status));
    const total = Number(answer.headers.get("X-Total-Rows"));
    const table = document.createElement("table");
    table.innerHTML = `<tbody>${await answer.text()}</tbody>`;
    this.total = total;
    return this.hold(number, [...table.rows]);
  }

  /** Have these stretches brought, those in sight first; what was wanted before and not asked for yet is forgotten. */
  want(numbers, most) {
    for (const number of numbers) {
      const held = this.held.get(number);
      if (!held) continue;
      this.held.delete(number);
      this.held.set(number, held);
    }
    for (const number of this.held.keys()) {
      if (this.held.size <= KEPT || numbers.includes(number)) break;
      this.held.delete(number);
    }
    this.wanted = numbers.filter((number) => !this.held.has(number) && !this.asked.has(number));
    this.next(most);
  }

  next(most = AT_ONCE) {
    while (this.asked.size < most && this.wanted.length) {
      const number = this.wanted.shift();
      if (this.held.has(number) || this.asked.has(number)) continue;
      this.stretch(number).then(() => true, () => false).then((came) => {
        this.arrived(came);
        this.next();
      });
    }
  }

  /** Return the row at that place, from wherever it is. */
  async row(place) {
    return (await this.stretch(Math.floor(place / STRETCH)))[place % STRETCH];
  }

  /** Return the first place whose row bears that number in the file, or a later one. */
  async placeOf(number) {
    const first = await this.row(0);
    if (!first) return 0;
    const guess = number - numberOf(first); // Most files skip no row.
    if (guess >= 0 && guess < this.total && numberOf(await this.row(guess)) === number) return guess;
    let [low, high] = [0, this.total];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (numberOf(await this.row(middle)) < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** A window on many rows: only those in sight are in the page, between two empty rows as high as all the others. */
class Grid {
  constructor(box) {
    this.box = box;
    this.scroll = box.querySelector(".import-scroll");
    this.table = this.scroll.querySelector("table");
    this.body = box.querySelector("[data-rows]");
    this.notes = box.querySelector("[data-row-notes]");
    this.buttons = [...document.querySelectorAll(".import-filters button[data-fate]")];
    this.all = this.rowsOf([]);
    this.all.total = Number(box.dataset.total);
    this.rows = this.all;
    this.here = -1;
    this.top = 0;
    this.settle(this.rows.hold(0, [...this.body.rows]));
    this.listen();
    this.draw();
    this.resume();
  }

  rowsOf(fates) {
    return new Rows(this.box.dataset.grid, fates, (came) => this.arrived(came));
  }

  /** Measure once what all rows have in common, and fix the widths: no row that comes later moves a column. */
  settle(rows) {
    const heads = [...this.table.tHead.rows[0].cells];
    const widths = heads.map((cell) => Math.ceil(cell.getBoundingClientRect().width));
    heads.forEach((cell, index) => (cell.style.width = `${widths[index]}px`));
    this.table.style.width = `${widths.reduce((sum, width) => sum + width, 0)}px`;
    this.table.classList.add("import-fixed");
    this.above = this.spacer();
    this.below = this.spacer();
    this.body.replaceChildren(this.above, ...rows.slice(0, BEYOND), this.below);
    this.first = 0;
    this.last = Math.min(rows.length, BEYOND);
    this.measure();
  }

  measure() {
    this.height = this.rows.at(this.first)?.getBoundingClientRect().height || this.height || 36;
    this.head = this.table.tHead.offsetHeight;
    this.view = this.scroll.clientHeight;
    this.space();
  }

  spacer() {
    const row = document.createElement("tr");
    row.className = "import-spacer";
    row.setAttribute("aria-hidden", "true");
    row.append(document.createElement("td"));
    row.firstChild.colSpan = this.table.tHead.rows[0].cells.length;
    return row;
  }

  listen() {
    this.scroll.addEventListener("scroll", () => this.soon(), { passive: true });
    this.scroll.addEventListener("keydown", (event) => this.key(event));
    this.body.addEventListener("focusin", (event) => this.stand(event.target.closest("tr")));
    this.body.addEventListener("click", (event) => this.click(event));
    for (const button of this.buttons) button.addEventListener("click", () => this.choose(button));
    new ResizeObserver(() => {
      this.measure();
      this.soon();
    }).observe(this.scroll);
  }

  soon() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.draw();
    });
  }

  arrived(came) {
    if (came) {
      this.space();
      this.soon();
      return;
    }
    if (!this.rows.at(Math.floor(this.scroll.scrollTop / this.height))) this.say(word("lookupFailed"));
    setTimeout(() => this.soon(), RETRY_MS);
  }

  /** Put the rows round the window into the page; those that are there already stay. */
  draw() {
    const top = this.scroll.scrollTop;
    const seen = Math.floor(top / this.height);
    const end = Math.min(this.rows.total, Math.ceil((top + this.view - this.head) / this.height));
    this.prefetch(seen, end, top);
    const before = this.first === 0 || seen - this.first > BEYOND - FEW;
    const after = this.last === this.rows.total || this.last - end > BEYOND - FEW;
    if (!before || !after) this.place(...this.drawable(seen, end));
  }

  /** Return the places to be drawn: as many round the window as have come, without a gap. */
  drawable(seen, end) {
    let first = Math.min(seen, this.rows.total);
    while (first < end && !this.rows.at(first)) first += 1;
    let last = first;
    while (last < end + BEYOND && this.rows.at(last)) last += 1;
    while (first > Math.max(0, seen - BEYOND) && this.rows.at(first - 1)) first -= 1;
    return [first, last];
  }

  place(first, last) {
    if (first === this.first && last === this.last) return;
    this.release(first, last);
    if (last <= this.first || first >= this.last) this.empty(first);
    for (; this.first < first; this.first += 1) this.above.nextSibling.remove();
    for (; this.last > last; this.last -= 1) this.below.previousSibling.remove();
    this.above.after(...this.range(first, this.first));
    this.below.before(...this.range(this.last, last));
    [this.first, this.last] = [first, last];
    this.space();
  }

  /** Take the focus off a row that goes, before anything moves; the keys go on from its place all the same. */
  release(first, last) {
    const held = this.body.contains(document.activeElement) && document.activeElement.closest("tr");
    if (held && (held.place < first || held.place >= last)) this.scroll.focus({ preventScroll: true });
  }

  empty(first) {
    this.release(0, 0);
    while (this.above.nextSibling !== this.below) this.above.nextSibling.remove();
    this.first = this.last = first;
  }

  range(first, last) {
    return Array.from({ length: Math.max(0, last - first) }, (_, index) => this.rows.at(first + index));
  }

  space() {
    this.above.firstChild.style.height = `${this.first * this.height}px`;
    this.below.firstChild.style.height = `${Math.max(0, this.rows.total - this.last) * this.height}px`;
    this.table.setAttribute("aria-rowcount", String(this.rows.total + 1));
  }

  /**
   * Have the rows in sight brought, and then those that the scrolling goes to; the faster, the more. After a jump, what is
   * in sight is asked for alone, for all else would delay it.
   */
  prefetch(seen, end, top) {
    const gone = (top - this.top) / this.height;
    this.top = top;
    const runs = Math.abs(gone) > 1 && Math.abs(gone) < FAR;
    const inSight = this.stretches(seen, end - 1);
    if (!runs && inSight.some((number) => !this.rows.held.has(number))) {
      this.rows.want(inSight, AT_ONCE + inSight.length);
      return;
    }
    const reach = (runs ? 4 : 1) * STRETCH;
    const onward = gone >= 0 ? this.stretches(end, end + reach) : [];
    const back = gone <= 0 ? this.stretches(seen - reach, seen).reverse() : [];
    this.rows.want([...new Set([...inSight, ...onward, ...back, ...this.stretches(seen - BEYOND, end + BEYOND)])], AT_ONCE);
  }

  /** Return the stretches that hold these places. */
  stretches(first, last) {
    const of = (place) => Math.floor(Math.max(0, Math.min(this.rows.total - 1, place)) / STRETCH);
    return Array.from({ length: of(last) - of(first) + 1 }, (_, index) => of(first) + index);
  }

  /** Show the rows of one fate only, or all. */
  async choose(button) {
    const rows = (this.chosen = button.dataset.fate ? this.rowsOf([button.dataset.fate]) : this.all);
    try {
      await rows.stretch(0);
    } catch {
      this.say(word("lookupFailed"));
      return;
    }
    if (rows !== this.chosen) return; // Meanwhile another button was pressed.
    for (const one of this.buttons) {
      one.setAttribute("aria-pressed", String(one === button));
      one.classList.toggle("button-chosen", one === button);
    }
    this.empty(0);
    this.rows = rows;
    this.here = -1;
    this.say("");
    this.space();
    this.scroll.scrollTop = 0;
    this.draw();
  }

  /** Go to the row at that place, wherever it is. */
  async go(place) {
    this.here = Math.max(0, Math.min(this.rows.total - 1, place));
    const goal = this.here;
    const top = goal * this.height;
    const lowest = top + this.height + this.head - this.view;
    if (top < this.scroll.scrollTop) this.scroll.scrollTop = top;
    else if (lowest > this.scroll.scrollTop) this.scroll.scrollTop = lowest;
    this.draw();
    await this.rows.row(goal).catch(() => this.say(word("lookupFailed")));
    if (goal !== this.here) return; // Meanwhile another key was pressed.
    this.draw();
    this.box.scrollIntoView({ block: "nearest" });
    const row = this.rows.at(goal);
    if (row?.isConnected) row.focus({ preventScroll: true });
  }

  /** Do what takes a while after what was begun before: a key pressed twice goes two steps. */
  oneByOne(act) {
    this.begun = (this.begun ?? Promise.resolve()).then(act);
  }

  /** Go to the next row in that direction that waits for somebody. */
  async problem(step) {
    try {
      const place = this.rows === this.all ? await this.problemFrom(step) : this.here + step;
      const some = this.rows === this.all || PROBLEMS.includes(this.rows.fates[0]);
      if (some && place >= 0 && place < this.rows.total) await this.go(place);
      else this.say(step > 0 ? this.notes.dataset.noneAfter : this.notes.dataset.noneBefore);
    } catch {
      this.say(word("lookupFailed"));
    }
  }

  async problemFrom(step) {
    this.open ??= this.rowsOf(PROBLEMS);
    const number = this.here < 0 ? 0 : numberOf(await this.rows.row(this.here));
    const found = step > 0 ? await this.open.placeOf(number + 1) : (await this.open.placeOf(number)) - 1;
    if (found < 0 || found >= this.open.total) return -1;
    return this.rows.placeOf(numberOf(await this.open.row(found)));
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor((this.view - this.head) / this.height) - 1);
    const moves = {
      ArrowDown: () => this.go(this.here + 1), ArrowUp: () => this.go(this.here - 1),
      PageDown: () => this.go(Math.max(this.here, 0) + page), PageUp: () => this.go(this.here - page),
      Home: () => this.go(0), End: () => this.go(this.rows.total - 1),
      n: () => this.oneByOne(() => this.problem(1)), p: () => this.oneByOne(() => this.problem(-1)), Enter: () => this.enter(),
    };
    const move = moves[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!move || (event.key === "Enter" && event.target.matches("a, button"))) return;
    event.preventDefault();
    move();
  }

  /** Open the page of the row that has the focus. */
  enter() {
    const link = this.body.contains(document.activeElement) && this.rows.at(this.here)?.querySelector("th a");
    if (!link) return;
    this.leave();
    location.assign(link.href);
  }

  click(event) {
    if (event.target.closest("th a")) {
      this.here = event.target.closest("tr").place;
      this.leave();
    } else event.target.closest("tr[data-number]")?.focus({ preventScroll: true });
  }

  /** Remember where we were; whoever comes back from a row's page goes on from there. */
  leave() {
    const here = { path: location.pathname, fate: this.rows.fates[0] ?? "", place: this.here };
    try {
      sessionStorage.setItem(HERE, JSON.stringify(here));
    } catch {
      // A device that refuses storage begins at the top again.
    }
  }

  left() {
    const back = document.referrer.startsWith(`${location.origin}${location.pathname}/rows/`);
    try {
      const here = back ? JSON.parse(sessionStorage.getItem(HERE)) : null;
      if (here?.path !== location.pathname) return null;
      sessionStorage.removeItem(HERE);
      return here;
    } catch {
      return null;
    }
  }

  async resume() {
    const here = this.left();
    if (!here) return;
    const button = this.buttons.find((one) => one.dataset.fate === here.fate);
    if (here.fate && button) await this.choose(button);
    if (!button || !this.rows.total) return;
    this.box.scrollIntoView({ block: "center" });
    await this.go(here.place);
  }

  /** Stand on a row: it is the one the keys go on from, and the line below the table says what there is to say of it. */
  stand(row) {
    if (!row?.dataset.number) return;
    this.here = row.place;
    const heads = this.table.tHead.rows[0].cells;
    const said = [...row.cells].flatMap((cell) => [...cell.querySelectorAll(".import-note")].map((note) => {
      const head = cell.classList.contains("import-cell") && heads[cell.cellIndex].firstChild?.textContent.trim();
      return head ? `${head}${this.notes.dataset.colon}${note.textContent}` : note.textContent;
    }));
    const number = this.notes.dataset.row.replace("{n}", row.dataset.number);
    this.say([number, row.querySelector(".badge").textContent.trim(), ...said].join("　"));
  }

  say(words) {
    this.notes.textContent = words || this.notes.dataset.hint;
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
    form.classList.remove("import-over");
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

onPage((root) => {
  for (const box of root.querySelectorAll("[data-progress]")) progress(box);
  for (const box of root.querySelectorAll("[data-grid]")) new Grid(box);
  for (const form of root.querySelectorAll("form[data-drop]")) dropping(form);
});

// Choosing rows and acting on them; j and k (or the arrows) walk through the rows of a focused table.
import { onPage, word } from "./words.js";

function selection(table) {
  const all = table.querySelector("[data-select-all]");
  const boxes = [...table.querySelectorAll("[data-select]")];
  if (!boxes.length) return;
  const bar = boxes[0].form;
  const count = bar?.querySelector("[data-bulk-count]");
  const usual = count?.textContent;
  const refresh = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    if (all) {
      all.checked = chosen === boxes.length;
      all.indeterminate = chosen > 0 && chosen < boxes.length;
    }
    bar?.toggleAttribute("data-any", chosen > 0);
    if (count) count.textContent = chosen ? word("selected", { n: chosen }) : usual;
    for (const button of bar?.querySelectorAll("button[type=submit]") ?? []) button.disabled = chosen === 0;
  };
  if (all) {
    all.disabled = false;
    all.addEventListener("change", () => {
      for (const box of boxes) box.checked = all.checked;
      refresh();
    });
  }
  table.addEventListener("change", refresh);
  refresh();
}

function walking(table) {
  const region = table.closest("[role=region]");
  region?.addEventListener("keydown", (event) => {
    const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input:not([type=checkbox]), select, textarea")) return;
    const rows = [...table.tBodies[0]?.rows ?? []];
    const here = rows.indexOf(document.activeElement.closest("tr"));
    const row = rows[Math.max(0, Math.min(rows.length - 1, here + step))];
    if (!row) return;
    event.preventDefault();
    (row.querySelector("th a, td a") ?? row.querySelector("input"))?.focus();
    row.scrollIntoView({ block: "nearest" });
  });
}

/** Say again what each part is: laid out as cards, a table would lose its roles. */
function roles(table) {
  if (!table.closest(".table-cards") || !matchMedia("(max-width: 47.99rem)").matches) return;
  table.setAttribute("role", "table");
  for (const group of table.querySelectorAll("thead, tbody, tfoot")) group.setAttribute("role", "rowgroup");
  for (const row of table.rows) {
    row.setAttribute("role", "row");
    for (const cell of row.cells) {
      const head = { col: "columnheader", row: "rowheader" }[cell.scope];
      cell.setAttribute("role", cell.tagName === "TH" && head ? head : "cell");
    }
  }
}

onPage((root) => {
  for (const table of root.querySelectorAll("[data-table]:not([data-ready])")) {
    table.dataset.ready = "";
    roles(table);
    selection(table);
    walking(table);
  }
});

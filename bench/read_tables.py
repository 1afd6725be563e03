"""Hold workbooks against the tables they ought to read as: ``python -m bench.read_tables WORKBOOKS EXPECTED``.

``EXPECTED`` has a .csv of the same stem for each workbook: what somebody sees who opens it, hidden rows and columns
left out, merged cells filled. Rows and columns that are empty to the end of the table do not count.
"""

from __future__ import annotations

import argparse
import csv
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

from tracker.storage.tables import Cell, table_open, visible

Grid = list[list[str]]


def words(cell: Cell) -> str:
    """Return a cell as a .csv has it."""
    if cell is None:
        return ""
    if isinstance(cell, datetime | date):
        return cell.isoformat(" ") if isinstance(cell, datetime) else cell.isoformat()
    return str(cell)


def read(path: Path) -> Grid:
    """Return what is seen of the first visible sheet; rows without content stand as empty ones."""
    with table_open(path, path.name) as table:
        rows = [
            (row.number, [words(cell) for cell in visible(row, table.about)], row.is_hidden) for row in table.rows()
        ]
    found: Grid = []
    last = 0
    for number, cells, is_hidden in rows:
        found += [[] for _gap in range(number - last - 1)]
        last = number
        if not is_hidden:
            found.append(cells)
    return trimmed(found)


def wanted(path: Path) -> Grid:
    """Return the expected table; midnight is the day alone."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return trimmed([cell.removesuffix(" 00:00:00") for cell in row] for row in csv.reader(file))


def trimmed(rows: Iterable[Sequence[str]]) -> Grid:
    """Return the rows without empty cells at their ends, and without empty rows at the end of the table."""
    grid = [_without_end(row) for row in rows]
    while grid and not grid[-1]:
        grid.pop()
    return grid


def _without_end(row: Sequence[str]) -> list[str]:
    cells = list(row)
    while cells and not cells[-1].strip():
        cells.pop()
    return cells


def verdict(ours: Grid, theirs: Grid) -> str:
    """Return whether both are equal, wholly or up to the last column that the expected table has."""
    if ours == theirs:
        return "equal"
    width = max(map(len, theirs), default=0)
    return "equal in the columns expected" if trimmed(row[:width] for row in ours) == theirs else "DIFFERENT"


def compared(workbooks: Path, expected: Path) -> Iterator[tuple[str, str, float]]:
    """Yield each workbook with its verdict and the seconds it took."""
    for path in sorted(workbooks.glob("*.xls*")):
        begun = time.perf_counter()
        ours = read(path)
        yield path.name, verdict(ours, wanted(expected / f"{path.stem}.csv")), time.perf_counter() - begun


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workbooks", type=Path)
    parser.add_argument("expected", type=Path)
    given = parser.parse_args()
    print("| workbook | read as expected | s |\n|---|---|---|")
    for name, found, seconds in compared(given.workbooks, given.expected):
        print(f"| {name} | {found} | {seconds:.2f} |")


if __name__ == "__main__":
    main()

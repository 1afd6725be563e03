"""Keeps what openpyxl forgets of cells: what a formula came to, and the metadata by which Excel finds a picture.

Without the former, formulas are blank wherever nothing is reckoned anew: in a protected view, on a phone, and when the
workbook is brought in again at once. Runs in the child that marks faults.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from tracker.spreadsheets.markup import events, starts
from tracker.spreadsheets.packages import Package

_TELLING = re.compile(rb"<(?:\w+:)?f[ />]|\svm=")
_WRITTEN = re.compile(rb'<c r="([A-Z]{1,3}\d{1,7})"([^>]*)>(<f[^>]*>[^<]*</f>|<f[^>]*/>)?(?:<v ?/>|<v></v>)?')


@dataclass(frozen=True)
class KeptCell:
    """What a cell had: the number of its value's metadata, and the type and value its formula came to."""

    metadata: str
    kind: str
    value: str


Cells = Mapping[bytes, KeptCell]


def cells_kept(source: Package, written: Package) -> dict[str, Cells]:
    """Return what the cells of ``source`` had, by the part of ``written`` that holds their sheet now."""
    places = _sheets(written)
    found = {places[name]: dict(_cells(source, part)) for name, part in _sheets(source).items() if name in places}
    return {part: cells for part, cells in found.items() if cells}


def _sheets(package: Package) -> dict[str, str]:
    """Return the parts of the sheets by their names."""
    workbook = package.related("", "officeDocument") or ""
    relations = package.relations(workbook)
    return {
        found.get("name", ""): relations[found["id"]].part
        for element, found in starts(package.text(workbook))
        if element == "sheet" and found.get("id") in relations
    }


def _cells(source: Package, part: str) -> Iterator[tuple[bytes, KeptCell]]:
    """Yield the cells of a sheet that had something to be kept; most sheets have none and are not parsed."""
    if part not in source or not any(_TELLING.search(chunk) for chunk in source.chunks(part)):
        return
    cell: dict[str, str] = {}
    has_formula, value = False, ""
    for name, attributes, text in events(source.text(part)):
        if name == "c" and attributes is not None:
            cell, has_formula, value = attributes, False, ""
        elif name == "f":
            has_formula = True
        elif name == "v" and attributes is None:
            value = text
        elif name == "c" and (has_formula and value or cell.get("vm", "").isdecimal()):
            yield cell.get("r", "").encode(), KeptCell(cell.get("vm", ""), cell.get("t", "n"), value)


def with_cells(sheet: bytes, cells: Cells) -> bytes:
    """Return a sheet that openpyxl has written, with what its cells had."""
    return _WRITTEN.sub(lambda found: _with_cell(found, cells.get(found[1])), sheet)


def _with_cell(found: re.Match[bytes], cell: KeptCell | None) -> bytes:
    if cell is None:
        return found[0]
    attributes, formula = found[2], found[3]
    if cell.metadata:
        attributes += f" vm={quoteattr(cell.metadata)}".encode()
    if not formula:
        return found[0].replace(found[2] + b">", attributes + b">", 1)
    value = f"<v>{escape(cell.value)}</v>".encode()
    kind = f" t={quoteattr(cell.kind)}".encode()
    return b'<c r="' + found[1] + b'"' + attributes + kind + b">" + formula + value

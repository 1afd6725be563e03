"""The headings of a ledger's columns, with a heading above those that belong together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tracker.reports.ledger_pdf_layout import Layout, Sheet
from tracker.reports.ledger_pdf_text import Script


@dataclass(frozen=True)
class _Cell:
    """A heading over the columns ``first`` to ``last``; ``row`` 0 or 1, ``rows`` how many it takes."""

    first: int
    last: int
    row: int
    rows: int
    lines: Sequence[str]


def headings(sheet: Sheet, layout: Layout, script: Script) -> tuple[bytes, float]:
    """Return what draws the headings below their top, which is at 0, and how high they are in pt."""
    cells = _cells(sheet, layout, script)
    upper = max((len(cell.lines) for cell in cells if (cell.row, cell.rows) == (0, 1)), default=0)
    lower = max((len(cell.lines) for cell in cells if cell.row), default=0)
    alone = max((len(cell.lines) for cell in cells if (cell.row, cell.rows) != (0, 1) and not cell.row), default=0)
    gap = 2 * layout.pad
    first = upper * layout.leading + gap if upper else 0.0
    height = max(first + (lower * layout.leading + gap if lower else 0.0), alone * layout.leading + gap)
    parts = [b"0.91 0.93 0.93 rg %.2f 0 %.2f %.2f re f 0 g 0.4 w 0.3 G\n" % (layout.edges[0], layout.width, -height)]
    for cell in cells:
        top = -first if cell.row else 0.0
        bottom = -first if (cell.row, cell.rows) == (0, 1) else -height
        left, right = layout.edges[cell.first], layout.edges[cell.last + 1]
        parts.append(b"%.2f %.2f %.2f %.2f re S\n" % (left, bottom, right - left, top - bottom))
        parts.append(_words(cell, layout, script, (left, right, top, bottom)))
    return b"".join(parts), height


def _cells(sheet: Sheet, layout: Layout, script: Script) -> list[_Cell]:
    under = {column for first, last, _words in sheet.spans for column in range(first, last + 1)}

    def lines(first: int, last: int, words: str) -> list[str]:
        return script.lines(script.clean(words), layout.room(first, last))

    found = [_Cell(first, last, 0, 1, lines(first, last, words)) for first, last, words in sheet.spans]
    for n, (words, _width) in enumerate(sheet.columns):
        found.append(_Cell(n, n, 1, 1, lines(n, n, words)) if n in under else _Cell(n, n, 0, 2, lines(n, n, words)))
    return found


def _words(cell: _Cell, layout: Layout, script: Script, box: tuple[float, float, float, float]) -> bytes:
    """Return the operators of a heading in the middle of its box."""
    left, right, top, bottom = box
    size, named = layout.size, b"%.2f" % layout.size
    base = (top + bottom) / 2 + len(cell.lines) * layout.leading / 2 - size * 0.95 - (layout.leading - size) / 4
    parts = [b"BT ", script.chosen(named)]
    for n, line in enumerate(cell.lines):
        begins = (left + right) / 2 - script.width(line) * size / 2000
        parts.append(b" 1 0 0 1 %.2f %.2f Tm%b" % (begins, base - n * layout.leading, script.shown(line, named)))
    return b"".join((*parts, b" ET\n"))

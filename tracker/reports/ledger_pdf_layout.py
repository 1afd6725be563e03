"""How a ledger lies on paper: which sheet, how large its letters, how wide its columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

MM = 72 / 25.4
A4, A3 = (297 * MM, 210 * MM), (420 * MM, 297 * MM)
MOST_ON_A4 = 150  # characters in Latin letters, as in the workbook
SIDE, TOP, BOTTOM = 10 * MM, 11 * MM, 13 * MM
LARGEST, SMALLEST = 9.0, 5.5
LEADING = 1.35  # of the size, from line to line
PAD = 0.3  # of the size, between a rule and the text
_NARROWEST = 7  # characters that no column is squeezed below
_DAY = 11  # characters of a day on one line


@dataclass(frozen=True)
class Sheet:
    """What a ledger says besides its rows, in the words of one language.

    ``columns`` are headings with widths in Latin letters; ``spans`` are headings above several of them: first and last
    column, words. ``page`` and ``pages`` have a place ``{n}``.
    """

    title: str
    lines: Sequence[str]
    columns: Sequence[tuple[str, int]]
    language: str
    made: str
    foot: str
    page: str
    pages: str
    continued: str
    spans: Sequence[tuple[int, int, str]] = ()

    @staticmethod
    def of(told: dict[str, Any]) -> Sheet:
        """Return what JSON says of it."""
        return Sheet(**told | {"columns": [(str(words), int(width)) for words, width in told["columns"]]})


@dataclass(frozen=True)
class Layout:
    """Sizes in pt: the paper, the letters, and where each column begins; the last edge is where the table ends."""

    paper: tuple[float, float]
    size: float
    edges: Sequence[float]

    @property
    def leading(self) -> float:
        """Return how far a line stands below the one before."""
        return round(self.size * LEADING, 2)

    @property
    def pad(self) -> float:
        """Return the room between a rule and the text."""
        return round(self.size * PAD, 2)

    @property
    def width(self) -> float:
        """Return the width of the table."""
        return self.edges[-1] - self.edges[0]

    def room(self, first: int, last: int) -> int:
        """Return what text has between the rules of these columns, in thousandths of the size."""
        return int((self.edges[last + 1] - self.edges[first] - 2 * self.pad) * 1000 / self.size)


def layout(widths: Sequence[int]) -> Layout:
    """Return the sheet for columns of these widths: the letters as large as fit, wide columns squeezed before narrow.

    Two Latin letters are as wide as the size.
    """
    paper = A3 if sum(widths) > MOST_ON_A4 else A4
    whole, padding = paper[0] - 2 * SIDE, 2 * PAD * len(widths)
    size = round(min(LARGEST, max(SMALLEST, whole / (sum(widths) / 2 + padding))), 2)
    size = round(min(size, whole / (sum(min(_NARROWEST, one) for one in widths) / 2 + padding)), 2)
    letters = _squeezed(widths, (whole / size - padding) * 2)
    scale = (whole - padding * size) / (sum(letters) * size / 2)
    edges = [SIDE]
    for one in letters:
        edges.append(edges[-1] + one * size / 2 * scale + 2 * PAD * size)
    return Layout(paper, size, [round(edge, 2) for edge in edges])


def _squeezed(widths: Sequence[int], room: float) -> list[float]:
    """Return the widths, the wide ones in proportion, so that all are within ``room``."""
    if sum(widths) <= room:
        return [float(one) for one in widths]
    kept = next((one for one in (_DAY, 9) if sum(min(one, width) for width in widths) < room * 0.8), _NARROWEST)
    low, high = 0.0, 1.0
    for _ in range(30):
        share = (low + high) / 2
        if sum(max(min(one, kept), one * share) for one in widths) > room:
            high = share
        else:
            low = share
    return [max(min(one, kept), one * low) for one in widths]

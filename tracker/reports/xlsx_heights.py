"""How high words stand in a cell, where the program that shows the sheet does not find it out by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

LINE = 13.5  # points: a line of 10 pt
HIGHEST = 409.0  # points: the highest row there is


def text_height(value: Any, width: int) -> float:
    """Return the points that a value takes, broken into lines, in a column that is so many narrow letters wide."""
    if not isinstance(value, str) or (len(value) * 2 < width and "\n" not in value):
        return LINE
    return LINE * sum(max(1, -(-_breadth(line) // max(1, width - 1))) for line in value.split("\n"))


def row_height(row: Sequence[Any], widths: Sequence[int]) -> float | None:
    """Return the points that a row of words needs, ``None`` where a single line will do."""
    high = max(map(text_height, row, widths), default=LINE)
    return min(HIGHEST, high + 2.25) if high > LINE else None


def across_height(words: str, widths: Sequence[int]) -> float:
    """Return the points that a line of 11 pt takes across columns of these widths."""
    return text_height(words, int(sum(widths) * 0.9)) * 1.1


def _breadth(line: str) -> int:
    return len(line.encode("gb18030", "replace"))  # two bytes a Chinese character, one a Latin letter

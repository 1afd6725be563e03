"""How high words stand in a cell, where the program that shows the sheet does not find it out by itself."""

from __future__ import annotations

from typing import Any
from unicodedata import east_asian_width

LINE = 13.5  # points: a line of 10 pt


def text_height(value: Any, width: int) -> float:
    """Return the points that a value takes, broken into lines, in a column that is so many narrow letters wide."""
    if not isinstance(value, str):
        return LINE
    return LINE * sum(max(1, -(-_breadth(line) // max(1, width - 1))) for line in value.split("\n"))


def _breadth(line: str) -> int:
    return sum(2 if east_asian_width(sign) in "WFA" else 1 for sign in line)

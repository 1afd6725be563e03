"""How large the note of a cell has to be for its words; office programs do not fit it themselves."""

from __future__ import annotations

from unicodedata import east_asian_width

WIDTH = 260  # pixels
_LETTERS = 38  # narrow ones in a line of that width; a Chinese character takes the place of two
_LINE, _EDGE, _HIGHEST = 17, 14, 420


def comment_height(text: str) -> int:
    """Return the height in pixels of a note with that text, ``WIDTH`` wide."""
    lines = sum(max(1, -(-_breadth(line) // _LETTERS)) for line in text.split("\n"))
    return min(lines * _LINE + _EDGE, _HIGHEST)


def _breadth(line: str) -> int:
    return sum(2 if east_asian_width(sign) in "WFA" else 1 for sign in line)

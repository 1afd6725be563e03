"""How wide the columns of a table on paper are: reckoned once, where the renderer would do so again on every page."""

from __future__ import annotations

from collections.abc import Sequence

_TYPE_WIDTH, _LETTER, _PADDING = 156.0, 4.233, 3.3  # mm: the type area, a letter of 12 pt, what surrounds a cell
_WIDE = 0x2E80  # from here on characters are as wide as they are high
_LEAST, _MOST = 3.5, 120.0  # letters that a column should have, and may ask for


def ems(words: str) -> float:
    """Return how wide ``words`` are in characters of full width."""
    return sum(1.0 if ord(one) >= _WIDE or one in "“”‘’…—" else 0.5 for one in words)


def is_whole(words: str) -> bool:
    """Tell whether a cell is never broken: a short word, a day, a number."""
    return len(words) <= 4 or (len(words) <= 18 and words.isascii())


def column_shares(rows: Sequence[Sequence[str]]) -> tuple[float, ...]:
    """Return the width of each column in per cent of the table; ``rows`` begin with the headings.

    Each has what it needs not to break; the rest goes to those that want more, by how much they want.
    """
    columns = list(zip(*rows, strict=False))
    room = (_TYPE_WIDTH - len(columns) * _PADDING) / _LETTER
    wanted = [min(_MOST, max(1.0, *map(ems, cells))) for cells in columns]
    least = [
        max(min(_LEAST, most), *(ems(cell) for cell in cells if is_whole(cell)), 0.0)
        for most, cells in zip(wanted, columns, strict=True)
    ]
    if sum(wanted) <= room:
        widths = [one * room / sum(wanted) for one in wanted]
    elif sum(least) >= room:
        widths = [one * room / sum(least) for one in least]
    else:
        more = (room - sum(least)) / (sum(wanted) - sum(least))
        widths = [low + (high - low) * more for low, high in zip(least, wanted, strict=True)]
    whole = [width * _LETTER + _PADDING for width in widths]
    return tuple(round(100 * one / sum(whole), 2) for one in whole)

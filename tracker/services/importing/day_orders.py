"""Watches the days of a file go by for what they prove: 16/1/2026 shows that its whole column writes the day first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tracker.reading.days import Order, column_order
from tracker.storage.tables import TableRow

_MOST = 2000  # days a column that are kept; more would prove nothing new
_EITHER_WAY = re.compile(r"\s*\d{1,2}\s*[-/.]\s*\d{1,2}\s*[-/.]\s*(?:\d{2}|\d{4})\b.{0,12}")


class DayOrders:
    """The days written day or month first, by column."""

    def __init__(self) -> None:
        self._seen: dict[int, dict[str, None]] = {}

    def watch(self, rows: Iterable[TableRow]) -> Iterator[TableRow]:
        """Yield the rows as they are, remembering such days."""
        for row in rows:
            for place, cell in enumerate(row.cells):
                if isinstance(cell, str) and cell[:1].isdigit() and _EITHER_WAY.fullmatch(cell):
                    held = self._seen.setdefault(place, {})
                    if len(held) < _MOST:
                        held[cell] = None
            yield row

    def proven(self, column: int) -> Order | None:
        """Return the order that a column's days prove, ``None`` where they prove none."""
        return column_order(self._seen.get(column, ()))

"""What the text of a cell means, by its type and style."""

from __future__ import annotations

from typing import Protocol

from tracker.spreadsheets.cells import Broken, Cell, number
from tracker.spreadsheets.markup import is_true
from tracker.spreadsheets.moments import iso_moment, moment
from tracker.spreadsheets.strings import unescaped

_LONGEST_NUMBER = 21  # digits; longer ones are floats
_MOST_CACHED = 10_000


class _Strings(Protocol):
    def __getitem__(self, index: int) -> str: ...


class Values:
    """Turns the type, style and text of cells into values; knows the shared strings and which styles are dates."""

    def __init__(self, strings: _Strings, date_styles: frozenset[str], *, is_1904: bool) -> None:
        self._strings, self._dates, self._is_1904 = strings, date_styles, is_1904
        self._moments: dict[str, Cell] = {}
        self._kinds = {
            "s": self._shared, "": self._number, "n": self._number, "b": self._truth, "e": self._broken, "d": self._iso,
        }  # fmt: skip

    def cell(self, kind: str, style: str, raw: str) -> Cell:
        """Return the value of a cell."""
        return self._kinds.get(kind, self._text)(raw, style) if raw else None

    def _shared(self, raw: str, _style: str) -> Cell:
        return self._strings[int(raw)] or None

    def _number(self, raw: str, style: str) -> Cell:
        if style in self._dates:
            return self._moment(raw)
        if raw.isdecimal() and len(raw) <= _LONGEST_NUMBER:
            return int(raw)
        return number(float(raw))

    def _moment(self, raw: str) -> Cell:
        """Days come again and again, row for row."""
        if raw not in self._moments:
            if len(self._moments) >= _MOST_CACHED:
                self._moments.clear()
            serial = float(raw)
            found = moment(serial, is_1904=self._is_1904)
            self._moments[raw] = number(serial) if found is None else found
        return self._moments[raw]

    def _truth(self, raw: str, _style: str) -> Cell:
        return is_true(raw)

    def _broken(self, raw: str, _style: str) -> Cell:
        return Broken(raw)

    def _iso(self, raw: str, _style: str) -> Cell:
        return iso_moment(raw)

    def _text(self, raw: str, _style: str) -> Cell:
        return unescaped(raw)

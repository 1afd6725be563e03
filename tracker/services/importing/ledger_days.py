"""The days of a ledger's row: read with the rule that read them, in an order in which they can have happened."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, time
from typing import Any

from tracker.reading.days import DayRead, DayTerms, Order, read_day
from tracker.reading.mapping import FileMapping
from tracker.services.importing.notes import Level, Note
from workflows.calendar import WorkCalendar

_PAST = ("found_on", "assigned_on", "accepted_on", "verified_on", "signed_off_on")
_AHEAD = ("first_deadline", "deadline", "review_on")
DAYS = (*_PAST, *_AHEAD)
_EMPTY, _IMPOSSIBLE = "empty", "impossible"
_ASKED = frozenset({"order", "zero", "century"})  # doubts that nobody but the office can settle
_EITHER = frozenset({"year"})
_SAID = frozenset({"year", "century", "range", "month", "weekday", "words", "relative"})
# A deadline in these words says no more than its day.
_AS_WRITTEN = frozenset({"full", "cell", "instant", "serial", "digits"})


@dataclass(frozen=True)
class LedgerDays:
    """The days of one row by field; ``rules`` say how each was read, ``words`` what a deadline says that is none."""

    days: dict[str, date]
    times: dict[str, time]
    rules: dict[str, str]
    words: str = ""


class DayReader:
    """Reads the days of rows of one file."""

    def __init__(self, mapping: FileMapping, reference: date, today: date, calendar: WorkCalendar) -> None:
        terms = DayTerms(reference=reference, calendar=calendar)
        self._terms = {field: _ordered(terms, mapping, field) for field in _PAST}
        self._ahead = {field: _ordered(replace(terms, ahead=True), mapping, field) for field in _AHEAD}
        self._from: dict[tuple[str, date | None], DayTerms] = {}
        self._today = today

    def read(self, cells: dict[str, Any], notes: list[Note]) -> LedgerDays:
        """Return the days of a row's ``cells`` by field, noting what is wrong or doubtful."""
        found = LedgerDays({}, {}, {})
        for field in _PAST:
            if field in cells:
                self._take(field, cells[field], self._terms[field], found, notes)
        begun = found.days.get("found_on")
        for field in _AHEAD:
            if field in cells:
                self._take(field, cells[field], self._ahead_from(field, begun), found, notes)
        self._check(found, notes)
        return LedgerDays(found.days, found.times, found.rules, self._deadline_words(cells, found))

    def _ahead_from(self, field: str, begun: date | None) -> DayTerms:
        """Return how a deadline is read that may count from the day of the finding; made once for each such day."""
        known = self._from.get((field, begun))
        if known is None:
            known = self._from[(field, begun)] = replace(self._ahead[field], found_on=begun)
        return known

    def _take(self, field: str, cell: Any, terms: DayTerms, found: LedgerDays, notes: list[Note]) -> None:
        read = read_day(cell, terms)
        if read.rule == _EMPTY:
            return
        found.rules[field] = read.rule
        if read.day is None:
            notes.append(_unread(field, cell, read))
            return
        found.days[field] = read.day
        if read.time is not None:
            found.times[field] = read.time
        notes.extend(_doubts(field, cell, read))

    def _check(self, found: LedgerDays, notes: list[Note]) -> None:
        for field in _PAST:
            day = found.days.get(field)
            if day is not None and day > self._today:
                notes.append(Note(Level.WRONG, "day_ahead", field, day.isoformat()))
        begun, due = found.days.get("found_on"), found.days.get("deadline")
        if begun and due and due < begun:
            notes.append(Note(Level.DOUBT, "deadline_before_found", "deadline", due.isoformat()))
        closed = found.days.get("signed_off_on")
        if begun and closed and closed < begun:
            notes.append(Note(Level.WRONG, "closed_before_found", "signed_off_on", closed.isoformat()))

    def _deadline_words(self, cells: dict[str, Any], found: LedgerDays) -> str:
        """Return the deadline in the ledger's words, where they say more than the day does."""
        given = cells.get("deadline")
        plain = not isinstance(given, str) or found.rules.get("deadline", _EMPTY) in _AS_WRITTEN | {_EMPTY}
        words = str(cells.get("deadline_words") or "").strip()
        return (words or ("" if plain else str(given).strip()))[:100]


def _ordered(terms: DayTerms, mapping: FileMapping, field: str) -> DayTerms:
    order: Order | None = mapping.orders.get(field)
    return terms if order is None else replace(terms, order=order)


def _unread(field: str, cell: Any, read: DayRead) -> Note:
    words = str(cell).strip()[:80]
    if read.rule == _IMPOSSIBLE:
        return Note(Level.WRONG, "day_impossible", field, words)
    if field == "deadline":
        return Note(Level.INFO, "undated", field, words)
    return Note(Level.DOUBT, "day_unread", field, words)


def _doubts(field: str, cell: Any, read: DayRead) -> list[Note]:
    """Return what is doubtful about a day: two readings are asked about, what was supplied is said."""
    day = read.day.isoformat() if read.day else ""
    other = read.other.isoformat() if read.other else ""
    notes = []
    for doubt in read.doubts:
        if other and doubt in _ASKED:
            written = str(cell).strip()[:40]
            notes.append(Note(Level.ASK, f"day_{doubt}", field, f"{written} → {day} / {other}"))
        elif other and doubt in _EITHER:
            notes.append(Note(Level.DOUBT, "day_either", field, f"{day} / {other}"))
        elif doubt in _SAID:
            notes.append(Note(Level.INFO, f"day_{doubt}", field, day))
    return notes

"""A row of a ledger understood: an issue, or several where a cell holds several findings; or what stands against it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tracker.reading.fields import Value, fields_of
from tracker.reading.findings import split_findings
from tracker.reading.mapping import FileMapping
from tracker.reading.words import points_of, state_of, yes_no
from tracker.services.importing.entries import LedgerEntry, part_key, stated_key, told_key
from tracker.services.importing.ledger_columns import ColumnReader, LedgerIndexes, LedgerLine
from tracker.services.importing.ledger_days import DayReader, LedgerDays
from tracker.services.importing.ledger_places import Placed, PlaceReader
from tracker.services.importing.notes import Level, Note
from tracker.services.importing.spoken import folded, state_words
from workflows.importing import StartFacts, start_refusal
from workflows.issue import IssueState

_SURE = 0.9
_LONGEST = 4000
_STEPS = (("assign", "assigned_on", ""), ("accept", "accepted_on", ""), ("verify", "verified_on", "verified_by"),
          ("sign_off", "signed_off_on", "signed_off_by"))  # fmt: skip


@dataclass(frozen=True)
class Understood:
    """What a row comes to; ``rules`` say how each of its days was read, by field."""

    entries: Sequence[LedgerEntry]
    notes: Sequence[Note]
    days: LedgerDays | None = None
    placed: Placed | None = None
    verdict: tuple[bool, bool] | None = None  # late by the ledger's own word, and by ours


class LedgerReader:
    """Understands the rows of one file by its mapping; the same row always comes to the same."""

    def __init__(self, mapping: FileMapping, indexes: LedgerIndexes, *, reference: date, today: date) -> None:
        self._mapping, self._indexes, self._today, self._reference = mapping, indexes, today, reference
        self._days = DayReader(mapping, reference, today, indexes.calendar)
        self._places = PlaceReader(mapping, indexes.units)
        self._columns = ColumnReader(mapping, indexes, self._places)
        texts = (Value.TEXT, Value.STAR, Value.GROUP, Value.PERSON)
        self._limits = {key: one.limit for key, one in fields_of(mapping.kind).items() if one.value in texts}

    def read(self, cells: Mapping[str, Any]) -> Understood:
        """Return what the row with these ``cells`` by field comes to."""
        row = LedgerLine(cells)
        self._check_lengths(row)
        days = self._days.read(dict(cells), row.notes)
        placed = self._places.place(dict(cells), row.notes)
        if not placed.stated:
            row.notes.append(Note(Level.INFO if placed.spot else Level.DOUBT, "no_place", "village"))
        columns, assisting = self._columns.read(row, days, placed)
        state = self._state(row, days, columns)
        if not row.text("description"):
            row.notes.append(Note(Level.WRONG, "no_description", "description"))
        entries = self._entries(row, days, columns, assisting, state)
        return Understood(entries, row.notes, days, placed, self._verdict(row, entries))

    def _check_lengths(self, row: LedgerLine) -> None:
        for key, value in row.cells.items():
            limit = self._limits.get(key, _LONGEST)
            if isinstance(value, str) and len(value) > limit and key != "description":  # which may be parted yet
                row.notes.append(Note(Level.WRONG, "too_long", key, str(limit)))

    def _state(self, row: LedgerLine, days: LedgerDays, columns: dict[str, Any]) -> IssueState:
        """Return the state the ledger tells of, or the one the law leaves where it tells too little."""
        wanted = self._stated_state(row, days)
        facts = StartFacts(
            has_description=True, has_responsible_unit=columns["responsible_unit_id"] is not None,
            has_sign_off_day="signed_off_on" in days.days or "verified_on" in days.days,
            has_review_date=columns["review_on"] is not None,
        )  # fmt: skip
        code = start_refusal(wanted, facts)
        if code == "no_sign_off_day":
            days.days["signed_off_on"] = self._reference
            row.notes.append(Note(Level.DOUBT, "sign_off_day_supplied", "signed_off_on", self._reference.isoformat()))
        elif code is not None:
            row.notes.append(Note(Level.DOUBT, f"start_{code}", "status", wanted.value))
            return IssueState.REGISTERED
        return wanted

    def _stated_state(self, row: LedgerLine, days: LedgerDays) -> IssueState:
        words = row.text("status")
        if not words:
            return IssueState.SIGNED_OFF if "signed_off_on" in days.days else self._mapping.start
        if words in self._mapping.states:
            return IssueState(self._mapping.states[words])
        ours = state_words().get(folded(words))
        found, sure = (ours, 1.0) if ours is not None else state_of(words)
        if found is None:
            row.notes.append(Note(Level.ASK, "state_unknown", "status", words))
            return self._mapping.start
        if sure < _SURE:
            row.notes.append(Note(Level.DOUBT, "state_supposed", "status", f"{words} → {found.value}"))
        return found

    def _entries(
        self, row: LedgerLine, days: LedgerDays, columns: dict[str, Any], assisting: list[int], state: IssueState
    ) -> list[LedgerEntry]:
        found = row.text("description")
        parts = (split_findings(found) if self._mapping.split else ()) or (found,)
        if max(map(len, parts)) > _LONGEST:
            row.notes.append(Note(Level.WRONG, "too_long", "description", str(_LONGEST)))
        if len(parts) > 1:
            row.notes.append(Note(Level.INFO, "split", "description", str(len(parts))))
        return [self._entry(row, days, columns | {"description": part}, assisting, state, n)
                for n, part in enumerate(parts, 1)]  # fmt: skip

    def _entry(
        self,
        row: LedgerLine,
        days: LedgerDays,
        columns: dict[str, Any],
        assisting: list[int],
        state: IssueState,
        part: int,
    ) -> LedgerEntry:
        known, own, keys = days.days, row.text("key"), self._keys(row, days, columns, part)
        first = known.get("first_deadline") or known.get("deadline")
        closed = known.get("signed_off_on") or known.get("verified_on")
        return LedgerEntry(
            key=keys[0], also=keys[1:], own=part_key(own, part) if own else "", state=state, columns=columns,
            deadline=known.get("deadline") or first, deadline_time=days.times.get("deadline"), first_deadline=first,
            signed_off_on=closed if state is IssueState.SIGNED_OFF else None,
            signed_off_time=days.times.get("signed_off_on"), assigned_on=known.get("assigned_on"),
            accepted_on=known.get("accepted_on"), verified_on=known.get("verified_on"), measures=row.text("measures"),
            assisting=assisting, history=_history(row, days), stated=_stated(row),
            points=points_of(row.text("consequence")),
        )  # fmt: skip

    def _keys(self, row: LedgerLine, days: LedgerDays, columns: Mapping[str, Any], part: int) -> list[str]:
        """Return the keys of an issue, the one it will have first.

        A number names an issue only among ledgers of one name: without one, two that both number from 1 would be
        taken for each other, so the words count as well.
        """
        own = row.text("key")
        where = [row.text(one) for one in ("township", "village", "place", "spot")]
        told = told_key(own, *where, columns["description"], days.days.get("found_on"), columns["source_ref"])
        if not own or not self._mapping.name:
            return [told]
        return [part_key(stated_key(self._mapping.name, own), part), told]

    def _verdict(self, row: LedgerLine, entries: Sequence[LedgerEntry]) -> tuple[bool, bool] | None:
        """Return whether the issue is late by the ledger's own word, and by our reckoning today."""
        words = row.text("stated_late")
        if not words or not entries:
            return None
        stated = words in self._mapping.late_when if self._mapping.late_when else yes_no(words)
        if stated is None:
            return None
        return stated, is_late(entries[0], self._today)


def is_late(entry: LedgerEntry, today: date) -> bool:
    """Tell whether an issue was signed off after its deadline, or is open past it; without a deadline it never is."""
    if entry.closed_late is not None:
        return entry.closed_late
    is_open = entry.state not in (IssueState.DISMISSED, IssueState.SUSPENDED)
    return is_open and entry.deadline is not None and entry.deadline < today


def _history(row: LedgerLine, days: LedgerDays) -> list[tuple[str, str, str]]:
    return [(step, days.days[day].isoformat(), row.text(who)) for step, day, who in _STEPS if day in days.days]


def _stated(row: LedgerLine) -> dict[str, str]:
    """Return what the ledger says in words that become something else here."""
    told = ("status", "responsible_unit", "responsible", "result_of_check", "deadline")
    return {key: row.text(key)[:200] for key in told if row.text(key)}

"""Stores the good rows of a ledger as issues, all of them or none, in a few statements for many rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import insert, select

from tracker.clock import ZONE, local_date
from tracker.database import db
from tracker.errors import RefusedError
from tracker.languages import _
from tracker.models import AssistingUnit, Fate, ImportBatch, Measure, Phase, Unit
from tracker.policy import Actor
from tracker.queries.rules import policy_on, work_calendar
from tracker.services.chain import events_record
from tracker.services.importing.entries import LedgerEntry
from tracker.services.importing.ledger_check import LedgerWork, known_entries
from tracker.services.importing.ledger_places import NewUnit
from tracker.services.importing.notes import Note, fate_of
from tracker.services.importing.photos import photos_attach
from tracker.services.importing.staging import StagedRow, rows_staged
from tracker.services.issue_starts import issues_start
from tracker.services.numbers import issue_numbers
from tracker.services.search_index import index_all
from tracker.services.units import UnitValues, unit_create
from tracker.services.winding import remind_next
from tracker.storage import StoredFile
from workflows.clocks import due_day
from workflows.importing import StartFacts
from workflows.issue import IssueState
from workflows.ladder import climbing_from
from workflows.reminding import Wait

_GOOD = (Fate.NEW, Fate.DOUBT)
Photos = Mapping[int, Sequence[tuple[Phase, StoredFile]]]  # by the number of the row they stand in


@dataclass(frozen=True)
class _Ready:
    """An entry about to be stored: its row, and the units it lies in once new ones are made."""

    row: int
    entry: LedgerEntry
    columns: dict[str, Any]


class LedgerStore:
    """Stores one ledger in the caller's transaction, which holds the chain of issues."""

    def __init__(self, batch: ImportBatch, *, actor: Actor | None, at: datetime, photos: Photos) -> None:
        self._batch, self._actor, self._at, self._photos = batch, actor, at, photos
        self._today = local_date(at)
        self._work = LedgerWork(batch, self._today)
        self._policy = policy_on(self._today)
        self._made: dict[tuple[str, str, int], int] = {}
        self._names: dict[int, str] = {}

    def store(self) -> tuple[int, list[str]]:
        """Return how many issues were made, and the names of new units."""
        count = 0
        new_units: list[str] = []
        for chunk in rows_staged(self._batch.id):
            ready = list(self._ready(chunk, new_units))
            known = known_entries(one.entry for one in ready)
            fresh = [one for one in ready if one.entry.key not in known]
            if fresh:
                self._insert(fresh)
            count += len(fresh)
        return count, new_units

    def _ready(self, chunk: Sequence[StagedRow], new_units: list[str]) -> Iterator[_Ready]:
        for row in chunk:
            gone = self._work.gone_through(row)
            if isinstance(gone, Note) or row.fate not in _GOOD:
                continue
            if fate_of(gone.notes) not in _GOOD:
                words = _("第 {n} 行自预览以来有了变化（单位、人员或规则已修改），请重新检查后再导入")
                raise RefusedError(words.format(n=row.number))
            new = gone.understood.placed.new if gone.understood.placed else None
            place = self._unit(new, new_units) if new else {}
            for entry in gone.entries:
                yield _Ready(row.number, entry, {**entry.columns, **place})

    def _unit(self, new: NewUnit, new_units: list[str]) -> dict[str, int | None]:
        """Return the ids of the unit that the mapping lets us make, made now if no earlier row did."""
        unit = db.session.get_one(Unit, self._unit_id(new, new_units))
        return {"location_id": unit.id, "township_id": unit.township_id}

    def _unit_id(self, new: NewUnit, new_units: list[str]) -> int:
        parent_id = self._unit_id(new.parent, new_units) if new.parent else new.parent_id
        key = (new.kind.value, new.name, parent_id or 0)
        if key not in self._made:
            values = UnitValues(kind=new.kind, name=new.name, parent_id=parent_id)
            self._made[key] = unit_create(values=values, actor=self._actor, at=self._at).id
            new_units.append(new.name)
        return self._made[key]

    def _insert(self, ready: Sequence[_Ready]) -> None:
        numbers = issue_numbers(self._at, len(ready))
        rows = [(self._columns(one, number), _facts(one)) for one, number in zip(ready, numbers, strict=True)]
        ids = issues_start(rows)
        pairs = list(zip(ids, ready, strict=True))
        self._insert_beside(pairs)
        files = photos_attach(pairs, self._photos, actor=self._actor, at=self._at)
        told = [(key, self._told(one, files.get(key, []))) for key, one in pairs]
        events_record(told, "import", actor=self._actor, at=self._at)
        index_all([self._words(key, columns) for key, (columns, _facts) in zip(ids, rows, strict=True)])

    def _insert_beside(self, pairs: Sequence[tuple[int, _Ready]]) -> None:
        measures = [{"issue_id": key, "position": 1, "words": one.entry.measures, "due_on": one.entry.deadline}
                    for key, one in pairs if one.entry.measures]  # fmt: skip
        helping = [{"issue_id": key, "unit_id": unit} for key, one in pairs for unit in one.entry.assisting]
        for model, rows in ((Measure, measures), (AssistingUnit, helping)):
            if rows:
                db.session.connection().execute(insert(model), rows)

    def _columns(self, one: _Ready, number: str) -> dict[str, Any]:
        entry, closed = one.entry, _instant(one.entry.signed_off_on, one.entry.signed_off_time)
        is_closed = entry.state is IssueState.SIGNED_OFF
        since = closed if is_closed and closed else self._at
        due = self._due(entry, since, one.columns["review_on"])
        wait = Wait(entry.state, one.columns["severity"], due)
        return {
            **_UNSAID, **one.columns, "number": number, "state": entry.state, "state_since": since,
            "created_by_id": self._actor.person_id if self._actor else None, "created_at": self._at,
            "first_deadline": entry.first_deadline, "deadline": entry.deadline, "deadline_time": entry.deadline_time,
            "assigned_at": _instant(entry.assigned_on), "accepted_at": _instant(entry.accepted_on),
            "verified_at": _instant(entry.verified_on), "signed_off_at": closed if is_closed else None,
            "closed_late": entry.closed_late, "progress_at": self._at if one.columns["progress_note"] else None,
            "progress_percent": 100 if is_closed else one.columns["progress_percent"],
            "policy_version_id": self._policy.version_id, "import_batch_id": self._batch.id,
            "import_key": entry.key, "move_due_on": due, "remind_at": remind_next(wait, self._policy.policy, self._at),
            "escalate_on": climbing_from(entry.state, entry.deadline),
        }  # fmt: skip

    def _due(self, entry: LedgerEntry, since: datetime, review_on: date | None) -> date | None:
        policy, calendar = self._policy.policy, work_calendar()
        return due_day(entry.state, local_date(since), policy, calendar, entry.deadline, review_on)

    def _told(self, one: _Ready, files: Sequence[dict[str, str]]) -> dict[str, Any]:
        detail: dict[str, Any] = {
            "file": self._batch.file_name, "row": one.row, "key": one.entry.key, "history": list(one.entry.history),
            "points": list(one.entry.points), **one.entry.stated,
        }  # fmt: skip
        if files:
            detail["photos"] = list(files)
        return {"source": "", "dest": one.entry.state.value, "detail": detail}

    def _words(self, key: int, columns: Mapping[str, Any]) -> tuple[Any, ...]:
        units = [self._name(columns[one]) for one in ("location_id", "township_id") if columns[one]]
        plain = ("number", "description", "category", "spot", "goal", "remark", "source_ref", "found_by")
        return (key, *(columns[one] for one in plain), *units)

    def _name(self, unit_id: int) -> str:
        if unit_id not in self._names:
            self._names[unit_id] = db.session.scalars(select(Unit.name).where(Unit.id == unit_id)).one()
        return self._names[unit_id]


# The columns of a new issue that no ledger speaks of; an INSERT of many rows names them all.
_UNSAID: dict[str, Any] = {
    "is_long_term": False, "is_confidential": False, "result": "", "cycle": 0, "version": 1,
}  # fmt: skip


def _facts(one: _Ready) -> StartFacts:
    return StartFacts(
        has_description=bool(one.columns["description"]),
        has_responsible_unit=one.columns["responsible_unit_id"] is not None,
        has_sign_off_day=one.entry.signed_off_on is not None, has_review_date=one.columns["review_on"] is not None,
    )  # fmt: skip


def _instant(day: date | None, hour: time | None = None) -> datetime | None:
    """Return the beginning of a Shanghai day, or an hour of it, as an instant."""
    return datetime.combine(day, hour or time(), ZONE) if day else None

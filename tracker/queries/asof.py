"""The ledgers 台账 as they stood at an instant: which rows, in which order, under which headings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, false, func, literal, or_, select, text

from tracker.database import db
from tracker.models import Issue, IssueVersion, Unit, UnitKind
from tracker.policy import Actor, recorded
from tracker.queries.counts import CAP, Count, capped
from tracker.queries.filters import ALL_TAB, OPEN_TAB, IssueFilter, Timing, in_band, roster_of
from tracker.queries.lateness import Reckoner, has_colour, is_open, is_overdue, is_undated, reckoner
from tracker.queries.ledger import LedgerRow
from tracker.queries.moments import Moment
from workflows.issue import IssueState

BATCH = 500
V = IssueVersion
# What rows can be sorted and grouped by, beside the number: the column, which may be empty.
SORTS: Mapping[str, Any] = {
    "deadline": V.deadline, "township": V.township_id, "unit": V.responsible_unit_id, "star": V.star_id,
    "group": V.found_by_group_id,
}  # fmt: skip
KINDS = {"township": "unit", "unit": "unit", "star": "star", "group": "supervision_group"}
_NAMES = {
    "township": ("unit", "township_id"), "place": ("unit", "location_id"), "unit": ("unit", "responsible_unit_id"),
    "star": ("star", "star_id"), "indicator": ("indicator", "indicator_id"),
    "group": ("supervision_group", "found_by_group_id"), "responsible": ("person", "responsible_id"),
    "sponsor": ("person", "sponsor_id"), "creator": ("person", "created_by_id"),
    "verifier": ("person", "verified_by_id"), "signer": ("person", "signed_off_by_id"),
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """Where to go on: after the row with this issue, whose sorted column held ``value``."""

    issue_id: int
    value: Any = None


@dataclass(frozen=True)
class Asked:
    """A ledger somebody asks for: who, of which issues, at which instant, by which order."""

    actor: Actor
    chosen: IssueFilter
    moment: Moment
    sort: str = "number"


def conditions(asked: Asked) -> list[ColumnElement[bool]]:
    """Return what a version must meet: held at the instant, of an issue the reader may see, as the filter asks."""
    at = asked.moment.at
    found = [V.valid_from <= at, V.until > at, V.is_withdrawn.is_(False)]
    scope = recorded(asked.actor)
    if scope:
        found.append(V.issue_id.in_(select(Issue.id).where(*scope)))
    states = _in_states(asked.chosen.states)
    if states is not None:
        found.append(states)
    given = ((condition, getattr(asked.chosen, name)) for name, condition in _CONDITIONS.items())
    return found + [condition(value, asked.moment) for condition, value in given if value]


def _in_states(states: Sequence[str]) -> ColumnElement[bool] | None:
    if ALL_TAB in states or not states:
        return None
    codes = V.state.in_([IssueState(state) for state in states if state != OPEN_TAB])
    return or_(is_open(V), codes) if OPEN_TAB in states else codes


def _at_place(place_id: int, _moment: Moment) -> ColumnElement[bool]:
    place = db.session.get(Unit, place_id)
    if place is None:
        return false()
    if place.kind in (UnitKind.TOWNSHIP, UnitKind.STREET):
        return V.township_id == place_id
    if place.kind is UnitKind.COUNTY:
        return V.location_id.is_not(None)
    return V.location_id.in_(select(Unit.id).where(Unit.path.startswith(place.path)))


def _timing(timing: Timing, moment: Moment) -> ColumnElement[bool]:
    if timing is Timing.OVERDUE:
        return is_overdue(moment.today, V)
    if timing is Timing.CLOSED_LATE:
        return and_(V.state == IssueState.SIGNED_OFF, V.closed_late.is_(True))
    return is_undated(V) if timing is Timing.UNDATED else and_(is_open(V), V.deadline >= moment.today)


_CONDITIONS: Mapping[str, Callable[[Any, Moment], ColumnElement[bool]]] = {
    "timing": _timing,
    "place_id": _at_place,
    "unit_id": lambda unit, _moment: V.responsible_unit_id == unit,
    "star_id": lambda star, _moment: V.star_id == star,
    "source": lambda source, _moment: V.source == source,
    "severity": lambda severity, _moment: V.severity == severity,
    "finder_id": lambda group, _moment: V.found_by_group_id == group,
    "roster_id": lambda group, moment: V.location_id.in_(roster_of(group, moment.today)),
    "found_from": lambda day, _moment: V.found_on >= day,
    "found_to": lambda day, _moment: V.found_on <= day,
    "due_from": lambda day, _moment: V.deadline >= day,
    "due_to": lambda day, _moment: V.deadline <= day,
    "returned": lambda _yes, _moment: V.returns > 0,
    "band": lambda band, moment: in_band(band, moment.today, moment.calendar, V),
    "colour": lambda colour, moment: has_colour(moment.today, colour, V, moment.calendar),
}


def asof_page(asked: Asked, place: Place | None = None, size: int = BATCH) -> tuple[list[LedgerRow], Place | None]:
    """Return some rows and where the next ones begin, ``None`` at the end."""
    column = SORTS.get(asked.sort)
    by = [V.issue_id] if column is None else [column.is_(None), column, V.issue_id]
    found = conditions(asked) + ([] if place is None else [_beyond(column, place)])
    wanted = select(V.seq).where(*found).order_by(*by).limit(size + 1)
    query = select(*V.__table__.columns).where(V.seq.in_(wanted)).order_by(*by)
    rows = db.session.execute(query).all()
    shown = rows[:size]
    if len(rows) <= size:
        return _lines(shown, asked), None
    last = shown[-1]
    return _lines(shown, asked), Place(last.issue_id, None if column is None else getattr(last, column.key))


def _beyond(column: Any, place: Place) -> ColumnElement[bool]:
    later = V.issue_id > place.issue_id
    if column is None:
        return later
    if place.value is None:
        return and_(column.is_(None), later)
    value = literal(place.value, column.type)
    return or_(column > value, and_(column == value, later), column.is_(None))


def asof_rows(asked: Asked) -> Iterator[LedgerRow]:
    """Yield every row, without holding them all."""
    rows, place = asof_page(asked)
    yield from rows
    while place is not None:
        rows, place = asof_page(asked, place)
        yield from rows


def asof_count(asked: Asked) -> Count:
    """Return how many rows there are, exact up to the cap."""
    some = select(text("1")).select_from(V).where(*conditions(asked)).limit(CAP + 1).subquery()
    return capped(db.session.scalar(select(func.count()).select_from(some)))


@dataclass(frozen=True)
class Subtotal:
    """How many rows stand under one heading: all, signed off, open, overdue; ``key`` is what the filter wants."""

    key: int | None
    name: str
    total: int
    signed_off: int
    open: int
    overdue: int


def asof_subtotals(asked: Asked, by: str) -> list[Subtotal]:
    """Return the subtotals by township, unit, star or group, the largest first, what is not stated last."""
    column, kind = SORTS[by], KINDS[by]
    query = select(column, *_counted(asked)).where(*conditions(asked)).group_by(column)
    rows = db.session.execute(query).all()
    asked.moment.learn(kind, [row[0] for row in rows])
    found = [Subtotal(row[0], asked.moment.name(kind, row[0]) or "", *row[1:]) for row in rows]
    return sorted(found, key=lambda one: (one.key is None, -one.total, one.name))


def asof_total(asked: Asked) -> Subtotal:
    """Return the last line of the subtotals."""
    row: Any = db.session.execute(select(*_counted(asked)).where(*conditions(asked))).one()
    return Subtotal(None, "", *row)


def _counted(asked: Asked) -> list[ColumnElement[int]]:
    parts = (V.state == IssueState.SIGNED_OFF, is_open(V), is_overdue(asked.moment.today, V))
    return [func.count(), *(func.count().filter(part) for part in parts)]


def _lines(rows: Sequence[Row[Any]], asked: Asked) -> list[LedgerRow]:
    moment = asked.moment
    for kind, column in _NAMES.values():
        moment.learn(kind, [getattr(row, column) for row in rows])
    moment.learn("unit", [key for row in rows for key in row.beside.get("assisting", ())])
    late = reckoner(moment.today, {row.policy_version_id for row in rows}, moment.calendar)
    return [_line(row, asked, late) for row in rows]


def _line(row: Row[Any], asked: Asked, late: Reckoner) -> LedgerRow:
    moment = asked.moment
    names = {name: moment.name(kind, getattr(row, column)) for name, (kind, column) in _NAMES.items()}
    issue = SimpleNamespace(**row._mapping, **names, id=row.issue_id)
    beside = dict(row.beside)
    sees_all = not recorded(asked.actor)
    beside["assisting"] = [moment.name("unit", key) for key in beside.get("assisting", ())]
    beside["notices"] = [_document(*said) for said in beside.get("notices", ())]
    # A document about several issues is for whoever may see them all; that can be told of the county's readers alone.
    beside["letters"] = [_document(*said[:2]) for said in beside.get("letters", ()) if sees_all or said[2]]
    beside["look_backs"] = [_look_back(said) for said in beside.get("look_backs", ())]
    beside["urged"] = [datetime.fromisoformat(at) for at in beside.get("urged", ())]
    for name in ("measures", "instructions", "evidence"):
        beside.setdefault(name, None)
    return LedgerRow(issue, late.lateness(row), beside)


def _look_back(said: str) -> Any:
    day, _space, state = said.partition(" ")
    return SimpleNamespace(done_on=date.fromisoformat(day), state=state)


def _document(number: str, issued_at: str) -> Any:
    return SimpleNamespace(number=number, issued_at=datetime.fromisoformat(issued_at))

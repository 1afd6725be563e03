"""The ledgers 台账 as they stood at an instant: which rows, in which order, under which headings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, func, literal, select, text, tuple_

from tracker.database import db
from tracker.queries.asof_filter import SORTS, Asked, V, conditions
from tracker.queries.asof_lines import TAKEN, lines_of
from tracker.queries.asof_place import Place
from tracker.queries.counts import CAP, Count, capped
from tracker.queries.lateness import is_open, is_overdue
from tracker.queries.ledger import LedgerRow
from tracker.queries.moments import Moment
from workflows.issue import IssueState

BATCH = 500
_AT_ONCE = 2000  # rows, where all are wanted one after the other
Stretch = tuple[list[ColumnElement[bool]], list[Any]]
KINDS = {"township": "unit", "unit": "unit", "star": "star", "group": "supervision_group"}


def asof_page(asked: Asked, place: Place | None = None, size: int = BATCH) -> tuple[list[LedgerRow], Place | None]:
    """Return some rows and where the next ones begin, ``None`` at the end."""
    rows, more = _read(asked, _stretches(SORTS.get(asked.sort), place), size)
    return lines_of(rows, asked.moment, is_whole=asked.is_whole), _place(asked, rows[-1]) if more else None


def asof_page_before(asked: Asked, place: Place, size: int = BATCH) -> tuple[list[LedgerRow], Place | None]:
    """Return the rows right before a place, in their order, and the place before which more are; ``None`` for none."""
    rows, more = _read(asked, _stretches_back(SORTS.get(asked.sort), place), size)
    rows.reverse()
    return lines_of(rows, asked.moment, is_whole=asked.is_whole), _place(asked, rows[0]) if more else None


def place_at(asked: Asked, line: LedgerRow) -> Place:
    """Return the place of a row, to go on from there."""
    return _place(asked, line.issue)


def _place(asked: Asked, row: Any) -> Place:
    column = SORTS.get(asked.sort)
    return Place(row.issue_id, None if column is None else getattr(row, column.key))


def _read(asked: Asked, stretches: Iterable[Stretch], size: int) -> tuple[list[Row[Any]], bool]:
    """Return some rows, and whether there are more."""
    rows: list[Row[Any]] = []
    for found, by in stretches:
        wanted = select(V.seq).where(*conditions(asked), *found).order_by(*by).limit(size + 1 - len(rows))
        # Not through the session, which would make each row twice.
        rows += db.session.connection().execute(select(*TAKEN).where(V.seq.in_(wanted)).order_by(*by)).all()
        if len(rows) > size:
            break
    return rows[:size], len(rows) > size


def _stretches(column: Any, place: Place | None) -> Iterator[Stretch]:
    """Yield the stretches of the order from ``place`` on, what is empty last: each is one walk along an index."""
    later = [] if place is None else [V.issue_id > place.issue_id]
    if column is None:
        yield later, [V.issue_id]
        return
    if place is None or place.value is not None:
        beyond = [] if place is None else [tuple_(column, V.issue_id) > _at(column, place)]
        yield [column.is_not(None), *beyond], [column, V.issue_id]
        later = []
    yield [column.is_(None), *later], [V.issue_id]


def _stretches_back(column: Any, place: Place) -> Iterator[Stretch]:
    """Yield the same stretches from ``place`` back to the beginning."""
    if column is None or place.value is None:
        empty = [] if column is None else [column.is_(None)]
        yield [*empty, V.issue_id < place.issue_id], [V.issue_id.desc()]
    if column is not None:
        earlier = [] if place.value is None else [tuple_(column, V.issue_id) < _at(column, place)]
        yield [column.is_not(None), *earlier], [column.desc(), V.issue_id.desc()]


def _at(column: Any, place: Place) -> Any:
    return tuple_(literal(place.value, column.type), literal(place.issue_id))


def asof_rows(asked: Asked) -> Iterator[LedgerRow]:
    """Yield every row, without holding them all."""
    rows, place = asof_page(asked, size=_AT_ONCE)
    yield from rows
    while place is not None:
        rows, place = asof_page(asked, place, _AT_ONCE)
        yield from rows


def asof_ids(asked: Asked) -> set[int]:
    """Return the issues of all rows."""
    return set(db.session.scalars(select(V.issue_id).where(*conditions(asked))))


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
    """Return the numbers of all rows."""
    row: Any = db.session.execute(select(*_counted(asked)).where(*conditions(asked))).one()
    return Subtotal(None, "", *row)


def sum_of(subtotals: Sequence[Subtotal]) -> Subtotal:
    """Return the last line of the subtotals."""
    numbers = [(one.total, one.signed_off, one.open, one.overdue) for one in subtotals]
    return Subtotal(None, "", *(map(sum, zip(*numbers, strict=True)) if numbers else (0, 0, 0, 0)))


def _counted(asked: Asked) -> list[ColumnElement[int]]:
    parts = (V.state == IssueState.SIGNED_OFF, is_open(V), is_overdue(asked.moment.today, V))
    return [func.count(), *(func.count().filter(part) for part in parts)]


def asof_issues(ids: Sequence[int], at: Moment, *, is_whole: bool) -> dict[int, LedgerRow]:
    """Return how these issues stood, whoever asks: for who may know already that a ledger named them."""
    query = select(*TAKEN).where(V.issue_id.in_(ids), V.valid_from <= at.at, V.until > at.at)
    lines = lines_of(db.session.execute(query).all(), at, is_whole=is_whole)
    return {line.issue.issue_id: line for line in lines}

"""Keyset pages: a deep page costs what the first one costs, and nobody is shown twice while the list grows."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, literal, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from tracker.database import db
from tracker.models import Issue
from workflows.issue import Severity

SIZE = 50
ASC, DESC = "asc", "desc"


@dataclass(frozen=True)
class Segment:
    """A stretch of the order: the rows that meet ``condition``, by ``key`` and then by id.

    ``read`` makes a value of ``key`` from what stands in a cursor, or raises ``ValueError``.
    """

    condition: ColumnElement[bool] | None
    key: InstrumentedAttribute[Any] | None = None
    read: Callable[[str], Any] = str


def _by(column: InstrumentedAttribute[Any], read: Callable[[str], Any]) -> tuple[Segment, ...]:
    """Return the rising order by ``column``, empty ones last; each stretch is one walk along an index."""
    return Segment(column.is_not(None), column, read), Segment(column.is_(None))


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("an instant without a zone")
    return at


SORTS: Mapping[str, tuple[Segment, ...]] = {
    "deadline": _by(Issue.deadline, date.fromisoformat),
    "number": _by(Issue.number, str),
    "found_on": _by(Issue.found_on, date.fromisoformat),
    "state_since": (Segment(None, Issue.state_since, _instant),),
    "severity": tuple(Segment(Issue.severity == one) for one in (Severity.GENERAL, Severity.SERIOUS, Severity.MAJOR)),
}


@dataclass(frozen=True)
class Cursor:
    """A place between two rows: after the row with this id, in this stretch, with this value of its key."""

    segment: int
    value: Any
    issue_id: int


@dataclass(frozen=True)
class Order:
    """What to sort by, and from where to go on; ``backward`` reads the page before ``cursor``."""

    sort: str = "deadline"
    direction: str = ASC
    cursor: Cursor | None = None
    backward: bool = False


@dataclass(frozen=True)
class Page:
    """The rows of one page, and the cursors of its neighbours, empty where there is none."""

    rows: Sequence[Row[Any]] = field(default_factory=list)
    after: str = ""
    before: str = ""


def encode(order: Order, segment: int, row: Row[Any]) -> str:
    """Return the cursor that stands at ``row``, fit for an address."""
    key = SORTS[order.sort][segment].key
    value = getattr(row, key.key) if key is not None else None
    plain = value.isoformat() if isinstance(value, date) else value
    packed = json.dumps([order.sort, order.direction, segment, plain, row.id], separators=(",", ":"))
    return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def decode(text: str, sort: str, direction: str) -> Cursor:
    """Return the cursor of ``text``; raises ``ValueError`` for one that was not made by this order."""
    made = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    if not isinstance(made, list) or made[:2] != [sort, direction]:
        raise ValueError("a cursor of another order")
    segment, value, issue_id = made[2:]
    if type(segment) is not int or type(issue_id) is not int or not 0 <= segment < len(SORTS[sort]):
        raise ValueError("not a place in this order")
    place = SORTS[sort][segment]
    known = None if place.key is None else place.read(str(value).replace("\x00", ""))
    return Cursor(segment, known, max(0, min(issue_id, 2**31 - 1)))


def page(statement: Select[Any], order: Order, size: int = SIZE) -> Page:
    """Return the rows of ``statement`` (on ``Issue``, with its ``id`` and sort column) that ``order`` asks for."""
    found: list[tuple[int, Row[Any]]] = []
    for segment, query, by in _walk(statement, order):
        # What is narrowed and sorted are ids alone; the columns are read for the rows of the page.
        ids = query.with_only_columns(Issue.id).order_by(*by).limit(size + 1 - len(found)).correlate(None)
        shown = select(*statement.selected_columns).where(Issue.id.in_(ids)).order_by(*by)
        found += [(segment, row) for row in db.session.execute(shown)]
        if len(found) > size:
            break
    more, kept = len(found) > size, found[:size]
    if order.backward:
        kept.reverse()
    forward = more if not order.backward else order.cursor is not None
    behind = more if order.backward else order.cursor is not None
    return Page(
        [row for _segment, row in kept],
        encode(order, *kept[-1]) if kept and forward else "",
        encode(order, *kept[0]) if kept and behind else "",
    )


def everything(statement: Select[Any], order: Order) -> Iterator[Row[Any]]:
    """Yield every row in this order without holding them all."""
    for _segment, query, by in _walk(statement, order):
        yield from db.session.execute(query.order_by(*by).execution_options(yield_per=1000))


def _walk(statement: Select[Any], order: Order) -> Iterator[tuple[int, Select[Any], list[ColumnElement[Any]]]]:
    """Yield each stretch from the cursor on, in the direction of travel, and what it is to be ordered by."""
    segments = list(enumerate(SORTS[order.sort]))
    rises = (order.direction == ASC) is not order.backward
    if not rises:
        segments.reverse()
    started = order.cursor is None
    for number, segment in segments:
        here = order.cursor if order.cursor is not None and order.cursor.segment == number else None
        started = started or here is not None
        if started:
            yield number, *_stretch(statement, segment, here, rises)


def _stretch(
    statement: Select[Any], segment: Segment, cursor: Cursor | None, rises: bool
) -> tuple[Select[Any], list[ColumnElement[Any]]]:
    columns: list[Any] = [Issue.id] if segment.key is None else [segment.key, Issue.id]
    if segment.condition is not None:
        statement = statement.where(segment.condition)
    if cursor is not None:
        at = [literal(cursor.issue_id)]
        if segment.key is not None:
            at.insert(0, literal(cursor.value, segment.key.type))
        here, there = (columns[0], at[0]) if len(columns) == 1 else (tuple_(*columns), tuple_(*at))
        statement = statement.where(here > there if rises else here < there)
    return statement, [column.asc() if rises else column.desc() for column in columns]

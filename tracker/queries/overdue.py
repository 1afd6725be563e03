"""The overdue ledger 逾期台账: what is late, what became late, and totals by place, unit, star, group and days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import InstrumentedAttribute

from tracker.database import db
from tracker.models import Issue, Star, SupervisionGroup, Unit
from tracker.policy import Actor
from tracker.queries.filters import Band, IssueFilter, in_states, seen_by
from tracker.queries.home import last_workday_before, newly_overdue
from tracker.queries.issues import IssuePage, line_columns, narrowed, with_lateness
from tracker.queries.lateness import colour_of, late_since
from tracker.queries.paging import Order, page
from tracker.queries.rules import work_calendar
from workflows.policy import Colour

COLOURS = (Colour.RED, Colour.YELLOW, Colour.BLUE)


@dataclass
class TotalRow:
    """How many are overdue under one heading, by colour; ``key`` is what the filter wants, ``None`` if not stated."""

    key: Any
    name: str
    colours: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COLOURS, 0))

    @property
    def total(self) -> int:
        """Return the sum of the colours."""
        return sum(self.colours.values())


_NAMED: Mapping[str, tuple[InstrumentedAttribute[Any], Any]] = {
    "township": (Issue.township_id, Unit),
    "unit": (Issue.responsible_unit_id, Unit),
    "star": (Issue.star_id, Star),
    "group": (Issue.found_by_group_id, SupervisionGroup),
}


def overdue_page(actor: Actor, chosen: IssueFilter, order: Order, *, newly: bool = False) -> IssuePage:
    """Return one page of the ledger; ``newly``: only what has become late since the last working day."""
    statement = narrowed(line_columns(), actor, chosen)
    if newly:
        statement = statement.where(newly_overdue(actor.today, last_workday_before(actor.today)))
    found = page(statement, order)
    return IssuePage(with_lateness(found.rows, actor), found.after, found.before)


def totals(actor: Actor, chosen: IssueFilter, by: str) -> list[TotalRow]:
    """Return the totals by ``by``, most overdue first; those by days late from the longest."""
    key = _bands(actor.today) if by == "band" else _NAMED[by][0]
    colour = colour_of(actor.today)
    conditions = seen_by(actor, chosen)
    states = in_states(chosen.states)
    counted = select(key.label("key"), colour.label("colour"), func.count().label("n")).select_from(Issue)
    counted = counted.where(*conditions) if states is None else counted.where(states, *conditions)
    rows: dict[Any, TotalRow] = {}
    for found in db.session.execute(counted.group_by(key, colour)):
        rows.setdefault(found.key, TotalRow(found.key, "")).colours[found.colour] = found.n
    if by == "band":
        return [rows[band] for band in reversed(Band) if band in rows]
    return sorted(_with_names(rows, _NAMED[by][1]), key=lambda row: (-row.total, row.name))


def _with_names(rows: dict[Any, TotalRow], named: Any) -> list[TotalRow]:
    wanted = [key for key in rows if key is not None]
    for known in db.session.execute(select(named.id, named.name).where(named.id.in_(wanted))):
        rows[known.id].name = known.name
    return list(rows.values())


def _bands(today: date) -> ColumnElement[str]:
    """Return the band of days late as SQL, from the longest."""
    calendar = work_calendar()
    whens = [
        (Issue.deadline <= late_since(calendar, today, band.limits[0]), band.value)
        for band in reversed(Band)
        if band.limits[0]
    ]
    return case(*whens, else_=Band.UNDER_5.value)


def sum_of(rows: Sequence[TotalRow]) -> TotalRow:
    """Return the last line of the totals."""
    whole = TotalRow(None, "")
    for row in rows:
        for colour, number in row.colours.items():
            whole.colours[colour] += number
    return whole

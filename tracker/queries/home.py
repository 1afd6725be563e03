"""What waits for somebody: each section one query, by whose date is nearest, ten rows and how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

from tracker.database import db
from tracker.models import AuditEntry, Issue, Person, Post, Role
from tracker.policy import IS_OPEN, Actor, listed, listed_open, listed_standing, recorded
from tracker.queries.closing import closed_since
from tracker.queries.counts import Count, capped, counting
from tracker.queries.issues import IssueLine, line_columns, with_lateness
from tracker.queries.lateness import colour_of, is_overdue, is_undated
from tracker.queries.moves import Move, is_soon, moves_of
from tracker.queries.rules import work_calendar
from workflows.policy import Colour

SHOWN = 10
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Section:
    """One sort of work: its most urgent rows and how many there are in all."""

    move: Move
    lines: Sequence[IssueLine]
    count: Count


@dataclass(frozen=True)
class Digest:
    """The overdue ledger at a glance, and what changed since the last working day before today.

    ``soon`` are in time, but due within the days that policy colours blue.
    """

    since: date
    colours: dict[str, int]
    soon: int
    undated: int
    newly: int
    closed: int

    @property
    def overdue(self) -> int:
        """Return how many are overdue in all."""
        return sum(self.colours.values())


def sections(actor: Actor) -> list[Section]:
    """Return what waits for ``actor``, in the order of the page, empty sections too."""
    return [_section(actor, move) for move in moves_of(actor.role)]


def _section(actor: Actor, move: Move) -> Section:
    conditions = [listed(actor), move.condition(actor)]
    by = getattr(Issue, move.by)
    # Few drafts among many issues: to walk them by the day they were found would mean to walk them all.
    nearest = func.coalesce(by, date.max) if move.by == "found_on" else by.asc().nulls_last()
    ids = select(Issue.id).where(*conditions).order_by(nearest, Issue.id).limit(SHOWN).correlate(None)
    query = line_columns().add_columns(counting(conditions).label("total")).where(Issue.id.in_(ids))
    rows = db.session.execute(query.order_by(nearest, Issue.id)).all()
    return Section(move, with_lateness(rows, actor), capped(rows[0].total if rows else 0))


def last_workday_before(today: date) -> date:
    """Return the last working day before ``today``."""
    calendar, day = work_calendar(), today - _DAY
    while not calendar.is_workday(day):
        day -= _DAY
    return day


def newly_overdue(today: date, since: date) -> ColumnElement[bool]:
    """Return the condition that an open issue was in time on the day ``since`` and is late ``today``."""
    return IS_OPEN & Issue.deadline.between(since, today - _DAY)


def digest(actor: Actor, conditions: Sequence[ColumnElement[bool]] = ()) -> Digest:
    """Return the figures of the overdue ledger for what ``actor`` may see, under ``conditions``."""
    since = last_workday_before(actor.today)
    seen = [listed_open(actor), *conditions]
    colour = colour_of(actor.today).label("colour")
    newly = func.count().filter(Issue.deadline >= since).label("newly")  # the others were late on that day
    overdue = select(colour, func.count().label("n"), newly).select_from(Issue).where(is_overdue(actor.today), *seen)
    found = {row.colour: row for row in db.session.execute(overdue.group_by(colour))}
    closed = _number(closed_since(since), listed_standing(actor), *conditions)
    row = db.session.execute(_ahead(actor, seen).add_columns(closed.label("closed"))).one()
    colours = {one.value: found[one].n if one in found else 0 for one in (Colour.RED, Colour.YELLOW, Colour.BLUE)}
    return Digest(since, colours, row.soon, row.undated, sum(one.newly for one in found.values()), row.closed)


def _ahead(actor: Actor, seen: Sequence[ColumnElement[bool]]) -> Select[Any]:
    """Return the statement of what is due soon and what is undated: two looks into an index for who sees the county.

    For everybody else one look at both, so that their scope is gathered once.
    """
    parts = {"soon": is_soon(actor), "undated": is_undated()}
    if not recorded(actor):
        return select(*[_number(part, *seen).label(name) for name, part in parts.items()])
    counts: list[Any] = [func.count().filter(part).label(name) for name, part in parts.items()]
    return select(*counts).select_from(Issue).where(or_(*parts.values()), *seen)


def _number(*conditions: ColumnElement[bool]) -> Any:
    return select(func.count()).select_from(Issue).where(*conditions).correlate(None).scalar_subquery()


@dataclass(frozen=True)
class Duty:
    """One figure that an administrator looks at each day; ``endpoint`` shows what is behind it."""

    key: str
    number: int


def duties(actor: Actor, at: datetime) -> list[Duty]:
    """Return the figures for the three administrators; empty for everybody else."""
    day_ago = at - _DAY
    columns: dict[Role, dict[str, Any]] = {
        Role.SYSADMIN: {
            "without_post": select(func.count()).select_from(Person).where(Person.is_active, ~Person.posts.any()),
            "inactive": select(func.count()).select_from(Person).where(~Person.is_active),
        },
        Role.SECADMIN: {
            "grants": select(func.count()).select_from(Post).where(Post.approved_at.is_(None)),
        },
        Role.AUDITOR: {
            "denied": _entries(AuditEntry.at >= day_ago, AuditEntry.outcome == "denied"),
            "entries": _entries(AuditEntry.at >= day_ago),
        },
    }
    wanted = columns.get(actor.role, {})
    if not wanted:
        return []
    row = db.session.execute(select(*(query.scalar_subquery() for query in wanted.values()))).one()
    return [Duty(key, number) for key, number in zip(wanted, row, strict=True)]


def _entries(*conditions: ColumnElement[bool]) -> Any:
    return select(func.count()).select_from(AuditEntry).where(*conditions)

"""What a version of the policy would change about the issues that are open, should it take them along."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Row, select

from tracker.clock import local_date
from tracker.database import db
from tracker.models import Issue, PolicyVersion, Unit
from tracker.policy import IS_OPEN, Actor, visible
from tracker.queries.lateness import reckoner
from tracker.queries.rules import work_calendar
from workflows.clocks import due_day
from workflows.policy import Colour, Policy

SHOWN = 50
_STREAMED = 2000  # rows that are held at a time


@dataclass(frozen=True)
class PolicyMove:
    """What changes about an open issue: the last day of its present move, and its colour today."""

    old_due: date | None
    new_due: date | None
    old_colour: Colour
    new_colour: Colour

    @property
    def changes(self) -> bool:
        """Say whether anything does."""
        return (self.old_due, self.old_colour) != (self.new_due, self.new_colour)


@dataclass(frozen=True)
class PolicyLine:
    """An issue of the list, and what changes about it."""

    issue: Row[Any]
    move: PolicyMove


@dataclass
class PolicyPreview:
    """Counts of all open issues that the reader may see, and one page of those that change; ``after`` has more."""

    issues: int = 0
    changed: int = 0
    due: int = 0
    colours: dict[tuple[Colour, Colour], int] = field(default_factory=dict)
    lines: list[PolicyLine] = field(default_factory=list)
    after: int = 0

    def count(self, move: PolicyMove) -> None:
        """Count one issue."""
        self.issues += 1
        self.changed += move.changes
        self.due += move.old_due != move.new_due
        if move.old_colour is not move.new_colour:
            pair = (move.old_colour, move.new_colour)
            self.colours[pair] = self.colours.get(pair, 0) + 1


def policy_preview(policy: Policy, actor: Actor, after: int = 0) -> PolicyPreview:
    """Return what ``policy`` would change today, within what the reader may see, with the lines behind id ``after``.

    The issues pass by in pages, and what the law says is asked once for each different case.
    """
    found = PolicyPreview()
    wanted: dict[int, PolicyMove] = {}
    for issue_id, move in _moves(policy, actor):
        found.count(move)
        if move.changes and issue_id > after and len(wanted) <= SHOWN:
            wanted[issue_id] = move
    if len(wanted) > SHOWN:
        wanted.popitem()
        found.after = max(wanted)
    found.lines = [PolicyLine(row, wanted[row.id]) for row in _shown(list(wanted))]
    return found


def _moves(policy: Policy, actor: Actor) -> Iterator[tuple[int, PolicyMove]]:
    query = (
        select(
            Issue.id, Issue.state, Issue.state_since, Issue.severity, Issue.deadline, Issue.review_on,
            Issue.policy_version_id, Issue.move_due_on,
        )
        .where(IS_OPEN, visible(actor))
        .order_by(Issue.id)
    )  # fmt: skip
    move_of = _law(policy, actor.today)
    known: dict[tuple[Any, ...], PolicyMove] = {}
    for row in db.session.execute(query.execution_options(yield_per=_STREAMED)):
        since = local_date(row.state_since)
        key = (row.state, since, *row[3:])
        if key not in known:
            known[key] = move_of(row, since)
        yield row.id, known[key]


def _law(policy: Policy, today: date) -> Callable[[Any, date], PolicyMove]:
    calendar, now = work_calendar(), reckoner(today)
    then = type(now)(today, calendar, dict.fromkeys(now.policies, policy))

    def move_of(row: Any, since: date) -> PolicyMove:
        due = due_day(row.state, since, policy, calendar, row.deadline, row.review_on)
        old, new = now.lateness(row), then.lateness(row)
        return PolicyMove(row.move_due_on, due, old.colour if old else Colour.NONE, new.colour if new else Colour.NONE)

    return move_of


def _shown(ids: list[int]) -> list[Row[Any]]:
    query = (
        select(Issue.id, Issue.number, Issue.state, Unit.name.label("place"))
        .outerjoin(Unit, Unit.id == Issue.location_id)
        .where(Issue.id.in_(ids))
        .order_by(Issue.id)
    )
    return list(db.session.execute(query))


def versions_due(day: date) -> list[PolicyVersion]:
    """Return the versions that have yet to take the open issues along, the first in force first."""
    query = select(PolicyVersion).where(
        PolicyVersion.takes_along, PolicyVersion.taken_at.is_(None), PolicyVersion.withdrawn_at.is_(None),
        PolicyVersion.effective_on <= day,
    )  # fmt: skip
    return list(db.session.scalars(query.order_by(PolicyVersion.effective_on, PolicyVersion.id)))

"""What a version of the policy would change about the issues that are open, should it take them along."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Row, select

from tracker.clock import from_wall, local_date, wall
from tracker.database import db
from tracker.models import Issue, PolicyVersion, Unit
from tracker.policy import IS_OPEN, Actor, visible
from tracker.queries.lateness import reckoner
from tracker.queries.rules import work_calendar
from workflows.clocks import due_day
from workflows.policy import Colour, Policy
from workflows.reminding import DayPlan, Wait, next_reminder

SHOWN = 50
_STREAMED = 2000  # rows that are held at a time


@dataclass(frozen=True)
class PolicyMove:
    """What changes about an open issue: the last day of its present move, its colour today, its next reminder (UTC)."""

    old_due: date | None
    new_due: date | None
    old_colour: Colour
    new_colour: Colour
    old_remind: datetime | None
    new_remind: datetime | None

    @property
    def changes(self) -> bool:
        """Say whether anything does."""
        return (self.old_due, self.old_colour, self.old_remind) != (self.new_due, self.new_colour, self.new_remind)


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
    remind: int = 0
    colours: dict[tuple[Colour, Colour], int] = field(default_factory=dict)
    lines: list[PolicyLine] = field(default_factory=list)
    after: int = 0

    def count(self, move: PolicyMove) -> None:
        """Count one issue."""
        self.issues += 1
        self.changed += move.changes
        self.due += move.old_due != move.new_due
        self.remind += move.old_remind != move.new_remind
        if move.old_colour is not move.new_colour:
            pair = (move.old_colour, move.new_colour)
            self.colours[pair] = self.colours.get(pair, 0) + 1


def policy_preview(policy: Policy, actor: Actor, at: datetime, after: int = 0) -> PolicyPreview:
    """Return what ``policy`` would change at ``at``, within what the reader may see, with the lines behind ``after``.

    The issues pass by in pages, and what the law says is asked once for each different case.
    """
    found = PolicyPreview()
    wanted: dict[int, PolicyMove] = {}
    for issue_id, move in _moves(policy, actor, at):
        found.count(move)
        if move.changes and issue_id > after and len(wanted) <= SHOWN:
            wanted[issue_id] = move
    if len(wanted) > SHOWN:
        wanted.popitem()
        found.after = max(wanted)
    found.lines = [PolicyLine(row, wanted[row.id]) for row in _shown(list(wanted))]
    return found


def _moves(policy: Policy, actor: Actor, at: datetime) -> Iterator[tuple[int, PolicyMove]]:
    query = (
        select(
            Issue.id, Issue.state, Issue.state_since, Issue.severity, Issue.deadline, Issue.review_on,
            Issue.policy_version_id, Issue.move_due_on, Issue.stage_due_on, Issue.remind_at,
        )
        .where(IS_OPEN, visible(actor))
        .order_by(Issue.id)
    )  # fmt: skip
    move_of = _law(policy, at)
    known: dict[tuple[Any, ...], PolicyMove] = {}
    for row in db.session.execute(query.execution_options(yield_per=_STREAMED)):
        since = local_date(row.state_since)
        key = (row.state, since, *row[3:])
        if key not in known:
            known[key] = move_of(row, since)
        yield row.id, known[key]


def _law(policy: Policy, at: datetime) -> Callable[[Any, date], PolicyMove]:
    calendar, plan, today = work_calendar(), DayPlan.of(policy), local_date(at)
    now = reckoner(today)
    then = type(now)(today, calendar, dict.fromkeys(now.policies, policy))

    def remind_of(row: Any, due: date | None) -> datetime | None:
        if row.remind_at is not None and row.remind_at <= at:
            return cast("datetime", row.remind_at)  # the sweep that is under way takes it as it is
        found = next_reminder(Wait(row.state, row.severity, due, row.stage_due_on), policy, plan, calendar, wall(at))
        return None if found is None else from_wall(found)

    def move_of(row: Any, since: date) -> PolicyMove:
        due = due_day(row.state, since, policy, calendar, row.deadline, row.review_on)
        old, new = now.lateness(row), then.lateness(row)
        return PolicyMove(
            row.move_due_on, due, old.colour if old else Colour.NONE, new.colour if new else Colour.NONE,
            row.remind_at, remind_of(row, due),
        )  # fmt: skip

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

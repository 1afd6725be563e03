"""The sweep: notes down what fell due for every clock that runs, and sets when the next falls due.

Its cost follows what is due, not what is open: it walks one partial index. A crash repeats nothing and loses nothing,
since both are written by the same transaction and a reminder has a key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row, select

from tracker.clock import ZONE, from_wall, wall
from tracker.database import db, transaction
from tracker.models import Issue, PolicyVersion
from tracker.queries.rules import work_calendar
from tracker.services.chain import ISSUES, chain_lock
from tracker.services.recipients import MOVERS
from tracker.services.reminder_rows import remind_at_update, reminders_insert
from tracker.services.winding import day_plan
from workflows.calendar import WorkCalendar
from workflows.issue import Clock
from workflows.policy import Policy
from workflows.reminding import DayPlan, DueReminder, Wait, due_reminders, next_reminder

AT_ONCE = 200  # issues a transaction
_STAMP = "%Y-%m-%d %H:%M:%S.%f"  # as both databases read an instant


@dataclass(frozen=True)
class _Answer:
    """What the law says of issues that agree in everything it looks at."""

    due: tuple[tuple[Any, ...], ...]
    next_at: str | None


class _Law:
    """Asks the law once for all issues that wait alike; most of those that fall due together do."""

    def __init__(self, at: datetime, horizon: datetime) -> None:
        self._at, self._until = at, wall(horizon)
        self._plan: DayPlan = day_plan(at)
        self._calendar: WorkCalendar = work_calendar()
        self._known: dict[tuple[Any, ...], _Answer] = {}
        self._policies: dict[int | None, Policy] = {None: Policy()}

    def answer(self, row: Row[Any]) -> _Answer:
        """Return what is due for an issue and when it is to be looked at again."""
        key: tuple[Any, ...] = tuple(row)[1:]
        return self._known.get(key) or self._known.setdefault(key, self._ask(*key))

    def _ask(
        self, version: int | None, severity: Any, state: Any, due: date | None, stage: date | None, since: datetime
    ) -> _Answer:
        wait, policy = Wait(state, severity, due, stage), self._policy(version)
        found = due_reminders(wait, policy, self._plan, self._calendar, wall(since), self._until)
        following = next_reminder(wait, policy, self._plan, self._calendar, self._until)
        strict = policy.other_group_must_recheck
        rows = tuple((MOVERS[state].value, strict, *_columns(one, self._until.date())) for one in found)
        return _Answer(rows, from_wall(following).strftime(_STAMP) if following else None)

    def _policy(self, version: int | None) -> Policy:
        if version not in self._policies:
            self._policies[version] = Policy.from_dict(db.session.get_one(PolicyVersion, version).body)
        return self._policies[version]


def reminders_sweep(*, at: datetime) -> int:
    """Note down what has fallen due by ``at``; return how many reminders were new.

    Nothing happens on days off and in quiet hours. A day that was missed is made up for by the latest reminder of
    each clock alone.
    """
    horizon = _horizon(at)
    if horizon is None:
        return 0
    law, made = _Law(at, horizon), 0
    while True:
        with transaction():
            chain_lock(ISSUES)
            number, moved = _batch(law, at, horizon)
        made += number
        if moved < AT_ONCE:
            return made


def _horizon(at: datetime) -> datetime | None:
    """Return until when what falls due is noted down now: once digests are made, until the day ends."""
    local, plan = wall(at), day_plan(at)
    if not work_calendar().is_workday(local.date()) or plan.is_quiet(local.time()):
        return None
    if local.time() < plan.digest_at:
        return at
    midnight = datetime.combine(local.date() + timedelta(days=1), time(), ZONE)
    return midnight - timedelta(microseconds=1)


def _batch(law: _Law, at: datetime, horizon: datetime) -> tuple[int, int]:
    """Return how many reminders were new, and how many issues were looked at."""
    wanted = (
        select(
            Issue.id, Issue.policy_version_id, Issue.severity, Issue.state, Issue.move_due_on, Issue.stage_due_on,
            Issue.remind_at,
        )
        .where(Issue.remind_at <= horizon)
        .order_by(Issue.remind_at, Issue.id)
        .limit(AT_ONCE)
    )  # fmt: skip
    found: Sequence[Any] = db.session.execute(wanted).all()
    if not found:
        return 0, 0
    answers = [(row[0], law.answer(row)) for row in found]
    due = [(issue_id, *columns) for issue_id, answer in answers for columns in answer.due]
    made = reminders_insert(due, at) if due else 0
    remind_at_update([(issue_id, answer.next_at) for issue_id, answer in answers])
    return made, len(found)


def _columns(one: DueReminder, today: date) -> tuple[Any, ...]:
    return one.rule, one.section(today).value, _kind(one), one.due.isoformat(), one.is_urgent


def _kind(one: DueReminder) -> str:
    """Return the wording of a reminder: of a deadline by how late it is, of other clocks only whether it is late."""
    if one.clock is not Clock.DEADLINE:
        return f"{one.clock}_late" if one.days < 0 else f"{one.clock}_soon"
    if one.days > 0:
        return "due_soon"
    return "due_today" if one.days == 0 else "late" if one.rule.endswith("yellow") else "very_late"

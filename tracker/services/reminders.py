"""Reminders by the clock: before a deadline and after it, as policy says; each once, to whoever must rectify."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, literal, or_, select, union_all

from tracker.clock import local
from tracker.database import db, transaction
from tracker.models import Issue, Person, PolicyVersion, Post, Setting, Unit
from tracker.queries.rules import setting, work_calendar
from tracker.services.checks import RECTIFIERS, in_force
from tracker.services.outbox import enqueue_all, message
from workflows.calendar import WorkCalendar
from workflows.issue import IssueState, Severity
from workflows.policy import Policy, Terms

NOT_BEFORE = time(8, 30)  # Shanghai wall time
SWEPT = "reminders_swept_on"
_SUMMARY = 40
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class _Rule:
    """Issues of one severity and policy whose deadline lies in a span of days, inclusive, get one kind of message."""

    rank: int
    name: str
    kind: str
    version_id: int | None
    severity: Severity
    first: date
    last: date


def reminders_queue(*, at: datetime) -> int:
    """Queue the reminders that fell due since the last sweep, at most one an issue and person; return how many.

    Nothing happens on days off or before 08:30. A day that was missed is made up for by the latest reminder alone.
    """
    wall = local(at)
    today = wall.date()
    calendar = work_calendar()
    if not calendar.is_workday(today) or wall.time() < NOT_BEFORE:
        return 0
    with transaction() as session:
        swept = _swept_on()
        if swept is not None and swept >= today:
            return 0
        latest: dict[tuple[int, int], dict[str, Any]] = {}
        for row in _all_due(calendar, swept or today - _DAY, today):
            latest.setdefault((row.issue_id, row.person_id), _reminder(row, calendar, today, at))
        session.merge(Setting(key=SWEPT, value=today.isoformat()))
        return enqueue_all(list(latest.values()))


def _swept_on() -> date | None:
    day = setting(SWEPT, None)
    return None if day is None else date.fromisoformat(day)


def _all_due(calendar: WorkCalendar, swept: date, today: date) -> Iterator[Row[Any]]:
    """Yield what reached a rule after ``swept``, one query a policy; the most urgent rule of an issue comes first."""
    policies: dict[int | None, Policy] = {None: Policy()}
    for version in db.session.scalars(select(PolicyVersion).order_by(PolicyVersion.id)):
        policies[version.id] = Policy.from_dict(version.body)
    for version_id, policy in policies.items():
        rules = [
            _Rule(rank, name, kind, version_id, severity, first, last)
            for severity in Severity
            for rank, (name, kind, first, last) in enumerate(
                _spans(calendar, policy.for_severity(severity), swept, today)
            )
            if first <= last
        ]
        if rules:
            found = db.session.execute(union_all(*(_due(rule, today) for rule in rules))).all()
            yield from sorted(found, key=lambda row: (row.issue_id, row.person_id, row.rank))


def _spans(calendar: WorkCalendar, terms: Terms, swept: date, today: date) -> Iterator[tuple[str, str, date, date]]:
    for name, kind, days in (("red", "very_late", terms.red_from), ("yellow", "late", terms.yellow_from)):
        yield name, kind, _late_since(calendar, swept, days) + _DAY, _late_since(calendar, today, days)
    for days in sorted(terms.remind_before):
        first = max(_left_until(calendar, swept, days) + _DAY, today)
        yield f"before{days}", "due_soon" if days else "due_today", first, _left_until(calendar, today, days)


def _late_since(calendar: WorkCalendar, day: date, days: int) -> date:
    """Return the latest deadline that is ``days`` working days late on ``day``."""
    found = day
    while calendar.workdays_between(found, day) < days:
        found -= _DAY
    return found


def _left_until(calendar: WorkCalendar, day: date, days: int) -> date:
    """Return the latest deadline that is no more than ``days`` working days ahead of ``day``."""
    return calendar.add_workdays(day, days + 1) - _DAY


def _due(rule: _Rule, today: date) -> Select[*tuple[Any, ...]]:
    """Select issue and person of everything the rule reaches; only who must rectify is reminded."""
    version = (
        Issue.policy_version_id.is_(None) if rule.version_id is None else Issue.policy_version_id == rule.version_id
    )
    return (
        select(
            literal(rule.rank).label("rank"), literal(rule.name).label("rule"), literal(rule.kind).label("kind"),
            Issue.id.label("issue_id"), Issue.number, Issue.deadline, Issue.description,
            Unit.name.label("place"), Post.person_id,
        )
        .join(Post, and_(Post.role.in_(RECTIFIERS), _answers()))
        .join(Person, Person.id == Post.person_id)
        .outerjoin(Unit, Unit.id == Issue.location_id)
        .where(
            Issue.state.in_((IssueState.ASSIGNED, IssueState.RECTIFYING)), version, Issue.severity == rule.severity,
            Issue.deadline.between(rule.first, rule.last), *in_force(today),
        )
    )  # fmt: skip


def _answers() -> ColumnElement[bool]:
    """Match the named person, and for what is not confidential everyone with such a post at the unit."""
    at_unit = and_(Post.unit_id == Issue.responsible_unit_id, Issue.is_confidential.is_(False))
    return or_(Post.person_id == Issue.responsible_id, at_unit)


def _reminder(row: Row[Any], calendar: WorkCalendar, today: date, at: datetime) -> dict[str, Any]:
    context = {
        "number": row.number, "place": row.place or "", "summary": row.description[:_SUMMARY],
        "deadline": row.deadline.isoformat(), "days": calendar.workdays_between(today, row.deadline),
    }  # fmt: skip
    key = f"remind:{row.rule}:{row.issue_id}:{row.deadline.isoformat()}"
    return message(key, row.person_id, row.kind, context, at, row.issue_id)

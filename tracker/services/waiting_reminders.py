"""Reminds of what waits beside the clocks of issues: a request for more time, a consent, the report of a round."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import joinedload

from tracker.clock import local_date
from tracker.database import db
from tracker.models import Consent, Extension, InspectionRound, Issue, Person, Post, Role, RoundGroup
from tracker.queries.rules import policy_of, policy_on, work_calendar
from tracker.services.checks import in_force
from tracker.services.digests import digests_are_next
from tracker.services.extensions import OFFICE_LEVEL
from tracker.services.recipients import Audience, people
from tracker.services.reminding import reminder, reminders_note
from workflows.consent import ConsentState
from workflows.extension import ExtensionState
from workflows.policy import Policy
from workflows.reminding import DigestSection, step_reached
from workflows.round import WALKABLE


@dataclass(frozen=True)
class _Waits:
    """What waits for these people until ``due``, inclusive; a digest says of one ``rule`` and subject but one thing."""

    rule: str
    subject: str
    kind: str
    due: date
    people: set[int]
    policy: Policy
    late_every: int
    issue_id: int | None = None
    context: dict[str, Any] = field(default_factory=dict)


def waits_remind(*, at: datetime) -> int:
    """Note down whom something waits for, once for each step it has come to; return how many. On working days."""
    if not digests_are_next(at):  # what is noted down later could be settled before anybody hears of it
        return 0
    today = local_date(at)
    return reminders_note([row for source in _SOURCES for one in source(today) for row in _rows(one, today, at)])


def _rows(one: _Waits, today: date, at: datetime) -> Iterator[dict[str, Any]]:
    step = step_reached(one.due, today, work_calendar(), one.policy.clock_remind_before, one.late_every)
    is_late = work_calendar().workdays_between(one.due, today) > 0
    section = DigestSection.LATE if is_late else DigestSection.WAITING
    for person in sorted(one.people) if step else ():
        yield reminder(
            rule=one.rule, period=f"{one.due}:{step}", person_id=person, at=at, due_on=one.due,
            section=section, kind=f"{one.kind}_{'overdue' if is_late else 'due'}", subject=one.subject,
            issue_id=one.issue_id, context=one.context,
        )  # fmt: skip


def _asked(row: Extension | Consent, kind: str, audience: Audience, today: date) -> _Waits:
    """Return until when a request waits: as long as a sign-off may, and no longer than the deadline it is about."""
    policy = policy_of(row.issue, today).policy
    due = work_calendar().add_workdays(local_date(row.asked_at), policy.sign_off_days)
    if isinstance(row, Extension):
        due = max(min(due, row.old_deadline), local_date(row.asked_at))
    every = policy.for_severity(row.issue.severity).late_every
    return _Waits(kind, f"{kind}:{row.id}", kind, due, people(row.issue, today, audience), policy, every, row.issue_id)


def _extensions(today: date) -> Iterator[_Waits]:
    query = select(Extension).where(Extension.state == ExtensionState.REQUESTED).options(joinedload(Extension.issue))
    for row in db.session.scalars(query.order_by(Extension.id)):
        yield _asked(row, "extension", Audience.OFFICE if row.level == OFFICE_LEVEL else Audience.LEADERS, today)


def _consents(today: date) -> Iterator[_Waits]:
    query = select(Consent).join(Issue, Issue.id == Consent.issue_id).options(joinedload(Consent.issue))
    waits = (Consent.state == ConsentState.REQUESTED, Consent.cycle == Issue.cycle)
    for row in db.session.scalars(query.where(*waits).order_by(Consent.id)):
        yield _asked(row, "consent", Audience.LEADERS, today)


def _reports(today: date) -> Iterator[_Waits]:
    """Yield the groups that owe the report of a round: the working day after it is the last for it."""
    policy, calendar = policy_on(today).policy, work_calendar()
    query = select(RoundGroup).join(InspectionRound, InspectionRound.id == RoundGroup.round_id)
    owed = (InspectionRound.state.in_(WALKABLE), InspectionRound.last_day < today, RoundGroup.reported_at.is_(None))
    for row in db.session.scalars(query.where(*owed).order_by(RoundGroup.id)):
        due = calendar.add_workdays(row.round.last_day, 1)
        told = _leads(row.group_id, today, with_office=due < today)
        context = {"name": row.round.name, "group": row.group.name}
        every = policy.general.late_every
        rule = f"round_report{row.group_id}"
        yield _Waits(rule, f"round:{row.round_id}", "round_report", due, told, policy, every, context=context)


def _leads(group_id: int, today: date, *, with_office: bool) -> set[int]:
    lead = and_(Post.role == Role.GROUP_LEAD, Post.group_id == group_id)
    query = select(Post.person_id).join(Person, Person.id == Post.person_id).where(*in_force(today))
    found = set(db.session.scalars(query.where(lead)))
    if found and not with_office:
        return found
    return found | set(db.session.scalars(query.where(Post.role == Role.OFFICE)))


_SOURCES: Sequence[Callable[[date], Iterator[_Waits]]] = (_extensions, _consents, _reports)

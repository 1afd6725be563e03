"""Who is told: the people whose move it is, and those a kind of news concerns; never somebody who may not see it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select

from tracker.clock import local_date
from tracker.database import db
from tracker.models import AssistingUnit, GroupVillage, Issue, IssueEvent, Person, Post, Role, SupervisionGroup, Unit
from tracker.policy import Actor
from tracker.queries.rules import policy_of
from tracker.services.checks import RECTIFIERS, in_force
from tracker.services.outbox import enqueue
from tracker.services.reminding import reminder, reminders_add
from workflows.issue import IssueState
from workflows.reminding import DigestSection

_SUMMARY = 40
# What somebody asked for and is told of: the digest gathers it under what was answered.
ANSWERS = frozenset(
    {"extension_approved", "extension_refused", "consent_given", "consent_declined", "failed", "refused",
     "signed_off", "dismissed"}
)  # fmt: skip
_GROUP = (Role.GROUP_LEAD, Role.GROUP_MEMBER)


class Audience(StrEnum):
    """A circle of people, seen from one issue."""

    OFFICE = "office"
    LEADERS = "leaders"
    RESPONSIBLE = "responsible"
    ASSISTING = "assisting"
    FINDER = "finder"
    CLOSERS = "closers"
    RECHECKERS = "recheckers"


A = Audience
MOVERS = {
    IssueState.REGISTERED: A.OFFICE,
    IssueState.ASSIGNED: A.RESPONSIBLE,
    IssueState.RECTIFYING: A.RESPONSIBLE,
    IssueState.SUBMITTED: A.RECHECKERS,
    IssueState.VERIFIED: A.OFFICE,
    IssueState.SUSPENDED: A.OFFICE,
}


def _responsible(issue: Issue, today: date) -> ColumnElement[bool]:
    at_unit = and_(Post.role.in_(RECTIFIERS), Post.unit_id == issue.responsible_unit_id)
    named = and_(Post.role.in_(RECTIFIERS), Post.person_id == issue.responsible_id)
    return or_(at_unit, named)


def _assisting(issue: Issue, today: date) -> ColumnElement[bool]:
    units = select(AssistingUnit.unit_id).where(AssistingUnit.issue_id == issue.id)
    return and_(Post.role.in_(RECTIFIERS), Post.unit_id.in_(units))


def _closers(issue: Issue, today: date) -> ColumnElement[bool]:
    people = (issue.submitted_by_id, issue.verified_by_id, issue.signed_off_by_id)
    return Post.person_id.in_([one for one in people if one is not None])


def _recheckers(issue: Issue, today: date) -> ColumnElement[bool]:
    """Match the groups that have the place on their roster; by policy not the one that found it."""
    places = select(Unit.id).where(Unit.id == issue.location_id).union(
        select(Unit.parent_id).where(Unit.id == issue.location_id)
    )  # fmt: skip
    rosters = (
        select(GroupVillage.group_id)
        .join(SupervisionGroup, SupervisionGroup.id == GroupVillage.group_id)
        .where(
            GroupVillage.unit_id.in_(places), SupervisionGroup.is_active, GroupVillage.valid_from <= today,
            or_(GroupVillage.valid_to.is_(None), GroupVillage.valid_to >= today),
        )
    )  # fmt: skip
    group = or_(Post.group_id.in_(rosters), Post.group_id == issue.found_by_group_id)
    if policy_of(issue, today).policy.other_group_must_recheck and issue.found_by_group_id is not None:
        group = and_(Post.group_id.in_(rosters), Post.group_id != issue.found_by_group_id)
    return and_(Post.role.in_(_GROUP), group)


_WHO: dict[Audience, Callable[[Issue, date], ColumnElement[bool]]] = {
    A.OFFICE: lambda issue, today: Post.role == Role.OFFICE,
    A.LEADERS: lambda issue, today: Post.role == Role.LEADER,
    A.RESPONSIBLE: _responsible,
    A.ASSISTING: _assisting,
    A.FINDER: lambda issue, today: Post.person_id == issue.created_by_id if issue.created_by_id else false(),
    A.CLOSERS: _closers,
    A.RECHECKERS: _recheckers,
}


def people(issue: Issue, today: date, *audiences: Audience, also: Iterable[int | None] = ()) -> set[int]:
    """Return the ids of the active people in these circles and of those named, who hold a post today."""
    named = [one for one in also if one is not None]
    circles = or_(*(_WHO[audience](issue, today) for audience in audiences), Post.person_id.in_(named))
    query = select(Post.person_id).join(Person, Person.id == Post.person_id).where(*in_force(today), circles)
    if issue.is_confidential:
        query = query.where(_insider(issue))
    return set(db.session.scalars(query.distinct()))


def _insider(issue: Issue) -> ColumnElement[bool]:
    """Match who may learn of a confidential issue, as the scope has it."""
    lead = and_(Post.role == Role.GROUP_LEAD, Post.group_id == issue.found_by_group_id)
    named = [one for one in (issue.responsible_id, issue.created_by_id) if one is not None]
    return or_(Post.role.in_((Role.OFFICE, Role.LEADER)), Post.person_id.in_(named), lead)


def movers(issue: Issue, today: date) -> set[int]:
    """Return whose move it is now; the office where nobody else is there to make it."""
    audience = MOVERS.get(issue.state)
    if audience is None:
        return set()
    return people(issue, today, audience) or people(issue, today, A.OFFICE)


def tell(
    issue: Issue,
    event: IssueEvent,
    kind: str,
    recipients: Iterable[int],
    *,
    actor: Actor,
    at: datetime,
    words: str = "",
) -> int:
    """Queue one message of that kind to each recipient but the actor; return how many."""
    others = set(recipients) - {actor.person_id}
    if not others:
        return 0
    context = told(issue) | {"who": actor.name, "words": words[:80]}
    if kind in ANSWERS:
        _answered(issue, event, kind, others, context, at)
    return enqueue(
        key=f"event:{event.seq}", recipients=others, kind=kind, context=context, at=at, issue_id=issue.id,
        but=[actor.person_id],
    )  # fmt: skip


def _answered(
    issue: Issue, event: IssueEvent, kind: str, recipients: Iterable[int], context: dict[str, Any], at: datetime
) -> None:
    """Let the next digest of each say so again, unless they have read it by then."""
    said = {"event": event.seq, "who": context["who"], "words": context["words"]}
    reminders_add(
        [
            reminder(
                rule="answered", period=f"event{event.seq}", person_id=person, issue_id=issue.id, kind=kind, at=at,
                section=DigestSection.ANSWERED, context=said, due_on=issue.deadline,
            )
            for person in sorted(recipients)
        ]
    )  # fmt: skip


def tell_circles(
    issue: Issue, event: IssueEvent, kind: str, *audiences: Audience, actor: Actor, at: datetime, words: str = ""
) -> int:
    """Queue one message of that kind to everyone in these circles but the actor; return how many."""
    return tell(issue, event, kind, people(issue, local_date(at), *audiences), actor=actor, at=at, words=words)


def told(issue: Issue) -> dict[str, Any]:
    """Return what every message says of its issue."""
    return {
        "number": issue.number or "",
        "place": issue.location.name if issue.location else "",
        "summary": issue.description[:_SUMMARY],
        "deadline": issue.deadline.isoformat() if issue.deadline else "",
    }

"""Whose the issue is and until when: assigned 交办, assigned anew 改派, contested 申诉."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete

from tracker import labels
from tracker.clock import local_date
from tracker.database import db, transaction
from tracker.errors import InvalidError
from tracker.languages import _
from tracker.models import AssistingUnit, Issue, Measure, Person, Unit
from tracker.policy import Actor
from tracker.queries.rules import policy_of, work_calendar
from tracker.services.checks import day_ahead, leader_of, person_at, unit_open, words_needed, words_of
from tracker.services.notices import notice_issue
from tracker.services.recipients import Audience, people, tell, tell_circles
from tracker.services.stages import StageValues, stages_checked, stages_write
from tracker.services.transitions import advance, issue_for_change, permit
from workflows.calendar import ExplainedDay


@dataclass(frozen=True)
class Assignment:
    """Who rectifies until when, with whose help, under which leader; an empty ``goal`` keeps the one there is."""

    responsible_unit_id: int | None
    responsible_id: int | None
    deadline: date | None
    assisting_unit_ids: tuple[int, ...] = ()
    sponsor_id: int | None = None
    goal: str = ""
    stages: tuple[StageValues, ...] = ()


@dataclass(frozen=True)
class ProposedDeadline:
    """The deadline that policy proposes, and why it is that day: every day from today, counted or not."""

    day: date
    workdays: int
    why: tuple[ExplainedDay, ...]

    @property
    def is_provisional(self) -> bool:
        """Tell whether a notice still to come may change it."""
        return any(day.provisional for day in self.why)


@dataclass(frozen=True)
class _Addressed:
    """An assignment whose every name was found to stand for somebody who can take it."""

    unit: Unit
    person: Person
    assisting: tuple[Unit, ...]
    sponsor: Person | None
    deadline: date | None
    goal: str
    stages: tuple[StageValues, ...]


def deadline_proposed(issue: Issue, today: date) -> ProposedDeadline:
    """Return the deadline that policy proposes for an issue of this severity assigned today."""
    policy = policy_of(issue, today).policy
    days = policy.for_severity(issue.severity).rectify_days
    calendar = work_calendar()
    return ProposedDeadline(calendar.add_workdays(today, days), days, calendar.explain(today, days))


def issue_assign(
    *, issue_id: int, assignment: Assignment, actor: Actor, at: datetime, version: int | None = None
) -> Issue:
    """Hand a registered issue to who must rectify it, with a deadline and a 整改通知书.

    Raises ``InvalidError`` by field for a closed unit, somebody without a post there, or a deadline in the past.
    """
    with transaction():
        issue = issue_for_change(issue_id, actor, version)
        permit(issue, "assign", actor)
        day_ahead("deadline", assignment.deadline, local_date(at))
        target = _addressed(issue, assignment, local_date(at))
        old = _holder(issue)
        event = advance(
            issue, "assign", actor=actor, at=at, detail=_detail(issue, target) | {"old": old},
            changes=_changes(issue, target, at), **_proposed(target),
        )  # fmt: skip
        _write_plan(issue, target)
        notice_issue(issue, actor=actor, at=at)
        tell_circles(issue, event, "assigned", Audience.RESPONSIBLE, Audience.ASSISTING, actor=actor, at=at)
        return issue


def issue_reassign(
    *, issue_id: int, assignment: Assignment, reason: str, actor: Actor, at: datetime, version: int | None = None
) -> Issue:
    """Hand an issue to somebody else; the first deadline and the history stay, the receipt starts anew."""
    with transaction():
        issue = issue_for_change(issue_id, actor, version)
        permit(issue, "reassign", actor)
        target = _addressed(issue, assignment, local_date(at))
        words = words_needed("reason", reason, "no_reason")
        before = people(issue, local_date(at), Audience.RESPONSIBLE)
        changes = _changes(issue, target, at) | {"accepted_at": None, "progress_percent": 0, "progress_note": ""}
        event = advance(
            issue, "reassign", actor=actor, at=at, changes=changes, has_reason=True, **_proposed(target),
            detail=_detail(issue, target) | {"old": _holder(issue), "reason": words},
        )  # fmt: skip
        _write_plan(issue, target)
        notice_issue(issue, actor=actor, at=at)
        after = people(issue, local_date(at), Audience.RESPONSIBLE, Audience.ASSISTING)
        tell(issue, event, "reassigned", after, actor=actor, at=at, words=words)
        tell(issue, event, "unassigned", before - after, actor=actor, at=at, words=words)
        return issue


def issue_contest(*, issue_id: int, reason: str, actor: Actor, at: datetime, version: int | None = None) -> Issue:
    """Give an assignment back to the office with a reason; once a unit."""
    with transaction():
        issue = issue_for_change(issue_id, actor, version)
        permit(issue, "contest", actor)
        words = words_needed("reason", reason, "no_reason")
        unit = issue.responsible_unit
        detail = {"unit_id": issue.responsible_unit_id, "unit": unit.name if unit else "", "reason": words}
        event = advance(issue, "contest", actor=actor, at=at, detail=detail, has_reason=True)
        tell_circles(issue, event, "contested", Audience.OFFICE, actor=actor, at=at, words=words)
        return issue


def _addressed(issue: Issue, given: Assignment, today: date) -> _Addressed:
    unit = unit_open("responsible_unit_id", given.responsible_unit_id, today)
    person = person_at("responsible_id", given.responsible_id, unit, today)
    if unit.id in given.assisting_unit_ids:
        raise InvalidError({"assisting_unit_ids": _("责任单位不能同时是协办单位，请重新选择")})
    assisting = tuple(unit_open("assisting_unit_ids", one, today) for one in dict.fromkeys(given.assisting_unit_ids))
    sponsor = leader_of("sponsor_id", given.sponsor_id, today) if given.sponsor_id is not None else None
    deadline = given.deadline
    if deadline is None or deadline != issue.deadline:  # one that stays may have passed: that is being late
        deadline = day_ahead("deadline", deadline, today)
    if deadline is None and issue.import_batch_id is None:
        raise InvalidError({"deadline": labels.word(labels.REFUSAL, "no_deadline")})
    stages = stages_checked(issue, given.stages, deadline, today)
    return _Addressed(unit, person, assisting, sponsor, deadline, words_of("goal", given.goal), stages)


def _changes(issue: Issue, target: _Addressed, at: datetime) -> dict[str, Any]:
    return {
        "responsible_unit_id": target.unit.id,
        "responsible_id": target.person.id,
        "sponsor_id": target.sponsor.id if target.sponsor else issue.sponsor_id,
        "goal": target.goal or issue.goal,
        "deadline": target.deadline,
        "first_deadline": issue.first_deadline or target.deadline,
        "assigned_at": at,
    }


def _proposed(target: _Addressed) -> dict[str, Any]:
    return {"has_responsible_unit": True, "has_responsible_person": True, "deadline": target.deadline}


def _write_plan(issue: Issue, target: _Addressed) -> None:
    """Replace the assisting units, and the unfinished stages where new ones were given; drop unmet measures."""
    session = db.session
    session.execute(delete(AssistingUnit).where(AssistingUnit.issue_id == issue.id))
    session.execute(delete(Measure).where(Measure.issue_id == issue.id, Measure.done_on.is_(None)))
    session.add_all(AssistingUnit(issue_id=issue.id, unit_id=unit.id) for unit in target.assisting)
    session.flush()
    if target.stages:
        stages_write(issue, target.stages)
    session.expire(issue, ["assisting", "measures", "responsible_unit", "responsible", "sponsor"])


def _holder(issue: Issue) -> dict[str, Any]:
    """Return who held the issue so far, by name, to be read later whatever becomes of the unit."""
    return {
        "unit_id": issue.responsible_unit_id,
        "unit": issue.responsible_unit.name if issue.responsible_unit else "",
        "person_id": issue.responsible_id,
        "person": issue.responsible.name if issue.responsible else "",
        "deadline": issue.deadline.isoformat() if issue.deadline else None,
    }


def _detail(issue: Issue, target: _Addressed) -> dict[str, Any]:
    return {
        "unit_id": target.unit.id,
        "unit": target.unit.name,
        "person_id": target.person.id,
        "person": target.person.name,
        "sponsor": target.sponsor.name if target.sponsor else "",
        "assisting": [{"unit_id": unit.id, "unit": unit.name} for unit in target.assisting],
        "deadline": target.deadline.isoformat() if target.deadline else None,
        "stages": [{"words": stage.words, "due_on": stage.due_on.isoformat()} for stage in target.stages],
    }

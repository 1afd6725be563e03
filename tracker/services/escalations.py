"""The ladder 督办: what newly climbs gets the document of its highest step proposed, or issued where policy says.

Each issue carries the day on which the ladder must be looked at again, so a sweep costs what is due, not what is late.
A step is written down once for an issue and its deadline; steps that a missed day jumped over are not made up for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Row, and_, bindparam, insert, or_, select, update

from tracker.clock import local
from tracker.database import db, transaction
from tracker.models import (
    Escalation,
    Issue,
    Letter,
    LetterIssue,
    Person,
    PolicyVersion,
    Post,
    Role,
    Star,
    StarLead,
    Unit,
)
from tracker.queries.rules import policy_on, work_calendar
from tracker.services.chain import ISSUES, chain_lock, events_record
from tracker.services.checks import in_force
from tracker.services.letter_making import letter_announce, letter_put_out
from tracker.services.letter_text import issues_of
from tracker.services.outbox import enqueue
from tracker.services.points import point_row, points_add
from tracker.services.transitions import letter_end
from workflows.calendar import WorkCalendar
from workflows.ladder import (
    CLIMBING,
    Step,
    addressee,
    colour_reached,
    highest,
    levels_up,
    next_step_after,
    points_for,
    steps_reached,
)
from workflows.letter import EndReason, LetterState
from workflows.policy import Policy, Terms

AT_ONCE = 200  # issues of one transaction
NOT_BEFORE = time(8, 30)  # Shanghai wall time


@dataclass(frozen=True)
class _Climb:
    """One issue that is to be looked at: how late it is, and what it has come by."""

    issue: Row[Any]
    terms: Terms
    late: int
    steps: tuple[Step, ...]
    again_on: date


def escalations_sweep(*, at: datetime) -> int:
    """Propose or issue what fell due by ``at``; return how many documents. Only on working days, from 08:30 on."""
    wall = local(at)
    if not work_calendar().is_workday(wall.date()) or wall.time() < NOT_BEFORE:
        return 0
    made, looked_at = 0, AT_ONCE
    while looked_at == AT_ONCE:
        with transaction():
            chain_lock(ISSUES)
            looked_at, letters = _some(wall.date(), at)
            made += letters
    return made


def _some(today: date, at: datetime) -> tuple[int, int]:
    """Look at the next issues that are due; return how many they were, and how many documents came of them."""
    rows = db.session.execute(_due(today)).all()
    if not rows:
        return 0, 0
    climbs = list(_climbs(rows, today))
    steps = _written(climbs, at)
    _colours(climbs, at)
    letters = _propose(steps, today, at)
    resting = [{"key": row.id, "day": None} for row in rows if row.state not in CLIMBING or row.deadline is None]
    again = [{"key": climb.issue.id, "day": climb.again_on} for climb in climbs]
    table: Any = Issue.__table__
    change = update(table).where(table.c.id == bindparam("key")).values(escalate_on=bindparam("day"))
    for part in (resting, again):
        if part:
            db.session.connection().execute(change, part)
    return len(rows), letters


def _due(today: date) -> Any:
    lead = (
        select(StarLead.unit_id)
        .where(
            StarLead.star_id == Issue.star_id, StarLead.valid_from <= today,
            or_(StarLead.valid_to.is_(None), StarLead.valid_to >= today),
        )
        .order_by(StarLead.id.desc()).limit(1).scalar_subquery()
    )  # fmt: skip
    return (
        select(
            Issue.id, Issue.state, Issue.severity, Issue.deadline, Issue.policy_version_id, Issue.sponsor_id,
            Issue.responsible_unit_id, Issue.is_confidential, Unit.path, lead.label("lead_id"),
        )
        .outerjoin(Unit, Unit.id == Issue.responsible_unit_id)
        .outerjoin(Star, Star.id == Issue.star_id)
        .where(Issue.escalate_on <= today)
        .order_by(Issue.escalate_on, Issue.id)
        .limit(AT_ONCE)
    )  # fmt: skip


def _climbs(rows: Sequence[Row[Any]], today: date) -> Sequence[_Climb]:
    calendar, policies = work_calendar(), _policies(rows)
    found = []
    for row in rows:
        if row.state not in CLIMBING or row.deadline is None:
            continue
        terms = policies[row.policy_version_id].for_severity(row.severity)
        late = max(calendar.workdays_between(row.deadline, today), 0)
        again_on = _again(calendar, row.deadline, terms, late)
        found.append(_Climb(row, terms, late, steps_reached(terms, late), again_on))
    return found


def _again(calendar: WorkCalendar, deadline: date, terms: Terms, late: int) -> date:
    return calendar.add_workdays(deadline, next_step_after(terms, late))


def _policies(rows: Sequence[Row[Any]]) -> Mapping[int | None, Policy]:
    wanted = {row.policy_version_id for row in rows} - {None}
    query = select(PolicyVersion.id, PolicyVersion.body).where(PolicyVersion.id.in_(wanted))
    return {None: Policy()} | {key: Policy.from_dict(body) for key, body in db.session.execute(query)}


def _written(climbs: Sequence[_Climb], at: datetime) -> list[tuple[_Climb, Step, list[str]]]:
    """Write down every step that is new; return, for each issue whose highest is, that step and what it jumped over."""
    query = select(Escalation.issue_id, Escalation.deadline, Escalation.step)
    query = query.where(Escalation.issue_id.in_([climb.issue.id for climb in climbs]))
    known = {tuple(row) for row in db.session.execute(query)}
    new, proposals = [], []
    for climb in climbs:
        key = (climb.issue.id, climb.issue.deadline)
        fresh = [step for step in climb.steps if (*key, step.code) not in known]
        new += [{"issue_id": key[0], "deadline": key[1], "step": step.code, "at": at} for step in fresh]
        if fresh and highest(climb.steps) in fresh:
            top = highest(climb.steps)
            proposals.append((climb, top, [step.code for step in fresh if step != top]))
    if new:
        db.session.connection().execute(insert(Escalation), new)
    return proposals


def _colours(climbs: Sequence[_Climb], at: datetime) -> None:
    """Take the points for the colours reached; each once for an issue and its deadline."""
    points_add(
        [
            point_row(climb.issue, cause, points, f"{cause.value}:{climb.issue.id}:{climb.issue.deadline}", at)
            for climb in climbs if climb.issue.responsible_unit_id is not None
            for cause in colour_reached(climb.terms, climb.late)[-1:]
            if (points := points_for(climb.terms, cause))
        ]
    )  # fmt: skip


def _propose(steps: Sequence[tuple[_Climb, Step, list[str]]], today: date, at: datetime) -> int:
    if not steps:
        return 0
    _overtake([climb.issue.id for climb, _step, _skipped in steps], at)
    policy = policy_on(today).policy
    letters = [_letter(climb, step, skipped, policy, at) for climb, step, skipped in steps]
    db.session.add_all(letters)
    db.session.flush()
    told = [
        (climb.issue.id, {"source": climb.issue.state.value, "dest": climb.issue.state.value,
                          "detail": {"letter_id": letter.id, "kind": step.kind.value, "workdays_late": climb.late,
                                     "skipped": skipped}})
        for letter, (climb, step, skipped) in zip(letters, steps, strict=True)
    ]  # fmt: skip
    events_record(told, "letter_propose", actor=None, at=at)
    if policy.letters_await_office:
        _tell_office(today, at)
        return len(letters)
    for letter in letters:
        letter_put_out(letter, issues_of(letter), actor=None, at=at)
        letter_announce(letter, actor=None, at=at)
    return len(letters)


def _letter(climb: _Climb, step: Step, skipped: list[str], policy: Policy, at: datetime) -> Letter:
    unit_id, leader_id = _address(climb.issue, levels_up(policy, step.kind))
    return Letter(
        kind=step.kind, state=LetterState.PROPOSED, step=step.code, skipped=skipped, recipient_unit_id=unit_id,
        leader_id=leader_id, made_at=at, content={}, issues=[LetterIssue(issue_id=climb.issue.id, position=0)],
    )  # fmt: skip


def _address(issue: Row[Any], levels: int) -> tuple[int | None, int | None]:
    """Return the unit that the document goes to, and the leader in charge where no unit stands above it.

    Without a leader in charge it goes to the lead department of the star, unless that is the unit itself. What is
    confidential stays with the unit that answers for it.
    """
    if issue.is_confidential:
        return issue.responsible_unit_id, issue.sponsor_id
    line = [int(part) for part in reversed((issue.path or "").split("/")) if part][:-1]
    if not line:
        return issue.responsible_unit_id, None
    unit_id, is_at_end = addressee(line, levels)
    if not is_at_end:
        return unit_id, None
    if issue.sponsor_id is None and issue.lead_id is not None and len(line) == 1:
        return issue.lead_id, None
    return unit_id, issue.sponsor_id


def _overtake(issue_ids: Sequence[int], at: datetime) -> None:
    """Withdraw what is still proposed of a lower step."""
    held = select(LetterIssue.letter_id).where(LetterIssue.issue_id.in_(issue_ids))
    query = select(Letter).where(Letter.id.in_(held), Letter.state == LetterState.PROPOSED).order_by(Letter.id)
    for letter in db.session.scalars(query):
        letter_end(letter, EndReason.OVERTAKEN, at)


def _tell_office(today: date, at: datetime) -> None:
    """Tell the office, once a day, that there is something to issue."""
    who = and_(Post.role == Role.OFFICE, *in_force(today))
    office = db.session.scalars(select(Post.person_id).join(Person, Person.id == Post.person_id).where(who)).all()
    enqueue(
        key=f"letters:{today}", recipients=office, kind="letters_proposed", context={}, at=at, subject="letters",
    )  # fmt: skip

"""What an act on an issue answers: the tasks of the acting group's round, and the visit during which it was done."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select

from tracker.database import db
from tracker.errors import NotFoundError
from tracker.models import (
    InspectionRound,
    Issue,
    RoundStop,
    RoundTask,
    TaskOutcome,
    Unit,
    Visit,
    VisitFinding,
    VisitRecheck,
)
from tracker.policy import Actor
from tracker.policy.visits import readable_visits
from workflows.planning.terms import TaskKind
from workflows.round import WALKABLE, RoundState, StopState

_OPEN = (StopState.PLANNED, StopState.STARTED)


def tasks_settle(issue: Issue, outcome: TaskOutcome, *, actor: Actor, at: datetime) -> int:
    """Answer what the acting group's round asks about ``issue``, in the caller's transaction; return how many.

    A visit of the group that goes on in the village keeps the act as done there. The last thing an act does, since it
    locks the tasks and the visit.
    """
    if actor.group_id is None:
        return 0
    query = (
        select(RoundTask)
        .join(RoundStop, RoundTask.stop_id == RoundStop.id)
        .join(InspectionRound, RoundStop.round_id == InspectionRound.id)
        .where(
            RoundTask.issue_id == issue.id, RoundTask.done_at.is_(None), RoundStop.group_id == actor.group_id,
            RoundStop.state.in_(_OPEN), InspectionRound.state.in_(WALKABLE),
        )
        .order_by(RoundTask.id)
    )  # fmt: skip
    tasks = db.session.scalars(query).all()
    for task in tasks:
        task.done_at, task.done_by_id, task.outcome = at, actor.person_id, outcome
    _keep_with_visit(issue, outcome, actor, at)
    return len(tasks)


def look_back_settled(issue: Issue, outcome: TaskOutcome, *, actor: Actor, at: datetime) -> None:
    """Answer what any round still asks of a look-back at ``issue``, whoever made it, in the caller's transaction."""
    query = (
        select(RoundTask)
        .join(RoundStop, RoundTask.stop_id == RoundStop.id)
        .join(InspectionRound, RoundStop.round_id == InspectionRound.id)
        .where(
            RoundTask.issue_id == issue.id, RoundTask.kind == TaskKind.LOOK_BACK, RoundTask.done_at.is_(None),
            RoundStop.state.in_(_OPEN), InspectionRound.state.in_((RoundState.PLANNED, *WALKABLE)),
        )
        .order_by(RoundTask.id)
    )  # fmt: skip
    for task in db.session.scalars(query):
        task.done_at, task.done_by_id, task.outcome = at, actor.person_id, outcome


def _keep_with_visit(issue: Issue, outcome: TaskOutcome, actor: Actor, at: datetime) -> None:
    """Enter the act into the visits of the group that go on where the issue lies, or in the village above its grid."""
    above = select(Unit.parent_id).where(Unit.id == issue.location_id).scalar_subquery()
    here = or_(Visit.village_id == issue.location_id, Visit.village_id == above)
    going_on = select(Visit).where(Visit.group_id == actor.group_id, Visit.ended_at.is_(None), here)
    for visit in db.session.scalars(going_on.order_by(Visit.id).with_for_update(read=True)):
        kept = db.session.get(VisitRecheck, (visit.id, issue.id))
        if kept is None:
            kept = VisitRecheck(visit_id=visit.id, issue_id=issue.id)
            db.session.add(kept)
        kept.outcome, kept.done_at, kept.done_by_id = outcome, at, actor.person_id


def finding_of_visit(issue: Issue, visit_id: int, *, actor: Actor, at: datetime) -> None:
    """Say in the caller's transaction that ``issue`` was found during that visit; again is no harm.

    Raises ``NotFoundError`` where there is no such visit of the actor's group.
    """
    query = select(Visit).where(Visit.id == visit_id, Visit.group_id == actor.group_id, readable_visits(actor))
    visit = db.session.scalars(query.with_for_update()).first()
    if visit is None:
        raise NotFoundError
    if db.session.get(VisitFinding, issue.id) is None:
        db.session.add(VisitFinding(issue_id=issue.id, visit_id=visit.id, found_at=at))
        visit.nothing_found = False
        db.session.flush()

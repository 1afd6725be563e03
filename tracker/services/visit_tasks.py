"""What an act on an issue answers in the round: the tasks of the acting group, and the visit a finding came from."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from tracker.database import db
from tracker.errors import NotFoundError, RefusedError
from tracker.languages import _
from tracker.models import InspectionRound, Issue, RoundStop, RoundTask, TaskOutcome, Visit, VisitFinding
from tracker.policy import Actor
from tracker.policy.rounds import visible_stops
from workflows.round import WALKABLE, StopState

_OPEN = (StopState.PLANNED, StopState.STARTED)


def tasks_settle(issue: Issue, outcome: TaskOutcome, *, actor: Actor, at: datetime) -> int:
    """Answer what the acting group's round asks about ``issue``, in the caller's transaction; return how many.

    The last thing an act does, since it locks the tasks.
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
    return len(tasks)


def finding_of_visit(issue: Issue, stop_id: int, *, actor: Actor, at: datetime) -> None:
    """Say in the caller's transaction that ``issue`` was found during the visit of that stop; again is no harm.

    Raises ``NotFoundError`` where there is no such stop for the actor, ``RefusedError`` where no visit has begun.
    """
    stop = db.session.scalars(select(RoundStop).where(RoundStop.id == stop_id, visible_stops(actor))).first()
    if stop is None:
        raise NotFoundError
    visit = db.session.scalars(
        select(Visit).where(Visit.stop_id == stop_id, Visit.group_id == actor.group_id).order_by(Visit.id.desc())
    ).first()
    if visit is None:
        raise RefusedError(_("走访还没有开始，请先点“开始走访”"))
    if db.session.get(VisitFinding, issue.id) is None:
        db.session.add(VisitFinding(issue_id=issue.id, visit_id=visit.id, found_at=at))
        visit.nothing_found = False
        db.session.flush()

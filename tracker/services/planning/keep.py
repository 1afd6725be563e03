"""Keeps a plan in the tables of its round, in place of the one before; what was locked by hand stays."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select

from tracker.database import db
from tracker.models import InspectionRound, RoundLeftOut, RoundStop, RoundTask
from workflows.planning.plan import Due, Plan, PlannedStop
from workflows.planning.terms import LeftOutWhy, TaskKind


def plan_keep(held: InspectionRound, plan: Plan, at: datetime) -> None:
    """Replace stops, tasks and what was left out; the caller holds the round."""
    notes = _notes(held.id)
    kept = _clear(held.id)
    for stop in plan.stops:
        _keep(held.id, stop, kept.get((stop.group, stop.village)))
    for one in plan.left_out:
        note = notes.get(one.due.village, "") if one.why is LeftOutWhy.REMOVED else ""
        db.session.add(left_out(held.id, one.due, one.why, one.group, note))
    found = plan.solution
    held.result = {
        "method": found.method, "worth": found.worth, "bound": found.bound, "gap": found.gap, "greedy": found.greedy,
    }  # fmt: skip
    held.planned_at, held.planning_since, held.failure = at, None, ""
    db.session.flush()


def left_out(round_id: int, due: Due, why: LeftOutWhy, group: int | None, note: str = "") -> RoundLeftOut:
    """Return the row that says what stayed out and why."""
    return RoundLeftOut(
        round_id=round_id, village_id=due.village, issue_id=due.issue, kind=due.kind, reason=due.reason,
        params=dict(due.params), need=due.need, why=why, group_id=group, note=note,
    )  # fmt: skip


def task(due: Due) -> RoundTask:
    """Return the row of one task."""
    return RoundTask(
        kind=due.kind, issue_id=due.issue, reason=due.reason, params=dict(due.params), need=due.need
    )  # fmt: skip


def reckon(stop: RoundStop) -> None:
    """Set the need and the reasons of a stop from its tasks."""
    stop.need = sum(one.need for one in stop.tasks)
    ordered = sorted(stop.tasks, key=lambda one: (-one.need, one.kind))
    stop.reasons = list(dict.fromkeys(one.kind.value for one in ordered))


def _notes(round_id: int) -> dict[int, str]:
    query = select(RoundLeftOut.village_id, RoundLeftOut.note).where(
        RoundLeftOut.round_id == round_id, RoundLeftOut.why == LeftOutWhy.REMOVED
    )
    return {row.village_id: row.note for row in db.session.execute(query)}


def _clear(round_id: int) -> dict[tuple[int, int], RoundStop]:
    """Take away what the generator made; return the stops that were locked, with what was added to them by hand."""
    stops = select(RoundStop.id).where(RoundStop.round_id == round_id)
    free = stops.where(RoundStop.is_locked.is_(False))
    session = db.session
    session.execute(delete(RoundTask).where(RoundTask.stop_id.in_(free)))
    session.execute(delete(RoundTask).where(RoundTask.stop_id.in_(stops), RoundTask.kind != TaskKind.BY_HAND))
    session.execute(delete(RoundStop).where(RoundStop.round_id == round_id, RoundStop.is_locked.is_(False)))
    session.execute(delete(RoundLeftOut).where(RoundLeftOut.round_id == round_id))
    session.expire_all()
    kept = session.scalars(select(RoundStop).where(RoundStop.round_id == round_id))
    return {(stop.group_id, stop.village_id): stop for stop in kept}


def _keep(round_id: int, planned: PlannedStop, stop: RoundStop | None) -> None:
    if stop is None:
        stop = RoundStop(round_id=round_id, group_id=planned.group, village_id=planned.village, tasks=[])
        db.session.add(stop)
    stop.day, stop.position = planned.day, planned.position
    stop.tasks.extend(_tasks(planned.tasks))
    reckon(stop)


def _tasks(dues: Iterable[Due]) -> list[RoundTask]:
    return [task(due) for due in dues]

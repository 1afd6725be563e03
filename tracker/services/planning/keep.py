"""Keeps a plan in the tables of its round, in place of the one before; what was locked by hand stays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select

from tracker.database import db
from tracker.models import InspectionRound, RoundLeftOut, RoundStop, RoundTask
from workflows.planning.plan import Due, LeftOut, Plan, PlannedStop
from workflows.planning.terms import LeftOutWhy, TaskKind


def plan_keep(held: InspectionRound, plan: Plan, at: datetime) -> None:
    """Replace stops, tasks and what was left out; the caller holds the round.

    Tasks and what was left out go in by the table, not one by one: a busy county has ten thousand of them.
    """
    notes = _notes(held.id)
    kept = _clear(held.id)
    stops = [(_placed(held.id, one, kept.get((one.group, one.village))), one) for one in plan.stops]
    db.session.flush()
    _insert(RoundTask, [_values(due) | {"stop_id": stop.id} for stop, one in stops for due in one.tasks])
    for stop, _one in stops:
        db.session.expire(stop, ["tasks"])
    _insert(RoundLeftOut, [_left_out(held.id, one, notes) for one in plan.left_out])
    found = plan.solution
    held.result = {
        "method": found.method, "worth": found.worth, "bound": found.bound, "gap": found.gap, "greedy": found.greedy,
    }  # fmt: skip
    held.planned_at, held.planning_since, held.failure = at, None, ""
    db.session.flush()


def _insert(table: type[RoundTask | RoundLeftOut], rows: list[dict[str, Any]]) -> None:
    """Insert the rows in one go; without ``render_nulls`` each row with other empty columns would begin a new one."""
    if rows:
        db.session.execute(insert(table), rows, execution_options={"render_nulls": True})


def _values(due: Due) -> dict[str, Any]:
    """Return what a task, and what stayed out, say alike."""
    return {
        "kind": due.kind, "issue_id": due.issue, "reason": due.reason, "params": dict(due.params), "need": due.need,
    }  # fmt: skip


def _left_out(round_id: int, one: LeftOut, notes: Mapping[int, str]) -> dict[str, Any]:
    note = notes.get(one.due.village, "") if one.why is LeftOutWhy.REMOVED else ""
    return _values(one.due) | {
        "round_id": round_id, "village_id": one.due.village, "why": one.why, "group_id": one.group, "note": note,
    }  # fmt: skip


def left_out(round_id: int, due: Due, why: LeftOutWhy, group: int | None, note: str = "") -> RoundLeftOut:
    """Return the row that says what stayed out and why."""
    return RoundLeftOut(
        **_values(due), round_id=round_id, village_id=due.village, why=why, group_id=group, note=note
    )  # fmt: skip


def task(due: Due) -> RoundTask:
    """Return the row of one task."""
    return RoundTask(**_values(due))


def reckon(stop: RoundStop, more: Iterable[Due] = ()) -> None:
    """Set the need and the reasons of a stop from its tasks, and from those that are still to come."""
    parts = [(one.need, one.kind) for one in stop.tasks] + [(one.need, one.kind) for one in more]
    stop.need = sum(need for need, _kind in parts)
    stop.reasons = list(
        dict.fromkeys(kind.value for _need, kind in sorted(parts, key=lambda part: (-part[0], part[1])))
    )


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


def _placed(round_id: int, planned: PlannedStop, stop: RoundStop | None) -> RoundStop:
    """Return the stop where the plan wants it, new unless it was locked, without the tasks of the plan."""
    if stop is None:
        stop = RoundStop(round_id=round_id, group_id=planned.group, village_id=planned.village, tasks=[])
        db.session.add(stop)
    stop.day, stop.position = planned.day, planned.position
    reckon(stop, planned.tasks)
    return stop

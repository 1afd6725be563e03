"""Stops that nobody made go on to the next round when that is published, and come back when it is withdrawn."""

from __future__ import annotations

from sqlalchemy import select

from tracker.database import db
from tracker.models import RoundStop, RoundTask
from tracker.services.transitions import stop_move
from workflows.issue import Capacity
from workflows.planning.terms import TaskKind
from workflows.round import StopFacts, StopState

_FACTS = StopFacts(capacities=frozenset({Capacity.OFFICE}))


def leftovers_take(round_id: int) -> int:
    """Mark the earlier stops that this round carries on as rolled over; return how many."""
    carried = (
        select(RoundTask)
        .join(RoundTask.stop)
        .where(RoundStop.round_id == round_id, RoundTask.kind == TaskKind.LEFTOVER)
        .order_by(RoundTask.id)
    )
    taken = 0
    for task in db.session.scalars(carried):
        old = db.session.get(RoundStop, task.params.get("stop"))
        if old is not None and old.state in (StopState.PLANNED, StopState.MISSED):
            stop_move(old, "roll_over", _FACTS)
            task.stop.carried_from_id = old.id
            taken += 1
    db.session.flush()
    return taken


def leftovers_return(round_id: int) -> None:
    """Give the earlier stops back to their own round."""
    carrying = select(RoundStop).where(RoundStop.round_id == round_id, RoundStop.carried_from_id.is_not(None))
    for stop in db.session.scalars(carrying):
        old = db.session.get_one(RoundStop, stop.carried_from_id)
        if old.state is StopState.ROLLED_OVER:
            stop_move(old, "take_back", _FACTS)
        stop.carried_from_id = None
    db.session.flush()

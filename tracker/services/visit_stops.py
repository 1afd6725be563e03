"""One stop of a round under the hands of its group: found and locked, what the law asks about it, its audit."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from tracker.database import db
from tracker.errors import NotFoundError
from tracker.models import InspectionRound, RoundStop, Visit
from tracker.policy import Actor
from tracker.policy.rounds import round_capacities, visible_stops
from tracker.services.chain import AUDIT, audit_record, chain_lock
from tracker.services.refusals import refused
from tracker.services.rounds import facts_of
from tracker.services.transitions import LARGEST_ID, round_move
from workflows.round import WALKABLE, RoundState, StopFacts


def round_begin(held: InspectionRound, actor: Actor, at: datetime) -> None:
    """Begin a published round in the caller's transaction; one that has begun stays as it is."""
    if held.state is RoundState.PUBLISHED:
        round_move(held, "begin", facts_of(held, actor, at))
        held.begun_at = at


def stop_for_change(stop_id: int, actor: Actor) -> RoundStop:
    """Return the stop, fresh and locked, inside the caller's transaction; ``NotFoundError`` where it is not theirs."""
    chain_lock(AUDIT)
    if not 0 < stop_id <= LARGEST_ID:
        raise NotFoundError
    query = select(RoundStop).where(RoundStop.id == stop_id, visible_stops(actor)).with_for_update()
    stop = db.session.execute(query, execution_options={"populate_existing": True}).scalar_one_or_none()
    if stop is None:
        raise NotFoundError
    db.session.expire(stop, ["tasks", "round"])
    return stop


def visit_of(stop: RoundStop) -> Visit | None:
    """Return the visit of a stop, the last where it was begun twice."""
    return db.session.scalars(select(Visit).where(Visit.stop_id == stop.id).order_by(Visit.id.desc()).limit(1)).first()


def is_recused_at(actor: Actor, village_id: int) -> bool:
    """Tell whether the actor must stay away from a village 回避: it is their home."""
    return actor.home_unit_id == village_id


def not_recused(stop: RoundStop, actor: Actor) -> None:
    """Raise where the actor must stay away from the village."""
    if is_recused_at(actor, stop.village_id):
        raise refused("stop_recused")


def stop_facts(stop: RoundStop, actor: Actor, *, open_tasks: int = 0, has_reason: bool = False) -> StopFacts:
    """Return what the law asks about a stop."""
    return StopFacts(
        capacities=round_capacities(actor), round_is_out=stop.round.state in WALKABLE,
        is_recused=is_recused_at(actor, stop.village_id), open_tasks=open_tasks, has_reason=has_reason,
    )  # fmt: skip


def stop_record(action: str, stop: RoundStop, actor: Actor, at: datetime, **detail: object) -> None:
    """Write what is pending and enter the act into the audit, the stop by its number alone."""
    db.session.flush()
    audit_record(action, actor=actor, at=at, target=f"stop:{stop.id}", detail=dict(detail))

"""Who may learn of a handover, and in which capacities they act on it."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, true

from tracker.models import Handover, Post, Role
from tracker.policy.actor import Actor
from workflows.handover import HandoverCapacity


def is_steward(actor: Actor, group_id: int | None) -> bool:
    """Tell whether the actor may speak for somebody who has gone: the office, a leader, the leader of that group."""
    leads = actor.role is Role.GROUP_LEAD and actor.group_id is not None and actor.group_id == group_id
    return leads or actor.role in (Role.OFFICE, Role.LEADER)


def handover_capacities(
    actor: Actor, *, giver_id: int, group_id: int | None, receiver_id: int | None = None
) -> frozenset[HandoverCapacity]:
    """Return the capacities in which ``actor`` acts on a handover from ``giver_id`` to ``receiver_id``."""
    held = {
        HandoverCapacity.GIVER: actor.person_id == giver_id,
        HandoverCapacity.RECEIVER: actor.person_id == receiver_id,
        HandoverCapacity.STEWARD: is_steward(actor, group_id),
    }
    return frozenset(capacity for capacity, holds in held.items() if holds)


def visible_handovers(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``Handover`` that holds for what ``actor`` may see."""
    if actor.role in (Role.OFFICE, Role.LEADER):
        return true()
    me = actor.person_id
    own = [Handover.giver_id == me, Handover.receiver_id == me, Handover.proposed_by_id == me]
    if actor.role is Role.GROUP_LEAD:
        own.append(Handover.group_id == actor.group_id)
    return or_(*own)


def visible_posts(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``Post`` that holds where ``actor`` may see what it holds: their own, or as a steward."""
    if actor.role in (Role.OFFICE, Role.LEADER):
        return true()
    own: ColumnElement[bool] = Post.person_id == actor.person_id
    return or_(own, Post.group_id == actor.group_id) if actor.role is Role.GROUP_LEAD else own

"""Who may learn of an inspection round: the office and the leaders, and from its publication the groups that walk it.

Nobody who is inspected does, whatever the kind of round: lists, counts, messages and exports all go through here.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, false, select, true

from tracker.models import InspectionRound, Role, RoundGroup, RoundStop
from tracker.policy.actor import Actor
from workflows.issue import Capacity
from workflows.round import OUT

_ALL = (Role.OFFICE, Role.LEADER)
_CAPACITIES = {
    Role.OFFICE: frozenset({Capacity.OFFICE}),
    Role.LEADER: frozenset({Capacity.LEADER}),
    Role.GROUP_LEAD: frozenset({Capacity.GROUP, Capacity.GROUP_LEAD}),
    Role.GROUP_MEMBER: frozenset({Capacity.GROUP}),
}


def visible_rounds(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``InspectionRound`` that holds exactly for what ``actor`` may learn of."""
    if actor.role in _ALL:
        return true()
    if not actor.is_group or actor.group_id is None:
        return false()
    mine = select(RoundGroup.round_id).where(RoundGroup.group_id == actor.group_id)
    is_out = and_(InspectionRound.state.in_(OUT), InspectionRound.published_at.is_not(None))
    return and_(is_out, InspectionRound.id.in_(mine))


def visible_stops(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``RoundStop``: a group sees its own stops, not the lists of others."""
    if actor.role in _ALL:
        return true()
    rounds = select(InspectionRound.id).where(visible_rounds(actor))
    return and_(RoundStop.group_id == actor.group_id, RoundStop.round_id.in_(rounds))


def round_capacities(actor: Actor) -> frozenset[Capacity]:
    """Return the capacities in which ``actor`` may act on a round that they may see."""
    return _CAPACITIES.get(actor.role, frozenset())

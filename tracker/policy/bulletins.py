"""Who may see a bulletin: a draft those who make it, an issued one everybody whom it is about."""

from __future__ import annotations

from sqlalchemy import ColumnElement, false, true

from tracker.models import Bulletin, Role
from tracker.policy.actor import Actor
from tracker.policy.matrix import cell_for
from workflows.bulletin import BulletinState
from workflows.issue import Capacity

_CAPACITY = {Role.OFFICE: Capacity.OFFICE, Role.LEADER: Capacity.LEADER}


def visible_bulletins(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``Bulletin`` that holds exactly for what ``actor`` may see."""
    if not cell_for("bulletin.read", actor.role).allows:
        return false()
    if actor.role in _CAPACITY:
        return true()
    return Bulletin.state.in_((BulletinState.ISSUED, BulletinState.WITHDRAWN))


def bulletin_capacities(actor: Actor) -> frozenset[Capacity]:
    """Return the capacities in which ``actor`` may act on bulletins."""
    return frozenset({_CAPACITY[actor.role]}) if actor.role in _CAPACITY else frozenset()

"""Who may learn of a visit: who made it, who plans them, and the village itself once it is over."""

from __future__ import annotations

from sqlalchemy import ColumnElement, false, or_, true

from tracker.models import Role, Visit
from tracker.policy.actor import Actor
from tracker.policy.scope import roster_ids

_ALL = (Role.OFFICE, Role.LEADER)


def visible_visits(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``Visit`` that holds exactly for what ``actor`` may learn of.

    A group knows its own visits, and those of other groups in the villages on its roster.
    """
    if actor.role in _ALL:
        return true()
    if actor.is_group:
        return or_(Visit.group_id == actor.group_id, Visit.village_id.in_(roster_ids(actor)))
    if actor.role is Role.VILLAGE:
        return (Visit.village_id == actor.unit_id) & Visit.ended_at.is_not(None)
    return false()


def readable_visits(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``Visit`` whose record the actor may open: notes, photographs, people.

    A group opens its own alone; of others it learns that they were there.
    """
    if actor.role in _ALL:
        return true()
    return Visit.group_id == actor.group_id if actor.is_group else false()


def may_read_visit(actor: Actor, visit: Visit) -> bool:
    """Tell of one visit at hand what ``readable_visits`` says."""
    return actor.role in _ALL or (actor.is_group and visit.group_id == actor.group_id)

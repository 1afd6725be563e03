"""Turns an actor and an issue into the capacities that the law knows."""

from __future__ import annotations

from tracker.models import Issue, Role
from tracker.policy.actor import Actor
from workflows.issue import Capacity


def capacities(actor: Actor, issue: Issue) -> frozenset[Capacity]:
    """Return the capacities in which ``actor`` may act on ``issue``, which they may see."""
    held = {
        Capacity.FINDER: issue.created_by_id == actor.person_id,
        Capacity.OFFICE: actor.role is Role.OFFICE,
        Capacity.LEADER: actor.role is Role.LEADER,
        Capacity.RESPONSIBLE: is_responsible(actor, issue),
        Capacity.GROUP: actor.is_group and not is_recused(actor, issue),
        Capacity.GROUP_LEAD: actor.role is Role.GROUP_LEAD and not is_recused(actor, issue),
        Capacity.DEPARTMENT: actor.role is Role.DEPARTMENT,
    }
    return frozenset(capacity for capacity, holds in held.items() if holds)


def is_responsible(actor: Actor, issue: Issue) -> bool:
    """Tell whether the issue is the actor's to rectify: as the named person, or in a post at the named unit."""
    if actor.role not in (Role.ASSIGNEE, Role.VILLAGE):
        return False
    unit = actor.unit_id is not None and actor.unit_id == issue.responsible_unit_id
    return unit or issue.responsible_id == actor.person_id


def is_recused(actor: Actor, issue: Issue) -> bool:
    """Tell whether the actor must stay away 回避: their home village, or their own unit's issue."""
    home = actor.home_unit_id
    own_unit = actor.unit_id is not None and actor.unit_id == issue.responsible_unit_id
    return own_unit or (home is not None and home in (issue.location_id, issue.responsible_unit_id))

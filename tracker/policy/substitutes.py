"""Who may learn of a substitute, who speaks for somebody else, and what a substitute may see."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, true

from tracker.models import ADMIN_ROLES, Role, Substitute
from tracker.policy.actor import Actor

# The posts whose holders may be away or stand in: not the three administrators, who have no part in the work, nor
# those who report; nobody comes by a list of these.
WORKING = tuple(role for role in Role if role not in ADMIN_ROLES and role is not Role.REPORTER)


def visible_substitutes(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``Substitute`` that holds for what ``actor`` may see: the office all, others theirs."""
    if actor.role is Role.OFFICE:
        return true()
    return or_(Substitute.person_id == actor.person_id, Substitute.substitute_id == actor.person_id)


def may_agree(actor: Actor, substitute: Substitute) -> bool:
    """Tell whether the actor may agree: the office, but nobody about themself or to what they entered."""
    return actor.role is Role.OFFICE and actor.person_id not in (substitute.person_id, substitute.entered_by_id)

"""Who may learn of a look-back: who sees the issue; what still waits is kept from those whom it will surprise."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, select, true

from tracker.models import Issue, LookBack, Role
from tracker.policy.actor import Actor
from tracker.policy.scope import visible
from workflows.look_back import SETTLED

_ALL = (Role.OFFICE, Role.LEADER)


def sees_waiting(actor: Actor) -> bool:
    """Tell whether the actor may know beforehand what will be looked back at: never who is inspected."""
    return actor.role in _ALL or actor.is_group


def visible_look_backs(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``LookBack`` that holds exactly for what ``actor`` may learn of."""
    if actor.role in _ALL:
        return true()
    seen = LookBack.issue_id.in_(select(Issue.id).where(visible(actor)))
    return seen if sees_waiting(actor) else and_(seen, LookBack.state.in_(SETTLED))

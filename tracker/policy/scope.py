"""The one function that says which issues somebody may learn of. Every query of issues goes through it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, literal_column, or_, select, true, union_all

from tracker.models import AssistingUnit, GroupVillage, Issue, Role, Star, StarLead, Unit
from tracker.models.issue import OPEN
from tracker.policy.actor import Actor
from workflows.issue import IssueState

# Written out, not bound: only so do both databases see that their partial indexes fit.
IS_OPEN: ColumnElement[bool] = literal_column(f"issue.{OPEN}")


def visible(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``Issue`` that holds exactly for what ``actor`` may see.

    Evidence, comments, events and documents are visible exactly when their issue is.
    """
    return and_(or_(*_in_scope(actor)), _draft_is_own(actor), _confidential_is_narrow(actor))


def listed(actor: Actor) -> ColumnElement[bool]:
    """Return the same condition as ``visible`` for lists and counts: what is in scope is gathered once, by index.

    What an undone import made is in no list, though its record can still be opened. For a single record ``visible``
    is cheaper, since it looks at that record alone.
    """
    return and_(*_gathered(actor), _is_not_taken_back(), _draft_is_own(actor), _confidential_is_narrow(actor))


def listed_singly(actor: Actor) -> ColumnElement[bool]:
    """Return ``listed`` as a condition on each record alone: for issues that something else than a list names."""
    return and_(or_(*_in_scope(actor)), _is_not_taken_back(), _draft_is_own(actor), _confidential_is_narrow(actor))


def listed_open(actor: Actor) -> ColumnElement[bool]:
    """Return ``listed`` for open issues alone, which no draft is: their indexes answer without a look at the rows."""
    return and_(*_gathered(actor), IS_OPEN, _confidential_is_narrow(actor))


def listed_standing(actor: Actor) -> ColumnElement[bool]:
    """Return ``listed`` for what is neither a draft nor dismissed, where only the scope is left to ask.

    Whoever uses it says so beside it: it does not exclude them itself.
    """
    return and_(*_gathered(actor), _confidential_is_narrow(actor))


def recorded(actor: Actor) -> list[ColumnElement[bool]]:
    """Return the conditions on ``Issue`` for ledgers of the past: who may see an issue today sees how it stood then.

    Empty for who sees the county. Drafts stand in no ledger, and what was taken back since stood there then.
    """
    if actor.role in (Role.OFFICE, Role.LEADER):
        return []
    return [*_gathered(actor), _confidential_is_narrow(actor)]


def _gathered(actor: Actor) -> list[ColumnElement[bool]]:
    scope = _in_scope(actor)
    if actor.role in (Role.OFFICE, Role.LEADER):
        return scope
    gathered = (select(Issue.id).where(condition).correlate(None) for condition in scope)
    return [Issue.id.in_(union_all(*gathered))]


def _in_scope(actor: Actor) -> list[ColumnElement[bool]]:
    """Return the conditions of which one must hold."""
    if actor.role in (Role.OFFICE, Role.LEADER):
        return [true()]
    if actor.is_group:
        return [Issue.location_id.in_(roster_ids(actor)), Issue.found_by_group_id == actor.group_id]
    if actor.role is Role.REPORTER:
        return [Issue.created_by_id == actor.person_id]
    if actor.role in (Role.ASSIGNEE, Role.DEPARTMENT, Role.TOWNSHIP, Role.VILLAGE):
        return _unit_conditions(actor)
    return [false()]


def _unit_conditions(actor: Actor) -> list[ColumnElement[bool]]:
    below = below_ids(actor)
    conditions: list[ColumnElement[bool]] = [
        Issue.location_id.in_(below),
        Issue.responsible_unit_id.in_(below),
        Issue.responsible_id == actor.person_id,
        Issue.created_by_id == actor.person_id,
        Issue.id.in_(select(AssistingUnit.issue_id).where(AssistingUnit.unit_id.in_(below))),
    ]
    if actor.role is Role.DEPARTMENT:
        conditions.append(Issue.star_id.in_(led_star_ids(actor)))
    return conditions


def below_ids(actor: Actor) -> Select[Any]:
    """Return the ids of the actor's unit and of everything below it."""
    if not actor.unit_path:
        return select(Unit.id).where(false())
    return select(Unit.id).where(Unit.path.like(f"{actor.unit_path}%"))


def roster_ids(actor: Actor) -> Select[Any]:
    """Return the ids of the villages on the group's roster today, and of the grids below them."""
    roster = select(GroupVillage.unit_id).where(
        GroupVillage.group_id == actor.group_id,
        GroupVillage.valid_from <= actor.today,
        or_(GroupVillage.valid_to.is_(None), GroupVillage.valid_to >= actor.today),
    )
    return select(Unit.id).where(or_(Unit.id.in_(roster), Unit.parent_id.in_(roster)))


def led_star_ids(actor: Actor) -> Select[Any]:
    """Return the ids of the stars that the actor's department leads today."""
    return (
        select(Star.id)
        .join(StarLead, StarLead.star_id == Star.id)
        .where(
            StarLead.unit_id == actor.unit_id,
            StarLead.valid_from <= actor.today,
            or_(StarLead.valid_to.is_(None), StarLead.valid_to >= actor.today),
        )
    )


def _is_not_taken_back() -> ColumnElement[bool]:
    """Return the condition that an issue did not leave with an import that was undone: only then its key is free."""
    return or_(Issue.state != IssueState.DISMISSED, Issue.import_key.is_not(None), Issue.import_batch_id.is_(None))


def _draft_is_own(actor: Actor) -> ColumnElement[bool]:
    own = Issue.created_by_id == actor.person_id
    if actor.role is Role.GROUP_LEAD:
        own = or_(own, Issue.found_by_group_id == actor.group_id)
    return or_(Issue.state != IssueState.DRAFT, own)


def _confidential_is_narrow(actor: Actor) -> ColumnElement[bool]:
    if actor.role in (Role.OFFICE, Role.LEADER):
        return true()
    insiders = [Issue.responsible_id == actor.person_id, Issue.created_by_id == actor.person_id]
    if actor.role is Role.GROUP_LEAD:
        insiders.append(Issue.found_by_group_id == actor.group_id)
    return or_(Issue.is_confidential.is_(False), *insiders)

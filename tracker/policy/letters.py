"""Which documents of supervision somebody may learn of, and in which capacity they act on one."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, true

from tracker.models import Issue, Letter, LetterIssue, Role
from tracker.policy.actor import Actor
from tracker.policy.scope import below_ids, visible
from workflows.letter import LetterCapacity, LetterState

# The posts that receive a document for their unit and reply to it; the office sits at the county itself.
RECEIVING = (Role.ASSIGNEE, Role.VILLAGE, Role.TOWNSHIP, Role.DEPARTMENT, Role.OFFICE)
_COUNTY = (Role.OFFICE, Role.LEADER)


def letter_visible(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``Letter`` that holds exactly for what ``actor`` may see.

    Office and leaders see all. Others see what was issued: by them, to their unit or below it, or about issues all of
    which they may see; never what speaks of a confidential issue that they may not see.
    """
    if actor.role in _COUNTY:
        return true()
    if actor.role in (Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR, Role.REPORTER):
        return false()
    own = or_(Letter.made_by_id == actor.person_id, Letter.followed_by_id == actor.person_id)
    sides = [own, Letter.recipient_id == actor.person_id, _about_what_they_see(actor)]
    if actor.unit_path:
        sides.append(Letter.recipient_unit_id.in_(below_ids(actor)))
    return and_(Letter.number.is_not(None), or_(*sides), ~_hides(actor, confidential=True))


def _about_what_they_see(actor: Actor) -> ColumnElement[bool]:
    about = select(LetterIssue.letter_id).where(LetterIssue.letter_id == Letter.id).correlate(Letter)
    return and_(exists(about), ~_hides(actor, confidential=False))


def _hides(actor: Actor, *, confidential: bool) -> ColumnElement[bool]:
    """Return the condition that the document speaks of an issue, or a confidential one, out of the actor's sight.

    A scope that compares with what is not filled in is neither true nor false: that is out of sight as well.
    """
    unseen = (
        select(LetterIssue.letter_id)
        .join(Issue, Issue.id == LetterIssue.issue_id)
        .where(LetterIssue.letter_id == Letter.id, visible(actor).is_not(true()))
        .correlate(Letter)
    )
    if confidential:
        unseen = unseen.where(Issue.is_confidential)
    return exists(unseen)


def letter_capacities(actor: Actor | None, letter: Letter) -> frozenset[LetterCapacity]:
    """Return the capacities in which ``actor``, or the clock where there is none, acts on a document they may see."""
    if actor is None:
        return frozenset({LetterCapacity.CLOCK})
    follows = letter.followed_by_id == actor.person_id
    same_unit = actor.unit_id is not None and actor.unit_id == letter.made_unit_id
    held = {
        LetterCapacity.OFFICE: actor.role is Role.OFFICE,
        LetterCapacity.ISSUER: letter.made_by_id == actor.person_id
        or follows
        or (same_unit and actor.role in (Role.DEPARTMENT, Role.LEADER) and letter.made_by_id is not None),
        LetterCapacity.GIVER: actor.role is Role.LEADER and (letter.leader_id == actor.person_id or follows),
        LetterCapacity.RECIPIENT: is_recipient(actor, letter),
    }
    return frozenset(capacity for capacity, holds in held.items() if holds)


def is_recipient(actor: Actor, letter: Letter) -> bool:
    """Tell whether the document is the actor's to receive: as the person named, or by a post at the unit."""
    if actor.role not in RECEIVING:
        return False
    if letter.recipient_id is not None:
        return letter.recipient_id == actor.person_id
    return actor.unit_id is not None and actor.unit_id == letter.recipient_unit_id


def is_mine_to_answer(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``Letter`` that the actor receives it and has to move."""
    if actor.role not in RECEIVING:
        return false()
    at_unit = and_(Letter.recipient_id.is_(None), Letter.recipient_unit_id == actor.unit_id)
    mine = or_(Letter.recipient_id == actor.person_id, at_unit if actor.unit_id else false())
    return and_(Letter.state.in_((LetterState.ISSUED, LetterState.RECEIVED)), mine)

"""Who may see a document that was made of a record, and who may make one."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, Select, false, or_, select

from tracker.models import Bulletin, Document, DocumentKind, InspectionRound, Issue, Role, Visit
from tracker.policy.actor import Actor
from tracker.policy.bulletins import visible_bulletins
from tracker.policy.matrix import cell_for
from tracker.policy.rounds import visible_rounds
from tracker.policy.scope import visible
from tracker.policy.visits import readable_visits
from workflows.issue import Capacity

_OFFICE = frozenset({Capacity.OFFICE})
_RESPONSIBLE = frozenset({Capacity.OFFICE, Capacity.RESPONSIBLE})
# In which capacities a document about an issue is made; those of rounds are made by who plans and who walks them.
MAKERS: Mapping[DocumentKind, frozenset[Capacity]] = {
    DocumentKind.EXTENSION_REQUEST: _RESPONSIBLE,
    DocumentKind.EXTENSION_DECISION: frozenset({Capacity.OFFICE, Capacity.LEADER}),
    DocumentKind.SIGN_OFF_REQUEST: _RESPONSIBLE,
    DocumentKind.SIGN_OFF_FORM: _OFFICE,
    DocumentKind.CLOSING_REPORT: _OFFICE,
    DocumentKind.FILE: frozenset({Capacity.OFFICE, Capacity.LEADER}),
}


def document_visible(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``Document`` that holds exactly for what ``actor`` may see: where its record is seen."""
    if not cell_for("document.read", actor.role).allows:
        return false()
    issues = select(Issue.id).where(visible(actor))
    sides = [Document.issue_id.in_(issues)]
    if actor.role in (Role.OFFICE, Role.LEADER) or actor.is_group:
        sides.append(Document.round_id.in_(_whole_rounds(actor)))
        sides.append(Document.visit_id.in_(select(Visit.id).where(readable_visits(actor))))
    sides.append(Document.bulletin_id.in_(select(Bulletin.id).where(visible_bulletins(actor))))
    return or_(*sides)


def _whole_rounds(actor: Actor) -> Select[int]:
    """Return the rounds whose plan the actor sees whole: a group sees its own list, not those of others."""
    query = select(InspectionRound.id).where(visible_rounds(actor))
    return query.where(false()) if actor.is_group else query

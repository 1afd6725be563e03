"""Gathers the facts that the law looks at; decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select

from tracker.clock import local_date
from tracker.database import db
from tracker.models import Consent, Evidence, Extension, Issue, IssueEvent, Phase, Post, Stage
from tracker.policy import Actor, capacities
from tracker.queries.rules import policy_of
from workflows.consent import ConsentKind, ConsentState
from workflows.extension import ExtensionState
from workflows.issue import IssueFacts, IssueState, Severity
from workflows.policy import Policy


def facts_for(issue: Issue, actor: Actor, at: datetime, **proposed: Any) -> IssueFacts:
    """Return the facts of ``issue`` for ``actor`` at that instant; ``proposed`` are those of the request itself."""
    draft = issue.state is IssueState.DRAFT  # policy has no say before an issue is registered
    policy = Policy() if draft else policy_of(issue, local_date(at)).policy
    found: dict[str, Any] = {
        "capacities": capacities(actor, issue),
        "today": local_date(at),
        "deadline": issue.deadline,
        "deadline_required": issue.import_batch_id is None,
        "evidence_needed": policy.for_severity(issue.severity).evidence_needed,
        "major": issue.severity is Severity.MAJOR,
        "group_lead_may_assign": policy.group_lead_may_assign,
        "other_group_must_recheck": policy.other_group_must_recheck,
    }
    found |= _what_is_recorded(issue) | _what_the_actor_did(issue, actor) | _what_is_decided(issue, actor)
    return IssueFacts(**(found | proposed))


def _what_is_recorded(issue: Issue) -> dict[str, Any]:
    rectifying = issue.state is IssueState.RECTIFYING  # what only these guards look at is asked only for them
    return {
        "has_place": issue.location_id is not None,
        "has_star_or_category": issue.star_id is not None or bool(issue.category),
        "has_source": bool(issue.source),
        "has_description": bool(issue.description.strip()),
        "has_responsible_unit": issue.responsible_unit_id is not None,
        "has_responsible_person": issue.responsible_id is not None,
        "has_result": bool(issue.result.strip()),
        "evidence_after": _count(Evidence, _after(issue)) if rectifying else 0,
        "open_stages": _open_stages(issue) if rectifying and issue.is_long_term else 0,
    }


def _what_the_actor_did(issue: Issue, actor: Actor) -> dict[str, Any]:
    me = actor.person_id
    finder_group = issue.found_by_group_id
    judged = issue.state in (IssueState.SUBMITTED, IssueState.VERIFIED)
    return {
        "actor_found": issue.created_by_id == me or (judged and _found_first(issue, actor)),
        "actor_in_finder_group": finder_group is not None and actor.group_id == finder_group,
        "actor_submitted": issue.submitted_by_id == me,
        "actor_uploaded_after": judged and has_uploaded_after(issue, actor),
        "actor_in_submitting_unit": judged and holds_post_at(actor, issue.submitted_unit_id),
        "actor_verified": issue.verified_by_id == me,
        "contested_before": issue.state is IssueState.ASSIGNED and _contested(issue),
    }


def _found_first(issue: Issue, actor: Actor) -> bool:
    """Tell whether the person recorded the finding, though its draft was handed over since."""
    made = (IssueEvent.issue_id == issue.id, IssueEvent.trigger == "create", IssueEvent.actor_id == actor.person_id)
    return _count(IssueEvent, *made) > 0


def holds_post_at(actor: Actor, unit_id: int | None) -> bool:
    """Tell whether the person, in whichever of their posts, belongs to that unit today."""
    if unit_id is None:
        return False
    return actor.unit_id == unit_id or _count(
        Post, Post.person_id == actor.person_id, Post.unit_id == unit_id, Post.approved_at.is_not(None),
        Post.valid_from <= actor.today, or_(Post.valid_to.is_(None), Post.valid_to >= actor.today),
    ) > 0  # fmt: skip


def _what_is_decided(issue: Issue, actor: Actor) -> dict[str, Any]:
    kind = {IssueState.VERIFIED: ConsentKind.SIGN_OFF, IssueState.RECTIFYING: ConsentKind.SUSPEND}.get(issue.state)
    if kind is None:
        return {}
    given = consents_given(issue, kind)
    return {
        "extension_pending": issue.state is IssueState.RECTIFYING and is_extension_pending(issue),
        "leader_consented": bool(given),
        "actor_consented": any(consent.decided_by_id == actor.person_id for consent in given),
    }


def consents_given(issue: Issue, kind: ConsentKind) -> Sequence[Consent]:
    """Return the consents given to this step during the present stay in the state, the latest first."""
    query = select(Consent).where(
        Consent.issue_id == issue.id,
        Consent.kind == kind,
        Consent.cycle == issue.cycle,
        Consent.state == ConsentState.GIVEN,
        Consent.decided_at >= issue.state_since,
    )
    return db.session.scalars(query.order_by(Consent.id.desc())).all()


def is_extension_pending(issue: Issue) -> bool:
    """Tell whether a request for more time waits for its decision."""
    return _count(Extension, Extension.issue_id == issue.id, Extension.state == ExtensionState.REQUESTED) > 0


def has_uploaded_after(issue: Issue, actor: Actor) -> bool:
    """Tell whether the person brought evidence of the "after" in this cycle."""
    return _count(Evidence, _after(issue), Evidence.uploaded_by_id == actor.person_id) > 0


def _open_stages(issue: Issue) -> int:
    return _count(Stage, Stage.issue_id == issue.id, Stage.done_on.is_(None))


def _after(issue: Issue) -> Any:
    return (
        (Evidence.issue_id == issue.id)
        & (Evidence.phase == Phase.AFTER)
        & (Evidence.cycle == issue.cycle)
    )  # fmt: skip


def _contested(issue: Issue) -> bool:
    """Tell whether the unit that holds the issue now contested an earlier assignment of it."""
    contests = db.session.scalars(
        select(IssueEvent.detail).where(IssueEvent.issue_id == issue.id, IssueEvent.trigger == "contest")
    )
    return any(detail.get("unit_id") == issue.responsible_unit_id for detail in contests)


def _count(model: Any, *conditions: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0

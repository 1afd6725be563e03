"""What somebody may do with an issue now, and why not otherwise; the law is asked as if forms were filled in well."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from tracker.clock import local_date
from tracker.models import Consent, Extension, Phase
from tracker.policy import Actor, capacities
from tracker.queries.issue_page import IssuePage
from tracker.queries.rules import policy_of
from tracker.services.facts import facts_for, holds_post_at
from tracker.services.look_back_facts import look_back_facts
from workflows.consent import CONSENT, CONSENT_AT, ConsentFacts, ConsentKind, consent_request_refusal
from workflows.engine import NOT_BY_YOU, available
from workflows.extension import EXTENSION, ExtensionFacts, request_refusal
from workflows.issue import ISSUE, Capacity, IssueFacts, IssueState
from workflows.look_back import LOOK_BACK, LookBackState

_DAY = timedelta(days=1)
# What the form of a step supplies itself.
_FILLED_IN = {
    "has_reason": True, "has_note": True, "has_result": True, "has_recheck_finding": True, "measures": 1,
    "duplicates_other": True, "has_responsible_unit": True, "has_responsible_person": True,
    "evidence_after": 1_000_000,
}  # fmt: skip
Moves = Mapping[str, str | None]


def issue_moves(page: IssuePage, actor: Actor, at: datetime) -> Moves:
    """Map each step that leaves the state, and could be the actor's, to the code that refuses it, or ``None``."""
    return _mine(available(ISSUE, page.issue.state, optimistic_facts(page, actor, at)))


def optimistic_facts(page: IssuePage, actor: Actor, at: datetime) -> IssueFacts:
    """Return the facts of the issue as they stand, with everything that a form can add already there."""
    today = local_date(at)
    return facts_for(page.issue, actor, at, **_FILLED_IN, deadline=today, review_date=today + _DAY)


def look_back_moves(page: IssuePage, actor: Actor, at: datetime) -> Moves:
    """Map the two results of a look-back at what is signed off to the code that refuses them, or ``None``."""
    if page.issue.state is not IssueState.SIGNED_OFF:
        return {}
    facts = look_back_facts(page.issue, actor, at, has_recheck_finding=True)
    found = available(LOOK_BACK, LookBackState.WAITING, facts)
    return _mine({"hold": found["hold"], "reopen": found["find_again"]})


def extension_request_move(page: IssuePage, actor: Actor, at: datetime) -> Moves:
    """Map ``request`` to the code that refuses it, where the responsible unit rectifies; otherwise nothing."""
    if page.issue.state is not IssueState.RECTIFYING:
        return {}
    return _mine({"request": request_refusal(_extension_facts(page, None, actor, at))})


def extension_moves(page: IssuePage, extension: Extension, actor: Actor, at: datetime) -> Moves:
    """Map what may become of a request for more time to the code that refuses it, or ``None``."""
    return _mine(available(EXTENSION, extension.state, _extension_facts(page, extension, actor, at)))


def consent_request_move(page: IssuePage, actor: Actor) -> tuple[ConsentKind, str | None] | None:
    """Return the consent that the office may ask for in this state, and the code that refuses it."""
    kind = next((kind for kind, state in CONSENT_AT.items() if state is page.issue.state), None)
    if kind is None:
        return None
    code = consent_request_refusal(_consent_facts(page, kind, None, actor))
    return None if code == NOT_BY_YOU else (kind, code)


def consent_moves(page: IssuePage, consent: Consent, actor: Actor) -> Moves:
    """Map what may become of a request for consent to the code that refuses it, or ``None``."""
    return _mine(available(CONSENT, consent.state, _consent_facts(page, consent.kind, consent, actor)))


def _mine(moves: Moves) -> Moves:
    return {trigger: code for trigger, code in moves.items() if code != NOT_BY_YOU}


def _extension_facts(page: IssuePage, extension: Extension | None, actor: Actor, at: datetime) -> ExtensionFacts:
    issue = page.issue
    later = issue.deadline + _DAY if issue.deadline else None
    return ExtensionFacts(
        capacities=capacities(actor, issue),
        asked_on=local_date(extension.asked_at if extension else at),
        deadline=issue.deadline,
        new_deadline=extension.new_deadline if extension else later,
        has_reason=True,
        approved_before=issue.extensions,
        max_extensions=policy_of(issue, local_date(at)).policy.max_extensions,
        rectifying=issue.state is IssueState.RECTIFYING,
        request_pending=extension is None and page.extension_pending is not None,
        actor_asked=extension is not None and actor.person_id in (extension.asked_by_id, extension.handed_to_id),
        actor_in_asking_unit=extension is not None and holds_post_at(actor, extension.asked_unit_id),
    )


def _consent_facts(page: IssuePage, kind: ConsentKind, consent: Consent | None, actor: Actor) -> ConsentFacts:
    issue = page.issue
    uploaded = (row.phase is Phase.AFTER and row.cycle == issue.cycle and row.uploaded_by_id == actor.person_id
                for row in page.evidence)  # fmt: skip
    deciding = consent is not None and Capacity.LEADER in capacities(actor, issue)
    return ConsentFacts(
        capacities=capacities(actor, issue),
        kind=kind,
        issue_state=issue.state,
        has_reason=True,
        request_pending=consent is None and any(one.kind is kind for one in page.consents_pending),
        actor_asked=consent is not None and actor.person_id in (consent.asked_by_id, consent.handed_to_id),
        actor_submitted=issue.submitted_by_id == actor.person_id,
        actor_uploaded_after=any(uploaded),
        actor_in_submitting_unit=deciding and holds_post_at(actor, issue.submitted_unit_id),
        actor_verified=issue.verified_by_id == actor.person_id,
    )

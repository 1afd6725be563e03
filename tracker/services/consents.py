"""A leader's consent 领导同意 to the sign-off of a major issue or to a suspension: asked for, given, declined."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, select

from tracker import labels
from tracker.clock import local_date
from tracker.database import db, transaction
from tracker.errors import InvalidError, NotFoundError
from tracker.models import Consent, Issue
from tracker.policy import Actor, capacities
from tracker.services.checks import day_ahead, in_range, words_needed, words_of
from tracker.services.facts import has_uploaded_after, holds_post_at
from tracker.services.recipients import Audience, people, tell, tell_circles
from tracker.services.refusals import refused
from tracker.services.transitions import consent_move, issue_for_change, note
from workflows.consent import ConsentFacts, ConsentKind, ConsentState, consent_request_refusal


def consent_request(
    *, issue_id: int, kind: ConsentKind, reason: str, review_on: date | None = None, actor: Actor, at: datetime,
    version: int | None = None,
) -> Consent:  # fmt: skip
    """Ask the leaders to agree to a sign-off or to a suspension until ``review_on``; only the office asks."""
    with transaction():
        issue = issue_for_change(issue_id, actor, version)
        code = consent_request_refusal(_facts(issue, kind, None, actor))
        if code:
            raise refused(code)
        words = words_needed("reason", reason, "no_reason")
        if kind is ConsentKind.SUSPEND:
            review_ahead(review_on, local_date(at))
        return _opened(issue, kind, words, review_on if kind is ConsentKind.SUSPEND else None, actor, at)


def consent_give(
    *, consent_id: int, opinion: str = "", actor: Actor, at: datetime, version: int | None = None
) -> Consent:
    """Agree; never whoever asked, submitted, uploaded, verified, or belongs to the unit that submitted."""
    with transaction():
        consent, issue = _for_change(consent_id, actor, version)
        _decide(consent, issue, "give", words_of("opinion", opinion), actor, at)
        event = note(issue, "consent_give", actor=actor, at=at, detail=_detail(consent))
        told = people(issue, local_date(at), Audience.OFFICE, also=[consent.handed_to_id or consent.asked_by_id])
        tell(issue, event, "consent_given", told, actor=actor, at=at, words=consent.opinion)
        return consent


def consent_decline(
    *, consent_id: int, opinion: str, actor: Actor, at: datetime, version: int | None = None
) -> Consent:
    """Decline with an opinion."""
    with transaction():
        consent, issue = _for_change(consent_id, actor, version)
        _decide(consent, issue, "decline", words_of("opinion", opinion), actor, at)
        event = note(issue, "consent_decline", actor=actor, at=at, detail=_detail(consent))
        told = people(issue, local_date(at), Audience.OFFICE, also=[consent.handed_to_id or consent.asked_by_id])
        tell(issue, event, "consent_declined", told, actor=actor, at=at, words=consent.opinion)
        return consent


def consent_withdraw(*, consent_id: int, actor: Actor, at: datetime, version: int | None = None) -> Consent:
    """Take a request for consent back; the office does."""
    with transaction():
        consent, issue = _for_change(consent_id, actor, version)
        consent_move(consent, "withdraw", _facts(issue, consent.kind, consent, actor))
        consent.decided_by_id, consent.decided_at = actor.person_id, at
        note(issue, "consent_withdraw", actor=actor, at=at, detail=_detail(consent))
        return consent


def sign_off_consent_open(issue: Issue, *, actor: Actor, at: datetime) -> Consent:
    """Ask the leaders on behalf of whoever verified a major issue, in the caller's transaction."""
    return _opened(issue, ConsentKind.SIGN_OFF, issue.recheck_finding, None, actor, at)


def sign_off_consenters(issue: Issue) -> Sequence[int | None]:
    """Return the ids of the leaders who agreed to the sign-off of this cycle."""
    query = select(Consent.decided_by_id).where(
        Consent.issue_id == issue.id, Consent.kind == ConsentKind.SIGN_OFF, Consent.state == ConsentState.GIVEN,
        Consent.cycle == issue.cycle,
    )  # fmt: skip
    return db.session.scalars(query).all()


def review_ahead(review_on: date | None, today: date) -> date:
    """Return the day of review; raise ``InvalidError`` where there is none or it is not ahead."""
    if review_on is None:
        raise InvalidError({"review_on": labels.word(labels.REFUSAL, "no_review_date")})
    if review_on == today:
        raise InvalidError({"review_on": labels.word(labels.REFUSAL, "review_date_not_ahead")})
    day_ahead("review_on", review_on, today, "review_date_not_ahead")
    return review_on


def _opened(
    issue: Issue, kind: ConsentKind, reason: str, review_on: date | None, actor: Actor, at: datetime
) -> Consent:
    consent = Consent(
        issue_id=issue.id, kind=kind, state=ConsentState.REQUESTED, cycle=issue.cycle, reason=reason,
        review_on=review_on, asked_by_id=actor.person_id, asked_at=at,
    )  # fmt: skip
    db.session.add(consent)
    db.session.flush()
    event = note(issue, "consent_request", actor=actor, at=at, detail=_detail(consent))
    tell_circles(issue, event, "consent_requested", Audience.LEADERS, actor=actor, at=at, words=reason)
    return consent


def _for_change(consent_id: int, actor: Actor, version: int | None) -> tuple[Consent, Issue]:
    found = db.session.get(Consent, consent_id) if in_range(consent_id) else None
    if found is None:
        raise NotFoundError
    issue = issue_for_change(found.issue_id, actor, version)
    db.session.refresh(found)  # read before the lock: somebody may have decided meanwhile
    return found, issue


def _decide(consent: Consent, issue: Issue, trigger: str, opinion: str, actor: Actor, at: datetime) -> None:
    facts = _facts(issue, consent.kind, consent, actor, has_reason=bool(opinion))
    consent_move(consent, trigger, facts)
    consent.decided_by_id, consent.decided_at, consent.opinion = actor.person_id, at, opinion


def _facts(
    issue: Issue, kind: ConsentKind, consent: Consent | None, actor: Actor, has_reason: bool = True
) -> ConsentFacts:
    pending = select(func.count()).where(
        Consent.issue_id == issue.id, Consent.kind == kind, Consent.state == ConsentState.REQUESTED
    )
    return ConsentFacts(
        capacities=capacities(actor, issue),
        kind=kind,
        issue_state=issue.state,
        has_reason=has_reason,
        request_pending=consent is None and bool(db.session.scalar(pending)),
        actor_asked=consent is not None and actor.person_id in (consent.asked_by_id, consent.handed_to_id),
        actor_submitted=issue.submitted_by_id == actor.person_id,
        actor_uploaded_after=has_uploaded_after(issue, actor),
        actor_in_submitting_unit=holds_post_at(actor, issue.submitted_unit_id),
        actor_verified=issue.verified_by_id == actor.person_id,
    )


def _detail(consent: Consent) -> dict[str, object]:
    return {
        "consent_id": consent.id,
        "kind": consent.kind.value,
        "reason": consent.reason,
        "review_on": consent.review_on.isoformat() if consent.review_on else None,
        "opinion": consent.opinion or "",
    }

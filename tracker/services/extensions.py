"""Requests for a later deadline 延期: asked before it passes, decided by somebody else; both dates stay."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker import labels
from tracker.clock import local_date
from tracker.database import db, transaction
from tracker.errors import InvalidError, NotFoundError
from tracker.models import Extension, Issue
from tracker.policy import Actor, capacities
from tracker.queries.rules import policy_of
from tracker.services.checks import day_ahead, in_range, words_of
from tracker.services.facts import holds_post_at, is_extension_pending
from tracker.services.recipients import Audience, people, tell, tell_circles
from tracker.services.refusals import refused
from tracker.services.transitions import extension_move, issue_for_change, note
from workflows.extension import ExtensionFacts, ExtensionState, deciding_capacity, request_refusal
from workflows.issue import Capacity, IssueState

OFFICE_LEVEL, LEADER_LEVEL = 1, 2


def extension_request(
    *, issue_id: int, new_deadline: date | None, reason: str, actor: Actor, at: datetime, version: int | None = None
) -> Extension:
    """Ask for more time; the last day to ask is the deadline itself."""
    with transaction() as session:
        issue = issue_for_change(issue_id, actor, version)
        words = words_of("reason", reason)
        facts = _facts(issue, None, actor, at, new_deadline=new_deadline, has_reason=bool(words))
        code = request_refusal(facts)
        _as_field(code)
        if code or issue.deadline is None or new_deadline is None:
            raise refused(code or "extension_undated")
        day_ahead("new_deadline", new_deadline, local_date(at))
        extension = _asked(session, issue, new_deadline, words, actor, at)
        event = note(issue, "extension_request", actor=actor, at=at, detail=_detail(extension))
        deciders = Audience.OFFICE if extension.level == OFFICE_LEVEL else Audience.LEADERS
        tell_circles(issue, event, "extension_requested", deciders, actor=actor, at=at, words=words)
        return extension


def extension_approve(
    *, extension_id: int, opinion: str = "", actor: Actor, at: datetime, version: int | None = None
) -> Extension:
    """Grant the later deadline; the first is the office's to decide, the next ones a leader's."""
    with transaction():
        extension, issue = _for_change(extension_id, actor, version)
        _decide(extension, issue, "approve", opinion, actor, at)
        issue.deadline, issue.deadline_time = extension.new_deadline, None
        issue.extensions += 1
        _announce(extension, issue, "approve", "extension_approved", actor, at)
        return extension


def extension_refuse(
    *, extension_id: int, opinion: str, actor: Actor, at: datetime, version: int | None = None
) -> Extension:
    """Refuse the later deadline with an opinion."""
    with transaction():
        extension, issue = _for_change(extension_id, actor, version)
        _decide(extension, issue, "refuse", opinion, actor, at)
        _announce(extension, issue, "refuse", "extension_refused", actor, at)
        return extension


def extension_withdraw(*, extension_id: int, actor: Actor, at: datetime, version: int | None = None) -> Extension:
    """Take a request back; the responsible unit does."""
    with transaction():
        extension, issue = _for_change(extension_id, actor, version)
        extension_move(extension, "withdraw", _facts(issue, extension, actor, at))
        extension.decided_by_id, extension.decided_at = actor.person_id, at
        note(issue, "extension_withdraw", actor=actor, at=at, detail=_detail(extension))
        return extension


def _asked(session: Session, issue: Issue, new_deadline: date, reason: str, actor: Actor, at: datetime) -> Extension:
    extension = Extension(
        issue_id=issue.id, state=ExtensionState.REQUESTED, reason=reason, old_deadline=issue.deadline,
        new_deadline=new_deadline, asked_by_id=actor.person_id, asked_unit_id=actor.unit_id, asked_at=at,
        level=OFFICE_LEVEL if deciding_capacity(issue.extensions) is Capacity.OFFICE else LEADER_LEVEL,
    )  # fmt: skip
    session.add(extension)
    session.flush()
    return extension


def _as_field(code: str | None) -> None:
    """Turn the refusals that speak of what was typed into errors of their field."""
    field = {"no_new_deadline": "new_deadline", "extension_not_later": "new_deadline", "no_reason": "reason"}.get(
        code or ""
    )
    if code and field:
        raise InvalidError({field: labels.word(labels.REFUSAL, code)})


def _for_change(extension_id: int, actor: Actor, version: int | None) -> tuple[Extension, Issue]:
    found = db.session.get(Extension, extension_id) if in_range(extension_id) else None
    if found is None:
        raise NotFoundError
    issue = issue_for_change(found.issue_id, actor, version)
    db.session.refresh(found)  # read before the lock: somebody may have decided meanwhile
    return found, issue


def _decide(extension: Extension, issue: Issue, trigger: str, opinion: str, actor: Actor, at: datetime) -> None:
    words = words_of("opinion", opinion)
    extension_move(extension, trigger, _facts(issue, extension, actor, at, has_reason=bool(words)))
    extension.decided_by_id, extension.decided_at, extension.opinion = actor.person_id, at, words


def _announce(extension: Extension, issue: Issue, trigger: str, kind: str, actor: Actor, at: datetime) -> None:
    event = note(issue, f"extension_{trigger}", actor=actor, at=at, detail=_detail(extension))
    told = people(issue, local_date(at), Audience.RESPONSIBLE, also=[extension.handed_to_id or extension.asked_by_id])
    tell(issue, event, kind, told, actor=actor, at=at, words=extension.opinion)


def _facts(
    issue: Issue, extension: Extension | None, actor: Actor, at: datetime, *, new_deadline: date | None = None,
    has_reason: bool = False,
) -> ExtensionFacts:  # fmt: skip
    return ExtensionFacts(
        capacities=capacities(actor, issue),
        asked_on=local_date(extension.asked_at if extension else at),
        deadline=issue.deadline,
        new_deadline=extension.new_deadline if extension else new_deadline,
        has_reason=has_reason,
        approved_before=issue.extensions,
        max_extensions=policy_of(issue, local_date(at)).policy.max_extensions,
        rectifying=issue.state is IssueState.RECTIFYING,
        request_pending=extension is None and is_extension_pending(issue),
        actor_asked=extension is not None and actor.person_id in (extension.asked_by_id, extension.handed_to_id),
        actor_in_asking_unit=extension is not None and holds_post_at(actor, extension.asked_unit_id),
    )


def _detail(extension: Extension) -> dict[str, object]:
    return {
        "extension_id": extension.id,
        "level": extension.level,
        "reason": extension.reason,
        "old_deadline": extension.old_deadline.isoformat(),
        "new_deadline": extension.new_deadline.isoformat(),
        "opinion": extension.opinion or "",
    }

"""What a supervision group finds on the spot: the re-check 复核, passed or not, and the look-back 回头看."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from tracker.clock import local_date
from tracker.database import transaction
from tracker.errors import InvalidError, RefusedError
from tracker.labels import REFUSAL, word
from tracker.languages import _
from tracker.models import Issue, Phase, TaskOutcome
from tracker.policy import Actor
from tracker.services.checks import day_ahead, words_needed
from tracker.services.consents import sign_off_consent_open, sign_off_consenters
from tracker.services.evidence import evidence_attach
from tracker.services.recipients import Audience, movers, people, tell, tell_circles
from tracker.services.transitions import advance, issue_for_change, permit
from tracker.services.visit_tasks import tasks_settle
from tracker.storage import StoredFile
from workflows.issue import Severity

# What a return or a reopening clears; the history keeps it.
SENT_BACK: dict[str, Any] = {
    "submitted_at": None, "submitted_by_id": None, "submitted_unit_id": None, "verified_at": None,
    "verified_by_id": None, "verified_group_id": None, "recheck_finding": "", "signed_off_at": None,
    "signed_off_by_id": None, "closed_late": None, "result": "",
}  # fmt: skip


def issue_fail(
    *, issue_id: int, reason: str, actor: Actor, at: datetime, version: int | None = None,
    files: Sequence[StoredFile] = (),
) -> Issue:  # fmt: skip
    """Send an issue back to be rectified further: the re-check did not pass. Counts a return."""
    with transaction():
        issue = issue_for_change(issue_id, actor, version)
        permit(issue, "fail", actor)
        words = words_needed("reason", reason, "no_reason")
        evidence = evidence_attach(issue, Phase.RECHECK, files, actor=actor, at=at)
        detail = {"reason": words, "result": issue.result, "evidence": [row.id for row in evidence]}
        event = advance(
            issue, "fail", actor=actor, at=at, detail=detail, changes=returned(issue), has_reason=True
        )  # fmt: skip
        tell_circles(issue, event, "failed", Audience.RESPONSIBLE, actor=actor, at=at, words=words)
        tasks_settle(issue, TaskOutcome.FAILED, actor=actor, at=at)
        return issue


def issue_verify(
    *, issue_id: int, finding: str, actor: Actor, at: datetime, version: int | None = None,
    files: Sequence[StoredFile] = (),
) -> Issue:  # fmt: skip
    """Let the re-check pass; for a major issue the leaders are asked for their consent at once."""
    with transaction():
        issue = issue_for_change(issue_id, actor, version)
        permit(issue, "verify", actor)
        words = words_needed("finding", finding, "no_finding")
        evidence = evidence_attach(issue, Phase.RECHECK, files, actor=actor, at=at)
        changes = {
            "verified_at": at, "verified_by_id": actor.person_id, "verified_group_id": actor.group_id,
            "recheck_finding": words,
        }  # fmt: skip
        event = advance(
            issue, "verify", actor=actor, at=at, changes=changes, has_recheck_finding=True,
            detail={"finding": words, "group": actor.group_name, "evidence": [row.id for row in evidence]},
        )  # fmt: skip
        tell(issue, event, "verified", movers(issue, local_date(at)), actor=actor, at=at, words=words)
        if issue.severity is Severity.MAJOR:
            sign_off_consent_open(issue, actor=actor, at=at)
        tasks_settle(issue, TaskOutcome.PASSED, actor=actor, at=at)
        return issue


def issue_reopen(
    *, issue_id: int, finding: str, deadline: date | None, actor: Actor, at: datetime, version: int | None = None,
    files: Sequence[StoredFile] = (), told: Mapping[str, Any] | None = None,
) -> Issue:  # fmt: skip
    """Open a signed-off issue again after a look-back, with a new deadline. Counts a recurrence.

    Everyone who closed it is told. ``told`` is what the event says besides.
    Raises ``RefusedError`` where nobody would have to rectify it.
    """
    with transaction():
        issue = issue_for_change(issue_id, actor, version)
        permit(issue, "reopen", actor)
        if issue.responsible_unit_id is None or issue.responsible_id is None:
            raise RefusedError(_("该问题没有责任单位或责任人，不能反弹，请作为新问题登记"))
        today = local_date(at)
        words = words_needed("finding", finding, "no_finding")
        if day_ahead("deadline", deadline, today) is None:
            raise InvalidError({"deadline": word(REFUSAL, "no_deadline")})
        evidence = evidence_attach(issue, Phase.LOOKBACK, files, actor=actor, at=at)
        circles = (Audience.CLOSERS, Audience.OFFICE, Audience.RESPONSIBLE)
        closers = people(issue, today, *circles, also=sign_off_consenters(issue))
        detail = dict(told or {}) | {
            "finding": words, "old_deadline": issue.deadline.isoformat() if issue.deadline else None,
            "deadline": deadline.isoformat() if deadline else None, "evidence": [row.id for row in evidence],
        }  # fmt: skip
        event = advance(
            issue, "reopen", actor=actor, at=at, detail=detail, changes=_recurred(issue, deadline),
            has_recheck_finding=True, deadline=deadline,
        )  # fmt: skip
        tell(issue, event, "reopened", closers, actor=actor, at=at, words=words)
        tasks_settle(issue, TaskOutcome.RECURRED, actor=actor, at=at)
        return issue


def returned(issue: Issue) -> dict[str, Any]:
    """Return what changes when an issue goes back: a new cycle, in which evidence and consents count anew."""
    return SENT_BACK | {"cycle": issue.cycle + 1, "returns": issue.returns + 1}


def _recurred(issue: Issue, deadline: date | None) -> dict[str, Any]:
    return SENT_BACK | {
        "cycle": issue.cycle + 1,
        "recurrences": issue.recurrences + 1,
        "progress_percent": 0,
        "deadline": deadline,
        "first_deadline": issue.first_deadline or deadline,
    }

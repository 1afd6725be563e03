"""What the office decides: sign-off 销号, refusal 退回, dismissal 不予立案, merging, suspension 挂账, secrecy."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from tracker import labels
from tracker.clock import local, local_date
from tracker.database import db, transaction
from tracker.errors import ForbiddenError, InvalidError
from tracker.languages import _
from tracker.models import Issue, Role
from tracker.policy import Actor, visible
from tracker.queries.rules import work_calendar
from tracker.services.checks import in_range, words_needed, words_of
from tracker.services.consents import review_ahead
from tracker.services.facts import consents_given
from tracker.services.points import points_reverse
from tracker.services.rechecks import returned
from tracker.services.recipients import Audience, people, tell, tell_circles
from tracker.services.transitions import advance, issue_for_change, note, permit
from workflows.consent import ConsentKind
from workflows.issue import IssueState, closed_late


def issue_refuse(*, issue_id: int, reason: str, actor: Actor, at: datetime, version: int | None = None) -> Issue:
    """Send a verified issue back to be rectified further. Counts a return."""
    with transaction():
        issue = issue_for_change(issue_id, actor, version)
        permit(issue, "refuse", actor)
        words = words_needed("reason", reason, "no_reason")
        told = people(issue, local_date(at), Audience.RESPONSIBLE, Audience.CLOSERS)
        detail = {"reason": words, "result": issue.result}
        event = advance(issue, "refuse", actor=actor, at=at, detail=detail, changes=returned(issue), has_reason=True)
        tell(issue, event, "refused", told, actor=actor, at=at, words=words)
        return issue


def issue_sign_off(
    *, issue_id: int, opinion: str = "", actor: Actor, at: datetime, version: int | None = None
) -> Issue:
    """Close an issue; four eyes: never whoever submitted, uploaded, verified or consented."""
    with transaction():
        issue = issue_for_change(issue_id, actor, version)
        permit(issue, "sign_off", actor)
        words = words_of("opinion", opinion)
        late = closed_late(issue.deadline, issue.deadline_time, local(at))
        changes = {
            "signed_off_at": at, "signed_off_by_id": actor.person_id, "progress_percent": 100, "closed_late": late,
        }  # fmt: skip
        event = advance(issue, "sign_off", actor=actor, at=at, detail={"opinion": words}, changes=changes)
        circles = (Audience.RESPONSIBLE, Audience.FINDER, Audience.CLOSERS)
        tell_circles(issue, event, "signed_off", *circles, actor=actor, at=at, words=words)
        return issue


def issue_dismiss(
    *, issue_id: int, reason: str = "", duplicate_of_id: int | None = None, actor: Actor, at: datetime,
    version: int | None = None,
) -> Issue:  # fmt: skip
    """Put an issue aside with a reason, or as a duplicate of another one, which then says so."""
    with transaction():
        issue = issue_for_change(issue_id, actor, version)
        permit(issue, "dismiss", actor)
        words = words_of("reason", reason)
        original = _original("duplicate_of_id", issue, duplicate_of_id, actor)
        if not words and original is None:
            raise InvalidError({"reason": labels.word(labels.REFUSAL, "no_reason_or_original")})
        return _dismissed(issue, original, words, actor, at)


def issue_merge(
    *, issue_id: int, into_id: int, reason: str = "", actor: Actor, at: datetime, version: int | None = None
) -> Issue:
    """Dismiss an issue as a duplicate of ``into_id``; both say so from then on. Returns the duplicate."""
    with transaction():
        issue = issue_for_change(issue_id, actor, version)
        permit(issue, "dismiss", actor)
        original = _original("into_id", issue, into_id, actor)
        return _dismissed(issue, original, words_of("reason", reason), actor, at)


def issue_suspend(
    *, issue_id: int, reason: str, review_on: date | None, actor: Actor, at: datetime, version: int | None = None
) -> Issue:
    """Stop the clock until the day of review, which lies no later than the one a leader agreed to."""
    with transaction():
        issue = issue_for_change(issue_id, actor, version)
        permit(issue, "suspend", actor)
        words = words_needed("reason", reason, "no_reason")
        day = review_ahead(review_on, local_date(at))
        agreed = next((one.review_on for one in consents_given(issue, ConsentKind.SUSPEND) if one.review_on), None)
        if agreed is not None and day > agreed:
            raise InvalidError({"review_on": _("县领导同意的复审日期是 {day}，不能更晚").format(day=agreed)})
        detail = {"reason": words, "review_on": day.isoformat(), "deadline": _day(issue.deadline), "clock": "stopped"}
        event = advance(
            issue, "suspend", actor=actor, at=at, detail=detail, changes={"review_on": day}, has_reason=True,
            review_date=day,
        )  # fmt: skip
        tell_circles(issue, event, "suspended", Audience.RESPONSIBLE, actor=actor, at=at, words=words)
        return issue


def issue_resume(*, issue_id: int, reason: str, actor: Actor, at: datetime, version: int | None = None) -> Issue:
    """Start the clock again; the deadline moves by the working days it stood still."""
    with transaction():
        issue = issue_for_change(issue_id, actor, version)
        permit(issue, "resume", actor)
        words = words_needed("reason", reason, "no_reason")
        calendar = work_calendar()
        days = calendar.workdays_between(local_date(issue.state_since), local_date(at))
        later = calendar.add_workdays(issue.deadline, days) if issue.deadline and days > 0 else issue.deadline
        detail = {
            "reason": words, "workdays": days, "old_deadline": _day(issue.deadline), "deadline": _day(later),
            "clock": "running",
        }  # fmt: skip
        event = advance(
            issue, "resume", actor=actor, at=at, detail=detail, changes={"deadline": later, "review_on": None},
            has_reason=True,
        )  # fmt: skip
        tell_circles(issue, event, "resumed", Audience.RESPONSIBLE, actor=actor, at=at, words=words)
        return issue


def issue_set_confidential(
    *, issue_id: int, confidential: bool, actor: Actor, at: datetime, version: int | None = None
) -> Issue:
    """Narrow who may see an issue, or open it again; office and leaders decide."""
    with transaction():
        issue = issue_for_change(issue_id, actor, version)
        if actor.role not in (Role.OFFICE, Role.LEADER):
            raise ForbiddenError
        if issue.is_confidential is not confidential:
            issue.is_confidential = confidential
            note(issue, "conceal" if confidential else "reveal", actor=actor, at=at)
        return issue


def _original(field: str, issue: Issue, original_id: int | None, actor: Actor) -> Issue | None:
    """Return the issue that ``issue`` repeats; never itself, a draft, or one that was itself put aside."""
    if original_id is None:
        return None
    if original_id == issue.id:
        raise InvalidError({field: _("不能与自身并案，请选择另一个问题")})
    query = select(Issue).where(Issue.id == original_id, Issue.state != IssueState.DRAFT, visible(actor))
    fresh = {"populate_existing": True}
    original = db.session.scalars(query, execution_options=fresh).first() if in_range(original_id) else None
    if original is None:
        raise InvalidError({field: _("没有这个问题，请重新选择")})
    if original.state is IssueState.DISMISSED:
        target = original.duplicate_of
        if target is None:
            raise InvalidError({field: _("{number} 已不予立案，请选择其他问题").format(number=original.number)})
        words = _("{number} 已并入 {target}，请选择 {target}")
        raise InvalidError({field: words.format(number=original.number, target=target.number)})
    return original


def _dismissed(issue: Issue, original: Issue | None, reason: str, actor: Actor, at: datetime) -> Issue:
    detail: dict[str, Any] = {"reason": reason}
    if original is not None:
        detail |= {"duplicate_of_id": original.id, "duplicate_of": original.number}
    event = advance(
        issue, "dismiss", actor=actor, at=at, detail=detail, has_reason=bool(reason),
        changes={"duplicate_of_id": original.id if original else None}, duplicates_other=original is not None,
    )  # fmt: skip
    points_reverse(issue_id=issue.id, reason=reason or _("并案"), actor=actor, at=at)
    tell_circles(issue, event, "dismissed", Audience.FINDER, actor=actor, at=at, words=reason)
    if original is not None:
        merged = {"duplicate_id": issue.id, "duplicate": issue.number, "reason": reason}
        told = note(original, "merge", actor=actor, at=at, detail=merged)
        tell_circles(original, told, "merged", Audience.RESPONSIBLE, actor=actor, at=at, words=issue.number or "")
    return issue


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None

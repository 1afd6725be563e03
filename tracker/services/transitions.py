"""The only writer of ``Issue.state``: law, state, event, clock in one act."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from tracker import labels
from tracker.clock import local, local_date
from tracker.database import db
from tracker.errors import ConflictError, ForbiddenError, NotFoundError, RefusedError, TrackerError
from tracker.languages import _
from tracker.models import Issue, IssueEvent
from tracker.policy import Actor, visible
from tracker.queries.rules import policy_of, work_calendar
from tracker.services.chain import ISSUES, chain_lock, event_record
from tracker.services.facts import facts_for
from workflows.clocks import due_day
from workflows.engine import NOT_BY_YOU, fire
from workflows.issue import ISSUE
from workflows.spec import TransitionRefusedError


def issue_for_change(issue_id: int, actor: Actor, version: int | None = None) -> Issue:
    """Return the issue, fresh, with the chain locked, inside the caller's transaction.

    Raises ``NotFoundError`` where there is none or none the actor may see; ``ConflictError`` when it is no longer
    the ``version`` that the user saw.
    """
    chain_lock(ISSUES)
    query = select(Issue).where(Issue.id == issue_id, visible(actor))
    issue = db.session.execute(query, execution_options={"populate_existing": True}).scalar_one_or_none()
    if issue is None:
        raise NotFoundError
    if version is not None and issue.version != version:
        raise conflict(issue_id)
    return issue


def advance(
    issue: Issue,
    trigger: str,
    *,
    actor: Actor,
    at: datetime,
    detail: dict[str, Any] | None = None,
    **proposed: Any,
) -> IssueEvent:
    """Ask the law, move ``issue`` along, restart its clock and record the event.

    ``proposed`` are facts that the request states and the record does not hold (``has_reason``, ``deadline`` …).
    What the service changed on ``issue`` beforehand is written by the same conditional UPDATE.
    Raises ``ForbiddenError`` or ``RefusedError`` with the law's words, ``ConflictError`` when somebody was faster.
    """
    with db.session.no_autoflush:
        facts = facts_for(issue, actor, at, **proposed)
    try:
        step = fire(ISSUE, issue.state, trigger, facts)
    except TransitionRefusedError as refusal:
        raise refused(refusal.code) from refusal
    if step.dest is not step.source or trigger == "reassign":
        issue.state_since = at
    issue.state = step.dest
    restart_clock(issue, at)
    flush_or_conflict(issue.id)
    return event_record(issue, trigger, actor=actor, at=at, source=step.source, dest=step.dest, detail=detail)


def note(
    issue: Issue, trigger: str, *, actor: Actor | None, at: datetime, detail: dict[str, Any] | None = None
) -> IssueEvent:
    """Record something that happens to ``issue`` without moving it: an extension, a comment, a correction."""
    restart_clock(issue, at)
    flush_or_conflict(issue.id)
    return event_record(issue, trigger, actor=actor, at=at, source=issue.state, dest=issue.state, detail=detail)


def restart_clock(issue: Issue, at: datetime) -> None:
    """Set the day by which the present move must be made."""
    policy = policy_of(issue, local_date(at)).policy
    since = local_date(issue.state_since)
    issue.move_due_on = due_day(issue.state, since, policy, work_calendar(), issue.deadline, issue.review_on)


def refused(code: str) -> TrackerError:
    """Return the error that says ``code`` in the user's words."""
    words = labels.word(labels.REFUSAL, code)
    return ForbiddenError(words) if code == NOT_BY_YOU else RefusedError(words, code)


def flush_or_conflict(issue_id: int) -> None:
    """Write what is pending; a lost race becomes ``ConflictError``."""
    try:
        db.session.flush()
    except StaleDataError as error:
        db.session.rollback()
        raise conflict(issue_id) from error


def conflict(issue_id: int) -> ConflictError:
    """Return the error that says who changed the issue last, and when."""
    query = select(IssueEvent).where(IssueEvent.issue_id == issue_id).order_by(IssueEvent.seq.desc()).limit(1)
    last = db.session.scalars(query).first()
    if last is None:
        return ConflictError()
    who = last.actor.name if last.actor else _("系统")
    when = f"{local(last.at):%Y-%m-%d %H:%M}"
    words = _("事项已被他人处理，请刷新后重试（{who} 于 {when} {what}）")
    return ConflictError(words.format(who=who, when=when, what=labels.word(labels.TRIGGER, last.trigger)))

"""The only writer of a state, of issues and of what stands beside them: law, state, event, clock in one act."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm.exc import StaleDataError

from tracker import labels
from tracker.clock import local, local_date
from tracker.database import db
from tracker.errors import ConflictError, ForbiddenError, NotFoundError, RefusedError, TrackerError
from tracker.languages import _
from tracker.models import Consent, Extension, ImportBatch, InspectionRound, Issue, IssueEvent, RoundStop
from tracker.policy import Actor, capacities, visible
from tracker.queries.rules import policy_of, work_calendar
from tracker.services.chain import ISSUES, chain_lock, event_record
from tracker.services.facts import facts_for
from workflows.clocks import due_day
from workflows.consent import CONSENT, ConsentFacts, ConsentState
from workflows.engine import NOT_BY_YOU, NOT_FROM_HERE, fire
from workflows.extension import EXTENSION, ExtensionFacts
from workflows.importing import IMPORT, ImportFacts, StartFacts, start_refusal
from workflows.issue import ISSUE, IssueState
from workflows.round import ROUND, STOP, RoundFacts, StopFacts
from workflows.spec import TransitionRefusedError

LARGEST_ID = 2**31 - 1
_CONSENTING = (IssueState.RECTIFYING, IssueState.VERIFIED)


def issue_for_change(issue_id: int, actor: Actor, version: int | None = None) -> Issue:
    """Return the issue, fresh, with the chain locked, inside the caller's transaction.

    Raises ``NotFoundError`` where there is none or none the actor may see; ``ConflictError`` when it is no longer
    the ``version`` that the user saw.
    """
    chain_lock(ISSUES)
    if not 0 < issue_id <= LARGEST_ID:
        raise NotFoundError
    query = select(Issue).where(Issue.id == issue_id, visible(actor))
    issue = db.session.execute(query, execution_options={"populate_existing": True}).scalar_one_or_none()
    if issue is None:
        raise NotFoundError
    if version is not None and issue.version != version:
        raise conflict(issue_id)
    return issue


def permit(issue: Issue, trigger: str, actor: Actor) -> None:
    """Raise at once where ``trigger`` does not leave this state or is never the actor's, whatever they typed."""
    row = ISSUE.row(trigger, issue.state)
    if row is None:
        raise refused(NOT_FROM_HERE)
    if capacities(actor, issue).isdisjoint(row.by):
        raise refused(NOT_BY_YOU)


def advance(
    issue: Issue,
    trigger: str,
    *,
    actor: Actor,
    at: datetime,
    detail: dict[str, Any] | None = None,
    changes: Mapping[str, Any] | None = None,
    **proposed: Any,
) -> IssueEvent:
    """Ask the law, move ``issue`` along, restart its clock and record the event.

    ``changes`` are columns that are set once the law agrees, by the same conditional UPDATE as the state.
    ``proposed`` are facts that the request states and the record does not hold (``has_reason``, ``deadline`` …).
    Raises ``ForbiddenError`` or ``RefusedError`` with the law's words, ``ConflictError`` when somebody was faster.
    """
    with db.session.no_autoflush:
        facts = facts_for(issue, actor, at, **proposed)
        try:
            step = fire(ISSUE, issue.state, trigger, facts)
        except TransitionRefusedError as refusal:
            raise refused(refusal.code) from refusal
        if (changes or {}).get("deadline", issue.deadline) != issue.deadline:
            issue.deadline_time = None  # the hour belonged to the day before
        for name, value in (changes or {}).items():
            setattr(issue, name, value)
        told = dict(detail or {})
        if step.dest is not step.source:
            told |= _consents_end(issue, at)
        if step.dest is not step.source or trigger == "reassign":
            issue.state_since = at
        issue.state = step.dest
        restart_clock(issue, at)
    flush_or_conflict(issue.id)
    return event_record(issue, trigger, actor=actor, at=at, source=step.source, dest=step.dest, detail=told)


def _consents_end(issue: Issue, at: datetime) -> dict[str, Any]:
    """Withdraw the requests for consent that the issue leaves behind; return what the event says of it."""
    if issue.state not in _CONSENTING:
        return {}
    query = select(Consent).where(Consent.issue_id == issue.id, Consent.state == ConsentState.REQUESTED)
    left = db.session.scalars(query.order_by(Consent.id)).all()
    for consent in left:
        consent.state, consent.decided_at = ConsentState.WITHDRAWN, at
    return {"consents_withdrawn": [consent.id for consent in left]} if left else {}


def extension_move(extension: Extension, trigger: str, facts: ExtensionFacts) -> None:
    """Ask the law and move the request for more time along."""
    try:
        extension.state = fire(EXTENSION, extension.state, trigger, facts).dest
    except TransitionRefusedError as refusal:
        raise refused(refusal.code) from refusal


def consent_move(consent: Consent, trigger: str, facts: ConsentFacts) -> None:
    """Ask the law and move the request for consent along."""
    try:
        consent.state = fire(CONSENT, consent.state, trigger, facts).dest
    except TransitionRefusedError as refusal:
        raise refused(refusal.code) from refusal


def import_permit(batch: ImportBatch, trigger: str, facts: ImportFacts) -> None:
    """Raise where the law would refuse to move the import along."""
    try:
        fire(IMPORT, batch.state, trigger, facts)
    except TransitionRefusedError as refusal:
        raise refused(refusal.code) from refusal


def import_move(batch: ImportBatch, trigger: str, facts: ImportFacts) -> None:
    """Ask the law and move an import along."""
    try:
        batch.state = fire(IMPORT, batch.state, trigger, facts).dest
    except TransitionRefusedError as refusal:
        raise refused(refusal.code) from refusal


def round_move(held: InspectionRound, trigger: str, facts: RoundFacts) -> None:
    """Ask the law and move an inspection round along."""
    try:
        held.state = fire(ROUND, held.state, trigger, facts).dest
    except TransitionRefusedError as refusal:
        raise refused(refusal.code) from refusal


def stop_move(stop: RoundStop, trigger: str, facts: StopFacts) -> None:
    """Ask the law and move one stop of a round along."""
    try:
        stop.state = fire(STOP, stop.state, trigger, facts).dest
    except TransitionRefusedError as refusal:
        raise refused(refusal.code) from refusal


def issues_start(rows: Sequence[tuple[dict[str, Any], StartFacts]]) -> list[int]:
    """Insert imported issues in the states their ledger tells of; return their ids in the order of ``rows``.

    ``rows`` are columns, all with the same names, each with what the law asks for; the caller holds the chain.
    """
    for columns, facts in rows:
        code = start_refusal(columns["state"], facts)
        if code:
            raise refused(code)
    ids = _ids_ahead(len(rows))
    values = [columns | {"id": key} for key, (columns, _facts) in zip(ids, rows, strict=True)]
    db.session.connection().execute(insert(Issue), values)
    return ids


def _ids_ahead(count: int) -> list[int]:
    """Return the ids that the next ``count`` issues will have: one statement, where asking each back is one a row."""
    if db.engine.dialect.name == "sqlite":
        last = db.session.scalar(select(func.max(Issue.id))) or 0
        return list(range(last + 1, last + 1 + count))
    taken = select(func.nextval(func.pg_get_serial_sequence("issue", "id"))).select_from(func.generate_series(1, count))
    return list(db.session.scalars(taken))


def issues_withdraw(batch_id: int, at: datetime) -> list[tuple[int, IssueState]]:
    """Dismiss every issue of an import that is taken back; return their ids with the states they were in.

    Their keys are free again, so that the ledger can come in anew. The caller holds the chain and has asked the law.
    """
    held = select(Issue.id, Issue.state).where(Issue.import_batch_id == batch_id).order_by(Issue.id)
    found = [(row.id, row.state) for row in db.session.execute(held)]
    db.session.execute(
        update(Issue)
        .where(Issue.import_batch_id == batch_id)
        .values(
            state=IssueState.DISMISSED, state_since=at, move_due_on=None, import_key=None, version=Issue.version + 1
        )  # fmt: skip
    )
    return found


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


def flush_or_conflict(issue_id: int | None) -> None:
    """Write what is pending; a lost race becomes ``ConflictError``."""
    try:
        db.session.flush()
    except StaleDataError as error:
        db.session.rollback()
        raise conflict(issue_id) from error


def conflict(issue_id: int | None) -> ConflictError:
    """Return the error that says who changed the issue last, and when."""
    query = select(IssueEvent).where(IssueEvent.issue_id == issue_id).order_by(IssueEvent.seq.desc()).limit(1)
    last = db.session.scalars(query).first()
    if last is None:
        return ConflictError()
    who = last.actor.name if last.actor else _("系统")
    when = f"{local(last.at):%Y-%m-%d %H:%M}"
    words = _("事项已被他人处理，请刷新后重试（{who} 于 {when} {what}）")
    return ConflictError(words.format(who=who, when=when, what=labels.word(labels.HAPPENED, last.trigger)))

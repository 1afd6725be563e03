"""The only writer of a state, of issues and of what stands beside them: law, state, event, clock in one act."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from tracker.clock import local_date
from tracker.database import db
from tracker.errors import NotFoundError
from tracker.models import (
    Consent,
    Extension,
    Handover,
    ImportBatch,
    InspectionRound,
    Issue,
    IssueEvent,
    Letter,
    LetterIssue,
    LookBack,
    Reminder,
    RoundStop,
)
from tracker.policy import Actor, capacities, visible
from tracker.queries.rules import policy_of, work_calendar
from tracker.services.chain import ISSUES, chain_lock, event_record
from tracker.services.facts import facts_for
from tracker.services.refusals import conflict, flush_or_conflict, refused
from tracker.services.winding import wind, withdraw
from workflows.clocks import due_day
from workflows.consent import CONSENT, ConsentFacts, ConsentState
from workflows.engine import NOT_BY_YOU, NOT_FROM_HERE, fire
from workflows.extension import EXTENSION, ExtensionFacts
from workflows.handover import HANDOVER, HandoverFacts
from workflows.importing import IMPORT, ImportFacts
from workflows.instruction import machine_of
from workflows.issue import ISSUE, OPEN_STATES, IssueState
from workflows.ladder import climbing_from
from workflows.letter import EndReason, LetterCapacity, LetterFacts, LetterState, ends_with
from workflows.look_back import LOOK_BACK, LookBackFacts
from workflows.round import ROUND, STOP, RoundFacts, StopFacts
from workflows.spec import Step, TransitionRefusedError, Workflow

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
        raise conflict(issue_id, actor)
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
        step = _step(ISSUE, issue, trigger, facts)
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
        told |= _proposals_end(issue, at)
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
    machine_move(EXTENSION, extension, trigger, facts)


def consent_move(consent: Consent, trigger: str, facts: ConsentFacts) -> None:
    """Ask the law and move the request for consent along."""
    machine_move(CONSENT, consent, trigger, facts)


def _proposals_end(issue: Issue, at: datetime) -> dict[str, Any]:
    """Withdraw the documents proposed for an issue that is late no more; return what the event says of it."""
    is_late = issue.deadline is not None and issue.deadline < local_date(at) and issue.state in OPEN_STATES
    if is_late or issue.assigned_at is None:
        return {}
    reason = ends_with(issue.state)
    held = select(LetterIssue.letter_id).where(LetterIssue.issue_id == issue.id)
    query = select(Letter).where(Letter.id.in_(held), Letter.state == LetterState.PROPOSED).order_by(Letter.id)
    left = db.session.scalars(query).all()
    for letter in left:
        letter_end(letter, reason, at)
    return {"letters_withdrawn": [letter.id for letter in left]} if left else {}


def letter_end(letter: Letter, reason: EndReason, at: datetime) -> None:
    """Withdraw a document by itself, for a reason the law knows."""
    letter_move(letter, "withdraw", LetterFacts(frozenset({LetterCapacity.CLOCK})))
    letter.end_reason, letter.withdrawn_at = reason, at


def letter_move(letter: Letter, trigger: str, facts: LetterFacts) -> None:
    """Ask the law and move a document along."""
    machine_move(machine_of(letter.kind), letter, trigger, facts)


def handover_move(handover: Handover, trigger: str, facts: HandoverFacts) -> None:
    """Ask the law and move a handover along."""
    machine_move(HANDOVER, handover, trigger, facts)


def look_back_permit(record: LookBack, trigger: str, facts: LookBackFacts) -> None:
    """Raise where the law would refuse to move the look-back along."""
    _step(LOOK_BACK, record, trigger, facts)


def look_back_move(record: LookBack, trigger: str, facts: LookBackFacts) -> None:
    """Ask the law and move a look-back along."""
    machine_move(LOOK_BACK, record, trigger, facts)


def import_permit(batch: ImportBatch, trigger: str, facts: ImportFacts) -> None:
    """Raise where the law would refuse to move the import along."""
    _step(IMPORT, batch, trigger, facts)


def import_move(batch: ImportBatch, trigger: str, facts: ImportFacts) -> None:
    """Ask the law and move an import along."""
    machine_move(IMPORT, batch, trigger, facts)


def machine_move(workflow: Workflow[Any], record: Any, trigger: str, facts: Any) -> None:
    """Ask the law of ``workflow`` and move ``record`` along."""
    record.state = _step(workflow, record, trigger, facts).dest


def _step(workflow: Workflow[Any], record: Any, trigger: str, facts: Any) -> Step[Any]:
    """Return the step that the law of ``workflow`` allows; raise with its words where it allows none."""
    try:
        return fire(workflow, record.state, trigger, facts)
    except TransitionRefusedError as refusal:
        raise refused(refusal.code) from refusal


def round_move(held: InspectionRound, trigger: str, facts: RoundFacts) -> None:
    """Ask the law and move an inspection round along."""
    machine_move(ROUND, held, trigger, facts)


def stop_move(stop: RoundStop, trigger: str, facts: StopFacts) -> None:
    """Ask the law and move one stop of a round along."""
    machine_move(STOP, stop, trigger, facts)


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
            state=IssueState.DISMISSED,
            state_since=at,
            move_due_on=None,
            stage_due_on=None,
            remind_at=None,
            escalate_on=None,
            import_key=None,
            version=Issue.version + 1,
        )  # fmt: skip
    )
    withdraw(Reminder.issue_id.in_(select(Issue.id).where(Issue.import_batch_id == batch_id)))
    return found


def note(
    issue: Issue, trigger: str, *, actor: Actor | None, at: datetime, detail: dict[str, Any] | None = None
) -> IssueEvent:
    """Record something that happens to ``issue`` without moving it: an extension, a comment, a correction."""
    restart_clock(issue, at)
    told = dict(detail or {}) | _proposals_end(issue, at)
    flush_or_conflict(issue.id)
    return event_record(issue, trigger, actor=actor, at=at, source=issue.state, dest=issue.state, detail=told)


def restart_clock(issue: Issue, at: datetime) -> None:
    """Set until when the present move must be made, when it reminds, and when the ladder of documents is looked at."""
    policy = policy_of(issue, local_date(at)).policy
    since = local_date(issue.state_since)
    issue.move_due_on = due_day(issue.state, since, policy, work_calendar(), issue.deadline, issue.review_on)
    issue.escalate_on = climbing_from(issue.state, issue.deadline)
    wind(issue, at)

"""Appends to the hash chains; the only writer of events and audit entries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import insert

from tracker.database import db
from tracker.models import AuditEntry, Issue, IssueEvent
from tracker.policy import Actor
from tracker.services.links import AUDIT, ISSUES, START, chain_lock, instant_text, link_hash
from tracker.services.versions import at_instant, touch, touch_draft
from workflows.issue import IssueState

__all__ = [
    "AUDIT", "ISSUES", "START", "audit_fields", "audit_record", "chain_lock", "event_fields", "event_record",
    "events_record", "link_hash",
]  # fmt: skip


def event_fields(event: IssueEvent | SimpleNamespace) -> dict[str, Any]:
    """Return what the hash of an event covers."""
    return {
        "seq": event.seq,
        "issue": event.issue_id,
        "actor": event.actor_id,
        "acting_as": event.acting_as,
        "at": instant_text(event.at),
        "trigger": event.trigger,
        "source": event.source,
        "dest": event.dest,
        "detail": event.detail,
    }


def audit_fields(entry: AuditEntry) -> dict[str, Any]:
    """Return what the hash of an audit entry covers."""
    return {
        "seq": entry.seq,
        "actor": entry.actor_id,
        "acting_as": entry.acting_as,
        "at": instant_text(entry.at),
        "action": entry.action,
        "target": entry.target,
        "outcome": entry.outcome,
        "address": entry.address,
        "detail": entry.detail,
    }


def event_record(
    issue: Issue,
    trigger: str,
    *,
    actor: Actor | None,
    at: datetime,
    source: str,
    dest: str,
    detail: dict[str, Any] | None = None,
) -> IssueEvent:
    """Append one event to the chain of issues; ``actor`` ``None`` is the clock."""
    head = chain_lock(ISSUES)
    event = IssueEvent(
        seq=head.seq + 1,
        issue_id=issue.id,
        actor_id=actor.person_id if actor else None,
        acting_as=actor.acting_as if actor else "service",
        at=at,
        trigger=trigger,
        source=source,
        dest=dest,
        detail=detail or {},
        prev_hash=head.hash,
    )
    event.hash = link_hash(head.hash, event_fields(event))
    db.session.add(event)
    head.seq, head.hash = event.seq, event.hash
    db.session.flush()
    if source == IssueState.DRAFT:
        touch_draft(issue.id, at)
    else:
        touch([issue.id], at)
    return event


def events_record(
    rows: Sequence[tuple[int, dict[str, Any]]], trigger: str, *, actor: Actor | None, at: datetime
) -> None:
    """Append one event for each (issue id, ``source``, ``dest`` and ``detail``) in one go."""
    head = chain_lock(ISSUES)
    told = {"actor_id": actor.person_id if actor else None, "acting_as": actor.acting_as if actor else "service",
            "at": at, "trigger": trigger}  # fmt: skip
    values = []
    for issue_id, said in rows:
        event = SimpleNamespace(seq=head.seq + 1, issue_id=issue_id, **told, **said)
        link = link_hash(head.hash, event_fields(event))
        values.append(told | said | {"seq": event.seq, "issue_id": issue_id, "prev_hash": head.hash, "hash": link})
        head.seq, head.hash = event.seq, link
    if values:
        db.session.connection().execute(insert(IssueEvent), values)
        db.session.flush()
        touch([issue_id for issue_id, _said in rows], at)


def audit_record(
    action: str,
    *,
    actor: Actor | None,
    at: datetime,
    target: str = "",
    outcome: str = "done",
    address: str = "",
    detail: dict[str, Any] | None = None,
) -> AuditEntry:
    """Append one entry to the audit chain; ``outcome`` is ``done``, ``denied`` or ``failed``."""
    head = chain_lock(AUDIT)
    entry = AuditEntry(
        seq=head.seq + 1,
        actor_id=actor.person_id if actor else None,
        acting_as=actor.acting_as if actor else "",
        at=at,
        action=action,
        target=target,
        outcome=outcome,
        address=address,
        detail=detail or {},
        prev_hash=head.hash,
    )
    entry.hash = link_hash(head.hash, audit_fields(entry))
    db.session.add(entry)
    head.seq, head.hash = entry.seq, entry.hash
    db.session.flush()
    at_instant(at)
    return entry

"""Appends to the hash chains; the only writer of events and audit entries."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import insert, select

from tracker.database import db, memo
from tracker.models import AuditEntry, ChainHead, Issue, IssueEvent
from tracker.policy import Actor

ISSUES, AUDIT = "issue", "audit"
START = "0" * 64


def chain_lock(name: str) -> ChainHead:
    """Lock the head of a chain until the transaction ends.

    Taken before anything else is written: every writer then waits at the same door, and none can deadlock.
    Asked for again in the same transaction it is the head that is held already.
    """
    return memo(f"chain:{name}", lambda: _locked(name))


def _locked(name: str) -> ChainHead:
    query = select(ChainHead).where(ChainHead.name == name).with_for_update()
    return db.session.execute(query, execution_options={"populate_existing": True}).scalar_one()


def link_hash(prev_hash: str, fields: dict[str, Any]) -> str:
    """Return the SHA-256 (hex) that ties ``fields`` to the link before."""
    body = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{prev_hash}\n{body}".encode()).hexdigest()


def _instant(at: datetime) -> str:
    """Return an instant as it is read back, in UTC, whatever zone it was told in: its hash must not depend on that."""
    return at.astimezone(UTC).isoformat()


def event_fields(event: IssueEvent | SimpleNamespace) -> dict[str, Any]:
    """Return what the hash of an event covers."""
    return {
        "seq": event.seq,
        "issue": event.issue_id,
        "actor": event.actor_id,
        "acting_as": event.acting_as,
        "at": _instant(event.at),
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
        "at": _instant(entry.at),
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
    return entry

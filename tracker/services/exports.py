"""What leaves the house as a file leaves an entry in the audit."""

from __future__ import annotations

from datetime import datetime

from tracker.database import transaction
from tracker.models import AuditEntry
from tracker.policy import Actor
from tracker.services.chain import audit_record


def ledger_exported(*, actor: Actor, at: datetime, page: str, query: str, rows: int, sha256: str) -> AuditEntry:
    """Record who exported which rows, and the digest of the file."""
    with transaction():
        return audit_record(
            "ledger.export", actor=actor, at=at, target=page, detail={"query": query, "rows": rows, "sha256": sha256}
        )

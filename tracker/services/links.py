"""What every hash chain is made of: its head, locked, and the hash that ties a link to the one before."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select

from tracker.database import db, memo
from tracker.models import ChainHead

ISSUES, AUDIT, LEDGER, TERMS = "issue", "audit", "ledger", "term"
START = "0" * 64


def chain_lock(name: str) -> ChainHead:
    """Lock the head of a chain until the transaction ends.

    Taken before anything else is written: every writer then waits at the same door, and none can deadlock.
    Asked for again in the same transaction it is the head that is held already.
    """
    return memo(f"chain:{name}", lambda: _locked(name))


def _locked(name: str) -> ChainHead:
    return db.session.execute(_head(), {"name": name}, execution_options={"populate_existing": True}).scalar_one()


@cache
def _head() -> Select[ChainHead]:
    return select(ChainHead).where(ChainHead.name == bindparam("name")).with_for_update()


def link_hash(prev_hash: str, fields: dict[str, Any]) -> str:
    """Return the SHA-256 (hex) that ties ``fields`` to the link before."""
    body = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{prev_hash}\n{body}".encode()).hexdigest()


def instant_text(at: datetime) -> str:
    """Return an instant as it is read back, in UTC, whatever zone it was told in: its hash must not depend on that."""
    return at.astimezone(UTC).isoformat()

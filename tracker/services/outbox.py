"""Queues messages in the transaction of their cause."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select

from tracker.database import db
from tracker.models import OutboxMessage

INBOX = "inbox"


def enqueue(
    *,
    key: str,
    recipients: Iterable[int | None],
    kind: str,
    context: dict[str, Any],
    at: datetime,
    issue_id: int | None = None,
) -> int:
    """Queue one inbox message per recipient; return how many were new.

    A message is unique by ``key``, recipient and channel; one that was queued before is left alone. The inbox
    lies in our own database, so its messages are delivered by the very commit that queues them.
    """
    wanted = {f"{key}:{person}:{INBOX}": person for person in recipients if person is not None}
    known = set(db.session.scalars(select(OutboxMessage.key).where(OutboxMessage.key.in_(wanted))))
    fresh = {full: person for full, person in wanted.items() if full not in known}
    for full, person in sorted(fresh.items()):
        message = OutboxMessage(
            key=full, recipient_id=person, issue_id=issue_id, channel=INBOX, kind=kind, context=context,
            created_at=at, sent_at=at,
        )  # fmt: skip
        db.session.add(message)
    return len(fresh)

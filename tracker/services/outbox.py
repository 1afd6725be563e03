"""Queues messages in the transaction of their cause."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from tracker.models import OutboxMessage
from tracker.services.inserting import insert_new
from tracker.services.stand_ins import stand_in_copies

INBOX = "inbox"


def enqueue(
    *,
    key: str,
    recipients: Iterable[int | None],
    kind: str,
    context: dict[str, Any],
    at: datetime,
    issue_id: int | None = None,
    subject: str = "",
    but: Collection[int] = (),
) -> int:
    """Queue one inbox message per recipient, and a copy for whoever stands in for one; return how many were new.

    A message is unique by ``key``, recipient and channel; one that was queued before is left alone. The inbox
    lies in our own database, so its messages are delivered by the very commit that queues them. ``subject`` says
    where a message leads that has no issue, such as ``letter:12``. Who is in ``but``, or is told anyway, gets no copy.
    """
    wanted = sorted({person for person in recipients if person is not None})
    rows = [message(key, person, kind, context, at, issue_id, subject) for person in wanted]
    return enqueue_all([*rows, *stand_in_copies(rows, at, but={*wanted, *but})])


def message(
    key: str,
    recipient_id: int,
    kind: str,
    context: Mapping[str, Any],
    at: datetime,
    issue_id: int | None = None,
    subject: str = "",
) -> dict[str, Any]:
    """Return the row of one inbox message."""
    return {
        "key": f"{key}:{recipient_id}:{INBOX}", "recipient_id": recipient_id, "issue_id": issue_id,
        "subject": subject, "channel": INBOX, "kind": kind, "context": dict(context), "created_at": at, "sent_at": at,
        "attempts": 0, "error": "",
    }  # fmt: skip


def enqueue_all(rows: Sequence[dict[str, Any]]) -> int:
    """Queue these rows in one go, leaving alone what was queued before; return how many were new."""
    return insert_new(OutboxMessage, rows)

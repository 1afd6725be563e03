"""Messages that were given up, sent once more by hand."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import CursorResult, update

from tracker.database import transaction
from tracker.models import OutboxMessage
from tracker.policy import Actor
from tracker.services.chain import AUDIT, audit_record, chain_lock
from tracker.services.relay_quiet import CODE

MOST = 1000


def messages_resend(*, message_ids: Collection[int], actor: Actor, at: datetime) -> int:
    """Put failed messages back into the queue under their old key; return how many. A code is not sent again."""
    with transaction() as session:
        chain_lock(AUDIT)
        failed = (OutboxMessage.id.in_(message_ids), OutboxMessage.failed_at.is_not(None), OutboxMessage.kind != CODE)
        fresh = {"failed_at": None, "error": "", "attempts": 0, "next_try_at": None, "claimed_until": None}
        statement = update(OutboxMessage).where(*failed).values(**fresh, not_before=at, claim=OutboxMessage.claim + 1)
        result = session.execute(statement, execution_options={"synchronize_session": False})
        number = result.rowcount if isinstance(result, CursorResult) else 0
        if number:
            audit_record("message.resend", actor=actor, at=at, target="outbox", detail={"n": number})
    return number

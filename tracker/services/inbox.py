"""Messages inside the product: read one, read all; nobody reads another's."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CursorResult, update

from tracker.database import db, transaction
from tracker.errors import NotFoundError
from tracker.models import OutboxMessage
from tracker.policy import Actor
from tracker.services.checks import in_range
from tracker.services.outbox import INBOX


def message_read(*, message_id: int, actor: Actor, at: datetime) -> OutboxMessage:
    """Mark a message of the actor's as read; the first time counts."""
    with transaction():
        message = db.session.get(OutboxMessage, message_id) if in_range(message_id) else None
        if message is None or message.recipient_id != actor.person_id or message.channel != INBOX:
            raise NotFoundError
        message.read_at = message.read_at or at
        return message


def messages_read_all(*, actor: Actor, at: datetime) -> int:
    """Mark every unread message of the actor's as read; return how many there were."""
    unread = (
        OutboxMessage.recipient_id == actor.person_id,
        OutboxMessage.channel == INBOX,
        OutboxMessage.read_at.is_(None),
    )
    with transaction() as session:
        result = session.execute(update(OutboxMessage).where(*unread).values(read_at=at))
        return result.rowcount if isinstance(result, CursorResult) else 0

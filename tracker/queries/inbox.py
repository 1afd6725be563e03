"""The messages of one person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Select, bindparam, func, select, text
from sqlalchemy.orm import joinedload

from tracker.database import db
from tracker.errors import NotFoundError
from tracker.models import Issue, OutboxMessage
from tracker.policy import Actor

INBOX = "inbox"
SIZE = 50
CAP = 99


@dataclass(frozen=True)
class InboxPage:
    """Messages, newest first, and the id from which the next page goes on."""

    messages: Sequence[OutboxMessage]
    after: int | None


def inbox_page(actor: Actor, *, after: int | None = None, unread_only: bool = False) -> InboxPage:
    """Return a page of the actor's messages."""
    query = select(OutboxMessage).where(OutboxMessage.recipient_id == actor.person_id, OutboxMessage.channel == INBOX)
    if unread_only:
        query = query.where(OutboxMessage.read_at.is_(None))
    if after is not None:
        query = query.where(OutboxMessage.id < after)
    query = query.options(joinedload(OutboxMessage.issue).load_only(Issue.number))
    found = db.session.scalars(query.order_by(OutboxMessage.id.desc()).limit(SIZE + 1)).all()
    return InboxPage(found[:SIZE], found[SIZE - 1].id if len(found) > SIZE else None)


def digest_of(actor: Actor, message_id: int) -> OutboxMessage:
    """Return that digest of the actor's; raise ``NotFoundError`` where they have none by that id."""
    mine = (OutboxMessage.recipient_id == actor.person_id, OutboxMessage.channel == INBOX)
    query = select(OutboxMessage).where(OutboxMessage.id == message_id, OutboxMessage.kind == "digest", *mine)
    found = db.session.scalars(query).first() if 0 < message_id < 2**31 else None
    if found is None:
        raise NotFoundError
    return found


def unread_count(person_id: int) -> int:
    """Return how many messages wait to be read; stops counting one after ``CAP``."""
    return db.session.scalar(_unread_counted(), {"person_id": person_id}) or 0


@cache
def _unread_counted() -> Select[int]:
    """Return the statement once: every page asks it, and making it takes longer than answering it."""
    unread = (
        select(text("1"))
        .select_from(OutboxMessage)
        .where(
            OutboxMessage.recipient_id == bindparam("person_id"), OutboxMessage.channel == INBOX,
            OutboxMessage.read_at.is_(None),
        )
        .limit(CAP + 1)
    )  # fmt: skip
    return select(func.count()).select_from(unread.subquery())

"""What became of each message: for those who look after the sending, without what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import joinedload

from tracker.clock import ZONE
from tracker.database import db
from tracker.models import Channel, ChannelState, OutboxMessage, Person
from tracker.queries.inbox import INBOX

SIZE = 50
CAP = 1000
LATE_AFTER = timedelta(minutes=5)
QUEUED = and_(OutboxMessage.sent_at.is_(None), OutboxMessage.failed_at.is_(None), OutboxMessage.withdrawn_at.is_(None))
STATES: dict[str, ColumnElement[bool]] = {
    "queued": QUEUED,
    "sent": OutboxMessage.sent_at.is_not(None),
    "read": OutboxMessage.read_at.is_not(None),
    "failed": OutboxMessage.failed_at.is_not(None),
    "withdrawn": OutboxMessage.withdrawn_at.is_not(None),
}


@dataclass(frozen=True)
class DeliveryFilter:
    """Which messages: by state, channel, a part of the recipient's name, the Shanghai day they were queued on."""

    state: str = ""
    channel: str = ""
    person: str = ""
    day: date | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return the conditions on ``OutboxMessage``."""
        found = [STATES[self.state]] if self.state in STATES else []
        if self.channel:
            found.append(OutboxMessage.channel == self.channel)
        if self.person:
            named = select(Person.id).where(Person.name.contains(self.person, autoescape=True))
            found.append(OutboxMessage.recipient_id.in_(named))
        if self.day:
            start = datetime.combine(self.day, time(), ZONE)
            found.append(OutboxMessage.created_at >= start)
            found.append(OutboxMessage.created_at < start + timedelta(days=1))
        return found


@dataclass(frozen=True)
class DeliveryPage:
    """Messages, newest first, and the id from which the next page goes on."""

    messages: Sequence[OutboxMessage]
    after: int | None


def delivery_page(wanted: DeliveryFilter, after: int | None) -> DeliveryPage:
    """Return a page of messages."""
    query = select(OutboxMessage).where(*wanted.conditions())
    if after is not None:
        query = query.where(OutboxMessage.id < after)
    query = query.options(
        joinedload(OutboxMessage.recipient), joinedload(OutboxMessage.robot), joinedload(OutboxMessage.issue)
    )
    found = db.session.scalars(query.order_by(OutboxMessage.id.desc()).limit(SIZE + 1)).all()
    return DeliveryPage(found[:SIZE], found[SIZE - 1].id if len(found) > SIZE else None)


def failed_ids(wanted: DeliveryFilter) -> list[int]:
    """Return the failed messages of the filter, oldest first, at most ``CAP``."""
    query = select(OutboxMessage.id).where(*wanted.conditions(), STATES["failed"])
    return list(db.session.scalars(query.order_by(OutboxMessage.id).limit(CAP)))


def delivery_counts() -> dict[str, int]:
    """Return how many wait and how many failed; stops counting one after ``CAP``."""
    found = {}
    for name in ("queued", "failed"):
        ids = select(OutboxMessage.id).where(STATES[name], OutboxMessage.channel != INBOX).limit(CAP + 1)
        found[name] = db.session.scalar(select(func.count()).select_from(ids.subquery())) or 0
    return found


def oldest_unsent(at: datetime) -> datetime | None:
    """Return since when the oldest message that may go has been waiting, if one is."""
    due = or_(OutboxMessage.not_before.is_(None), OutboxMessage.not_before <= at)
    since = func.min(func.coalesce(OutboxMessage.not_before, OutboxMessage.created_at))
    query = select(since).where(QUEUED, OutboxMessage.channel != INBOX, due)
    return db.session.scalar(query)


def channel_list() -> Sequence[tuple[Channel, ChannelState | None]]:
    """Return the channels with how they fare."""
    query = select(Channel, ChannelState).outerjoin(ChannelState, ChannelState.channel_id == Channel.id)
    query = query.options(joinedload(Channel.group), joinedload(Channel.unit))
    return [(row[0], row[1]) for row in db.session.execute(query.order_by(Channel.kind, Channel.id))]

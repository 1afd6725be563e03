"""The demo county's messages: the last digests, a channel that is set up and off, a message that did not arrive."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from tracker.clock import ZONE, local_date
from tracker.database import transaction
from tracker.demo.people import World
from tracker.models import Channel, ChannelKind, OutboxMessage
from tracker.queries.rules import work_calendar
from tracker.services.digests import digests_send
from tracker.services.letter_reminders import letters_remind
from tracker.services.reminders import reminders_sweep
from workflows.letter import workday_before

_READERS = ("demo-office", "demo-leader")


def messages_tell(world: World, at: datetime) -> None:
    """Send the digests of the last working day before ``at``, and leave a channel with a message it gave up."""
    day = workday_before(work_calendar(), local_date(at))
    when = datetime(day.year, day.month, day.day, 8, 40, tzinfo=ZONE)
    reminders_sweep(at=when)
    letters_remind(at=when)
    digests_send(at=when)
    readers = [world.people[login].person_id for login in _READERS]
    with transaction() as session:
        sent = select(OutboxMessage).where(OutboxMessage.kind == "digest", OutboxMessage.recipient_id.in_(readers))
        for digest in session.scalars(sent):
            digest.read_at = when + timedelta(minutes=20)
        session.add(_channel(world, when))
        session.add(_failed(world, when))


def _channel(world: World, at: datetime) -> Channel:
    """Return a mail server that is no server, and is off: the demo calls nobody."""
    return Channel(
        kind=ChannelKind.MAIL, name="示例：政务邮箱", is_on=False, per_minute=60,
        settings={
            "host": "127.0.0.1", "port": 25, "security": "starttls", "sender": "notice@example.invalid",
            "sender_name": "示例：创建办", "user": "",
        },
        secrets="", made_by_id=world.people["demo-sysadmin"].person_id, made_at=at,
    )  # fmt: skip


def _failed(world: World, at: datetime) -> OutboxMessage:
    return OutboxMessage(
        key="demo:failed", recipient_id=world.people["demo-assignee"].person_id, channel=ChannelKind.MAIL.value,
        kind="channel_test", context={}, created_at=at, attempts=10, error="unreachable", failed_at=at,
    )  # fmt: skip

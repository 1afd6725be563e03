"""What a relay asks of the database: which messages it may send now, and what became of them.

A claim is a lease on database time with a number; whoever lost it cannot write. At-least-once: a relay that is
killed leaves its claims to run out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, Select, func, or_, select, text, update

from tracker.database import db, transaction
from tracker.models import PERSONAL, Channel, ChannelState, Issue, OutboxMessage, Person, PersonChannel
from tracker.models.message import UNSENT
from tracker.services.channel_states import refill, spread, state_for_change
from tracker.services.outbox import INBOX
from tracker.services.relay_alarms import tell_of_failure
from tracker.services.relay_quiet import CODE, held_until

LEASE = timedelta(seconds=120)
_UNSENT_HERE = text(f"outbox_message.{UNSENT.replace('AND ', 'AND outbox_message.')}")
_UNCONFIRMED_TOO = (CODE,)
_KEPT = timedelta(hours=72)
_MOST_TRIES = 10
_FIRST_WAIT, _LONGEST_WAIT = 30, 3600  # seconds


@dataclass(frozen=True)
class Claimed:
    """A message this relay may send until its lease runs out. ``hidden`` says that its issue is confidential."""

    id: int
    claim: int
    key: str
    kind: str
    context: Mapping[str, Any]
    issue_id: int | None
    number: str
    hidden: bool
    subject: str
    attempts: int
    since: datetime
    address: str
    language: str
    recipient_id: int | None = None


def is_waiting() -> bool:
    """Tell whether anything has yet to leave the house, now or later."""
    unsent = (text(UNSENT), OutboxMessage.channel != INBOX)
    found = db.session.scalar(select(OutboxMessage.id).where(*unsent).limit(1)) is not None
    db.session.rollback()  # no read stays open while other people's servers are waited for
    return found


def waiting_channels(at: datetime) -> Sequence[Channel]:
    """Return the channels that are on, not held, and have something to send at ``at``."""
    due = select(OutboxMessage.id).where(*_due(at), _by_channel()).correlate(Channel).exists()
    free = or_(ChannelState.blocked_until.is_(None), ChannelState.blocked_until <= at)
    query = select(Channel).outerjoin(ChannelState, ChannelState.channel_id == Channel.id)
    return db.session.scalars(query.where(Channel.is_on, free, due).order_by(Channel.id)).all()


def _by_channel() -> ColumnElement[bool]:
    """Match a message to its channel: a robot's by id, a person's by kind."""
    return (OutboxMessage.channel == Channel.kind) & or_(
        OutboxMessage.channel_id == Channel.id, OutboxMessage.channel_id.is_(None) & Channel.kind.in_(PERSONAL)
    )


def _due(at: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        _UNSENT_HERE,  # type: ignore[return-value]
        OutboxMessage.channel != INBOX,
        or_(OutboxMessage.not_before.is_(None), OutboxMessage.not_before <= at),
        or_(OutboxMessage.next_try_at.is_(None), OutboxMessage.next_try_at <= at),
    )


def database_now() -> datetime:
    """Return the instant by the clock of the database, which all relays share."""
    if db.engine.dialect.name == "sqlite":
        words = db.session.scalar(select(func.strftime("%Y-%m-%dT%H:%M:%f", "now")))
        return datetime.fromisoformat(str(words)).replace(tzinfo=UTC)
    found: datetime = db.session.scalars(select(func.clock_timestamp())).one()
    return found.astimezone(UTC)


def messages_claim(channel: Channel, *, at: datetime, most: int, lease: timedelta = LEASE) -> list[Claimed]:
    """Claim at most ``most`` messages, as the channel's token bucket allows; those that cannot go are dealt with."""
    with transaction() as session:
        state = state_for_change(channel.id)
        now = database_now()
        rows = session.scalars(
            select(OutboxMessage)
            .where(*_due(at), *_of(channel), _unclaimed(now))
            .order_by(OutboxMessage.id).limit(min(most, refill(state, channel.per_minute, at)))
            .with_for_update(skip_locked=True)
        ).all()  # fmt: skip
        known = _known([row.id for row in rows])
        claimed = []
        for row in rows:
            row.claimed_until, row.claim = now + lease, row.claim + 1
            found = known[row.id]
            fault = _hindrance(row, found, at)
            if fault:
                _give_up(row, fault, "", at)
            elif later := held_until(row.kind, found.PersonChannel, at, row.key):
                # It is late from then on only: what waits for the morning is no queue that stands still.
                row.not_before = row.next_try_at = later
                row.claimed_until = None
            else:
                claimed.append(_claimed(row, found))
        state.tokens -= len(claimed)
    return claimed


def _of(channel: Channel) -> tuple[ColumnElement[bool], ...]:
    own = OutboxMessage.channel_id.is_(None) if channel.kind in PERSONAL else OutboxMessage.channel_id == channel.id
    return (OutboxMessage.channel == channel.kind.value, own)


def _unclaimed(now: datetime) -> ColumnElement[bool]:
    return or_(OutboxMessage.claimed_until.is_(None), OutboxMessage.claimed_until <= now)


def _known(ids: Collection[int]) -> Mapping[int, Any]:
    """Return recipient, address and issue of each of these messages."""
    query: Select[*tuple[Any, ...]] = (
        select(OutboxMessage.id, Person, PersonChannel, Issue.number, Issue.is_confidential)
        .outerjoin(Person, Person.id == OutboxMessage.recipient_id)
        .outerjoin(
            PersonChannel,
            (PersonChannel.person_id == OutboxMessage.recipient_id) & (PersonChannel.kind == OutboxMessage.channel),
        )
        .outerjoin(Issue, Issue.id == OutboxMessage.issue_id)
        .where(OutboxMessage.id.in_(ids))
    )
    return {row.id: row for row in db.session.execute(query)}


def _hindrance(row: OutboxMessage, found: Any, at: datetime) -> str:
    """Return why a message can never go, or nothing."""
    if at - max(row.created_at, row.not_before or row.created_at) > _KEPT:
        return "expired"
    if row.channel_id is not None:
        return ""
    if found.Person is None or not found.Person.is_active:
        return "gone"
    address = found.PersonChannel
    confirmed = address is not None and (address.confirmed_at is not None or row.kind in _UNCONFIRMED_TOO)
    return "" if confirmed and (address.is_on or row.kind in _UNCONFIRMED_TOO) else "no_address"


def _claimed(row: OutboxMessage, found: Any) -> Claimed:
    return Claimed(
        id=row.id, claim=row.claim, key=row.key, kind=row.kind, context=row.context, issue_id=row.issue_id,
        number=found.number or "", hidden=bool(found.is_confidential), subject=row.subject, attempts=row.attempts,
        since=row.created_at, address=found.PersonChannel.address if found.PersonChannel else "",
        language=found.Person.language if found.Person else "zh_CN", recipient_id=row.recipient_id,
    )  # fmt: skip


def message_sent(one: Claimed, *, at: datetime) -> bool:
    """Note that a message got through; tell whether the claim was still held. A code is forgotten at once."""
    values: dict[str, Any] = {"sent_at": at, "attempts": OutboxMessage.attempts + 1, "error": "", "claimed_until": None}
    if one.kind == CODE:
        values["context"] = {}
    with transaction():
        return _write(one, values)


def _write(one: Claimed, values: Mapping[str, Any]) -> bool:
    held = (OutboxMessage.id == one.id, OutboxMessage.claim == one.claim, text(UNSENT))
    statement = update(OutboxMessage).where(*held).values(**values)
    result = db.session.execute(statement, execution_options={"synchronize_session": False})
    return isinstance(result, CursorResult) and result.rowcount == 1


def message_withdrawn(one: Claimed, *, at: datetime) -> bool:
    """Note that a message need not go any longer; tell whether the claim was still held."""
    with transaction():
        return _write(one, {"withdrawn_at": at, "error": "", "claimed_until": None})


def message_later(one: Claimed, *, fault: str, detail: str, at: datetime, wait: float | None = None) -> bool:
    """Try again after a growing time, or give up after ten tries; tell whether it was given up."""
    tries = one.attempts + 1
    if tries >= _MOST_TRIES:
        return message_failed(one, fault=fault, detail=detail, at=at)
    pause = max(wait or 0.0, spread(min(_FIRST_WAIT * 2.0**one.attempts, _LONGEST_WAIT), f"{one.key}:{tries}"))
    values = {
        "attempts": tries, "error": _error(fault, detail), "next_try_at": at + timedelta(seconds=pause),
        "claimed_until": None,
    }  # fmt: skip
    with transaction():
        _write(one, values)
    return False


def message_failed(one: Claimed, *, fault: str, detail: str, at: datetime) -> bool:
    """Give a message up, and tell the office, once an hour; tell whether the claim was still held."""
    values = {
        "attempts": one.attempts + 1, "error": _error(fault, detail), "failed_at": at, "claimed_until": None,
    }  # fmt: skip
    with transaction():
        held = _write(one, values)
        if held:
            tell_of_failure(at)
    return held


def _give_up(row: OutboxMessage, fault: str, detail: str, at: datetime) -> None:
    row.failed_at, row.error, row.claimed_until = at, _error(fault, detail), None
    tell_of_failure(at)


def messages_release(left: Collection[Claimed]) -> None:
    """Give claims back that were not used; their tries do not count."""
    with transaction():
        for one in left:
            _write(one, {"claimed_until": None})


def orphans_fail(*, at: datetime, most: int = 200) -> int:
    """Give up what waits for a channel that is switched off or gone; return how many."""
    served = select(Channel.id).where(Channel.is_on, _by_channel()).correlate(OutboxMessage).exists()
    with transaction() as session:
        query = select(OutboxMessage).where(*_due(at), ~served, _unclaimed(database_now()))
        rows = session.scalars(query.order_by(OutboxMessage.id).limit(most).with_for_update(skip_locked=True)).all()
        for row in rows:
            row.claim += 1
            _give_up(row, "no_channel", "", at)
    return len(rows)


def _error(fault: str, detail: str) -> str:
    return f"{fault} {detail}".strip()[:200]

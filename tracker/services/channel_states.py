"""How a channel fares: held after a failure, free again after a success, with the access token it was given."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from tracker.database import db, transaction
from tracker.models import Channel, ChannelState
from tracker.services.relay_alarms import tell_of_channel

_FIRST_HOLD, _LONGEST_HOLD = 15, 600  # seconds
_TOLD_AFTER = timedelta(minutes=5)


def state_for_change(channel_id: int) -> ChannelState:
    """Return the state of a channel, locked until the transaction ends, made when it is missing."""
    insert = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    fresh = {"channel_id": channel_id, "tokens": 0.0, "failures": 0, "error": "", "access_token": ""}
    db.session.execute(insert(ChannelState).values(**fresh).on_conflict_do_nothing())
    query = select(ChannelState).where(ChannelState.channel_id == channel_id).with_for_update()
    return db.session.execute(query, execution_options={"populate_existing": True}).scalar_one()


def refill(state: ChannelState, per_minute: int, at: datetime) -> int:
    """Fill the bucket for the time that passed and return the whole tokens in it; it holds a quarter of a minute."""
    most = max(1.0, per_minute / 4)
    if state.refilled_at is None:
        state.tokens = most
    else:
        passed = max(0.0, (at - state.refilled_at).total_seconds())
        state.tokens = min(most, state.tokens + passed * per_minute / 60)
    state.refilled_at = at
    return int(state.tokens)


def spread(seconds: float, key: str) -> float:
    """Return ``seconds`` a quarter more or less, the same for the same key: retries must not come all at once."""
    return seconds * (0.75 + (hash_of(key) % 1000) / 2000)


def hash_of(key: str) -> int:
    """Return a number that depends on ``key`` alone, in every process."""
    return int.from_bytes(key.encode()[-64:], "big") * 2654435761 >> 7


def channel_hold(channel: Channel, *, fault: str, detail: str, at: datetime, wait: float | None = None) -> None:
    """Send nothing by this channel for a growing time, or for as long as the other side asks.

    A rate limit is no failure; anything else that lasts five minutes is told to the office.
    """
    with transaction():
        state = state_for_change(channel.id)
        pause = wait or spread(min(_FIRST_HOLD * 2.0**state.failures, _LONGEST_HOLD), f"{channel.id}:{at}")
        state.blocked_until = at + timedelta(seconds=pause)
        state.tokens = 0.0
        state.error = f"{fault} {detail}".strip()[:200]
        if fault == "rate":
            return
        state.failures = min(state.failures + 1, 20)
        state.failing_since = state.failing_since or at
        if at - state.failing_since >= _TOLD_AFTER:
            tell_of_channel(channel.name, channel.id, at)


def channel_works(channel: Channel, *, at: datetime) -> None:
    """Note that something got through."""
    with transaction():
        state = state_for_change(channel.id)
        state.failures, state.failing_since, state.error, state.sent_at = 0, None, "", at


def token_keep(channel: Channel, *, sealed: str, until: datetime | None) -> None:
    """Keep an access token, sealed, for the next relay."""
    with transaction():
        state = state_for_change(channel.id)
        state.access_token, state.access_token_until = sealed, until

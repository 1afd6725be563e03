"""The relay: takes what waits in the outbox and sends it, outside every transaction, and notes what became of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from flask import Flask

from tracker import clock
from tracker.database import db
from tracker.delivery.chat import WecomApp
from tracker.delivery.couriers import courier
from tracker.delivery.outcome import Courier, Fault, Outside, UndeliveredError, Verdict, scrubbed
from tracker.delivery.texts import Paper, parcel
from tracker.models import Channel, ChannelState
from tracker.outward import Allowed
from tracker.sealing import SealError, seal, unseal
from tracker.services.channel_states import channel_hold, channel_works, token_keep
from tracker.services.refreshing import message_refresh
from tracker.services.relaying import (
    LEASE,
    Claimed,
    is_waiting,
    message_failed,
    message_later,
    message_sent,
    message_withdrawn,
    messages_claim,
    messages_release,
    orphans_fail,
    waiting_channels,
)
from tracker.services.robot_posts import robot_posts_queue

BATCH = 50
_BUDGET = 60.0  # seconds after which one run ends, so that a new one looks at all channels afresh
Clock = Callable[[], datetime]


@dataclass(frozen=True)
class RelayReport:
    """What one run did: messages sent, put off, given up, and withdrawn because nothing of them held any longer."""

    sent: int = 0
    later: int = 0
    failed: int = 0
    withdrawn: int = 0

    def plus(self, more: Mapping[str, int]) -> RelayReport:
        """Return the report with these added."""
        return replace(self, **{name: getattr(self, name) + number for name, number in more.items()})


@dataclass(frozen=True)
class _Run:
    """One run over one channel: what it carries by, and how long it may."""

    channel: Channel
    courier: Courier
    secrets: tuple[str, ...]
    paper: Paper
    now: Clock
    last_start: float  # monotonic seconds after which no further message is begun
    last_moment: datetime  # the same by the clock of the world, which goes on while a machine stands still


def relay_once(app: Flask, *, now: Clock = clock.now, lease: timedelta = LEASE, budget: float = _BUDGET) -> RelayReport:
    """Send what is due, channel by channel, until nothing is left or ``budget`` seconds are over.

    What robots are to post is queued first: it is made of how things stand when it goes out.

    Any number of relays may run at once. ``now`` is asked again and again; ``lease`` is how long a message that was
    claimed by a relay since killed has to wait.
    """
    robot_posts_queue(at=now())
    if not is_waiting():  # the usual case: it costs a look by an index, and no lock
        return RelayReport()
    until = time.monotonic() + budget
    report = RelayReport(failed=orphans_fail(at=now()))
    while time.monotonic() < until:
        took = 0
        for channel in waiting_channels(now()):
            at = now()
            claimed = messages_claim(channel, at=at, most=BATCH, lease=lease)
            took += len(claimed)
            report = report.plus(_send(app, channel, claimed, at, now, lease)) if claimed else report
        if not took:
            break
    return report


def outside_of(app: Flask) -> Outside:
    """Return what this installation says about calling others."""
    config = app.config
    return Outside(Allowed.of(config["CHANNEL_HOSTS"]), config["CHANNEL_CA_FILE"], config["CHANNEL_SECONDS"])


def _send(
    app: Flask, channel: Channel, claimed: Sequence[Claimed], at: datetime, now: Clock, lease: timedelta
) -> Mapping[str, int]:
    began = time.monotonic()
    outside = outside_of(app)
    try:
        made, secrets = _courier(app, channel, outside)
    except UndeliveredError as failure:
        channel_hold(channel, fault=failure.fault, detail=failure.detail, at=now())
        messages_release(claimed)
        return {}
    room = max(lease.total_seconds() - 2 * outside.timeout, lease.total_seconds() / 2)
    paper = Paper(app.config["PRODUCT_NAME"], app.config["BASE_URL"])
    run = _Run(channel, made, secrets, paper, now, began + room, at + timedelta(seconds=room))
    done = _carry_all(run, claimed)
    if isinstance(made, WecomApp) and made.is_renewed:
        token_keep(channel, sealed=seal({"token": made.token}, app.config["SECRET_KEY"]), until=made.token_until)
    return done


def _courier(app: Flask, channel: Channel, outside: Outside) -> tuple[Courier, tuple[str, ...]]:
    key, given = app.config["SECRET_KEY"], dict(channel.settings)
    state = db.session.get(ChannelState, channel.id)
    try:
        secrets = unseal(channel.secrets, key)
        if state is not None and state.access_token and state.access_token_until:
            secrets |= unseal(state.access_token, key)
            given["token_until"] = state.access_token_until.isoformat()
    except SealError as error:
        raise UndeliveredError(Fault.SEALED, Verdict.HOLD) from error
    return courier(channel.kind.value, given, secrets, outside), tuple(secrets.values())


def _carry_all(run: _Run, claimed: Sequence[Claimed]) -> Mapping[str, int]:
    counts = {"sent": 0, "later": 0, "failed": 0, "withdrawn": 0}
    with run.courier.opened():
        for place, one in enumerate(claimed):
            if time.monotonic() >= run.last_start:
                messages_release(claimed[place:])
                break
            outcome = _carry(run, one)
            if outcome == "held":
                messages_release(claimed[place:])
                break
            counts[outcome] += 1
    if counts["sent"]:
        channel_works(run.channel, at=run.now())
    return counts


def _carry(run: _Run, claimed: Claimed) -> str:
    one = message_refresh(claimed, run.channel, at=run.now())
    if one is None:
        message_withdrawn(claimed, at=run.now())
        return "withdrawn"
    if run.now() >= run.last_moment:  # the machine stood still meanwhile: it may be night by now
        return "held"
    try:
        run.courier.carry(parcel(one, run.paper), run.now())
    except UndeliveredError as failure:
        return _note_failure(run, one, failure)
    message_sent(one, at=run.now())
    return "sent"


def _note_failure(run: _Run, one: Claimed, failure: UndeliveredError) -> str:
    secrets: list[Any] = [*run.secrets, getattr(run.courier, "token", "")]
    said: dict[str, Any] = {"fault": failure.fault.value, "detail": scrubbed(failure.detail, secrets), "at": run.now()}
    if failure.verdict is Verdict.HOLD:
        channel_hold(run.channel, wait=failure.wait, **said)
        return "held"
    if failure.verdict is Verdict.GIVE_UP:
        return "failed" if message_failed(one, **said) else "later"
    return "failed" if message_later(one, wait=failure.wait, **said) else "later"

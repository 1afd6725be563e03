"""Whether everything runs: who leads, when the clock ticked last, what waits to be sent, how much room there is."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text

from tracker.database import DatabaseTime, UTCDateTime, db
from tracker.models import ChainHead, Heartbeat, ImportBatch, Lease, OutboxMessage, Setting
from tracker.queries.deliveries import QUEUED

TICK_REPORT = "tick_report"
TICK_LATE = timedelta(minutes=3)
OUTBOX_LATE = timedelta(minutes=5)
ALIVE = timedelta(minutes=1)
# Seconds; a process whose own clock is further from the database's does not lead: one of the two is wrong.
CLOCK_TOLERANCE = 60.0
LEAST_ROOM = 500 * 2**20  # bytes
# What can be wrong; words in ``tracker.labels.ALARM``.
CLOCK_STANDS, OUTBOX_STANDS, CLOCK_WRONG, DISK_FULL = "clock", "outbox", "skew", "disk"
# Without these nobody is reminded; whatever watches the product from outside asks for them.
VITAL = frozenset({CLOCK_STANDS, OUTBOX_STANDS})


@dataclass(frozen=True)
class Queue:
    """What waits to be sent by one channel, and since when the oldest might have been sent."""

    channel: str
    waiting: int
    oldest: datetime


@dataclass(frozen=True)
class Health:
    """The state of the installation at ``at``, by the database's clock; ``leader`` is whoever holds the lease."""

    at: datetime
    leader: Lease | None
    beats: Sequence[Heartbeat]
    ticked_at: datetime | None
    report: dict[str, int]
    queues: Sequence[Queue]
    room: int
    alarms: tuple[str, ...]

    def is_alive(self, beat: Heartbeat) -> bool:
        """Tell whether a process was heard of within the last minute."""
        return self.at - beat.beat_at < ALIVE


def health_now(folder: Path) -> Health:
    """Return how it stands; ``folder`` is where the files lie.

    A clock that has just begun to lead has as long for its first tick as between two of them.
    """
    at, leader = _leader()
    beats = db.session.scalars(select(Heartbeat).order_by(Heartbeat.is_leader.desc(), Heartbeat.started_at)).all()
    ticked_at, report = _last_tick()
    queues = _queues(at)
    room = shutil.disk_usage(folder).free
    wrong = {
        CLOCK_STANDS: all(at - sign > TICK_LATE for sign in (ticked_at, leader and leader.taken_at) if sign),
        OUTBOX_STANDS: any(at - queue.oldest > OUTBOX_LATE for queue in queues),
        CLOCK_WRONG: any(abs(beat.clock_off) > CLOCK_TOLERANCE for beat in beats if at - beat.beat_at < ALIVE),
        DISK_FULL: room < LEAST_ROOM,
    }
    alarms = tuple(code for code, is_wrong in wrong.items() if is_wrong)
    return Health(at, leader, beats, ticked_at, report, queues, room, alarms)


def _leader() -> tuple[datetime, Lease | None]:
    at = db.session.execute(select(DatabaseTime())).scalar_one()
    held = select(Lease).where(Lease.holder != "", Lease.expires_at > at).limit(1)
    return at, db.session.scalars(held, execution_options={"populate_existing": True}).first()


def _last_tick() -> tuple[datetime | None, dict[str, int]]:
    found = db.session.get(Setting, TICK_REPORT, populate_existing=True)
    if found is None:
        return None, {}
    value: dict[str, Any] = found.value
    return datetime.fromisoformat(value["ticked_at"]), value["report"]


def _queues(at: datetime) -> list[Queue]:
    since = func.coalesce(OutboxMessage.not_before, OutboxMessage.created_at, type_=UTCDateTime)
    waiting = (
        select(OutboxMessage.channel, func.count(), func.min(since, type_=UTCDateTime))
        .where(QUEUED, since <= at)
        .group_by(OutboxMessage.channel)
        .order_by(OutboxMessage.channel)
    )
    return [Queue(*row) for row in db.session.execute(waiting)]


def imports_waiting() -> int:
    """Return how many imports are being worked on, or wait for it."""
    return db.session.scalar(select(func.count()).where(ImportBatch.task.is_not(None))) or 0


def chain_heads() -> Sequence[ChainHead]:
    """Return the last links of the chains."""
    return db.session.scalars(select(ChainHead).order_by(ChainHead.name)).all()


def database_words() -> str:
    """Return which database this is, with its version."""
    if db.engine.dialect.name == "sqlite":
        return f"SQLite {db.session.scalar(text('SELECT sqlite_version()'))}"
    return f"PostgreSQL {db.session.scalar(text('SHOW server_version'))}"


def schema_revision() -> str:
    """Return the number of the last migration that the database has seen."""
    return db.session.scalar(text("SELECT version_num FROM alembic_version")) or ""

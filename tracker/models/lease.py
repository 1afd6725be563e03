"""Which process may do what only one may do, and which processes are alive; all instants by the database's clock."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from tracker.database import Model, UTCDateTime


class Lease(Model):
    """A right that one process holds until ``expires_at``; ``fence`` grows each time it passes to another one.

    An empty ``holder`` has given it back.
    """

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(120), default="")
    fence: Mapped[int] = mapped_column(default=0)
    taken_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Heartbeat(Model):
    """A process with a clock, and when it was last alive.

    ``clock_off`` is by how many seconds its own clock is ahead of the database's.
    """

    __tablename__ = "heartbeat"

    holder: Mapped[str] = mapped_column(String(120), primary_key=True)
    version: Mapped[str] = mapped_column(String(40))
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    beat_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    is_leader: Mapped[bool] = mapped_column(default=False)
    clock_off: Mapped[float] = mapped_column(default=0)
    fault: Mapped[str] = mapped_column(String(200), default="")

"""A clock that is stepped: all processes of a simulation share its hands, the database shows it, each may be off.

It stands still while the processes do what is due, so that a slow machine makes the simulation longer and changes
nothing else. The product is not changed for it: PostgreSQL finds a function ``clock_timestamp`` on the search path
before its own, SQLite is given another ``strftime``, and ``tracker.clock.now`` is replaced.
"""

from __future__ import annotations

import mmap
import sqlite3
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection, Engine, event, text

from tracker import clock, relay

_SIZE = 8  # bytes of a number
_SQL = (
    "CREATE SCHEMA simulated",
    "CREATE TABLE simulated.time (at double precision)",
    "INSERT INTO simulated.time VALUES (0)",
    "CREATE FUNCTION simulated.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE "
    "AS 'SELECT to_timestamp(at) FROM simulated.time'",
)
SEARCH_PATH = "-csearch_path=simulated,public,pg_catalog"


class Hands:
    """The hands of the clock: the instant, and by how many seconds the own clock of each process is off."""

    def __init__(self, path: Path, slots: int) -> None:
        if not path.exists():
            path.write_bytes(bytes(_SIZE * (slots + 1)))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), 0)

    @property
    def at(self) -> float:
        """Return the simulated instant, in seconds since 1970."""
        return float(struct.unpack_from("d", self._map, 0)[0])

    def off(self, slot: int) -> float:
        """Return by how much the clock of the process in ``slot`` is ahead."""
        return float(struct.unpack_from("d", self._map, _SIZE * (slot + 1))[0])

    def set_off(self, slot: int, seconds: float) -> None:
        """Let the clock of the process in ``slot`` jump."""
        struct.pack_into("d", self._map, _SIZE * (slot + 1), seconds)

    def put(self, at: float, connection: Connection | None) -> None:
        """Let it be ``at``; a PostgreSQL database is told through ``connection``."""
        struct.pack_into("d", self._map, 0, at)
        if connection is not None:
            connection.execute(text("UPDATE simulated.time SET at = :at"), {"at": at})

    def live_by(self, slot: int) -> None:
        """Let this process read these hands wherever it reads a clock."""
        clock.now = lambda: datetime.fromtimestamp(self.at + self.off(slot), UTC)
        relay.time = SimpleNamespace(monotonic=lambda: self.at)  # type: ignore[assignment]

    def show_in(self, engine: Engine) -> None:
        """Let connections of an SQLite engine show this time."""
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", self._show)

    def _show(self, made: sqlite3.Connection, _record: Any) -> None:
        made.create_function("strftime", -1, self._strftime)
        made.execute("PRAGMA busy_timeout=100000")  # of our time, of which none passes in the simulation

    def _strftime(self, pattern: str, when: str, *moves: str) -> str:
        if when != "now":
            raise sqlite3.NotSupportedError(when)
        at = datetime.fromtimestamp(self.at, UTC)
        at += sum((timedelta(seconds=float(move.split()[0])) for move in moves), timedelta())
        return at.strftime(pattern.replace("%f", f"%S.{at.microsecond // 1000:03d}"))


def prepare(connection: Connection) -> None:
    """Give a PostgreSQL database a clock that can be set."""
    for statement in _SQL if connection.dialect.name == "postgresql" else ():
        connection.execute(text(statement))


def engine_options(url: str, name: str) -> dict[str, Any]:
    """Return what a process of the simulation needs to see the time in its database; ``name`` tells it from others."""
    if not url.startswith("postgresql"):
        return {}
    return {"connect_args": {"options": SEARCH_PATH, "application_name": name}}

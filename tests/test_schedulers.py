"""Two schedulers as processes: of them one leads, and the other one goes on when it dies, freezes or ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from tests.conftest import ROOT

SECONDS = 4.0  # the lease here, so long that a busy machine does not lose it; the product's is five times as long
Start = Callable[[], subprocess.Popen[bytes]]


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = create_engine(database_url, connect_args={"timeout": 15} if "sqlite" in database_url else {})
    yield made
    made.dispose()


@pytest.fixture
def start(database_url: str, tmp_path: Path) -> Iterator[Start]:
    """Start a scheduler, as an operator does; at the end those that still run are ended."""
    settings = {
        "TRACKER_SQLALCHEMY_DATABASE_URI": database_url, "TRACKER_DATA_DIR": str(tmp_path / "data"),
        "TRACKER_LEASE_SECONDS": str(SECONDS), "TRACKER_LEASE_RENEW_SECONDS": "0.5", "TRACKER_TICK_SECONDS": "0.5",
    }  # fmt: skip
    started: list[subprocess.Popen[bytes]] = []

    def begin() -> subprocess.Popen[bytes]:
        words = [sys.executable, "-m", "tracker.cli", "scheduler"]
        process = subprocess.Popen(words, env=os.environ | settings, cwd=ROOT, stdout=subprocess.DEVNULL)  # noqa: S603
        started.append(process)
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        process.wait()


def lease(engine: Engine) -> tuple[int, int]:
    """Return the process that holds the lease, 0 for none, and the lease's number."""
    with engine.connect() as connection:
        row = connection.execute(text("SELECT holder, fence FROM lease")).one_or_none()
    return (int(row.holder.split(":")[1]) if row.holder else 0, row.fence) if row else (0, 0)


def ticked(engine: Engine) -> datetime | None:
    with engine.connect() as connection:
        value = connection.execute(text("SELECT value FROM setting WHERE key = 'tick_report'")).scalar()
    value = json.loads(value) if isinstance(value, str) else value
    return datetime.fromisoformat(value["ticked_at"]) if value else None


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until something has come true."""
    begun = time.monotonic()
    while not true():
        assert time.monotonic() - begun < seconds, "it did not come true"
        time.sleep(0.05)


def leads(engine: Engine, process: subprocess.Popen[bytes]) -> Callable[[], bool]:
    return lambda: lease(engine)[0] == process.pid


def beats(engine: Engine, process: subprocess.Popen[bytes]) -> Callable[[], bool]:
    def beating() -> bool:
        with engine.connect() as connection:
            holders = connection.execute(text("SELECT holder FROM heartbeat")).scalars().all()
        return any(holder.split(":")[1] == str(process.pid) for holder in holders)

    return beating


def test_one_leads_and_the_other_goes_on_when_it_dies_or_freezes_or_ends(engine: Engine, start: Start) -> None:
    first = start()
    until(leads(engine, first))
    second = start()
    until(beats(engine, second))
    assert lease(engine) == (first.pid, 1)

    first.kill()
    first.wait()
    until(leads(engine, second))
    assert lease(engine)[1] == 2
    before = ticked(engine)
    until(lambda: ticked(engine) != before)

    third = start()
    until(beats(engine, third))
    os.kill(second.pid, signal.SIGSTOP)
    until(leads(engine, third))
    os.kill(second.pid, signal.SIGCONT)
    until(beats(engine, second))
    time.sleep(1)  # the one that was frozen has had the time to do what it must not
    assert lease(engine) == (third.pid, 3)

    third.terminate()
    assert third.wait(20) == 0
    assert lease(engine)[0] in (0, second.pid)  # given back, not left to run out
    until(leads(engine, second))
    assert lease(engine)[1] == 4
    assert not beats(engine, third)()

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
from flask import Flask, current_app
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from tracker import clock
from tracker.database import db, guarded, transaction
from tracker.models import Heartbeat, Lease, Setting
from tracker.services import leases
from tracker.services.leases import Claim, Impatience, LeaseLostError, database_instant, lease_beat, lease_end


@pytest.fixture(autouse=True)
def _app(app: Flask) -> Iterator[None]:
    yield
    db.session.rollback()


def claim(name: str = "host:1:aaaa", seconds: float = 20) -> Claim:
    return Claim(name, "1.0", seconds)


def expire() -> None:
    db.session.query(Lease).update({"expires_at": database_instant() - timedelta(milliseconds=1)})
    db.session.commit()


def lease() -> Lease:
    return db.session.scalars(select(Lease), execution_options={"populate_existing": True}).one()


def number(one: Claim) -> int | None:
    return one.fence.number if one.fence else None


def test_the_first_takes_it_and_renews_it_the_second_waits() -> None:
    one, other = claim(), claim("host:2:bbbb")
    assert [lease_beat(one), lease_beat(other), lease_beat(one)] == [True, False, False]
    assert (number(one), number(other), lease().holder) == (1, None, "host:1:aaaa")
    assert timedelta(seconds=15) < lease().expires_at - database_instant() <= timedelta(seconds=20)


def test_it_passes_on_when_it_has_run_out_and_its_number_grows() -> None:
    one, other = claim(), claim("host:2:bbbb")
    lease_beat(one)
    expire()
    assert lease_beat(other)
    assert not lease_beat(one)
    assert (number(one), number(other), lease().fence) == (None, 2, 2)


def test_who_comes_late_takes_it_anew_and_what_was_begun_before_is_not_kept() -> None:
    one = claim()
    lease_beat(one)
    fence = one.fence
    assert fence is not None
    expire()
    with pytest.raises(LeaseLostError), guarded(fence), transaction() as session:
        session.add(Setting(key="stale", value=1))
    assert lease_beat(one)
    assert number(one) == 2
    with pytest.raises(LeaseLostError), guarded(fence), transaction() as session:
        session.add(Setting(key="stale", value=1))
    assert db.session.query(Setting).count() == 0


def test_a_process_that_falls_silent_in_a_transaction_lets_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite ends nobody's transaction")
    monkeypatch.setattr(leases, "_PATIENCE", "200ms")
    started, done = Event(), Event()

    def fall_silent(app: Flask) -> None:
        with app.app_context(), guarded(Impatience()), transaction() as session:
            session.add(Setting(key="silent", value=1))
            session.flush()
            started.set()
            done.wait(20)

    with ThreadPoolExecutor(1) as pool:
        silent = pool.submit(fall_silent, current_app._get_current_object())  # type: ignore[attr-defined]
        assert started.wait(20)
        with transaction() as session:
            session.add(Setting(key="silent", value=2))  # waits for the one before
        done.set()
        with pytest.raises(DBAPIError):
            silent.result(20)
    assert [row.value for row in db.session.query(Setting)] == [2]


def test_work_under_an_old_number_is_not_kept() -> None:
    one, other = claim(), claim("host:2:bbbb")
    lease_beat(one)
    fence = one.fence
    assert fence is not None
    with guarded(fence), transaction() as session:
        session.add(Setting(key="first", value=1))
    expire()
    lease_beat(other)
    with pytest.raises(LeaseLostError), guarded(fence), transaction() as session:
        session.add(Setting(key="second", value=2))
    assert [row.key for row in db.session.query(Setting)] == ["first"]


def test_the_number_is_looked_at_again_when_the_work_is_done() -> None:
    """The lease passes on in the middle of the transaction, in another connection."""
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer: nothing can pass on during a transaction")
    one = claim()
    lease_beat(one)
    assert one.fence is not None
    fence = one.fence

    def work() -> None:
        with guarded(fence), transaction() as session:
            session.add(Setting(key="lost", value=1))
            session.flush()
            with db.engine.begin() as other:
                other.exec_driver_sql("UPDATE lease SET holder = 'host:2:bbbb', fence = fence + 1")

    with pytest.raises(LeaseLostError):
        work()
    assert db.session.query(Setting).count() == 0


def test_of_many_who_ask_at_once_one_gets_it(app: Flask) -> None:
    claims = [claim(f"host:{n}:cccc") for n in range(8)]

    def ask(one: Claim) -> bool:
        with app.app_context():
            try:
                return lease_beat(one)
            finally:
                db.session.remove()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, claims)) == 1


@pytest.mark.parametrize("off", [timedelta(minutes=-3), timedelta(seconds=75)])
def test_a_process_whose_clock_is_wrong_does_not_lead(off: timedelta, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = claim(), claim("host:2:bbbb")
    lease_beat(one)
    real = clock.now
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: real() + off)
        assert not lease_beat(one)
    assert (number(one), one.trusts_its_clock) == (None, False)
    assert lease_beat(other)
    told = db.session.get_one(Heartbeat, "host:1:aaaa")
    assert abs(told.clock_off - off.total_seconds()) < 5
    assert not told.is_leader


def test_given_back_it_is_free_at_once() -> None:
    one, other = claim(), claim("host:2:bbbb")
    lease_beat(one)
    lease_end(one)
    assert lease_beat(other)
    assert number(other) == 2


def test_heartbeats_of_long_ago_are_forgotten() -> None:
    one = claim()
    lease_beat(one)
    db.session.query(Heartbeat).update({"beat_at": database_instant() - timedelta(hours=25)})
    db.session.commit()
    lease_beat(claim("host:2:bbbb"))
    assert [beat.holder for beat in db.session.query(Heartbeat)] == ["host:2:bbbb"]

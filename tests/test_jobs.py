from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from tracker import clock, jobs
from tracker.database import db
from tracker.jobs import Clock
from tracker.models import Heartbeat, Lease, Setting
from tracker.queries.health import TICK_REPORT
from tracker.services.leases import LeaseLostError, database_instant, lease_beat


def ticked() -> Setting | None:
    return db.session.get(Setting, TICK_REPORT, populate_existing=True)


def test_the_clock_runs_by_jobs_that_never_overlap_or_pile_up(sqlite_app: Flask) -> None:
    running = Clock(sqlite_app)
    running.scheduler.start(paused=True)
    found = {job.id: job for job in running.scheduler.get_jobs()}
    running.stop()
    assert {"beat", "tick", "imports", "alarms", "relay"} <= set(found)
    for job in found.values():
        assert (job.coalesce, job.max_instances, job.misfire_grace_time) == (True, 1, None)
    assert found["tick"].trigger.interval == timedelta(seconds=sqlite_app.config["TICK_SECONDS"])
    assert found["beat"].trigger.interval == timedelta(seconds=sqlite_app.config["LEASE_RENEW_SECONDS"])


def test_only_the_leader_ticks(sqlite_app: Flask) -> None:
    first, second = Clock(sqlite_app), Clock(sqlite_app)
    first.beat()
    second.beat()
    second.tick()
    assert ticked() is None
    first.tick()
    assert ticked() is not None


def test_a_wrong_clock_of_its_own_does_not_move_the_instant_of_a_tick(
    sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = Clock(sqlite_app)
    running.beat()
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(hours=9))
    before = database_instant()
    running.tick()
    noted = ticked()
    assert noted is not None
    assert before.isoformat() <= noted.value["at"] <= database_instant().isoformat()


def test_a_tick_of_a_leader_that_was_replaced_is_not_kept(app: Flask) -> None:
    first, second = Clock(app), Clock(app)
    lease_beat(first.claim)
    db.session.query(Lease).update({"expires_at": database_instant() - timedelta(seconds=1)})
    db.session.commit()
    assert lease_beat(second.claim)
    first.tick()
    assert ticked() is None
    second.tick()
    assert ticked() is not None


def test_what_went_wrong_in_a_tick_is_told_by_the_heartbeat(sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    running = Clock(sqlite_app)
    running.beat()

    def broken(**_given: object) -> None:
        raise ZeroDivisionError("example")

    monkeypatch.setattr(jobs, "tick", broken)
    with pytest.raises(ZeroDivisionError):
        running.tick()
    running.beat()
    assert [beat.fault for beat in db.session.query(Heartbeat)] == ["ZeroDivisionError: example"]


def test_a_clock_that_stops_gives_the_lease_back_and_beats_no_more(app: Flask) -> None:
    first, second = Clock(app), Clock(app)
    lease_beat(first.claim)
    first.stop()
    assert not lease_beat(first.claim)
    assert lease_beat(second.claim)
    assert [beat.holder for beat in db.session.query(Heartbeat)] == [second.claim.holder]


def test_losing_the_lease_is_no_error_of_the_tick(sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    running = Clock(sqlite_app)
    running.beat()

    def lost(**_given: object) -> None:
        raise LeaseLostError

    monkeypatch.setattr(jobs, "tick", lost)
    running.tick()
    assert running.claim.fault == ""

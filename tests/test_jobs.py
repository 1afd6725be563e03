from __future__ import annotations

from datetime import timedelta

from flask import Flask

from tracker import clock
from tracker.database import db
from tracker.jobs import build_scheduler
from tracker.models import Setting
from tracker.services.ticks import HEARTBEAT


def test_the_clock_ticks_by_jobs_that_never_overlap_or_pile_up(sqlite_app: Flask) -> None:
    scheduler = build_scheduler(sqlite_app)
    scheduler.start(paused=True)
    jobs = scheduler.get_jobs()
    scheduler.shutdown(wait=False)
    assert {job.id for job in jobs} == {"tick", "imports", "relay"}
    for job in jobs:
        assert (job.coalesce, job.max_instances, job.misfire_grace_time) == (True, 1, None)
        seconds = sqlite_app.config["RELAY_SECONDS" if job.id == "relay" else "TICK_SECONDS"]
        assert job.trigger.interval == timedelta(seconds=seconds)


def test_the_job_ticks_at_the_present_instant(sqlite_app: Flask) -> None:
    before = clock.now()
    build_scheduler(sqlite_app).get_jobs()[0].func()
    beat = db.session.get_one(Setting, HEARTBEAT).value
    assert before.isoformat() <= beat <= clock.now().isoformat()

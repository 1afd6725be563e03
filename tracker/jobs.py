"""The clock: APScheduler calls one service, nothing else; the database says what is due."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path

from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from tracker import clock
from tracker.database import db
from tracker.relay import relay_once
from tracker.services.importing.tasks import folders, imports_resume
from tracker.services.round_plans import plans_resume
from tracker.services.ticks import tick


def build_scheduler(app: Flask) -> BackgroundScheduler:
    """Return the scheduler with its jobs; the caller starts it and shuts it down."""
    scheduler = BackgroundScheduler(
        timezone=app.config["TIMEZONE"],
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    longest = timedelta(hours=app.config["SESSION_HOURS"])

    def ticking() -> None:
        with app.app_context():
            try:
                tick(at=clock.now(), longest_session=longest)
            finally:
                db.session.remove()

    def resuming() -> None:
        with app.app_context():
            try:
                imports_resume(folders(Path(app.config["DATA_DIR"])), clock.now())
                plans_resume(clock.now())
            finally:
                db.session.remove()

    scheduler.add_job(ticking, "interval", seconds=app.config["TICK_SECONDS"], id="tick")
    # A job of its own: a long import must not keep the clock from ticking.
    scheduler.add_job(resuming, "interval", seconds=app.config["TICK_SECONDS"], id="imports")
    # So has the relay: it waits for other people's servers.
    scheduler.add_job(partial(_relay, app), "interval", seconds=app.config["RELAY_SECONDS"], id="relay")
    return scheduler


def _relay(app: Flask) -> None:
    with app.app_context():
        try:
            relay_once(app)
        finally:
            db.session.remove()

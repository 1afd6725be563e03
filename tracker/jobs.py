"""The clock of a process: APScheduler calls a few services; the database says what is due and who leads."""

from __future__ import annotations

import logging
import os
import secrets
import socket
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import wraps
from pathlib import Path
from threading import Lock

from apscheduler.schedulers import SchedulerNotRunningError
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from tracker.database import db, guarded
from tracker.exporting.run import exports_resume
from tracker.relay import relay_once
from tracker.reports.ledger_columns import COLUMNS, values_of
from tracker.services.alarms import alarms_raise
from tracker.services.importing.tasks import folders, imports_resume
from tracker.services.leases import Claim, Impatience, LeaseLostError, database_instant, lease_beat, lease_end
from tracker.services.reimporting.tasks import upload_place, uploads_resume
from tracker.services.round_plans import plans_resume
from tracker.services.ticks import tick

_LOG = logging.getLogger(__name__)
_LAST_TICK = 20  # seconds that a tick under way is waited for when the clock stops


def holder_name() -> str:
    """Return who this process is among others: host, process, and four digits against a number used again."""
    return f"{socket.gethostname()[:80]}:{os.getpid()}:{secrets.token_hex(2)}"


class Clock:
    """The clock of one process; of several, the one that holds the lease ticks."""

    def __init__(self, app: Flask) -> None:
        config = app.config
        self.app = app
        self.claim = Claim(holder_name(), config["VERSION"], config["LEASE_SECONDS"])
        self.scheduler = BackgroundScheduler(
            timezone=config["TIMEZONE"],
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._ticking = Lock()
        self._every("beat", self.beat, config["LEASE_RENEW_SECONDS"])
        self._every("tick", self.tick, config["TICK_SECONDS"])
        # Jobs of their own: a long import, or a tick that hangs, must not keep the others from running.
        self._every("imports", self.imports, config["TICK_SECONDS"])
        self._every("exports", self.exports, config["TICK_SECONDS"])
        self._every("alarms", self.alarms, config["TICK_SECONDS"])
        self._every("relay", self.relay, config["RELAY_SECONDS"])

    def start(self) -> None:
        """Begin; the first beat comes at once, and with the lease the first tick."""
        self.scheduler.add_job(self._entered(self.beat), id="first")
        self.scheduler.start()

    def stop(self) -> None:
        """End, and hand over at once: no new tick, the one under way is waited for, the lease is given back."""
        with suppress(SchedulerNotRunningError):
            self.scheduler.shutdown(wait=False)
        ended = self._ticking.acquire(timeout=_LAST_TICK)
        try:
            self._entered(lambda: lease_end(self.claim))()
        finally:
            if ended:
                self._ticking.release()

    def beat(self) -> None:
        """Hold on to the lease; whoever has just got it ticks without waiting for the next minute."""
        if lease_beat(self.claim):
            _LOG.info("%s leads", self.claim.holder)
            self.scheduler.add_job(self._entered(self.tick), id="caught_up", replace_existing=True)

    def tick(self) -> None:
        """Do what is due, while this process leads, at the instant that the database's clock shows."""
        fence = self.claim.fence
        if fence is None or not self._ticking.acquire(blocking=False):
            return
        try:
            with guarded(fence):
                config = self.app.config
                tick(
                    at=database_instant(),
                    longest_session=timedelta(hours=config["SESSION_HOURS"]),
                    kept_reminders=timedelta(days=max(1, config["REMINDER_DAYS"])),
                )
            self.claim.fault = ""
        except LeaseLostError as lost:
            _LOG.warning("tick ended: %s", lost)
        except Exception as error:
            self.claim.fault = f"{type(error).__name__}: {error}".split("\n")[0]
            raise
        finally:
            self._ticking.release()

    def imports(self) -> None:
        """Take up imports, edited ledgers and plans that a process left behind, told by the age of their last sign."""
        if self.claim.trusts_its_clock:
            at = database_instant()
            data = Path(self.app.config["DATA_DIR"])
            imports_resume(folders(data), at)
            uploads_resume(upload_place(data, COLUMNS, values_of), at)
            plans_resume(at)

    def exports(self) -> None:
        """Make the files that a process left behind, and clear away those whose time is over."""
        if self.claim.trusts_its_clock:
            exports_resume(self.app, database_instant())

    def relay(self) -> None:
        """Send what waits in the outbox; every process does, for each message is claimed by one of them."""
        if self.claim.trusts_its_clock:
            with guarded(Impatience()):
                relay_once(self.app, now=database_instant)

    def alarms(self) -> None:
        """Tell the administrators what is wrong; every process does, for the leader may be what is wrong."""
        with guarded(Impatience()):
            alarms_raise(folder=Path(self.app.config["DATA_DIR"]))

    def _every(self, name: str, job: Callable[[], None], seconds: float) -> None:
        self.scheduler.add_job(self._entered(job), "interval", seconds=seconds, id=name)

    def _entered(self, job: Callable[[], None]) -> Callable[[], None]:
        @wraps(job)
        def entered() -> None:
            with self.app.app_context():
                try:
                    job()
                finally:
                    db.session.remove()

        return entered

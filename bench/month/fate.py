"""How a process of a simulation ends, or freezes: at the n-th point of a job, around statements, commits and mails."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from tracker import relay
from tracker.database import _writing, db


class Fate:
    """How this process is to end, or to freeze: at the n-th point of a job."""

    def __init__(self, tell: Callable[[Any], None]) -> None:
        self._tell = tell
        self._plan: tuple[str, int, str] | None = None
        self._here = threading.local()
        self._writers = threading.Lock()

    def watch(self, is_sqlite: bool) -> None:
        """Put points around statements, commits and mails."""
        engine = db.engine
        event.listen(engine, "before_cursor_execute", lambda *_given: self.point())
        event.listen(engine, "after_cursor_execute", lambda *_given: self.point())
        event.listen(engine, "commit", lambda _connection: self.point())
        event.listen(Session, "after_commit", lambda _session: self.point())
        if is_sqlite:
            event.listen(engine, "checkout", lambda *_given: self._write())  # before it begins
            event.listen(engine, "checkin", lambda _made, _record: self._written())
        real_carry, real_sent = relay._carry, relay.message_sent

        def carry(*given: Any) -> str:
            self.point()
            return real_carry(*given)

        def sent(*given: Any, **more: Any) -> bool:
            self.point("sent")
            return real_sent(*given, **more)

        relay._carry, relay.message_sent = carry, sent

    def arm(self, plan: tuple[str, int, str]) -> None:
        """Let it come."""
        self._plan = plan

    def begin(self, job: str) -> None:
        """Count the points of ``job`` from here on, in this thread."""
        self._here.job, self._here.points, self._here.holds = job, 0, False

    def end(self, job: str) -> None:
        """Let a fate come now whose point was not reached in the job."""
        if self._plan is not None and self._plan[0] == job:
            self._come("after")

    def point(self, place: str = "") -> None:
        """Count one more point; whoever's fate it is does not return, or later."""
        plan, job = self._plan, getattr(self._here, "job", "")
        if plan is None or plan[0] != job:
            return
        self._here.points += 1
        if self._here.points >= plan[1]:
            self._come(place or ("transaction" if _writing.get() else "between"))

    def _come(self, place: str) -> None:
        plan = self._plan
        if plan is None or (plan[2] == "stop" and self._here.holds):
            return  # SQLite has one lock for all: a process that froze with it would stop everybody for as long
        if plan[2] == "kill":
            self._plan = None
            self._tell(("fate", "kill", plan[0], place))
            os.kill(os.getpid(), signal.SIGKILL)
            time.sleep(60)
        with self._writers:
            self._plan = None
            self._tell(("fate", "stop", plan[0], place))
            # Sent to the process, it would stop it a little later, when this thread has let go of the lock.
            signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)

    def _write(self) -> None:
        if _writing.get() and not getattr(self._here, "holds", False):
            self._writers.acquire()
            self._here.holds = True

    def _written(self) -> None:
        if getattr(self._here, "holds", False):
            self._here.holds = False
            self._writers.release()

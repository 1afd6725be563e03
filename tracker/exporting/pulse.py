"""The pulse of a file in the making: a thread that says each second how far it is, and hears when to stop."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from io import BufferedRandom, FileIO
from pathlib import Path
from threading import Event, Thread
from typing import Any, Self, TypeVar

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from tracker import clock
from tracker.database import db
from tracker.services.export_tasks import Claim, export_beat

RowT = TypeVar("RowT")
_LOG = logging.getLogger(__name__)
BEAT = 1.0  # seconds between two beats


class ExportStoppedError(Exception):
    """The file is no longer wanted, or another process has taken its making over."""


class Pulse:
    """Beats for a claim as long as its block lasts; ``done`` of ``total`` and the pages so far are what people see."""

    def __init__(self, app: Flask, claim: Claim) -> None:
        self.done = self.total = 0
        self.pages: int | None = None
        self._app, self._claim = app, claim
        self._stopped, self._ended = Event(), Event()
        self._thread = Thread(target=self._go_on, name="pulse", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ended.set()
        self._thread.join()

    def beat(self) -> None:
        """Say how far it is, over a connection of its own: the rows are read in a transaction that must not end."""
        with self._app.app_context():
            try:
                if not export_beat(self._claim, (self.done, self.total, self.pages), clock.now()):
                    self._stopped.set()
            finally:
                db.session.remove()

    def check(self) -> None:
        """Raise ``ExportStoppedError`` once nobody wants the file any more."""
        if self._stopped.is_set():
            raise ExportStoppedError

    def watch(self, rows: Iterable[RowT]) -> Iterator[RowT]:
        """Yield ``rows``, counting them, until there are no more or nobody wants them."""
        for row in rows:
            self.check()
            yield row
            self.done += 1

    def _go_on(self) -> None:
        while not (self._ended.wait(BEAT) or self._stopped.is_set()):
            try:
                self.beat()
            except SQLAlchemyError:  # busy or away for a moment; a lease outlasts many beats
                _LOG.warning("export %s: a beat was missed", self._claim.export_id, exc_info=True)


class WatchedFile(BufferedRandom):
    """A new file that can be given up while it is written."""

    def __init__(self, path: Path, pulse: Pulse) -> None:
        super().__init__(FileIO(path, "x+"))
        self._pulse = pulse

    def write(self, chunk: Any, /) -> int:
        """Write ``chunk``; raise ``ExportStoppedError`` once nobody wants the file any more."""
        self._pulse.check()
        return super().write(chunk)

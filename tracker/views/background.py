"""Work that goes on beside the request: a thread of this process; what it leaves undone, the clock takes up again."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import cast

from flask import Flask, current_app

from tracker import languages
from tracker.database import db

_PATIENCE = 1.5  # seconds in which most work is done, so that most people never see the page that waits
_TESTING = 60.0


def run_beside(work: Callable[[], None]) -> None:
    """Start ``work`` in the reader's language and wait a moment for it; the caller has committed what it needs."""
    app = cast("Flask", current_app._get_current_object())  # type: ignore[attr-defined]
    language = languages.current()

    def working() -> None:
        languages.choose(language)
        with app.app_context():
            try:
                work()
            finally:
                db.session.remove()

    thread = Thread(target=working, name="beside", daemon=True)
    thread.start()
    thread.join(_TESTING if app.config["TESTING"] else _PATIENCE)

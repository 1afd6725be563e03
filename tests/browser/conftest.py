"""What the browser tests share: an application whose sessions outlive a story, and its address."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests import worlds
from tests.browser.visitors import served
from tests.conftest import build_app
from tracker.database import db


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> worlds.Time:
    """The application's clock: it stands at nine on a Monday until a test moves it."""
    return worlds.hold_time(monkeypatch)


def story_app(url: str, folder: Path) -> Flask:
    """Return an application with the small county; a session lasts as long as a story takes, which is months."""
    app = build_app(url, folder / "data")
    app.config.update(SESSION_IDLE_MINUTES=525_600, SESSION_HOURS=8_760)
    with app.app_context():
        worlds.story_county()
        db.session.remove()
    return app


def _told(url: str, folder: Path) -> Iterator[str]:
    app = story_app(url, folder)
    with served(app) as address:
        yield address
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def county(sqlite_url: str, tmp_path: Path, time: worlds.Time) -> Iterator[str]:
    """The address of the small county on SQLite."""
    yield from _told(sqlite_url, tmp_path)


@pytest.fixture
def either_county(database_url: str, tmp_path: Path, time: worlds.Time) -> Iterator[str]:
    """The address of the small county on each backend in turn."""
    yield from _told(database_url, tmp_path)

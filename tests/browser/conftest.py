"""What the browser tests share: the small county of the stories, the demo county, and their addresses."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests import worlds
from tests.browser.demo import AT, demo_made
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


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of all the processes that test at once."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


@pytest.fixture(scope="session")
def demo_app(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Iterator[Flask]:
    """The demo county with some ninety issues, made once; nobody changes it."""
    app = demo_made(migrated_sqlite, tmp_path_factory.mktemp("demo"), shared)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def demo(demo_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of the demo county, at the moment it was made for."""
    worlds.hold_time(monkeypatch, AT)
    with served(demo_app) as address:
        yield address

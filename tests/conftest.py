"""A database made by the migrations, copied for each test, on both backends."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask, g
from flask.testing import FlaskClient
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import make_url

from hatch_build import compile_catalogues
from tests import postgres
from tracker import create_app, schema
from tracker.database import db
from tracker.services import passwords

ROOT = Path(__file__).parent.parent
AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # Monday 09:00 in Shanghai
BACKENDS = ("sqlite", "postgresql")


def pytest_configure(config: pytest.Config) -> None:
    compile_catalogues(ROOT)
    passwords._hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)  # as slow as a test can bear


def build_app(url: str, folder: Path) -> Flask:
    """Return an application on the database at ``url`` that keeps its files in ``folder``."""
    app = create_app({"TESTING": True, "SQLALCHEMY_DATABASE_URI": url, "DATA_DIR": str(folder)})
    app.teardown_request(lambda _error: g.__dict__.clear())  # a test's requests share its application context
    return app


def _migrate(url: str, folder: Path) -> None:
    app = build_app(url, folder)
    schema.upgrade(app)
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database made by the migrations, not by ``create_all``."""
    path = tmp_path_factory.mktemp("migrated") / "migrated.sqlite3"
    _migrate(f"sqlite:///{path}", path.parent)
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """A PostgreSQL server of our own."""
    with postgres.running() as server:
        yield server


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: postgres.Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of a PostgreSQL database made by the migrations."""
    url = postgres_server.create()
    _migrate(url, tmp_path_factory.mktemp("migrated"))
    yield str(make_url(url).database)
    postgres_server.drop(url)


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """The address of a migrated, empty SQLite database of this test's own."""
    path = tmp_path / "test.sqlite3"
    shutil.copyfile(migrated_sqlite, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(postgres_server: postgres.Server, migrated_postgres: str) -> Iterator[str]:
    """The address of a migrated, empty PostgreSQL database of this test's own."""
    url = postgres_server.create(template=migrated_postgres)
    yield url
    postgres_server.drop(url)


@pytest.fixture(params=BACKENDS)
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated, empty database on each backend in turn."""
    name = {"sqlite": "sqlite_url", "postgresql": "postgres_url"}[request.param]
    return str(request.getfixturevalue(name))


@pytest.fixture(params=BACKENDS)
def blank_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any table, on each backend in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'blank.sqlite3'}"
        return
    server: postgres.Server = request.getfixturevalue("postgres_server")
    url = server.create()
    yield url
    server.drop(url)


def _entered(url: str, folder: Path) -> Iterator[Flask]:
    app = build_app(url, folder / "data")
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application on each backend in turn, inside its context."""
    yield from _entered(database_url, tmp_path)


@pytest.fixture
def sqlite_app(sqlite_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application on SQLite alone, for what does not differ between backends."""
    yield from _entered(sqlite_url, tmp_path)


@pytest.fixture
def visitor(sqlite_app: Flask) -> FlaskClient:
    """A browser nobody has signed in with."""
    return sqlite_app.test_client()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium: the system's, or Playwright's own where the system has none."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        # Chromium's sandbox does not start for root, and our tests open our own pages only.
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()

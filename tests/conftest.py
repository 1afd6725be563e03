"""A database made by the migrations, copied for each test, on both backends."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from argon2 import PasswordHasher
from flask import Flask, g
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import Engine, Pool, create_engine, make_url

from hatch_build import compile_catalogues
from tests import postgres
from tests.recycling import Recycled
from tracker import app as roof
from tracker import create_app, schema
from tracker.database import db, prepare_engine
from tracker.services import passwords

ROOT = Path(__file__).parent.parent
AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # Monday 09:00 in Shanghai
BACKENDS = ("sqlite", "postgresql")


def pytest_configure(config: pytest.Config) -> None:
    memory = postgres.roomy()
    if memory is not None:  # every commit waits for the disk, and nothing a test writes has to survive a power cut
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory))
    settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("patient")  # a busy machine is no fault of the code
    compile_catalogues(ROOT)
    passwords._hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)  # as slow as a test can bear


class _CompiledOnce(BytecodeCache):
    """Keeps what templates compile to: every test builds an application, and each would compile them anew."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], object] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._kept.get((bucket.key, bucket.checksum))  # type: ignore[assignment]  # jinja says None only

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key, bucket.checksum] = bucket.code


_COMPILED = _CompiledOnce()


def build_app(url: str, folder: Path) -> Flask:
    """Return an application on the database at ``url`` that keeps its files in ``folder``."""
    app = create_app({"TESTING": True, "SQLALCHEMY_DATABASE_URI": url, "DATA_DIR": str(folder)})
    app.jinja_env.bytecode_cache = _COMPILED
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


@pytest.fixture(scope="session")
def recycled(postgres_server: postgres.Server, migrated_postgres: str) -> Iterator[Recycled]:
    """A PostgreSQL database that one test after the other has for itself."""
    made = Recycled(postgres_server, migrated_postgres, _POOLS)
    yield made
    made.drop()


@pytest.fixture
def postgres_url(recycled: Recycled) -> Iterator[str]:
    """The address of a migrated, empty PostgreSQL database, of this test's own while it runs."""
    yield recycled.lend()
    recycled.take_back()


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


_SPARE: list[tuple[Flask, dict[str, Any]]] = []  # applications that no test has, each with the settings it began with


def _lent(url: str, folder: Path) -> tuple[Flask, dict[str, Any]]:
    """Return an application on the database at ``url``: a spare one, since building one costs more than most tests."""
    if not _SPARE:
        app = build_app(url, folder)
        return app, dict(app.config)
    app, settings = _SPARE.pop()
    app.config.clear()
    app.config.update(settings | {"SQLALCHEMY_DATABASE_URI": url, "DATA_DIR": str(folder), "SECRET_KEY": ""})
    roof.settle_data(app)
    db._app_engines[app][None] = _engine(url)
    return app, settings


_POOLS: dict[str, Pool] = {}  # of each PostgreSQL database: connections that know its tables already
_DIALECTS: dict[str, tuple[Any, Any]] = {}  # of each backend: its dialect, and what statements compile to for it


def _engine(url: str) -> Engine:
    """Return an engine that compiles no statement that an engine of an earlier test has compiled."""
    engine: Any = create_engine(url, pool=_POOLS.get(url))
    name = engine.dialect.name
    if name == "postgresql":
        _POOLS[url] = engine.pool
    if name in _DIALECTS and _DIALECTS[name][0].server_version_info:  # known since its engine connected
        engine.dialect, engine._compiled_cache = _DIALECTS[name]
        engine.pool._dialect = engine.dialect
    else:
        _DIALECTS[name] = engine.dialect, engine._compiled_cache
    prepare_engine(engine)
    return cast("Engine", engine)


def _entered(url: str, folder: Path) -> Iterator[Flask]:
    app, settings = _lent(url, folder / "data")
    with app.app_context():
        yield app
        db.session.remove()
        if db.engine.pool is not _POOLS.get(url):
            db.engine.dispose()
    _SPARE.append((app, settings))


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

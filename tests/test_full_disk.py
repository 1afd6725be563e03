"""A disk that takes no more: writing is refused in words, reading goes on, and all is well once there is room."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import factories
from tracker.database import db
from tracker.models import Person, Post, Role


@contextmanager
def no_room(app: Flask) -> Iterator[None]:
    """Let no file of this process grow beyond what the database's log holds already."""
    log = Path(app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///") + "-wal")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size if log.exists() else 0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def office(sqlite_app: Flask) -> Post:
    return factories.post(Role.OFFICE, valid_from=factories.TODAY)


@pytest.fixture
def browser_of_office(visitor: FlaskClient, office: Post) -> FlaskClient:
    """Somebody whose session was last noted a while ago, so that the next page would note it again."""
    return factories.sign_in(visitor, office, ago=timedelta(minutes=5))


def test_reading_goes_on(sqlite_app: Flask, browser_of_office: FlaskClient) -> None:
    with no_room(sqlite_app):
        answers = [browser_of_office.get(page).status_code for page in ("/", "/issues/", "/profile")]
    assert answers == [200, 200, 200]


def test_writing_is_refused_and_goes_on_once_there_is_room(
    sqlite_app: Flask, browser_of_office: FlaskClient, office: Post
) -> None:
    token = factories.form_token(browser_of_office, "/profile")
    contact = {"csrf_token": token, "phone": "13800000000"}
    with no_room(sqlite_app):
        assert browser_of_office.post("/profile/contact", data=contact).status_code >= 500
    assert db.session.get_one(Person, office.person_id, populate_existing=True).phone is None
    assert browser_of_office.post("/profile/contact", data=contact).status_code == 303
    assert db.session.get_one(Person, office.person_id, populate_existing=True).phone == "13800000000"

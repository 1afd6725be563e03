"""A calendar by its private address: shown once, read without signing in, gone with its owner."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar

from tests.conftest import AT
from tests.factories import send, sign_in
from tests.flows import World, issue_in
from tracker import clock
from tracker.clock import local_date
from tracker.database import db
from tracker.models import Post
from workflows.issue import IssueState


@pytest.fixture
def here(sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(clock, "now", lambda: AT)
    return issue_in(IssueState.RECTIFYING)


@pytest.fixture
def owner(sqlite_app: Flask, here: World) -> FlaskClient:
    return sign_in(sqlite_app.test_client(), db.session.get_one(Post, here.assignee.post_id))


def made(owner: FlaskClient) -> str:
    """Return the path of a new address, as the page tells it."""
    assert send(owner, "/calendars/make", {"group_id": "0"}, page="/calendars").status_code == 303
    found = re.search(r"http://localhost(/calendar/[\w-]{40,}\.ics)", owner.get("/calendars").text)
    assert found
    return found.group(1)


def test_the_file_reads_back_as_a_calendar(owner: FlaskClient, here: World, visitor: FlaskClient) -> None:
    path = made(owner)
    answer = visitor.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    assert answer.headers["Cache-Control"].startswith("private")
    assert all(len(line) <= 75 for line in answer.data.split(b"\r\n"))
    calendar = Calendar.from_ical(answer.data)
    (event,) = calendar.walk("VEVENT")
    deadline = local_date(AT) + timedelta(days=14)
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (deadline, deadline + timedelta(days=1))
    assert str(event["summary"]) == f"整改中 {here.issue.number} {here.village.name}"
    assert here.issue.description not in answer.text
    assert str(event["uid"]) == f"issue-{here.issue.id}-to_rectify@localhost"
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H" in answer.text
    assert Calendar.from_ical(visitor.get(path).data).walk("VEVENT")[0]["uid"] == event["uid"]


def test_it_speaks_the_language_of_its_owner(owner: FlaskClient, here: World, visitor: FlaskClient) -> None:
    path = made(owner)
    db.session.get_one(Post, here.assignee.post_id).person.language = "en"
    db.session.commit()
    assert "整改中" not in visitor.get(path).text


def test_the_address_is_shown_once_and_a_new_one_ends_it(owner: FlaskClient, visitor: FlaskClient) -> None:
    first = made(owner)
    assert first not in owner.get("/calendars").text
    second = made(owner)
    assert (visitor.get(first).status_code, visitor.get(second).status_code) == (404, 200)
    send(owner, "/calendars/revoke", {"group_id": "0"}, page="/calendars")
    assert visitor.get(second).status_code == 404


def test_who_guesses_must_wait_while_true_addresses_are_served(owner: FlaskClient, visitor: FlaskClient) -> None:
    path = made(owner)
    assert [visitor.get(f"/calendar/guess{n}.ics").status_code for n in range(7)] == [404] * 5 + [429] * 2
    assert visitor.get(path).status_code == 200


def test_a_group_that_is_not_ones_own_is_not_followed(owner: FlaskClient, here: World) -> None:
    answer = send(owner, "/calendars/make", {"group_id": str(here.finders.id)}, page="/calendars")
    assert answer.status_code == 404

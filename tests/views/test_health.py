from __future__ import annotations

from dataclasses import fields
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests import factories
from tests.factories import saved, sign_in
from tracker.database import db
from tracker.jobs import Clock
from tracker.labels.health import TICKED
from tracker.models import Heartbeat, Lease, OutboxMessage, Role, Setting
from tracker.queries.health import TICK_REPORT
from tracker.services.leases import database_instant
from tracker.services.ticks import TickReport


@pytest.fixture
def running(sqlite_app: Flask) -> Clock:
    """A clock that leads and has ticked."""
    made = Clock(sqlite_app)
    made.beat()
    made.tick()
    return made


def unsent(minutes: int) -> None:
    at = database_instant() - timedelta(minutes=minutes)
    who = factories.person()
    saved(OutboxMessage(key=f"k{minutes}", recipient_id=who.id, channel="mail", kind="urged", created_at=at))


def ticked(ago: timedelta) -> None:
    noted = {"ticked_at": (database_instant() - ago).isoformat(), "at": "", "report": {"reminders": 7}}
    db.session.merge(Setting(key=TICK_REPORT, value=noted))
    db.session.commit()


def alarms() -> list[tuple[str, int]]:
    rows = db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind.startswith("alarm")))
    return [(row.kind, row.recipient_id) for row in rows]


@pytest.mark.parametrize(
    ("age", "waiting", "status"),
    [(timedelta(0), 4, 200), (timedelta(minutes=4), 0, 503), (timedelta(0), 6, 503), (None, 0, 503)],
)
def test_whoever_watches_learns_whether_people_are_reminded_and_no_more(
    visitor: FlaskClient, age: timedelta | None, waiting: int, status: int
) -> None:
    if age is not None:
        ticked(age)
    if waiting:
        unsent(waiting)
    answer = visitor.get("/health/ready")
    assert (answer.status_code, answer.json) == (status, {"status": "ok" if status == 200 else "late"})
    assert visitor.get("/health").status_code == 200


def test_the_page_names_the_leader_and_what_waits(visitor: FlaskClient, running: Clock) -> None:
    unsent(2)
    page = sign_in(visitor, factories.post(Role.AUDITOR)).get("/health/status").text
    for words in (running.claim.holder, "一切正常", "值守", "电子邮件", "SQLite"):
        assert words in page


def test_every_figure_of_a_tick_has_its_words() -> None:
    assert TICKED.keys() >= {one.name for one in fields(TickReport)}


def test_the_page_says_when_nobody_leads(visitor: FlaskClient) -> None:
    page = sign_in(visitor, factories.post(Role.OFFICE)).get("/health/status").text
    assert "时钟停了" in page
    assert "现在没有进程值守时钟" in page


@pytest.mark.parametrize(("role", "warned"), [(Role.SYSADMIN, True), (Role.OFFICE, True), (Role.LEADER, False)])
def test_above_every_page_those_who_can_mend_it_are_warned(visitor: FlaskClient, role: Role, warned: bool) -> None:
    assert ("时钟停了" in sign_in(visitor, factories.post(role)).get("/inbox").text) is warned


def test_administrators_are_told_once_an_hour_of_each_thing_that_is_wrong(running: Clock) -> None:
    boss = factories.post(Role.SYSADMIN)
    factories.post(Role.OFFICE)
    running.alarms()
    assert alarms() == []
    ticked(timedelta(minutes=4))
    running.alarms()
    assert alarms() == []  # who leads since a moment ago has yet to tick
    db.session.query(Lease).update({"taken_at": database_instant() - timedelta(minutes=4)})
    db.session.query(Heartbeat).update({"clock_off": -90.0})
    db.session.commit()
    running.alarms()
    running.alarms()
    assert alarms() == [("alarm_clock", boss.person_id), ("alarm_skew", boss.person_id)]

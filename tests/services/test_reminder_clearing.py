"""Old reminders go in batches; whatever could be said a second time stays."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests import factories
from tests.services.test_digests import digests, noted
from tests.services.test_reminders import MONDAY, due, morning, reminded
from tracker.database import db
from tracker.models import Reminder
from tracker.services import reminder_clearing as service
from tracker.services.reminder_clearing import KEPT, reminders_clear
from tracker.services.ticks import tick

pytestmark = pytest.mark.usefixtures("app")


def left() -> list[str]:
    return list(db.session.scalars(select(Reminder.subject).order_by(Reminder.id)))


def test_what_was_told_long_ago_goes_in_batches_once_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "AT_ONCE", 2)
    monkeypatch.setattr(service, "BATCHES", 2)
    who = factories.person()
    for n in range(5):
        noted(who.id, f"letter:{n}", morning(MONDAY))
    assert tick(at=morning(MONDAY)).digests == 1
    noted(who.id, "letter:6", morning(MONDAY))
    later = morning(MONDAY) + KEPT
    assert reminders_clear(at=later) == 0
    assert reminders_clear(at=later + timedelta(hours=1)) == 0  # looked at today already
    day_after = later + timedelta(days=1)
    assert [reminders_clear(at=day_after + timedelta(minutes=n)) for n in range(3)] == [4, 1, 0]
    assert left() == ["letter:6"]  # nobody was told of it yet
    assert reminders_clear(at=day_after + timedelta(days=1), kept=timedelta(days=10)) == 0
    assert len(digests(who.id)) == 1


def test_what_an_open_issue_still_waits_for_stays_and_nothing_is_said_twice() -> None:
    open_one, settled = due(MONDAY), due(MONDAY)
    tick(at=morning(MONDAY))
    told = reminded()
    settled.issue.move_due_on = date(2027, 5, 3)  # extended since
    db.session.commit()
    at = morning(date(2026, 3, 10)) + KEPT
    assert reminders_clear(at=at) == len(told) - 1
    assert reminded() == [("deadline.before0", open_one.assignee.person_id)]
    before = len(digests(open_one.assignee.person_id))
    tick(at=at)
    assert ("deadline.before0", open_one.assignee.person_id) in reminded()
    assert [rule for rule, who in reminded() if rule == "deadline.before0"] == ["deadline.before0"]
    assert len(digests(open_one.assignee.person_id)) - before <= 1

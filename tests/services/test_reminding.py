from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from tests import factories
from tracker.database import db, transaction
from tracker.models import Reminder
from tracker.services.reminding import reminder, reminders_add, reminders_withdraw
from workflows.reminding import DigestSection

AT = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)


def row(person_id: int, period: str = "2026-03-05", **given: Any) -> dict[str, Any]:
    """Return a reminder of the reply to a letter."""
    about = {"subject": "letter:12"} | given
    return reminder(
        rule="reply.before3", period=period, person_id=person_id, section=DigestSection.WAITING, kind="late", at=AT,
        due_on=date(2026, 3, 5), **about,
    )  # fmt: skip


@pytest.mark.usefixtures("app")
def test_a_reminder_is_noted_down_once_and_taken_back_while_nobody_was_told() -> None:
    one, two = factories.person().id, factories.person().id
    with transaction():
        assert reminders_add([row(one), row(two), row(one)]) == 2
        assert reminders_add([row(one), row(one, "2026-04-05"), row(one, subject="letter:13")]) == 2
    known = db.session.scalars(select(Reminder).order_by(Reminder.id)).first()
    assert known is not None
    known.delivered_at = AT
    db.session.commit()
    with transaction():
        assert reminders_withdraw(subject="letter:12") == 2
    assert set(db.session.scalars(select(Reminder.subject))) == {"letter:12", "letter:13"}


@pytest.mark.usefixtures("app")
def test_many_reminders_go_in_at_once_and_not_without_their_cause() -> None:
    who, issue = factories.person().id, factories.issue().id
    rows = [row(who, str(number), subject="", issue_id=issue) for number in range(1200)]
    with transaction() as session:
        assert reminders_add(rows) == 1200
        session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Reminder)) == 0
    with transaction():
        assert reminders_add(rows) == 1200
        assert reminders_withdraw(issue_id=issue) == 1200

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests import factories, flows
from tests.factories import saved
from tracker.database import db
from tracker.labels.messages import message_words
from tracker.models import OutboxMessage, PolicyVersion, RequestKey, Role, Setting, SignIn, SignInAttempt
from tracker.services.reminders import SWEPT, reminders_queue
from tracker.services.ticks import HEARTBEAT, tick
from workflows.issue import IssueState
from workflows.policy import Policy

pytestmark = pytest.mark.usefixtures("app")
MONDAY = date(2026, 3, 9)


def morning(day: date, hour: int = 9, minute: int = 0) -> datetime:
    """Return that Shanghai wall time as an instant."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=hour - 8, minutes=minute)


def due(deadline: date, **given: Any) -> flows.World:
    """Return a world whose issue is rectified until ``deadline``."""
    here = flows.issue_in(IssueState.RECTIFYING, **given)
    here.issue.deadline = deadline
    db.session.commit()
    db.session.query(OutboxMessage).delete()
    db.session.commit()
    return here


def reminded() -> list[tuple[str, int]]:
    rows = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
    return [(row.kind, row.recipient_id) for row in rows]


@pytest.mark.parametrize(
    ("today", "kind"),
    [
        (date(2026, 3, 9), None),  # eight working days before
        (date(2026, 3, 10), "due_soon"),
        (date(2026, 3, 16), "due_soon"),
        (date(2026, 3, 17), None),
        (date(2026, 3, 18), "due_soon"),
        (date(2026, 3, 19), "due_today"),
        (date(2026, 3, 20), "late"),
        (date(2026, 3, 23), None),
        (date(2026, 3, 26), "very_late"),
        (date(2026, 3, 27), None),
    ],
)
def test_policy_says_on_which_days_somebody_is_reminded(today: date, kind: str | None) -> None:
    here = due(date(2026, 3, 19))
    assert reminders_queue(at=morning(today)) == (kind is not None)
    assert reminded() == ([(kind, here.assignee.person_id)] if kind else [])


def test_a_reminder_is_queued_once_however_often_the_clock_ticks() -> None:
    due(MONDAY)
    assert [reminders_queue(at=morning(MONDAY, hour)) for hour in (9, 9, 10, 17)] == [1, 0, 0, 0]
    db.session.query(Setting).filter_by(key=SWEPT).delete()
    db.session.commit()
    assert reminders_queue(at=morning(MONDAY, 18)) == 0


@pytest.mark.parametrize(
    "at", [morning(MONDAY, 8, 29), morning(MONDAY - timedelta(days=1)), morning(date(2026, 10, 1))]
)
def test_nobody_is_reminded_at_night_or_on_days_off(at: datetime) -> None:
    due(at.date() + timedelta(days=1) if at.month == 10 else MONDAY)
    assert reminders_queue(at=at) == 0


def test_a_weekend_reminds_on_the_friday_before() -> None:
    due(date(2026, 3, 14))
    reminders_queue(at=morning(date(2026, 3, 13)))
    assert [kind for kind, _ in reminded()] == ["due_today"]


def test_days_that_were_missed_are_made_up_for_by_one_message() -> None:
    due(date(2026, 3, 19))
    reminders_queue(at=morning(date(2026, 3, 6)))
    assert reminders_queue(at=morning(date(2026, 3, 27))) == 1
    assert [kind for kind, _ in reminded()] == ["very_late"]


def test_a_clock_that_ran_ahead_repeats_nothing() -> None:
    due(date(2026, 3, 19))
    reminders_queue(at=morning(date(2026, 3, 20)))
    assert reminders_queue(at=morning(date(2026, 3, 19))) == 0


def test_everyone_who_must_rectify_is_reminded_but_nobody_else() -> None:
    here = due(MONDAY)
    colleague = factories.post(Role.ASSIGNEE, unit_id=here.assignee.unit_id)
    factories.post(Role.ASSIGNEE, unit_id=here.assignee.unit_id, who=factories.person(is_active=False))
    factories.post(Role.ASSIGNEE, unit_id=here.assignee.unit_id, valid_to=date(2026, 3, 8))
    reminders_queue(at=morning(MONDAY))
    assert {who for _, who in reminded()} == {here.assignee.person_id, colleague.person_id}


def test_a_confidential_issue_reminds_the_named_person_alone() -> None:
    here = due(MONDAY)
    factories.post(Role.ASSIGNEE, unit_id=here.assignee.unit_id)
    here.issue.is_confidential = True
    db.session.commit()
    reminders_queue(at=morning(MONDAY))
    assert reminded() == [("due_today", here.assignee.person_id)]


@pytest.mark.parametrize("state", [IssueState.SUBMITTED, IssueState.SUSPENDED, IssueState.SIGNED_OFF])
def test_what_the_assignee_has_done_reminds_no_more(state: IssueState) -> None:
    here = flows.issue_in(state)
    db.session.query(OutboxMessage).delete()
    db.session.commit()
    assert here.issue.deadline is not None
    assert reminders_queue(at=morning(here.issue.deadline)) == 0


def test_the_policy_an_issue_keeps_decides_when_it_reminds() -> None:
    body = Policy().to_dict()
    body["general"]["remind_before"] = [2]
    saved(PolicyVersion(effective_on=date(2026, 1, 1), body=body, made_at=factories.EPOCH))
    due(date(2026, 3, 19))
    assert [reminders_queue(at=morning(date(2026, 3, day))) for day in (16, 17, 18, 19)] == [0, 1, 0, 0]


def test_words_name_the_days_that_are_left() -> None:
    due(date(2026, 3, 19))
    reminders_queue(at=morning(date(2026, 3, 16)))
    row = db.session.scalars(select(OutboxMessage)).one()
    assert "距整改时限还有 3 个工作日（2026-03-19）" in message_words(row.kind, row.context)


def test_a_tick_clears_what_has_expired_and_leaves_a_heartbeat() -> None:
    who = factories.person()
    at = morning(MONDAY)
    for age in (31, 29):
        saved(RequestKey(person_id=who.id, key=str(age), body_hash="0" * 64, answer="", at=at - timedelta(days=age)))
    for days in (181, 179):
        attempt = {"login": "u", "address": "", "kind": "password", "succeeded": False}
        saved(SignInAttempt(**attempt, at=at - timedelta(days=days)))
    for hours in (13, 11):
        opened = at - timedelta(hours=hours)
        saved(
            SignIn(
                token_hash=str(hours), person_id=who.id, security_epoch=0, created_at=opened, seen_at=opened,
                fresh_at=opened,
            )
        )  # fmt: skip
    report = tick(at=at)
    assert (report.request_keys, report.attempts, report.sign_ins) == (1, 1, 1)
    assert tick(at=at) == type(report)(0, 0, 0, 0, 0)
    assert db.session.get_one(Setting, HEARTBEAT).value == at.isoformat()

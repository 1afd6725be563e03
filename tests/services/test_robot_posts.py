"""What robots post: their owner's figures once a working day, urgent reminders once, nothing confidential."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Flask
from sqlalchemy import select

from tests import factories
from tests.conftest import AT
from tests.services.test_channels import channel
from tracker.database import db
from tracker.models import ChannelKind, OutboxMessage, Reminder, UnitKind
from tracker.services.robot_posts import robot_posts_queue
from workflows.issue import IssueState
from workflows.reminding import DigestSection

OPEN = {"state": IssueState.RECTIFYING}


def posts() -> list[tuple[int | None, str, dict[str, object]]]:
    rows = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
    return [(row.channel_id, row.kind, row.context) for row in rows]


def test_each_robot_posts_its_owners_figures_once_a_working_day(app: Flask) -> None:
    town = factories.unit(UnitKind.TOWNSHIP)
    here, there = factories.village(parent=town), factories.village()
    group = factories.group(there)
    factories.issue(location=here, deadline=date(2026, 2, 27), **OPEN)
    factories.issue(location=here, deadline=date(2026, 3, 6), **OPEN)
    factories.issue(location=here, deadline=date(2026, 2, 27), is_confidential=True, **OPEN)
    factories.issue(location=there, deadline=date(2026, 4, 1), state=IssueState.SUBMITTED)
    kind = ChannelKind.WECOM_ROBOT
    office = channel(kind, name="全县群", posts_digest=True)
    township = channel(kind, unit_id=town.id, posts_digest=True)
    supervisors = channel(kind, group_id=group.id, posts_digest=True)
    channel(kind, posts_digest=True, is_on=False)
    assert robot_posts_queue(at=AT - timedelta(hours=1)) == 0  # 08:00
    assert robot_posts_queue(at=AT - timedelta(days=1)) == 0  # Sunday
    assert robot_posts_queue(at=AT) == 3
    assert robot_posts_queue(at=AT + timedelta(hours=5)) == 0
    assert posts() == [
        (office.id, "robot_digest", {"name": "全县群", "late": 1, "due": 1, "waiting": 1}),
        (township.id, "robot_digest", {"name": town.name, "late": 1, "due": 1, "waiting": 0}),
        (supervisors.id, "robot_digest", {"name": group.name, "late": 0, "due": 0, "waiting": 1}),
    ]


def test_an_urgent_reminder_of_many_is_one_post(app: Flask) -> None:
    issue, hidden = factories.issue(**OPEN), factories.issue(is_confidential=True, **OPEN)
    robot = channel(ChannelKind.FEISHU_ROBOT, posts_urgent=True)
    for n, about in enumerate((issue, issue, hidden)):
        who = factories.person()
        factories.saved(
            Reminder(
                key=f"k{n}", person_id=who.id, issue_id=about.id, rule="red", section=DigestSection.LATE,
                kind="very_late", made_at=AT, is_urgent=True, due_on=date(2026, 2, 2),
            )
        )  # fmt: skip
    assert [robot_posts_queue(at=AT + timedelta(minutes=n)) for n in range(2)] == [1, 0]
    told = {"name": "示例通道", "number": issue.number, "place": issue.location.name}
    assert posts() == [(robot.id, "robot_urgent", told | {"rule": "red", "due": "2026-02-02"})]

"""What robots post into their chats: once a working day how things stand, and urgent reminders as they come.

A chat has many readers, so nothing of a confidential issue is posted, and of the others no more than number and place.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from tracker.clock import local
from tracker.database import db, transaction
from tracker.models import PERSONAL, Channel, Issue, Reminder, Role, Unit
from tracker.policy import Actor, listed_open
from tracker.queries.rules import policy_on, work_calendar
from tracker.services.outbox import enqueue_all
from workflows.issue import IssueState

_FIRST = "08:30"
_LOOKED_AT = 2000  # the latest reminders: what is urgent is posted within minutes or not at all
_FRESH = timedelta(hours=4)
_MOVES = (IssueState.REGISTERED, IssueState.ASSIGNED, IssueState.SUBMITTED, IssueState.VERIFIED)


def robot_posts_queue(*, at: datetime) -> int:
    """Queue what the robots are to post at ``at``, each post once; return how many were new."""
    wanted = Channel.posts_digest | Channel.posts_urgent
    query = select(Channel).where(Channel.is_on, Channel.kind.not_in(PERSONAL), wanted).order_by(Channel.id)
    robots = db.session.scalars(query).all()
    if not robots:
        return 0
    with transaction():
        return enqueue_all([row for robot in robots for row in _posts(robot, at)])


def _posts(robot: Channel, at: datetime) -> Iterator[dict[str, Any]]:
    wall = local(at)
    today = wall.date()
    seen = (listed_open(_reader(robot, today)), Issue.is_confidential.is_(False))
    if robot.posts_digest and work_calendar().is_workday(today) and wall.time() >= _digest_time(today):
        figures = _figures(seen, today)
        if any(figures.values()):
            yield _row(robot, f"robot_digest:{robot.id}:{today}", "robot_digest", {"name": _name(robot), **figures}, at)
    if robot.posts_urgent:
        yield from _urgent(robot, seen, at)


def robot_figures(robot: Channel, today: date) -> dict[str, int]:
    """Return what the robot's digest says of ``today``."""
    return _figures((listed_open(_reader(robot, today)), Issue.is_confidential.is_(False)), today)


def _digest_time(today: date) -> time:
    return time.fromisoformat(getattr(policy_on(today).policy, "digest_at", _FIRST))


def _reader(robot: Channel, today: date) -> Actor:
    """Return somebody who sees what the robot's owner sees, and nothing as a person."""
    if robot.group_id is not None:
        return Actor(0, "", Role.GROUP_MEMBER, today, group_id=robot.group_id)
    if robot.unit_id is not None:
        path = db.session.scalars(select(Unit.path).where(Unit.id == robot.unit_id)).one()
        return Actor(0, "", Role.TOWNSHIP, today, unit_id=robot.unit_id, unit_path=path)
    return Actor(0, "", Role.OFFICE, today)


def _name(robot: Channel) -> str:
    owner = robot.group or robot.unit
    return owner.name if owner is not None else robot.name


def _figures(seen: tuple[ColumnElement[bool], ...], today: date) -> dict[str, int]:
    """Count what is late, what is due until Sunday, and what waits for somebody's move."""
    sunday = today + timedelta(days=6 - today.weekday())

    def count(condition: ColumnElement[bool]) -> Any:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    late, due = Issue.deadline < today, Issue.deadline.between(today, sunday)
    found = db.session.execute(select(count(late), count(due), count(Issue.state.in_(_MOVES))).where(*seen)).one()
    return dict(zip(("late", "due", "waiting"), (int(one) for one in found), strict=True))


def _urgent(robot: Channel, seen: tuple[ColumnElement[bool], ...], at: datetime) -> Iterator[dict[str, Any]]:
    latest = select(Reminder.id).order_by(Reminder.id.desc()).limit(_LOOKED_AT)
    query = (
        select(Reminder.rule, Reminder.due_on, Issue.id, Issue.number, Unit.name)
        .join(Issue, Issue.id == Reminder.issue_id)
        .outerjoin(Unit, Unit.id == Issue.location_id)
        .where(
            Reminder.id.in_(latest), Reminder.is_urgent, Reminder.made_at > at - _FRESH, Reminder.made_at <= at, *seen
        )
        .distinct()
    )
    for rule, due_on, issue_id, number, place in db.session.execute(query):
        told = {"name": _name(robot), "number": number or "", "place": place or "", "rule": rule,
                "due": due_on.isoformat() if due_on else ""}  # fmt: skip
        yield _row(robot, f"robot_urgent:{robot.id}:{rule}:{issue_id}:{due_on}", "robot_urgent", told, at, issue_id)


def _row(
    robot: Channel, key: str, kind: str, context: dict[str, Any], at: datetime, issue_id: int | None = None
) -> dict[str, Any]:
    return {
        "key": key, "recipient_id": None, "channel_id": robot.id, "issue_id": issue_id, "subject": "",
        "channel": robot.kind.value, "kind": kind, "context": context, "created_at": at, "attempts": 0, "error": "",
    }  # fmt: skip

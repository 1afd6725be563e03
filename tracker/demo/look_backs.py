"""The demo county's look-backs: a sample drawn before the round, and what was found of it."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from tracker.clock import ZONE, local_date
from tracker.database import db
from tracker.demo.people import World
from tracker.models import Issue, LookBack, Post
from tracker.queries.rules import work_calendar
from tracker.services.look_back_plans import PlanValues, plan_draw, plan_preview
from tracker.services.look_backs import look_back_found_again, look_back_hold
from workflows.letter import workday_before
from workflows.look_back import LookBackState
from workflows.planning.draw import ticket
from workflows.sampling import Rules

_SEED = 2026
_AGO, _PERIOD = timedelta(days=12), timedelta(days=45)
_SHARE, _AGAIN, _ANSWERED = 15, 0.2, 0.3  # per cent drawn; shares that came back, and that are answered out of turn
_SEEN = "示例：现场查看，整改成果保持良好"
_BACK = "示例：现场查看，问题又出现了"


def look_backs_draw(world: World, at: datetime) -> None:
    """Draw a sample of what was signed off until twelve days ago."""
    day = local_date(at - _AGO)
    when = datetime.combine(day, time(10), ZONE)
    values = PlanValues("示例：本季度回头看", day, day + _PERIOD, 90, Rules(_SHARE, least=1))
    preview = plan_preview(values=values, at=when)
    if preview.drawn:
        office = world.actor(world.people["demo-office"], day)
        plan_draw(values=values, seen=preview.people.digest, actor=office, at=when)


def look_backs_answer(world: World, at: datetime) -> None:
    """Let the groups look back at some of what still waits, on the last working day, besides their rounds."""
    day = workday_before(work_calendar(), local_date(at))
    waits = select(LookBack.issue_id).where(LookBack.state == LookBackState.WAITING).order_by(LookBack.id)
    waiting = db.session.scalars(waits).all()
    for number, issue_id in enumerate(waiting):
        if number < 2 or ticket(_SEED, issue_id) < _ANSWERED:
            look_back_tell(issue_id, world, datetime.combine(day, time(9, 30), ZONE))


def look_back_tell(issue_id: int, world: World, at: datetime) -> None:
    """Record one look-back by somebody of the group who did not re-check the issue themselves."""
    issue = db.session.get_one(Issue, issue_id)
    posts = world.groups[world.group_of[issue.location_id or 0]]
    post: Post = next(post for post in posts if post.person_id != issue.verified_by_id)
    given: dict[str, Any] = {"issue_id": issue_id, "actor": world.actor(post, local_date(at)), "at": at}
    if ticket(_SEED, issue_id) < _AGAIN:
        deadline = work_calendar().add_workdays(local_date(at), 10)
        look_back_found_again(**given, finding=_BACK, deadline=deadline)
    else:
        look_back_hold(**given, finding=_SEEN)

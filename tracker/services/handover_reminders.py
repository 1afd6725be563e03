"""Reminds of a post that ends within two weeks while something is still held by it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import and_, select

from tracker.clock import local_date
from tracker.database import db, transaction
from tracker.models import Person, Post, Reminder, Role
from tracker.queries.handovers import Departing, ending_soon
from tracker.services.checks import in_force
from tracker.services.reminding import reminder, reminders_add
from workflows.reminding import DigestSection

RULE = "post_ends"


def departures_remind(*, at: datetime) -> int:
    """Note down once for each such post that its holder, the office and the leaders of its group are to be told."""
    today = local_date(at)
    with transaction():
        leaving = _not_told(ending_soon(today))
        return reminders_add([row for one in leaving for row in _tell("post_ends", one, today, at)]) if leaving else 0


def _not_told(leaving: Iterable[Departing]) -> list[Departing]:
    """Leave out what was noted down before for the same last day."""
    found = {_subject(one.post): one for one in leaving}
    query = select(Reminder.subject, Reminder.due_on).where(Reminder.rule == RULE, Reminder.subject.in_(list(found)))
    known = {(row.subject, row.due_on) for row in db.session.execute(query.distinct())}
    return [one for subject, one in found.items() if (subject, one.post.valid_to) not in known]


def _subject(post: Post) -> str:
    return f"post:{post.id}"


def _tell(kind: str, one: Departing, today: date, at: datetime) -> list[dict[str, object]]:
    day = one.post.valid_to.isoformat() if one.post.valid_to else ""
    context = {"name": one.post.person.name, "day": day, "n": one.total}
    return [
        reminder(
            rule=RULE, period=day, person_id=person, section=DigestSection.WAITING, kind=kind, at=at,
            subject=_subject(one.post), context=context, due_on=one.post.valid_to,
        )
        for person in _told(one.post, today)
    ]  # fmt: skip


def _told(post: Post, today: date) -> list[int]:
    """Return who is told: the holder, the office, and the leaders of the group."""
    leads = and_(Post.role == Role.GROUP_LEAD, Post.group_id == post.group_id)
    circle = (Post.role == Role.OFFICE) | leads if post.group_id is not None else Post.role == Role.OFFICE
    query = select(Post.person_id).join(Person, Person.id == Post.person_id).where(*in_force(today), circle)
    return sorted({post.person_id, *db.session.scalars(query)})

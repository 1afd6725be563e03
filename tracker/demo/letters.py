"""What the ladder made of the demo's late issues: some letters wait to be issued, others are at every stage."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from tracker.clock import ZONE, local_date
from tracker.database import db
from tracker.demo.people import World
from tracker.models import Letter, Post
from tracker.policy import RECEIVING
from tracker.queries.rules import work_calendar
from tracker.services.escalations import escalations_sweep
from tracker.services.letters import letter_issue, letter_receive, letter_reply, letter_settle
from workflows.letter import LetterState, workday_before

_OFFICE = "demo-office"
_REPLY = "示例：已召集有关人员逐项落实，本周内完成整改。"


def letters_play(world: World, at: datetime, rng: Random) -> None:
    """Let the ladder be climbed on the last working day before ``at``, and the office issue two letters of three."""
    day = workday_before(work_calendar(), local_date(at))
    when = datetime(day.year, day.month, day.day, 9, 0, tzinfo=ZONE)
    escalations_sweep(at=when)
    query = select(Letter.id).where(Letter.state == LetterState.PROPOSED).order_by(Letter.id)
    for number, letter_id in enumerate(db.session.scalars(query).all()):
        if number % 3:
            _play(letter_id, number, world, when + timedelta(minutes=rng.randint(10, 90)))


def _play(letter_id: int, number: int, world: World, at: datetime) -> None:
    """Issue one letter and let it come as far as its turn says."""
    office = _by(world.people[_OFFICE], world, at)
    letter = letter_issue(letter_id=letter_id, **office)
    query = select(Post).where(Post.unit_id == letter.recipient_unit_id, Post.role.in_(RECEIVING)).order_by(Post.id)
    recipient = db.session.scalars(query.limit(1)).first()
    if recipient is None or number % 4 == 0:
        return
    recipients = _by(recipient, world, at + timedelta(hours=2))
    letter_receive(letter_id=letter_id, **recipients)
    if number % 4 > 1:
        letter_reply(letter_id=letter_id, words=_REPLY, **recipients)
    if number % 4 > 2:
        later = _by(world.people[_OFFICE], world, at + timedelta(hours=4))
        letter_settle(letter_id=letter_id, opinion="示例：同意办结", **later)


def _by(post: Post, world: World, at: datetime) -> dict[str, Any]:
    return {"actor": world.actor(post, local_date(at)), "at": at}

"""What the ladder made of the demo's late issues: some letters wait to be issued, others are at every stage."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from tracker.clock import ZONE, local_date
from tracker.database import db
from tracker.demo.people import World
from tracker.models import Issue, Letter, Post
from tracker.policy import RECEIVING
from tracker.queries.rules import work_calendar
from tracker.services.escalations import escalations_sweep
from tracker.services.letter_making import LetterValues
from tracker.services.letters import letter_issue, letter_receive, letter_reply, letter_settle, letter_write
from tracker.storage import StoredFile
from workflows.issue import IssueState
from workflows.letter import LetterKind, LetterState, workday_before

_OFFICE, _HANDLER = "demo-office", "demo-assignee"
_REPLY = "示例：已召集有关人员逐项落实，本周内完成整改。"


def letters_play(world: World, at: datetime, rng: Random, proof: Sequence[StoredFile]) -> None:
    """Let the ladder be climbed on the last working day before ``at``, and the office issue two letters of three.

    Replies bring ``proof`` along.
    """
    day = workday_before(work_calendar(), local_date(at))
    when = datetime(day.year, day.month, day.day, 9, 0, tzinfo=ZONE)
    escalations_sweep(at=when)
    _by_hand(world, when, proof)
    query = select(Letter.id).where(Letter.state == LetterState.PROPOSED).order_by(Letter.id)
    for number, letter_id in enumerate(db.session.scalars(query).all()):
        if number % 3:
            _play(letter_id, number, world, when + timedelta(minutes=rng.randint(10, 90)), proof)


def _by_hand(world: World, at: datetime, proof: Sequence[StoredFile]) -> None:
    """Let the office write to the demo's responsible unit: one letter about an issue is answered, an order is not."""
    handler = world.people[_HANDLER]
    office, recipient = _by(world.people[_OFFICE], world, at), _by(handler, world, at + timedelta(minutes=30))
    about = select(Issue.id).where(Issue.state == IssueState.RECTIFYING, Issue.responsible_unit_id.is_not(None))
    issue_ids = db.session.scalars(about.order_by(Issue.deadline, Issue.id).limit(1)).all()
    matter = LetterValues(handler.unit_id, subject="示例：报送汛期隐患排查情况", words="示例：请逐村排查并附照片。")
    for kind, ids in ((LetterKind.SUPERVISE, issue_ids), (LetterKind.ORDER, ())):
        letter = letter_write(kind=kind, values=matter, issue_ids=ids, **office)
        letter_receive(letter_id=letter.id, **recipient)
        if ids:
            letter_reply(letter_id=letter.id, words=_REPLY, files=proof, **recipient)


def _play(letter_id: int, number: int, world: World, at: datetime, proof: Sequence[StoredFile]) -> None:
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
        letter_reply(letter_id=letter_id, words=_REPLY, files=proof, **recipients)
    if number % 4 > 2:
        later = _by(world.people[_OFFICE], world, at + timedelta(hours=4))
        letter_settle(letter_id=letter_id, opinion="示例：同意办结", **later)


def _by(post: Post, world: World, at: datetime) -> dict[str, Any]:
    return {"actor": world.actor(post, local_date(at)), "at": at}

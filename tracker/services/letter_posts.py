"""Who receives a document of supervision, who issued it, and how they are told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, or_, select

from tracker.database import db
from tracker.models import Issue, Letter, LetterIssue, Person, Post, Role
from tracker.policy import RECEIVING, Actor
from tracker.services.checks import in_force
from tracker.services.outbox import enqueue

_SUMMARY = 40


def letter_subject(letter_id: int) -> str:
    """Return how a message names the document that it leads to."""
    return f"letter:{letter_id}"


def recipients_of(letter: Letter, today: date) -> set[int]:
    """Return who receives the document: the person named, or all who hold a post at the unit that receives.

    Of those only the ones who may see it: of a confidential issue nobody learns by a document.
    """
    if letter.recipient_id is not None:
        who = Post.person_id == letter.recipient_id
    else:
        who = and_(Post.unit_id == letter.recipient_unit_id, Post.role.in_(RECEIVING))
    query = select(Post.person_id).join(Person, Person.id == Post.person_id).where(*in_force(today), who)
    for issue in confidential_of(letter):
        named = [one for one in (issue.responsible_id, issue.created_by_id) if one is not None]
        query = query.where(or_(Post.person_id.in_(named), Post.role.in_((Role.OFFICE, Role.LEADER))))
    return set(db.session.scalars(query.distinct()))


def confidential_of(letter: Letter) -> Sequence[Issue]:
    """Return the confidential issues that the document speaks of."""
    query = select(Issue).join(LetterIssue, LetterIssue.issue_id == Issue.id)
    return db.session.scalars(query.where(LetterIssue.letter_id == letter.id, Issue.is_confidential)).all()


def givers_of(letter: Letter, today: date) -> set[int]:
    """Return who waits for the answer: the office, who made the document or follows it, the leader who gave it."""
    named = [one for one in (letter.made_by_id, letter.leader_id, letter.followed_by_id) if one is not None]
    query = select(Post.person_id).join(Person, Person.id == Post.person_id)
    query = query.where(*in_force(today), or_(Post.role == Role.OFFICE, Post.person_id.in_(named)))
    return set(db.session.scalars(query.distinct()))


def letter_tell(
    letter: Letter, kind: str, people: Iterable[int], *, actor: Actor | None, at: datetime, words: str = ""
) -> int:
    """Queue one message of that kind to each of ``people`` but the actor; return how many."""
    others = set(people) - ({actor.person_id} if actor else set())
    if not others:
        return 0
    context = letter_told(letter) | {"who": actor.name if actor else "", "words": words[:80]}
    key = f"letter:{letter.id}:{kind}:{letter.version}"
    return enqueue(
        key=key, recipients=others, kind=kind, context=context, at=at, subject=letter_subject(letter.id),
        but=[actor.person_id] if actor else [],
    )  # fmt: skip


def letter_told(letter: Letter) -> dict[str, Any]:
    """Return what every message says of its document; its kind is put into words when it is read."""
    first = next((one["description"] for one in letter.content.get("issues", ())), "")
    summary = letter.subject or letter.words or first
    return {
        "number": letter.number or "", "letter": letter.kind.value, "summary": str(summary)[:_SUMMARY],
        "deadline": letter.reply_by.isoformat() if letter.reply_by else "",
        "unit": letter.content.get("recipient", ""),
    }  # fmt: skip

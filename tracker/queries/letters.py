"""Documents of supervision as pages show them: lists, one document, those of an issue, those that wait for somebody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from tracker.database import db
from tracker.errors import NotFoundError
from tracker.models import Issue, Letter, LetterFile, LetterIssue, LetterReply, Role
from tracker.policy import Actor, is_mine_to_answer, letter_visible, visible
from tracker.queries.rules import policy_of, work_calendar
from workflows.letter import LADDER, LetterKind, LetterState

SIZE = 50
SHOWN = 10
_ANSWERING = (LetterState.ISSUED, LetterState.RECEIVED)
_OPEN = (*_ANSWERING, LetterState.REPLIED)
_GRAVEST_FIRST = case({kind.value: -rank for rank, kind in enumerate(LADDER)}, value=Letter.kind)
_ISSUES = selectinload(Letter.issues).joinedload(LetterIssue.issue)


@dataclass(frozen=True)
class LetterFilter:
    """What a list of documents is narrowed by; without states it is what is under way."""

    state: LetterState | None = None
    kind: LetterKind | None = None
    unit_id: int | None = None
    is_late: bool = False
    is_all: bool = False
    is_mine: bool = False


@dataclass(frozen=True)
class LetterPage:
    """Documents, newest first, and the id from which the next page goes on."""

    letters: Sequence[Letter]
    after: int | None
    total: int


def is_late(today: date) -> ColumnElement[bool]:
    """Return the condition that a recipient has let the day pass."""
    return and_(Letter.state.in_(_ANSWERING), Letter.due_on < today)


def letter_list(actor: Actor, chosen: LetterFilter, after: int | None = None) -> LetterPage:
    """Return a page of the documents that ``actor`` may see; proposals stand on a list of their own."""
    conditions = [letter_visible(actor), Letter.state != LetterState.PROPOSED, *_narrowed(actor, chosen)]
    total = db.session.scalar(select(func.count()).select_from(Letter).where(*conditions)) or 0
    query = select(Letter).where(*conditions).options(joinedload(Letter.recipient_unit), _ISSUES)
    if after is not None:
        query = query.where(Letter.id < after)
    found = db.session.scalars(query.order_by(Letter.id.desc()).limit(SIZE + 1)).all()
    return LetterPage(found[:SIZE], found[SIZE - 1].id if len(found) > SIZE else None, total)


def _narrowed(actor: Actor, chosen: LetterFilter) -> list[ColumnElement[bool]]:
    found = []
    if chosen.state is not None:
        found.append(Letter.state == chosen.state)
    elif not chosen.is_all:
        found.append(Letter.state.in_(_OPEN))
    if chosen.kind is not None:
        found.append(Letter.kind == chosen.kind)
    if chosen.unit_id is not None:
        found.append(Letter.recipient_unit_id == chosen.unit_id)
    if chosen.is_late:
        found.append(is_late(actor.today))
    if chosen.is_mine:
        found.append(waits_for(actor))
    return found


def waits_for(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that the actor has to move: to receive, to reply, to settle what was replied to."""
    settling: ColumnElement[bool] = false()
    if actor.role is Role.OFFICE:
        settling = Letter.state == LetterState.REPLIED
    elif actor.role is Role.LEADER:
        gave = and_(Letter.kind == LetterKind.INSTRUCTION, Letter.leader_id == actor.person_id)
        mine = or_(Letter.followed_by_id == actor.person_id, and_(Letter.followed_by_id.is_(None), gave))
        settling = and_(Letter.state == LetterState.REPLIED, mine)
    elif actor.role is Role.DEPARTMENT:
        settling = and_(Letter.state == LetterState.REPLIED, Letter.made_unit_id == actor.unit_id)
    return or_(is_mine_to_answer(actor), settling)


def letters_waiting(actor: Actor) -> LetterPage:
    """Return what waits for the actor, by whose day is nearest, the first ten and how many there are."""
    conditions = [letter_visible(actor), waits_for(actor)]
    total = db.session.scalar(select(func.count()).select_from(Letter).where(*conditions)) or 0
    query = select(Letter).where(*conditions).options(joinedload(Letter.recipient_unit), _ISSUES)
    found = db.session.scalars(query.order_by(Letter.due_on.asc().nulls_last(), Letter.id).limit(SHOWN)).all()
    return LetterPage(found, None, total)


@dataclass(frozen=True)
class Proposal:
    """A document that waits to be issued, with its issue and how late that is."""

    letter: Letter
    issue: Issue
    workdays_late: int
    colour: str


def proposals(actor: Actor, limit: int = 100) -> tuple[list[Proposal], int]:
    """Return what the clock has proposed, the gravest first, and how many there are; only the office decides on it."""
    if actor.role is not Role.OFFICE:
        return [], 0
    waiting = Letter.state == LetterState.PROPOSED
    total = db.session.scalar(select(func.count()).select_from(Letter).where(waiting)) or 0
    query = select(Letter).where(waiting).options(joinedload(Letter.recipient_unit), joinedload(Letter.leader), _ISSUES)
    letters = db.session.scalars(query.order_by(_GRAVEST_FIRST, Letter.step.desc(), Letter.id).limit(limit)).all()
    return [_proposal(letter, actor.today) for letter in letters if letter.issues], total


def _proposal(letter: Letter, today: date) -> Proposal:
    issue = letter.issues[0].issue
    late = work_calendar().workdays_between(issue.deadline, today) if issue.deadline else 0
    colour = policy_of(issue, today).policy.colour(issue.severity, max(late, 0), max(-late, 0))
    return Proposal(letter, issue, late, colour.value)


def letter_seen(letter_id: int, actor: Actor) -> Letter:
    """Return one document with all it names; raise ``NotFoundError`` where the actor may see none."""
    query = select(Letter).where(Letter.id == letter_id, letter_visible(actor))
    people = (
        Letter.leader, Letter.made_by, Letter.issued_by, Letter.received_by, Letter.settled_by, Letter.withdrawn_by,
        Letter.handed_to, Letter.followed_by,
    )  # fmt: skip
    query = query.options(
        joinedload(Letter.recipient_unit), *map(joinedload, people), _ISSUES,
        selectinload(Letter.replies).options(
            joinedload(LetterReply.by), joinedload(LetterReply.returned_by),
            selectinload(LetterReply.files).joinedload(LetterFile.blob),
        ),
    )  # fmt: skip
    found = db.session.scalars(query, execution_options={"populate_existing": True}).unique().first()
    if found is None:
        raise NotFoundError
    return found


def letter_file_seen(file_id: int, actor: Actor) -> LetterFile:
    """Return what came with a reply, with its blob; raise ``NotFoundError`` where the document is not to be seen."""
    query = select(LetterFile).join(LetterFile.reply).join(LetterReply.letter)
    query = query.where(LetterFile.id == file_id, letter_visible(actor)).options(joinedload(LetterFile.blob))
    found = db.session.scalars(query).first()
    if found is None:
        raise NotFoundError
    return found


def letters_of_issue(issue_id: int, actor: Actor) -> Sequence[Letter]:
    """Return the documents that speak of an issue, oldest first."""
    held = select(LetterIssue.letter_id).where(LetterIssue.issue_id == issue_id)
    query = select(Letter).where(Letter.id.in_(held), letter_visible(actor)).order_by(Letter.id)
    return db.session.scalars(
        query.options(
            joinedload(Letter.recipient_unit),
            joinedload(Letter.leader),
            selectinload(Letter.replies).selectinload(LetterReply.files),
        )
    ).all()


def letters_taken(issue_ids: Sequence[int], actor: Actor) -> dict[int, list[Any]]:
    """Return number and instant of what was issued about each of these issues: the measures taken 已采取督办措施."""
    query = (
        select(LetterIssue.issue_id, Letter.number, Letter.issued_at, Letter.kind)
        .join(Letter, Letter.id == LetterIssue.letter_id)
        .where(
            LetterIssue.issue_id.in_(issue_ids), Letter.number.is_not(None), Letter.state != LetterState.WITHDRAWN,
            letter_visible(actor),
        )
        .order_by(Letter.id)
    )  # fmt: skip
    found: dict[int, list[Any]] = {}
    for row in db.session.execute(query):
        found.setdefault(row.issue_id, []).append(row)
    return found


def issues_to_write(ids: Sequence[int], actor: Actor) -> Sequence[Issue]:
    """Return those of these issues that the actor may see, in this order."""
    query = select(Issue).where(Issue.id.in_(ids), Issue.number.is_not(None), visible(actor))
    query = query.options(joinedload(Issue.responsible_unit), joinedload(Issue.location))
    found = {issue.id: issue for issue in db.session.scalars(query)}
    return [found[one] for one in ids if one in found]

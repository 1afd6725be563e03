"""Who stands in for whom, today and as the pages show it; who could."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from tracker.database import db, memo
from tracker.models import Person, Post, Substitute
from tracker.policy import Actor
from tracker.policy.substitutes import WORKING, visible_substitutes
from tracker.queries.people import Day, in_force
from tracker.queries.unit_search import LIMIT, typed

SIZE = 50
_PEOPLE = (joinedload(Substitute.person), joinedload(Substitute.substitute))


@dataclass(frozen=True)
class StandIn:
    """Somebody who receives the messages of another, and that other one's name."""

    person_id: int
    absent: str


@dataclass(frozen=True)
class SubstitutePage:
    """Substitutes that are over, newest first, and the id from which the next page goes on."""

    substitutes: Sequence[Substitute]
    after: int | None


def works(day: Day) -> ColumnElement[bool]:
    """Return the condition on ``Post`` that holds for the posts in the work that act on that day."""
    return and_(in_force(day), Post.role.in_(WORKING))


def stand_ins(day: date) -> Mapping[int, Sequence[StandIn]]:
    """Return who stands in on that day, by the person who is away: only who is still there and holds a post then."""
    return memo(f"stand_ins:{day}", lambda: _stand_ins(day))


def _stand_ins(day: date) -> Mapping[int, Sequence[StandIn]]:
    found: dict[int, list[StandIn]] = {}
    for person_id, substitute_id, name in db.session.execute(_standing_in(), {"day": day}):
        found.setdefault(person_id, []).append(StandIn(substitute_id, name))
    return found


@cache
def _standing_in() -> Select[*tuple[Any, ...]]:
    """Return the statement once: every message asks it, and making it takes longer than answering it."""
    absent, day = aliased(Person), bindparam("day", type_=Date)
    holds = select(Post.id).where(Post.person_id == Substitute.substitute_id, works(day)).exists()
    return (
        select(Substitute.person_id, Substitute.substitute_id, absent.name)
        .join(absent, absent.id == Substitute.person_id)
        .join(Person, Person.id == Substitute.substitute_id)
        .where(
            Substitute.last_day >= day, Substitute.first_day <= day, Substitute.agreed_at.is_not(None),
            Substitute.ended_at.is_(None), Person.is_active, holds,
        )
        .order_by(Substitute.id)
    )  # fmt: skip


def state_of(one: Substitute, today: date) -> str:
    """Return how it stands, a code of ``labels.SUBSTITUTE_STATE``."""
    if one.ended_at is not None:
        given_up = "withdrawn" if one.ended_by_id == one.entered_by_id else "declined"
        return "ended" if one.agreed_at is not None else given_up
    if one.last_day < today:
        return "over" if one.agreed_at is not None else "lapsed"
    if one.agreed_at is None:
        return "asked"
    return "coming" if one.first_day > today else "now"


def open_on(today: date) -> ColumnElement[bool]:
    """Return the condition that it is in force, coming or waits for the office."""
    return and_(Substitute.ended_at.is_(None), Substitute.last_day >= today)


def substitutes_open(actor: Actor, person_id: int | None = None) -> Sequence[Substitute]:
    """Return what is not over of what ``actor`` may see, or of it what concerns one person, by its first day."""
    query = select(Substitute).where(visible_substitutes(actor), open_on(actor.today)).options(*_PEOPLE)
    if person_id is not None:
        query = query.where(_concerns(person_id))
    return db.session.scalars(
        query.order_by(Substitute.agreed_at.is_not(None), Substitute.first_day, Substitute.id)
    ).all()


def _concerns(person_id: int) -> ColumnElement[bool]:
    return or_(Substitute.person_id == person_id, Substitute.substitute_id == person_id)


def substitutes_of(person_id: int, today: date) -> Sequence[Substitute]:
    """Return what is agreed and not over, as the page of a person's account shows it."""
    mine = (_concerns(person_id), open_on(today), Substitute.agreed_at.is_not(None))
    return db.session.scalars(select(Substitute).where(*mine).options(*_PEOPLE).order_by(Substitute.first_day)).all()


def substitutes_now(actor: Actor) -> dict[int, Substitute]:
    """Return what is in force today of what ``actor`` may see, by the person who is away."""
    now = (open_on(actor.today), Substitute.agreed_at.is_not(None), Substitute.first_day <= actor.today)
    query = select(Substitute).where(visible_substitutes(actor), *now).options(*_PEOPLE)
    return {one.person_id: one for one in db.session.scalars(query)}


def substitutes_over(actor: Actor, after: int | None, person_id: int | None = None) -> SubstitutePage:
    """Return a page of what is over, of everybody or of one person."""
    query = select(Substitute).where(visible_substitutes(actor), ~open_on(actor.today)).options(*_PEOPLE)
    if person_id is not None:
        query = query.where(_concerns(person_id))
    if after is not None:
        query = query.where(Substitute.id < after)
    found = db.session.scalars(query.order_by(Substitute.id.desc()).limit(SIZE + 1)).all()
    return SubstitutePage(found[:SIZE], found[SIZE - 1].id if len(found) > SIZE else None)


def asked_count(today: date) -> int:
    """Return how many wait for the office."""
    query = select(func.count()).select_from(Substitute).where(open_on(today), Substitute.agreed_at.is_(None))
    return db.session.scalar(query) or 0


def colleagues(person_id: int, day: date) -> list[Post]:
    """Return the posts, one a person, of those who hold one at a unit or in a group of this person on that day."""
    own = aliased(Post)
    mine = select(own.id).where(
        own.person_id == person_id, own.role.in_(WORKING), own.approved_at.is_not(None), own.valid_from <= day,
        or_(own.valid_to.is_(None), own.valid_to >= day),
        or_(own.unit_id == Post.unit_id, own.group_id == Post.group_id),
    )  # fmt: skip
    query = (
        select(Post).join(Post.person)
        .where(works(day), Person.is_active, Post.person_id != person_id, mine.correlate(Post).exists())
        .options(contains_eager(Post.person), joinedload(Post.unit), joinedload(Post.group))
        .order_by(Person.name, Post.id)
    )  # fmt: skip
    found: dict[int, Post] = {}
    for one in db.session.scalars(query):
        found.setdefault(one.person_id, one)
    return list(found.values())


def holders(text: str, today: date) -> list[Post]:
    """Return the posts, one a person, of those whose name or login holds ``text``."""
    wanted, query = typed(text), select(Post).join(Post.person).where(works(today), Person.is_active)
    if wanted:
        query = query.where(or_(*(one.icontains(wanted, autoescape=True) for one in (Person.name, Person.login))))
    query = query.options(contains_eager(Post.person), joinedload(Post.unit), joinedload(Post.group))
    found: dict[int, Post] = {}
    for one in db.session.scalars(query.order_by(Person.name, Post.id).limit(LIMIT * 3)):
        found.setdefault(one.person_id, one)
    return list(found.values())[:LIMIT]


def holder_by_words(words: str, today: date) -> int | None:
    """Return who alone has that login, or else that name, among those who hold a post."""
    holds = select(Post.id).where(Post.person_id == Person.id, works(today)).exists()
    for column in (Person.login, Person.name):
        found = db.session.scalars(select(Person.id).where(column == words, Person.is_active, holds).limit(2)).all()
        if found:
            return found[0] if len(found) == 1 else None
    return None

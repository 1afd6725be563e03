"""People by what they hold: who answers for a unit, who works in a group."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import BindParameter, ColumnElement, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from tracker.database import db
from tracker.models import Person, Post, Role, Unit
from tracker.policy import Actor
from tracker.queries.unit_search import LIMIT, typed

Day = date | BindParameter[date]  # a day, or what stands for one in a statement that is kept
RESPONSIBLE = (Role.ASSIGNEE, Role.VILLAGE)


@dataclass(frozen=True)
class FoundPerson:
    """One line of the list: the person and the post for which they are named."""

    id: int
    name: str
    post: str
    role: Role
    unit: str


def in_force(today: Day) -> ColumnElement[bool]:
    """Return the condition on ``Post`` that holds for approved posts that act on that day."""
    ended = or_(Post.valid_to.is_(None), Post.valid_to >= today)
    return Post.approved_at.is_not(None) & (Post.valid_from <= today) & ended


def people_suggest(
    text: str, *, today: date, unit_id: int | None = None, roles: Collection[Role] = RESPONSIBLE, limit: int = LIMIT
) -> list[FoundPerson]:
    """Return who may be named as responsible: those who hold such a post at the unit, or anywhere without one."""
    wanted = typed(text)
    query = (
        select(Post)
        .join(Post.person)
        .join(Post.unit)
        .where(in_force(today), Post.role.in_(roles), Person.is_active, Unit.closed_on.is_(None))
        .options(contains_eager(Post.person), contains_eager(Post.unit))
        .order_by(Unit.path, Person.name, Post.id)
        .limit(limit * 2)
    )
    if unit_id is not None:
        query = query.where(Post.unit_id == unit_id)
    if wanted:
        query = query.where(
            or_(*(column.icontains(wanted, autoescape=True) for column in (Person.name, Person.login, Post.title)))
        )
    found: dict[int, FoundPerson] = {}
    for post in db.session.scalars(query):
        unit = post.unit.name if post.unit else ""
        person = FoundPerson(post.person_id, post.person.name, post.title, post.role, unit)
        found.setdefault(person.id, person)
    return list(found.values())[:limit]


def posts_of_unit(unit_id: int, today: date) -> list[Post]:
    """Return the posts held at a unit today, with their people, in the order of role and name."""
    query = select(Post).join(Post.person).where(in_force(today), Post.unit_id == unit_id, Person.is_active)
    return list(db.session.scalars(query.options(contains_eager(Post.person)).order_by(Post.role, Person.name)))


def posts_of_group(group_id: int, today: date) -> list[Post]:
    """Return the posts held in a group today, leaders first."""
    query = (
        select(Post)
        .join(Post.person)
        .where(in_force(today), Post.group_id == group_id, Person.is_active)
        .options(contains_eager(Post.person).joinedload(Person.home_unit), joinedload(Post.unit))
        .order_by(Post.role, Person.name)
    )
    return list(db.session.scalars(query))


def colleagues(actor: Actor) -> dict[int, Person]:
    """Return, by their ids, the people who act for the actor's group, or in the county's office, today."""
    mine = Post.group_id == actor.group_id if actor.is_group else Post.role == Role.OFFICE
    query = select(Person).join(Post, Post.person_id == Person.id).where(in_force(actor.today), mine, Person.is_active)
    return {person.id: person for person in db.session.scalars(query.distinct().order_by(Person.id))}


def leaders(today: date) -> list[tuple[int, str]]:
    """Return the ids and names of the county leaders in office, each with the title of the post."""
    query = select(Post).join(Post.person).where(in_force(today), Post.role == Role.LEADER, Person.is_active)
    posts = db.session.scalars(query.options(contains_eager(Post.person)).order_by(Person.name, Post.id))
    return list({post.person_id: f"{post.person.name} {post.title}".strip() for post in posts}.items())

"""People and their posts as the pages of accounts show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from tracker.database import db
from tracker.errors import NotFoundError
from tracker.models import Person, Post, Role, SignIn, SupervisionGroup, Unit

PAGE = 50
DEMO_PREFIX = "demo-"


@dataclass(frozen=True)
class AccountFilter:
    """What a list of accounts is narrowed to; ``state`` is ``active``, ``disabled``, ``pending``, ``bare`` or empty."""

    words: str = ""
    role: Role | None = None
    state: str = ""


@dataclass(frozen=True)
class AccountPage:
    """One page of accounts, by login; ``next_login`` is the cursor of the next one."""

    people: Sequence[Person]
    total: int
    next_login: str


@dataclass(frozen=True)
class DemoLogin:
    """A login the demo shows on its sign-in page."""

    login: str
    name: str
    role: Role
    place: str


def _in_force(today: date) -> ColumnElement[bool]:
    return and_(
        Post.approved_at.is_not(None), Post.valid_from <= today, or_(Post.valid_to.is_(None), Post.valid_to >= today)
    )


def _pending(today: date) -> ColumnElement[bool]:
    return and_(Post.approved_at.is_(None), or_(Post.valid_to.is_(None), Post.valid_to >= today))


def _has_post(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Post.person_id == Person.id, condition)


def _narrowed(query: Select[Person], given: AccountFilter, today: date) -> Select[Person]:
    if given.words:
        columns = (Person.login, Person.name, Person.phone)
        query = query.where(or_(*(column.icontains(given.words, autoescape=True) for column in columns)))
    if given.role is not None:
        query = query.where(_has_post(and_(Post.role == given.role, _in_force(today))))
    states = {
        "active": Person.is_active,
        "disabled": ~Person.is_active,
        "pending": _has_post(_pending(today)),
        "bare": and_(Person.is_active, ~_has_post(_in_force(today))),
    }
    return query.where(states[given.state]) if given.state in states else query


def account_page(given: AccountFilter, *, today: date, after: str = "") -> AccountPage:
    """Return the accounts after the login ``after``, with their posts."""
    query = _narrowed(select(Person), given, today)
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    posts = selectinload(Person.posts)
    shown = query.where(Person.login > after).options(posts.joinedload(Post.unit), posts.joinedload(Post.group))
    people: Sequence[Person] = db.session.scalars(shown.order_by(Person.login).limit(PAGE + 1)).all()
    return AccountPage(people[:PAGE], total, people[PAGE - 1].login if len(people) > PAGE else "")


def account_find(person_id: int) -> Person:
    """Return a person with posts and who granted them; raises ``NotFoundError``."""
    posts = selectinload(Person.posts)
    person = db.session.get(
        Person, person_id, populate_existing=True,
        options=[posts.joinedload(Post.unit), posts.joinedload(Post.group), joinedload(Person.home_unit)],
    )  # fmt: skip
    if person is None:
        raise NotFoundError
    return person


def names_of(person_ids: set[int | None]) -> dict[int, str]:
    """Return id → name."""
    wanted = [one for one in person_ids if one is not None]
    found = db.session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted)))
    return dict(found.all())


def posts_pending(today: date) -> Sequence[Post]:
    """Return the grants that wait for a second security administrator, oldest first."""
    query = select(Post).where(_pending(today)).order_by(Post.id)
    return db.session.scalars(
        query.options(joinedload(Post.person), joinedload(Post.unit), joinedload(Post.group))
    ).all()


def secadmins_in_force(today: date) -> int:
    """Return how many people act as security administrators."""
    query = select(func.count(func.distinct(Post.person_id))).join(Person, Person.id == Post.person_id)
    return db.session.scalar(query.where(Post.role == Role.SECADMIN, Person.is_active, _in_force(today))) or 0


def sign_ins_of(person: Person, *, since: datetime) -> Sequence[SignIn]:
    """Return the sessions of a person that were seen after ``since``, newest first."""
    mine = (SignIn.person_id == person.id, SignIn.security_epoch == person.security_epoch, SignIn.seen_at > since)
    return db.session.scalars(select(SignIn).where(*mine).order_by(SignIn.seen_at.desc())).all()


def groups_active() -> Sequence[SupervisionGroup]:
    """Return the supervision groups at work, by number."""
    query = select(SupervisionGroup).where(SupervisionGroup.is_active)
    return db.session.scalars(query.order_by(SupervisionGroup.number)).all()


def unit_by_words(words: str) -> int | None:
    """Return the id of the only open unit of that name, for a form that was sent without scripts."""
    found = db.session.scalars(
        select(Unit.id).where(or_(Unit.name == words, Unit.full_name == words), Unit.closed_on.is_(None)).limit(2)
    ).all()
    return found[0] if len(found) == 1 else None


def demo_logins(today: date) -> list[DemoLogin]:
    """Return one login for each role of the demo, in the order of the roles."""
    query = select(Post).join(Person, Person.id == Post.person_id).options(joinedload(Post.person))
    posts = db.session.scalars(
        query.where(Person.login.startswith(DEMO_PREFIX, autoescape=True), Person.is_active, _in_force(today))
        .options(joinedload(Post.unit), joinedload(Post.group))
        .order_by(Person.id, Post.id)
    )
    first: dict[Role, Post] = {}
    for found in posts:
        first.setdefault(found.role, found)
    return [
        DemoLogin(post.person.login, post.person.name, role, _place(post))
        for role in Role
        if (post := first.get(role)) is not None
    ]


def _place(post: Post) -> str:
    return post.group.name if post.group else post.unit.name if post.unit else ""

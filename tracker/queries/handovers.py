"""Handovers as pages show them: who holds what, who could take over, what was handed over to whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from tracker.database import db
from tracker.errors import NotFoundError
from tracker.models import Handover, Person, Post, Role
from tracker.policy import Actor
from tracker.policy.handovers import visible_handovers, visible_posts
from tracker.queries.held import GROUP, held_counts
from tracker.queries.people import RESPONSIBLE, in_force
from workflows.handover import HandoverState

SIZE = 50
AHEAD = timedelta(days=14)
_BACK = timedelta(days=365)
_MOST_POSTS = 300


@dataclass(frozen=True)
class Departing:
    """A post that ends or has ended while something is still held by it."""

    post: Post
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        """Return how much is held."""
        return sum(self.counts.values())


@dataclass(frozen=True)
class HandoverPage:
    """Handovers, newest first, and the id from which the next page goes on."""

    handovers: Sequence[Handover]
    after: int | None


def post_for(post_id: int, actor: Actor) -> Post:
    """Return the post with its person; raise ``NotFoundError`` where the actor may not see what it holds."""
    query = (
        select(Post).join(Post.person).where(Post.id == post_id, Post.approved_at.is_not(None), visible_posts(actor))
    )
    post = db.session.scalars(query.options(contains_eager(Post.person), *_PLACE)).first()
    if post is None:
        raise NotFoundError
    return post


_PLACE = (joinedload(Post.unit), joinedload(Post.group))


def is_gone(post: Post, today: date) -> bool:
    """Tell whether whoever held the post acts in it no longer: it has ended, or the account is closed."""
    return (post.valid_to is not None and post.valid_to < today) or not post.person.is_active


def successors(post: Post, today: date) -> list[Post]:
    """Return the posts, one a person, that may take over today: in the same group, at the same unit, in the office."""
    query = (
        select(Post)
        .join(Post.person)
        .where(in_force(today), Person.is_active, Post.person_id != post.person_id, _fits(post))
        .options(contains_eager(Post.person), *_PLACE)
        .order_by(Person.name, Post.id)
    )
    found: dict[int, Post] = {}
    for one in db.session.scalars(query):
        found.setdefault(one.person_id, one)
    return list(found.values())


def _fits(post: Post) -> ColumnElement[bool]:
    if post.role in GROUP:
        return and_(Post.role.in_(GROUP), Post.group_id == post.group_id)
    if post.role in RESPONSIBLE:
        return and_(Post.role.in_(RESPONSIBLE), Post.unit_id == post.unit_id)
    if post.role in (Role.OFFICE, Role.LEADER):
        return Post.role == post.role
    return and_(Post.role == post.role, Post.unit_id.is_not_distinct_from(post.unit_id))


def departing(actor: Actor) -> list[Departing]:
    """Return the posts the actor answers for that ended or end within two weeks, with what is still held by them."""
    today = actor.today
    ends = Post.valid_to.between(today - _BACK, today + AHEAD)
    closed = and_(~Person.is_active, or_(Post.valid_to.is_(None), Post.valid_to >= today))
    query = (
        select(Post)
        .join(Post.person)
        .where(Post.approved_at.is_not(None), or_(ends, closed), visible_posts(actor))
        .where(or_(~_goes_on(today), ~Person.is_active))
        .options(contains_eager(Post.person), *_PLACE)
        .order_by(Post.valid_to.desc(), Post.id)
        .limit(_MOST_POSTS)
    )
    posts = db.session.scalars(query).all()
    counts = held_counts(posts)
    return [Departing(post, counts[post.id]) for post in posts if post.id in counts]


def ending_soon(today: date) -> list[Departing]:
    """Return the posts that end within two weeks, today included, and do not go on, with what is held by them."""
    query = (
        select(Post)
        .join(Post.person)
        .where(Post.approved_at.is_not(None), Post.valid_to.between(today, today + AHEAD), Person.is_active)
        .where(Post.valid_from <= today, ~_goes_on(today))
        .options(contains_eager(Post.person))
        .order_by(Post.id)
    )
    posts = db.session.scalars(query).all()
    counts = held_counts(posts)
    return [Departing(post, counts[post.id]) for post in posts if post.id in counts]


def _goes_on(today: date) -> ColumnElement[bool]:
    """Match posts whose person holds another of the same kind at the same place for longer."""
    other = aliased(Post)
    return (
        select(other.id)
        .where(
            other.id != Post.id, other.person_id == Post.person_id, other.role == Post.role,
            other.unit_id.is_not_distinct_from(Post.unit_id), other.group_id.is_not_distinct_from(Post.group_id),
            other.approved_at.is_not(None), or_(other.valid_to.is_(None), other.valid_to > today + AHEAD),
        )
        .exists()
    )  # fmt: skip


def handover_page(actor: Actor, after: int | None = None) -> HandoverPage:
    """Return handovers the actor may see, those that wait for an answer first on the first page only by their id."""
    query = select(Handover).where(visible_handovers(actor)).options(*_PEOPLE).order_by(Handover.id.desc())
    if after is not None:
        query = query.where(Handover.id < after)
    found = db.session.scalars(query.limit(SIZE + 1)).all()
    return HandoverPage(found[:SIZE], found[SIZE - 1].id if len(found) > SIZE else None)


_PEOPLE = (
    joinedload(Handover.giver), joinedload(Handover.receiver), joinedload(Handover.proposed_by),
    joinedload(Handover.group), joinedload(Handover.unit), joinedload(Handover.post),
)  # fmt: skip


def handover_find(handover_id: int, actor: Actor) -> Handover:
    """Return one handover; raise ``NotFoundError`` where there is none or none the actor may see."""
    query = select(Handover).where(Handover.id == handover_id, visible_handovers(actor))
    found = db.session.scalars(query.options(*_PEOPLE)).first()
    if found is None:
        raise NotFoundError
    return found


def pending_for(post_id: int) -> list[Handover]:
    """Return the handovers of a post that wait for their answer."""
    query = select(Handover).where(Handover.post_id == post_id, Handover.state == HandoverState.PROPOSED)
    return list(db.session.scalars(query.options(*_PEOPLE).order_by(Handover.id)))


def unit_names_of(handovers: Iterable[Handover]) -> dict[int, str]:
    """Return handover → the name of the group or unit it belongs to."""
    return {one.id: one.group.name if one.group else one.unit.name if one.unit else "" for one in handovers}

"""Server-side sessions: opened at sign-in, looked up on each request, ended at will."""

from __future__ import annotations

import hashlib
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Select, bindparam, delete, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import joinedload

from tracker.clock import local_date
from tracker.database import db, transaction
from tracker.errors import NotFoundError
from tracker.models import Person, Post, SignIn
from tracker.policy import Actor, actor_of
from tracker.services.chain import audit_record
from tracker.services.outbox import enqueue

LIMIT_PER_PERSON = 2
_TOUCH_EVERY = timedelta(seconds=60)  # a read should not cost a write each time


@dataclass(frozen=True)
class SessionTerms:
    """How long a session lives: ``idle`` since it was last seen, ``whole`` since it was opened."""

    idle: timedelta
    whole: timedelta


def token_hash(token: str) -> str:
    """Return what the table keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def sign_in_open(
    *, person: Person, post: Post | None, at: datetime, address: str = "", agent: str = "", needs_totp: bool = False
) -> str:
    """Open a session and return its token; the oldest beyond two of the same person end, and they are told."""
    token = secrets.token_urlsafe(32)
    with transaction() as session:
        _make_room(person, token, at, address)
        session.add(
            SignIn(
                token_hash=token_hash(token), person_id=person.id, post_id=post.id if post else None,
                security_epoch=person.security_epoch, created_at=at, seen_at=at, fresh_at=at,
                needs_totp=needs_totp, address=address, agent=agent[:200],
            )
        )  # fmt: skip
    return token


def _make_room(person: Person, token: str, at: datetime, address: str) -> None:
    mine = SignIn.person_id == person.id
    db.session.execute(delete(SignIn).where(mine, SignIn.security_epoch != person.security_epoch))
    kept = select(SignIn.token_hash).where(mine).order_by(SignIn.created_at.desc(), SignIn.token_hash)
    old = db.session.scalars(kept.offset(LIMIT_PER_PERSON - 1)).all()
    if not old:
        return
    db.session.execute(delete(SignIn).where(SignIn.token_hash.in_(old)))
    enqueue(
        key=f"sign_in.replaced:{token_hash(token)}", recipients=[person.id], kind="sign_in_replaced",
        context={"address": address}, at=at,
    )  # fmt: skip


def sign_in_find(token: str, *, at: datetime, terms: SessionTerms) -> SignIn | None:
    """Return the living session of ``token``: neither idle too long, nor too old, nor ended by a change of rights."""
    found = db.session.scalars(_known(), {"token_hash": token_hash(token)}).first()
    if found is None or not found.person.is_active or found.security_epoch != found.person.security_epoch:
        return None
    if at - found.seen_at > terms.idle or at - found.created_at > terms.whole:
        return None  # the row goes with the next sign-in of that person
    if at - found.seen_at > _TOUCH_EVERY:
        _touch(found.token_hash, at)
    return found


@cache
def _known() -> Select[SignIn]:
    """Return the statement once: every request asks it, and making it takes longer than answering it."""
    query = select(SignIn).where(SignIn.token_hash == bindparam("token_hash"))
    post = joinedload(SignIn.post).options(joinedload(Post.unit), joinedload(Post.group))
    return query.options(joinedload(SignIn.person), post)


def _touch(key: str, at: datetime) -> None:
    # A full disk stops writing, not reading: the session is then touched by a later request.
    with suppress(OperationalError), transaction() as session:
        session.execute(update(SignIn).where(SignIn.token_hash == key).values(seen_at=at))


def sign_in_actor(sign_in: SignIn, at: datetime) -> Actor | None:
    """Return who acts, or ``None`` where no post is chosen or the chosen one has ended or is not yet approved."""
    post = sign_in.post
    today = local_date(at)
    if post is None or sign_in.needs_totp or not is_in_force(post, at):
        return None
    return actor_of(post, today)


def is_in_force(post: Post, at: datetime) -> bool:
    """Tell whether a post acts on that day: approved, begun and not ended."""
    today = local_date(at)
    begun = post.approved_at is not None and post.valid_from <= today
    return begun and (post.valid_to is None or post.valid_to >= today)


def posts_in_force(person_id: int, at: datetime) -> list[Post]:
    """Return the posts in which a person may act on that day, oldest first."""
    query = select(Post).where(Post.person_id == person_id).options(joinedload(Post.unit), joinedload(Post.group))
    return [post for post in db.session.scalars(query.order_by(Post.id)) if is_in_force(post, at)]


def only_post(person_id: int, at: datetime) -> Post | None:
    """Return the post of somebody who has exactly one in force."""
    posts = posts_in_force(person_id, at)
    return posts[0] if len(posts) == 1 else None


def sign_in_choose_post(*, sign_in: SignIn, post_id: int, at: datetime) -> Actor:
    """Act in another post of one's own from here on; raises ``NotFoundError`` for any other."""
    with transaction() as session:
        post = next((one for one in posts_in_force(sign_in.person_id, at) if one.id == post_id), None)
        if post is None:
            raise NotFoundError
        session.get_one(SignIn, sign_in.token_hash).post_id = post.id
        actor = actor_of(post, local_date(at))
        audit_record("post.choose", actor=actor, at=at, target=f"post:{post.id}", address=sign_in.address)
    return actor


def sign_in_freshen(*, sign_in: SignIn, at: datetime) -> None:
    """Note that the person has just shown once more who they are."""
    with transaction() as session:
        session.execute(update(SignIn).where(SignIn.token_hash == sign_in.token_hash).values(fresh_at=at))


def sign_ins_end_others(*, sign_in: SignIn, actor: Actor, at: datetime) -> int:
    """End one's own other sessions; return how many there were."""
    with transaction() as session:
        others = (SignIn.person_id == sign_in.person_id, SignIn.token_hash != sign_in.token_hash)
        ended = len(session.scalars(select(SignIn.token_hash).where(*others)).all())
        session.execute(delete(SignIn).where(*others))
        audit_record("sign_in.end_others", actor=actor, at=at, target=f"person:{sign_in.person_id}")
    return ended


def sign_in_end(token: str) -> None:
    """End one session."""
    with transaction() as session:
        session.execute(delete(SignIn).where(SignIn.token_hash == token_hash(token)))

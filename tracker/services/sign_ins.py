"""Server-side sessions: opened at sign-in, looked up on each request, ended at will."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import joinedload

from tracker.clock import local_date
from tracker.database import db, transaction
from tracker.models import Person, Post, SignIn
from tracker.policy import Actor, actor_of

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
    """Open a session and return its token; the oldest beyond two of the same person end."""
    token = secrets.token_urlsafe(32)
    with transaction() as session:
        kept = select(SignIn.token_hash).where(SignIn.person_id == person.id).order_by(SignIn.created_at.desc())
        old = session.scalars(kept.offset(LIMIT_PER_PERSON - 1)).all()
        session.execute(delete(SignIn).where(SignIn.token_hash.in_(old)))
        session.add(
            SignIn(
                token_hash=token_hash(token), person_id=person.id, post_id=post.id if post else None,
                security_epoch=person.security_epoch, created_at=at, seen_at=at, fresh_at=at,
                needs_totp=needs_totp, address=address, agent=agent[:200],
            )
        )  # fmt: skip
    return token


def sign_in_find(token: str, *, at: datetime, terms: SessionTerms) -> SignIn | None:
    """Return the living session of ``token``: neither idle too long, nor too old, nor ended by a change of rights."""
    query = select(SignIn).where(SignIn.token_hash == token_hash(token))
    found = db.session.scalars(query.options(joinedload(SignIn.person), joinedload(SignIn.post))).first()
    if found is None or not found.person.is_active or found.security_epoch != found.person.security_epoch:
        return None
    if at - found.seen_at > terms.idle or at - found.created_at > terms.whole:
        return None
    if at - found.seen_at > _TOUCH_EVERY:
        _touch(found.token_hash, at)
    return found


def _touch(key: str, at: datetime) -> None:
    with transaction() as session:
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


def sign_in_end(token: str) -> None:
    """End one session."""
    with transaction() as session:
        session.execute(delete(SignIn).where(SignIn.token_hash == token_hash(token)))

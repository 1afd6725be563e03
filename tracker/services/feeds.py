"""Private calendar addresses: made, made anew, given up. A token is told once and only its hash kept."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select

from tracker.database import db, transaction
from tracker.errors import NotFoundError
from tracker.models import CalendarFeed, SupervisionGroup
from tracker.policy import Actor
from tracker.queries.calendar_days import OWN, group_scope, may_follow
from tracker.services.chain import AUDIT, audit_record, chain_lock


def feed_token_hash(token: str) -> str:
    """Return what the table keeps of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def feed_make(*, group_id: int | None = None, actor: Actor, at: datetime) -> str:
    """Make a new address for the actor's own calendar or a group's and return its token; the old one ends.

    Raises ``NotFoundError`` for a group that is not the actor's to follow.
    """
    token = secrets.token_urlsafe(32)
    with transaction() as session:
        chain_lock(AUDIT)
        if group_id is not None:
            group = session.get(SupervisionGroup, group_id)
            if group is None or not group.is_active or not may_follow(actor, group_id):
                raise NotFoundError
        scope = OWN if group_id is None else group_scope(group_id)
        feed = session.scalars(select(CalendarFeed).where(*_mine(actor, scope))).first()
        if feed is None:
            feed = CalendarFeed(person_id=actor.person_id, scope=scope, group_id=group_id)
            session.add(feed)
        feed.token_hash, feed.made_at = feed_token_hash(token), at
        session.flush()
        audit_record("feed.make", actor=actor, at=at, target=f"person:{actor.person_id}", detail={"scope": scope})
    return token


def feed_revoke(*, group_id: int | None = None, actor: Actor, at: datetime) -> bool:
    """Give up an address; return whether there was one."""
    scope = OWN if group_id is None else group_scope(group_id)
    with transaction() as session:
        chain_lock(AUDIT)
        feed = session.scalars(select(CalendarFeed).where(*_mine(actor, scope))).first()
        if feed is None:
            return False
        session.delete(feed)
        audit_record("feed.revoke", actor=actor, at=at, target=f"person:{actor.person_id}", detail={"scope": scope})
    return True


def _mine(actor: Actor, scope: str) -> tuple[ColumnElement[bool], ...]:
    return CalendarFeed.person_id == actor.person_id, CalendarFeed.scope == scope


def feeds_end(person_id: int) -> int:
    """End every address of a person, in the caller's transaction; return how many there were."""
    ended = db.session.scalars(select(CalendarFeed.id).where(CalendarFeed.person_id == person_id)).all()
    db.session.execute(delete(CalendarFeed).where(CalendarFeed.id.in_(ended)))
    return len(ended)

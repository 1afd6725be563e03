"""Calendar feeds as the page shows them, and by their address."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from tracker.database import db
from tracker.models import CalendarFeed, SupervisionGroup
from tracker.policy import Actor
from tracker.queries.calendar_days import may_follow


def feed_by_hash(token_hash: str) -> CalendarFeed | None:
    """Return the feed whose token has this SHA-256; found by an index on the hash, which tells nothing of the token."""
    query = select(CalendarFeed).where(CalendarFeed.token_hash == token_hash)
    return db.session.scalars(query.options(joinedload(CalendarFeed.person), joinedload(CalendarFeed.group))).first()


def feeds_of(person_id: int) -> dict[str, CalendarFeed]:
    """Return scope → feed of one person."""
    return {
        one.scope: one for one in db.session.scalars(select(CalendarFeed).where(CalendarFeed.person_id == person_id))
    }


def groups_to_follow(actor: Actor) -> list[SupervisionGroup]:
    """Return the groups whose calendar the actor may subscribe to, by number."""
    query = select(SupervisionGroup).where(SupervisionGroup.is_active).order_by(SupervisionGroup.number)
    return [group for group in db.session.scalars(query) if may_follow(actor, group.id)]

"""The filters that people keep under names of their own."""

from __future__ import annotations

from sqlalchemy import select

from tracker.database import db
from tracker.models import SavedFilter
from tracker.policy import Actor


def saved_filters(actor: Actor, page: str) -> list[SavedFilter]:
    """Return the filters this person saved for ``page``, by name."""
    query = select(SavedFilter).where(SavedFilter.person_id == actor.person_id, SavedFilter.page == page)
    return list(db.session.scalars(query.order_by(SavedFilter.name)))

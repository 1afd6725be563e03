"""What waits next, for somebody who works through one sort of issue after the other."""

from __future__ import annotations

from sqlalchemy import select

from tracker.database import db
from tracker.models import Issue
from tracker.policy import Actor, listed
from tracker.queries.moves import MOVES


def next_waiting(key: str, actor: Actor, done: int) -> int | None:
    """Return the most urgent issue of that sort once ``done`` is none of them any more, if there is one."""
    move = MOVES.get(key)
    if move is None:
        return None
    waiting = [listed(actor), move.condition(actor)]
    if db.session.scalar(select(Issue.id).where(Issue.id == done, *waiting)) is not None:
        return None
    by = getattr(Issue, move.by)
    return db.session.scalar(select(Issue.id).where(*waiting).order_by(by.asc().nulls_last(), Issue.id).limit(1))

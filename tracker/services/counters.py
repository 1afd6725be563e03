"""Numbers that are given out once, in order and without gaps."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from tracker.database import db
from tracker.models import Counter


def counter_next(name: str) -> int:
    """Return the next number of the series ``name``, from 1; joins the caller's transaction.

    The row stays locked until that transaction ends: a number is gone only if the act that took it is kept.
    """
    insert = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    db.session.execute(insert(Counter).values(name=name, value=0).on_conflict_do_nothing())
    query = select(Counter).where(Counter.name == name).with_for_update()
    counter = db.session.execute(query, execution_options={"populate_existing": True}).scalar_one()
    counter.value += 1
    db.session.flush()
    return counter.value

"""Numbers that are given out once, in order and without gaps."""

from __future__ import annotations

from sqlalchemy.dialects import postgresql, sqlite

from tracker.database import db
from tracker.models import Counter


def counter_next(name: str) -> int:
    """Return the next number of the series ``name``, from 1; joins the caller's transaction.

    The row stays locked until that transaction ends: a number is gone only if the act that took it is kept.
    """
    return counter_take(name, 1)


def counter_take(name: str, count: int) -> int:
    """Return the first of the next ``count`` numbers of the series, which are all taken."""
    insert = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    first = insert(Counter).values(name=name, value=count)
    taken = first.on_conflict_do_update(index_elements=["name"], set_={"value": Counter.value + count})
    last: int = db.session.execute(taken.returning(Counter.value)).scalar_one()
    return last - count + 1

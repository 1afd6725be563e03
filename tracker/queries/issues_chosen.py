"""Issues that were ticked in a list, as the page shows them before something is done to all of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row

from tracker.database import db
from tracker.models import Issue
from tracker.policy import Actor, visible
from tracker.queries.issues import line_columns


def issues_chosen(ids: Collection[int], actor: Actor) -> Sequence[Row[Any]]:
    """Return those of the issues that the actor may see, in the order of their ids."""
    query = line_columns().where(Issue.id.in_(ids), visible(actor)).order_by(Issue.id)
    return db.session.execute(query).all()

"""Notices as pages show them; visible exactly when their issue is."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from tracker.database import db
from tracker.errors import NotFoundError
from tracker.models import Issue, Notice
from tracker.policy import Actor, visible


def notice_for(notice_id: int, actor: Actor) -> Notice:
    """Return one notice; raise ``NotFoundError`` where the actor may not see its issue."""
    query = select(Notice).join(Issue, Notice.issue_id == Issue.id).where(Notice.id == notice_id, visible(actor))
    found = db.session.scalars(query.options(joinedload(Notice.issue))).first()
    if found is None:
        raise NotFoundError
    return found


def notice_list(issue_id: int, actor: Actor) -> list[Notice]:
    """Return the notices of an issue, oldest first."""
    query = select(Notice).join(Issue, Notice.issue_id == Issue.id)
    return list(db.session.scalars(query.where(Notice.issue_id == issue_id, visible(actor)).order_by(Notice.id)))

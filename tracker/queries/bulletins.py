"""Bulletins as pages list and show them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from tracker.database import db
from tracker.errors import NotFoundError
from tracker.models import Bulletin, Document
from tracker.policy import Actor
from tracker.policy.bulletins import visible_bulletins
from workflows.bulletin import BulletinState

MOST = 200


def bulletin_list(actor: Actor) -> Sequence[Bulletin]:
    """Return the bulletins the actor may see, the newest first, without what was put aside."""
    query = select(Bulletin).where(visible_bulletins(actor), Bulletin.state != BulletinState.DISCARDED)
    query = query.options(joinedload(Bulletin.made_by), joinedload(Bulletin.issued_by))
    return db.session.scalars(query.order_by(Bulletin.id.desc()).limit(MOST)).all()


def bulletin_seen(bulletin_id: int, actor: Actor) -> Bulletin:
    """Return a bulletin; raise ``NotFoundError`` where the actor may not see it."""
    query = select(Bulletin).where(Bulletin.id == bulletin_id, visible_bulletins(actor))
    found = db.session.scalars(query.options(joinedload(Bulletin.made_by), joinedload(Bulletin.issued_by))).first()
    if found is None:
        raise NotFoundError
    return found


def bulletin_documents(ids: Sequence[int]) -> dict[int, Document]:
    """Return the numbered paper of each of these bulletins that was issued."""
    query = select(Document).where(Document.bulletin_id.in_(ids))
    return {document.bulletin_id: document for document in db.session.scalars(query) if document.bulletin_id}

"""The files that somebody exported, and how soon one that waits will come."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import defer

from tracker.database import db
from tracker.models import Export
from tracker.policy import Actor
from workflows.exporting import ExportState

MOST = 100


def export_list(actor: Actor) -> Sequence[Export]:
    """Return the newest exports of the actor."""
    query = select(Export).where(Export.asked_by_id == actor.person_id).options(defer(Export.members))
    return db.session.scalars(query.order_by(Export.id.desc()).limit(MOST)).all()


def exports_ahead(export: Export) -> int:
    """Return how many files that were asked for earlier are still to be made."""
    earlier = (Export.state.in_((ExportState.WAITING, ExportState.RUNNING)), Export.id < export.id)
    return db.session.scalar(select(func.count()).select_from(Export).where(*earlier)) or 0

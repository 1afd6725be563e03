"""Imports as their pages list them, and what a page says of one."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from tracker.database import db
from tracker.models import ImportBatch, Issue
from tracker.reading.fields import ImportKind
from workflows.importing import ImportState

MOST = 100


def import_get(batch_id: int) -> ImportBatch | None:
    """Return one import with the people who acted on it, as it is now."""
    people = (ImportBatch.made_by, ImportBatch.asked_by, ImportBatch.stored_by, ImportBatch.undone_by)
    query = select(ImportBatch).where(ImportBatch.id == batch_id).options(*map(joinedload, people))
    return db.session.execute(query, execution_options={"populate_existing": True}).scalar_one_or_none()


def import_list(kinds: Sequence[ImportKind]) -> list[ImportBatch]:
    """Return the newest imports of these kinds that were not dropped."""
    query = select(ImportBatch).where(ImportBatch.kind.in_(kinds), ImportBatch.state != ImportState.DROPPED)
    query = query.options(joinedload(ImportBatch.made_by)).order_by(ImportBatch.id.desc()).limit(MOST)
    return list(db.session.scalars(query))


def imported_before(batch: ImportBatch) -> ImportBatch | None:
    """Return an earlier import of the very same file that was stored and not taken back."""
    query = select(ImportBatch).where(
        ImportBatch.file_sha256 == batch.file_sha256, ImportBatch.id != batch.id, ImportBatch.kind == batch.kind,
        ImportBatch.state == ImportState.STORED,
    )  # fmt: skip
    return db.session.scalars(query.order_by(ImportBatch.id.desc()).limit(1)).first()


def issues_brought(batch_id: int, limit: int) -> list[tuple[int, str]]:
    """Return (id, number) of the first issues that an import made."""
    query = select(Issue.id, Issue.number).where(Issue.import_batch_id == batch_id).order_by(Issue.id).limit(limit)
    return [(key, number or "") for key, number in db.session.execute(query)]

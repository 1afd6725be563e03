"""The files that imports came in: one goes when nothing is left that was read from it."""

from __future__ import annotations

from sqlalchemy import select

from tracker.database import db
from tracker.models import ImportBatch
from tracker.storage import Store
from workflows.importing import ImportState


def file_let_go(sha256: str, store: Store) -> bool:
    """Remove the file of an import that was put aside, and tell whether that was done.

    It stays while another import has the same; belongs after the transaction that put the import aside.
    """
    others = select(ImportBatch.id).where(
        ImportBatch.file_sha256 == sha256, ImportBatch.state != ImportState.DROPPED
    )  # fmt: skip
    if db.session.scalars(others.limit(1)).first() is not None:
        return False
    store.path_of(sha256).unlink(missing_ok=True)
    return True

"""What is done to an import in the background: read, checked, stored; taken up again where a process died over it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select, update

from tracker import clock
from tracker.database import db, transaction
from tracker.errors import TrackerError
from tracker.languages import _
from tracker.models import ImportBatch, ImportRow, ImportTask
from tracker.services.importing.checking import import_check
from tracker.services.importing.reading import import_read
from tracker.services.importing.staging import Beat
from tracker.services.importing.storing import import_store
from tracker.services.tasks import task_beat, task_claim, tasks_left
from tracker.services.transitions import import_move
from tracker.storage import Store
from workflows.importing import ImportCapacity, ImportFacts, ImportState

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class ImportFolders:
    """Where the files of imports lie, and where evidence does."""

    imports: Store
    evidence: Store


def folders(data: Path) -> ImportFolders:
    """Return the folders below the data folder."""
    return ImportFolders(Store(data / "imports"), Store(data / "evidence"))


def import_work(batch_id: int, where: ImportFolders) -> None:
    """Do what waits to be done to an import, step after step, unless another process is at it already."""
    while _claim(batch_id):
        batch = db.session.get_one(ImportBatch, batch_id, populate_existing=True)
        task = batch.task
        try:
            if task is not None:
                _STEPS[task](batch, where)
        except TrackerError as error:
            db.session.rollback()
            _failed(batch_id, task, error.message)
        except BaseException:
            db.session.rollback()
            _LOG.exception("import %s: %s failed", batch_id, task)
            _failed(batch_id, task, _("处理时发生意外错误，请重试；仍不成功请联系系统管理员"))
            raise


def _read(batch: ImportBatch, where: ImportFolders) -> None:
    import_read(batch, where.imports.path_of(batch.file_sha256), _beat(batch.id))
    _next(batch.id, ImportTask.CHECK)


def _check(batch: ImportBatch, where: ImportFolders) -> None:
    import_check(batch, _beat(batch.id), clock.now())
    _next(batch.id, None)


def _store(batch: ImportBatch, where: ImportFolders) -> None:
    path = where.imports.path_of(batch.file_sha256)
    import_store(batch, path, where.evidence, _beat(batch.id), clock.now())


_STEPS: dict[ImportTask, Callable[[ImportBatch, ImportFolders], None]] = {
    ImportTask.READ: _read, ImportTask.CHECK: _check, ImportTask.STORE: _store,
}  # fmt: skip


def imports_resume(where: ImportFolders, at: datetime) -> int:
    """Take up what a process left behind when it died; return how many imports were."""
    found = tasks_left(ImportBatch, at)
    for batch_id in found:
        import_work(batch_id, where)
    return len(found)


def _claim(batch_id: int) -> bool:
    rows = select(func.count()).where(ImportRow.batch_id == batch_id).scalar_subquery()
    return task_claim(ImportBatch, batch_id, clock.now(), task_total=rows)


def _beat(batch_id: int) -> Beat:
    def beat(done: int, _total: int) -> None:
        task_beat(ImportBatch, batch_id, clock.now(), task_done=done)

    return beat


def _next(batch_id: int, task: ImportTask | None) -> None:
    with transaction() as session:
        session.execute(update(ImportBatch).where(ImportBatch.id == batch_id).values(task=task, task_at=None))


def _failed(batch_id: int, task: ImportTask | None, words: str) -> None:
    """Say why a task ended; a file that nothing came of is done with, all else stays as it was.

    A task that another process has brought to its end meanwhile is none of ours any more.
    """
    with transaction() as session:
        batch = session.get_one(ImportBatch, batch_id, populate_existing=True)
        if batch.task is not task:
            return
        batch.task, batch.task_at, batch.failure = None, None, words
        if batch.state is ImportState.RECEIVED:
            import_move(batch, "fail", ImportFacts(capacities=frozenset({ImportCapacity.IMPORTER})))

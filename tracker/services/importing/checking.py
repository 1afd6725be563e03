"""Has every row of an import understood, and keeps what each comes to beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import bindparam, update

from tracker.clock import local_date
from tracker.database import db, transaction
from tracker.models import ImportBatch, ImportRow
from tracker.reading.fields import ImportKind
from tracker.services.importing.ledger_check import LedgerWork
from tracker.services.importing.organisation import ACTIONS, OrganisationWork
from tracker.services.importing.staging import Beat, StagedRow, rows_staged
from tracker.services.importing.tally import Tally
from tracker.services.importing.work import CheckedRow
from tracker.services.transitions import import_move
from workflows.importing import ImportCapacity, ImportFacts, ImportState


class Work(Protocol):
    """A kind of import being gone through from its first row to its last."""

    tally: Tally

    def check(self, rows: Sequence[StagedRow]) -> list[CheckedRow]:
        """Return what a chunk of rows comes to."""


def import_check(batch: ImportBatch, beat: Beat, at: datetime) -> None:
    """Understand all rows and add up what they come to; the caller holds no transaction."""
    work = _work(batch, at)
    done = 0
    for chunk, checked in _checked(work, rows_staged(batch.id)):
        _keep(batch.id, checked)
        done += len(chunk)
        beat(done, 0)
    with transaction() as session:
        fresh = session.get_one(ImportBatch, batch.id, populate_existing=True)
        fresh.summary = work.tally.summary()
        if fresh.state is ImportState.RECEIVED:
            facts = ImportFacts(capacities=frozenset({ImportCapacity.IMPORTER}), is_read=True)
            import_move(fresh, "propose", facts)


def _checked(
    work: Work, chunks: Iterable[list[StagedRow]]
) -> Iterator[tuple[Sequence[StagedRow], Sequence[CheckedRow]]]:  # fmt: skip
    if isinstance(work, OrganisationWork):
        return work.check_all(chunks)
    return ((chunk, work.check(chunk)) for chunk in chunks)


def _work(batch: ImportBatch, at: datetime) -> Work:
    return _WORK[batch.kind](batch, at)


def _keep(batch_id: int, rows: Sequence[CheckedRow]) -> None:
    change = (
        update(ImportRow)
        .where(ImportRow.batch_id == batch_id, ImportRow.number == bindparam("row"))
        .values({name: bindparam(f"new_{name}") for name in ("fate", "issues", "notes", "carried")})
        .execution_options(synchronize_session=None)
    )
    values: list[dict[str, Any]] = [
        {
            "row": row.number, "new_fate": row.fate, "new_issues": row.issues,
            "new_notes": [list(note) for note in row.notes] or None, "new_carried": dict(row.carried or {}) or None,
        }
        for row in rows
    ]  # fmt: skip
    if values:
        with transaction():
            db.session.connection().execute(change, values)


_WORK: dict[ImportKind, Callable[[ImportBatch, datetime], Work]] = {
    ImportKind.LEDGER: lambda batch, at: LedgerWork(batch, local_date(at)),
    **dict.fromkeys(ACTIONS, OrganisationWork),
}

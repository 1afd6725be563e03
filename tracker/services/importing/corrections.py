"""What the office corrects before an import comes in: how the file is understood, single cells, rows left out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from tracker.database import transaction
from tracker.errors import InvalidError, NotFoundError, RefusedError
from tracker.languages import _
from tracker.models import ImportBatch, ImportRow, ImportTask
from tracker.policy import Actor
from tracker.reading.mapping import FileMapping
from tracker.services.checks import in_range
from tracker.services.importing.batches import import_for_change, task_begin
from workflows.importing import ImportState

LONGEST_CELL = 4000


def import_remap(
    *, batch_id: int, mapping: FileMapping, actor: Actor | None, at: datetime, version: int | None = None
) -> ImportBatch:
    """Understand the file by another mapping; another sheet is read anew, everything else only checked again."""
    with transaction():
        batch = _correctable(batch_id, version)
        before = FileMapping.model_validate(batch.mapping)
        batch.mapping = mapping.stored()
        anew = (mapping.sheet, mapping.header) != (before.sheet, before.header)
        batch.about = {**batch.about, "given": not anew or "columns" in batch.mapping}
        task_begin(batch, ImportTask.READ if anew else ImportTask.CHECK)
        return batch


def _correctable(batch_id: int, version: int | None) -> ImportBatch:
    batch = import_for_change(batch_id, version)
    if batch.state is not ImportState.PROPOSED:
        raise RefusedError(_("只有尚未提交的导入可以修改"))
    return batch


def import_row_edit(
    *, batch_id: int, number: int, cells: Mapping[int, str], actor: Actor | None, at: datetime,
    version: int | None = None,
) -> ImportBatch:  # fmt: skip
    """Correct cells of one row, by column from 0; what is as in the file again is no correction."""
    with transaction() as session:
        batch = _correctable(batch_id, version)
        row = session.get(ImportRow, (batch_id, number)) if in_range(number) else None
        if row is None:
            raise NotFoundError
        long = {f"cell-{place}": _("最多 {n} 个字").format(n=LONGEST_CELL)
                for place, words in cells.items() if len(words) > LONGEST_CELL}  # fmt: skip
        if long:
            raise InvalidError(long)
        row.edits = {str(place): words for place, words in cells.items()} or None
        task_begin(batch, ImportTask.CHECK)
        return batch


def import_row_leave(
    *, batch_id: int, number: int, leave: bool, actor: Actor | None, at: datetime, version: int | None = None
) -> ImportBatch:
    """Leave a row out, or take it in again."""
    with transaction() as session:
        batch = _correctable(batch_id, version)
        row = session.get(ImportRow, (batch_id, number)) if in_range(number) else None
        if row is None:
            raise NotFoundError
        row.is_left_out = leave
        task_begin(batch, ImportTask.CHECK)
        return batch

"""The rows of a file put into a table of their own, where they can be looked at, corrected and understood anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from typing import Any

from sqlalchemy import delete, insert, select

from tracker.database import db, transaction
from tracker.models import Fate, ImportRow
from tracker.spreadsheets.cells import Broken, Cell
from tracker.storage.tables import TableRow

CHUNK = 1000
Beat = Callable[[int, int], None]  # told after each chunk how many rows are done, of how many (0: nobody knows)
_DAY, _INSTANT, _TIME, _BROKEN = "d", "i", "t", "e"


def packed(cell: Cell) -> Any:
    """Return a cell as JSON can hold it."""
    if cell is None or isinstance(cell, str | int | float | bool):
        return cell
    if isinstance(cell, datetime):
        return [_INSTANT, cell.isoformat()]
    if isinstance(cell, date):
        return [_DAY, cell.isoformat()]
    return [_TIME, cell.isoformat()] if isinstance(cell, time) else [_BROKEN, cell.words]


_UNPACK: dict[str, Callable[[str], Cell]] = {
    _DAY: date.fromisoformat, _INSTANT: datetime.fromisoformat, _TIME: time.fromisoformat, _BROKEN: Broken,
}  # fmt: skip


def unpacked(value: Any) -> Cell:
    """Return the cell that ``packed`` put away."""
    if isinstance(value, list):
        return _UNPACK[value[0]](value[1])
    return value  # type: ignore[no-any-return]


def shown(cell: Cell) -> str:
    """Return a cell as people read it."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}" if cell.time() != time() else cell.date().isoformat()
    if isinstance(cell, Broken):
        return cell.words
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)


@dataclass(frozen=True)
class StagedRow:
    """One row as it lies in the table."""

    number: int
    cells: Sequence[Cell]
    filled: frozenset[int]
    carried: Mapping[str, str]
    edits: Mapping[str, str]
    is_hidden: bool
    is_left_out: bool
    fate: Fate = Fate.NEW
    notes: Sequence[Any] = ()


def staged(row: Any) -> StagedRow:
    """Return a row of the table with its cells unpacked."""
    return StagedRow(
        row.number, [unpacked(cell) for cell in row.cells], frozenset(row.filled or ()), row.carried or {},
        row.edits or {}, row.is_hidden, row.is_left_out, Fate(row.fate), row.notes or (),
    )  # fmt: skip


def rows_stage(batch_id: int, rows: Iterable[TableRow], beat: Beat) -> int:
    """Put the rows away, those of an earlier reading gone; return how many. A chunk at a time, so that others work on.

    The caller holds no transaction.
    """
    with transaction() as session:
        session.execute(delete(ImportRow).where(ImportRow.batch_id == batch_id))
    rest, done = iter(rows), 0
    while chunk := list(islice(rest, CHUNK)):
        with transaction() as session:
            session.connection().execute(insert(ImportRow), [_values(batch_id, row) for row in chunk])
        done += len(chunk)
        beat(done, 0)
    return done


def _values(batch_id: int, row: TableRow) -> dict[str, Any]:
    return {
        "batch_id": batch_id, "number": row.number, "cells": [packed(cell) for cell in row.cells],
        "filled": sorted(row.filled) or None, "is_hidden": row.is_hidden, "is_left_out": False, "fate": Fate.NEW,
        "issues": 0,
    }  # fmt: skip


def rows_staged(batch_id: int, after: int = 0, fates: Sequence[Fate] = ()) -> Iterator[list[StagedRow]]:
    """Yield the rows of an import behind row ``after``, a chunk at a time, in the order of the file."""
    while True:
        query = select(
            ImportRow.number, ImportRow.cells, ImportRow.filled, ImportRow.carried, ImportRow.edits,
            ImportRow.is_hidden, ImportRow.is_left_out, ImportRow.fate, ImportRow.notes,
        ).where(ImportRow.batch_id == batch_id, ImportRow.number > after)  # fmt: skip
        if fates:
            query = query.where(ImportRow.fate.in_(fates))
        chunk = [staged(row) for row in db.session.execute(query.order_by(ImportRow.number).limit(CHUNK))]
        if not chunk:
            return
        yield chunk
        after = chunk[-1].number

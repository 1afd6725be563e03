"""Small tables brought in as files are, for tests of what becomes of their rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from tests.conftest import AT
from tracker.database import db
from tracker.labels.import_organisation import ORGANISATION_NOTE
from tracker.labels.imports import IMPORT_NOTE
from tracker.models import ImportBatch, ImportRow
from tracker.policy import Actor
from tracker.reading.fields import ImportKind, fields_of
from tracker.reading.mapping import FileMapping
from tracker.services.importing.batches import import_begin, import_order
from tracker.services.importing.checking import import_check
from tracker.services.importing.staging import packed
from tracker.services.importing.storing import import_store
from tracker.storage import SheetFile, Store

TODAY = date(2026, 3, 2)
_TOUCHED = (
    "audit_entry", "chain_head", "group_village", "outbox_message", "person", "post", "supervision_group", "unit",
    "unit_name", "unit_tag",
)  # fmt: skip


def quiet(_done: int, _total: int) -> None:
    """Hear a beat that nobody waits for."""


def staged(kind: ImportKind, *rows: Mapping[str, Any], actor: Actor | None = None, **given: Any) -> ImportBatch:
    """Return an import of these rows, each by field, from row 2 on; nothing is understood yet."""
    keys = list(dict.fromkeys(key for row in rows for key in row))
    headings = {key: fields_of(kind)[key].words for key in keys}
    mapping = FileMapping(kind=kind, columns={key: (words,) for key, words in headings.items()}, **given)
    batch = import_begin(kind=kind, file=SheetFile("示例.xlsx", "0" * 64, 1), actor=actor, at=AT, mapping=mapping)
    batch.task = None
    batch.about = {"headings": [[n, headings[key]] for n, key in enumerate(keys)], "header": [1, 1],
                   "reference": TODAY.isoformat()}  # fmt: skip
    for number, row in enumerate(rows, 2):
        db.session.add(ImportRow(batch_id=batch.id, number=number, cells=[packed(row.get(key)) for key in keys]))
    db.session.commit()
    return batch


def brought(kind: ImportKind, *rows: Mapping[str, Any], actor: Actor | None = None, **given: Any) -> ImportBatch:
    """Return an import of these rows, understood."""
    batch = staged(kind, *rows, actor=actor, **given)
    import_check(batch, quiet, AT)
    return batch


def stored(batch: ImportBatch, actor: Actor | None, *, good_only: bool = False, at: datetime = AT) -> ImportBatch:
    """Return the import, stored by ``actor``."""
    import_order(batch_id=batch.id, good_only=good_only, two_persons=True, actor=actor, at=at)
    import_store(batch, Path(), Store(Path()), quiet, at)
    return db.session.get_one(ImportBatch, batch.id, populate_existing=True)


def fates(batch: ImportBatch) -> list[str]:
    """Return what becomes of each row."""
    query = select(ImportRow.fate).where(ImportRow.batch_id == batch.id).order_by(ImportRow.number)
    return [fate.value for fate in db.session.scalars(query)]


def notes(batch: ImportBatch, number: int = 2) -> set[tuple[str, ...]]:
    """Return (level, code, field, words) of what was noticed in a row; every code has its words."""
    query = select(ImportRow.notes).where(ImportRow.batch_id == batch.id, ImportRow.number == number)
    found = {tuple(note) for note in db.session.scalars(query).one() or ()}
    assert {code for _level, code, _field, _words in found} <= (IMPORT_NOTE | ORGANISATION_NOTE).keys()
    return found


def codes(batch: ImportBatch, number: int = 2) -> set[tuple[str, ...]]:
    """Return (level, code, field) of what was noticed in a row."""
    return {note[:3] for note in notes(batch, number)}


def everything() -> dict[str, list[Any]]:
    """Return all rows of the tables that such an import could touch."""
    found = {}
    for name in _TOUCHED:
        table = db.metadata.tables[name]
        found[name] = [tuple(row) for row in db.session.execute(select(table).order_by(*table.primary_key))]
    return found

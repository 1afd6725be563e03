"""Ledgers as offices keep them, made for a test, and brought in as the product does it."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from sqlalchemy import select
from xlsxwriter import Workbook

from tests.conftest import AT
from tracker import clock
from tracker.database import db
from tracker.models import Fate, ImportBatch, ImportRow, Issue
from tracker.policy import Actor
from tracker.reading.fields import ImportKind
from tracker.reading.mapping import FileMapping
from tracker.services.importing.batches import import_begin, import_order
from tracker.services.importing.corrections import import_remap
from tracker.services.importing.notes import Note
from tracker.services.importing.tasks import ImportFolders, folders, import_work
from tracker.services.importing.window import note_words
from tracker.storage import SheetFile

HEADINGS = ("序号", "村", "检查时间", "存在问题", "责任单位", "责任人", "整改时限", "完成情况", "销号日期")
Rows = Sequence[Sequence[Any]]


def workbook(
    rows: Rows, headings: Sequence[str] = HEADINGS, title: str = "", pictures: Mapping[str, bytes] | None = None
) -> bytes:
    """Return an .xlsx; a title is merged over all columns, ``pictures`` stand in the cells they are named by."""
    stream = io.BytesIO()
    with Workbook(stream, {"in_memory": True}) as book:
        page, day = book.add_worksheet("台账"), book.add_format({"num_format": "yyyy-mm-dd"})
        first = 0
        if title:
            page.merge_range(0, 0, 0, len(headings) - 1, title)
            first = 1
        page.write_row(first, 0, headings)
        for line, row in enumerate(rows, start=first + 1):
            for place, value in enumerate(row):
                if isinstance(value, date):
                    page.write_datetime(line, place, datetime.combine(value, time()), day)
                elif value is not None:
                    page.write(line, place, value)
        for cell, content in (pictures or {}).items():
            page.embed_image(cell, f"{cell}.png", {"image_data": io.BytesIO(content)})
    return stream.getvalue()


class Office:
    """Brings files in, in a data folder of its own."""

    def __init__(self, data: Path) -> None:
        self.where: ImportFolders = folders(data)

    def receive(
        self, content: bytes, *, name: str = "台账.xlsx", actor: Actor | None = None,
        mapping: FileMapping | None = None,
        kind: ImportKind = ImportKind.LEDGER, at: datetime = AT,
    ) -> ImportBatch:  # fmt: skip
        """Return the import of a file, read and checked."""
        incoming = self.where.imports.receive(io.BytesIO(content), 1 << 30)
        file = SheetFile(name, self.where.imports.keep(incoming.path), incoming.size)
        return self.work(import_begin(kind=kind, file=file, actor=actor, at=at, mapping=mapping))

    def bring(self, rows: Rows, headings: Sequence[str] = HEADINGS, **given: Any) -> ImportBatch:
        """Return the import of a ledger with these rows, read and checked."""
        title, pictures = given.pop("title", ""), given.pop("pictures", None)
        return self.receive(workbook(rows, headings, title, pictures), **given)

    def work(self, batch: ImportBatch) -> ImportBatch:
        """Do what waits to be done; return the import as it then is."""
        import_work(batch.id, self.where)
        db.session.expire_all()
        return db.session.get_one(ImportBatch, batch.id)

    def store(self, batch: ImportBatch, *, actor: Actor | None = None, **given: Any) -> ImportBatch:
        """Have the import stored."""
        asked = {"good_only": False, "two_persons": False, "at": clock.now()} | given
        import_order(batch_id=batch.id, actor=actor, **asked)
        return self.work(batch)

    def remap(self, batch: ImportBatch, **changes: Any) -> ImportBatch:
        """Have the import understood by a changed mapping."""
        mapping = FileMapping.model_validate(batch.mapping | changes)
        import_remap(batch_id=batch.id, mapping=mapping, actor=None, at=clock.now())
        return self.work(batch)


def rows_of(batch: ImportBatch) -> dict[int, ImportRow]:
    """Return the rows of an import by their numbers in the spreadsheet."""
    return {row.number: row for row in db.session.scalars(select(ImportRow).where(ImportRow.batch_id == batch.id))}


def fates(batch: ImportBatch) -> dict[int, Fate]:
    """Return what becomes of each row, those that are no data left out."""
    return {number: row.fate for number, row in rows_of(batch).items() if row.fate is not Fate.OUT}


def codes(batch: ImportBatch, number: int) -> set[str]:
    """Return the codes of what was noticed in a row."""
    return {Note(*note).code for note in rows_of(batch)[number].notes or ()}


def said(batch: ImportBatch, number: int) -> str:
    """Return in words what was noticed in a row."""
    return "；".join(note_words(Note(*note)) for note in rows_of(batch)[number].notes or ())


def issues(batch: ImportBatch) -> list[Issue]:
    """Return the issues that an import made, in the order of the file."""
    return list(db.session.scalars(select(Issue).where(Issue.import_batch_id == batch.id).order_by(Issue.id)))

"""Files that bring records in: the import itself, its rows while they are looked at, and mappings kept by name."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.database import Model, UTCDateTime, code_column
from tracker.models.person import Person
from tracker.reading.fields import ImportKind
from workflows.importing import ImportState


class Fate(StrEnum):
    """What becomes of a row: ``ask`` waits for an answer, ``wrong`` for a correction, ``out`` is no data."""

    NEW = "new"
    DOUBT = "doubt"
    ASK = "ask"
    WRONG = "wrong"
    KNOWN = "known"
    OUT = "out"


class ImportTask(StrEnum):
    """What is being done to an import in the background; read and check follow one upon the other."""

    READ = "read"
    CHECK = "check"
    STORE = "store"


class ImportBatch(Model):
    """One file that was brought in; what came with it can be told apart for ever.

    ``about`` is what the file says of itself, ``mapping`` how it is understood, ``summary`` what the rows come to;
    ``rows`` counts the records it made. A task beats ``task_at`` while it works; one that stopped is taken up again.
    """

    __tablename__ = "import_batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ImportKind] = mapped_column(code_column(ImportKind, "import_kind"), default=ImportKind.LEDGER)
    state: Mapped[ImportState] = mapped_column(code_column(ImportState, "import_state"), default=ImportState.RECEIVED)
    file_name: Mapped[str] = mapped_column(String(255))
    file_sha256: Mapped[str] = mapped_column(String(64), index=True)
    file_size: Mapped[int] = mapped_column(default=0)
    about: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    mapping: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    summary: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    rows: Mapped[int] = mapped_column(default=0)
    good_only: Mapped[bool] = mapped_column(default=False)
    failure: Mapped[str] = mapped_column(Text, default="")

    task: Mapped[ImportTask | None] = mapped_column(code_column(ImportTask, "import_task"))
    task_done: Mapped[int] = mapped_column(default=0)
    task_total: Mapped[int] = mapped_column(default=0)
    task_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    stored_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    stored_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column()

    made_by: Mapped[Person | None] = relationship(foreign_keys=made_by_id)
    asked_by: Mapped[Person | None] = relationship(foreign_keys=asked_by_id)
    stored_by: Mapped[Person | None] = relationship(foreign_keys=stored_by_id)
    undone_by: Mapped[Person | None] = relationship(foreign_keys=undone_by_id)

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (Index("ix_import_batch_state", "state", "id"),)


class ImportRow(Model):
    """One row of the file while it is looked at: its cells as they were read, what was corrected, what was noticed.

    ``number`` is the row's in the spreadsheet, from 1. ``filled`` are the columns a merged range fills, ``carried``
    what empty cells take over from the row above, by field; ``notes`` are lists of (level, code, field, words).
    """

    __tablename__ = "import_row"

    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    cells: Mapped[list[Any]] = mapped_column(JSON)
    filled: Mapped[list[int] | None] = mapped_column(JSON)
    carried: Mapped[dict[str, str] | None] = mapped_column(JSON)
    edits: Mapped[dict[str, str] | None] = mapped_column(JSON)
    is_hidden: Mapped[bool] = mapped_column(default=False)
    is_left_out: Mapped[bool] = mapped_column(default=False)
    fate: Mapped[Fate] = mapped_column(code_column(Fate, "import_fate"), default=Fate.NEW)
    issues: Mapped[int] = mapped_column(default=0)
    notes: Mapped[list[Any] | None] = mapped_column(JSON)

    __table_args__ = (Index("ix_import_row_fate", "batch_id", "fate", "number"),)


class ImportMapping(Model):
    """A mapping that worked, kept by name; proposed when a workbook with headings like its own comes."""

    __tablename__ = "import_mapping"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    kind: Mapped[ImportKind] = mapped_column(code_column(ImportKind, "mapping_kind"))
    headings: Mapped[list[str]] = mapped_column(JSON)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    uses: Mapped[int] = mapped_column(default=0)

    made_by: Mapped[Person | None] = relationship()

"""Ledgers that went out and came back edited: the file, and every cell of it that says other than what went out."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.database import Model, UTCDateTime, code_column
from tracker.models.issue import Issue
from tracker.models.person import Person


class UploadTask(StrEnum):
    """What is being done to an edited ledger in the background."""

    COMPARE = "compare"
    APPLY = "apply"
    UNDO = "undo"


class UploadCellKind(StrEnum):
    """What becomes of an edited cell.

    ``change`` will be written, ``conflict`` waits for a decision; ``refused`` is a column that is not written here,
    ``forbidden`` not this person's to write, ``wrong`` cannot be written as it stands. ``done`` was written, ``same``
    said already what was to be written, ``undone`` was set back, ``stayed`` was not, for it was changed again since.
    """

    CHANGE = "change"
    CONFLICT = "conflict"
    REFUSED = "refused"
    FORBIDDEN = "forbidden"
    WRONG = "wrong"
    DONE = "done"
    SAME = "same"
    UNDONE = "undone"
    STAYED = "stayed"


class LedgerUpload(Model):
    """One edited ledger that was brought back.

    ``issued`` is the id of the ledger that went out, where the person had to name it; otherwise each sheet names its
    own. ``about`` says what was read (``sheets``, ``lines`` that were not taken) and who ordered what is being done
    (``post``); ``summary`` counts rows and cells. A task beats ``task_at`` while it works.
    """

    __tablename__ = "ledger_upload"

    id: Mapped[int] = mapped_column(primary_key=True)
    file_name: Mapped[str] = mapped_column(String(255))
    file_sha256: Mapped[str] = mapped_column(String(64), index=True)
    file_size: Mapped[int] = mapped_column(default=0)
    issued_id: Mapped[int | None] = mapped_column(ForeignKey("issued_ledger.id"))
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    compared_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    applied_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    about: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    summary: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    failure: Mapped[str] = mapped_column(Text, default="")

    task: Mapped[UploadTask | None] = mapped_column(code_column(UploadTask, "upload_task"))
    task_done: Mapped[int] = mapped_column(default=0)
    task_total: Mapped[int] = mapped_column(default=0)
    task_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column()

    made_by: Mapped[Person] = relationship()

    __mapper_args__ = {"version_id_col": version}


class LedgerUploadCell(Model):
    """A cell that says other than what went out: ``base`` went out, ``mine`` came back, ``now`` stood there meanwhile.

    ``column`` is the key of the ledger's column, ``line`` the row in the sheet as Excel numbers it. ``is_taken``: a
    conflict that was decided for ``mine``. ``now_id`` is the person whom ``now`` names. ``note`` is a code, with
    ``note_words``: why it cannot be written.
    """

    __tablename__ = "ledger_upload_cell"

    upload_id: Mapped[int] = mapped_column(ForeignKey("ledger_upload.id"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"), index=True)
    sheet: Mapped[str] = mapped_column(String(40))
    line: Mapped[int]
    column: Mapped[str] = mapped_column(String(40))
    kind: Mapped[UploadCellKind] = mapped_column(code_column(UploadCellKind, "upload_cell_kind"))
    is_taken: Mapped[bool] = mapped_column(default=False)
    base: Mapped[str] = mapped_column(Text)
    mine: Mapped[str] = mapped_column(Text)
    now: Mapped[str] = mapped_column(Text)
    now_id: Mapped[int | None]
    note: Mapped[str] = mapped_column(String(40), default="")
    note_words: Mapped[str] = mapped_column(Text, default="")

    issue: Mapped[Issue] = relationship()

    __table_args__ = (Index("ix_ledger_upload_cell_kind", "upload_id", "kind", "n"),)

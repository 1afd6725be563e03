"""Files that somebody asked for and that are made in the background: what was asked, how far it is, where it lies."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.database import Model, UTCDateTime, code_column
from workflows.exporting import ExportState


class ExportKind(StrEnum):
    """What is exported: ledgers as of an instant, lists of today, documents of every kind."""

    LEDGERS = "ledgers"
    ISSUES = "issues"
    OVERDUE = "overdue"
    DOCUMENT = "document"
    NOTICE = "notice"
    LETTER = "letter"
    LOOK_BACK = "look_back"
    ROUND = "rounds"
    VISITS = "visits"
    LOOK_BACKS = "look_backs"
    FRAME = "look_back_frame"
    POINTS = "points"
    FAULTS = "import_faults"


class ExportMedium(StrEnum):
    """As what it is exported."""

    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"
    PDF = "pdf"
    DOCX = "docx"


PAPERS = frozenset({ExportKind.DOCUMENT, ExportKind.NOTICE, ExportKind.LETTER, ExportKind.LOOK_BACK})


class Export(Model):
    """One file that ``asked_by`` wants, in the post of ``post_id`` and in ``language``; nobody else gets it.

    ``given`` is what it is made from, by kind, ``back``, the page it was asked for on, and ``action``, the row of the
    matrix that lets people have it, where the kind does not say so; ``at`` is the instant it shows.
    ``done`` of ``total`` counts rows, in one of the ``PAPERS`` the steps of its making; ``rows`` is how many came of
    it, of a document its pages. While it is made ``beat_at`` is renewed; ``tries`` tells one making from the next.
    ``members`` holds, packed, the ids of the records that it tells of (see ``services.export_rights``).
    The file lies in the store of exports until ``kept_until``.
    """

    __tablename__ = "export"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ExportKind] = mapped_column(code_column(ExportKind, "export_kind"))
    medium: Mapped[ExportMedium] = mapped_column(code_column(ExportMedium, "export_medium"))
    state: Mapped[ExportState] = mapped_column(code_column(ExportState, "export_state"), default=ExportState.WAITING)
    name: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(8))
    given: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)

    started_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    beat_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    failure: Mapped[str] = mapped_column(Text, default="")

    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    rows: Mapped[int | None]
    members: Mapped[bytes | None] = mapped_column(LargeBinary)
    file_sha256: Mapped[str] = mapped_column(String(64), default="")
    file_size: Mapped[int] = mapped_column(default=0)
    kept_until: Mapped[datetime | None] = mapped_column(UTCDateTime)

    __table_args__ = (
        Index("ix_export_asked_by", "asked_by_id", "id"),
        Index("ix_export_state", "state", "id"),
    )

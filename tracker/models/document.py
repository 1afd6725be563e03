"""Documents that are made of a record 表单文书, and the codes by which any document is found to be genuine."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.database import Model, UTCDateTime, code_column
from tracker.models.bulletin import Bulletin
from tracker.models.decision import Extension
from tracker.models.issue import Issue
from tracker.models.letter import Letter
from tracker.models.message import Notice
from tracker.models.person import Person
from tracker.models.round import InspectionRound, Visit


class DocumentKind(StrEnum):
    """What a document is; each kind has numbers of its own."""

    EXTENSION_REQUEST = "extension_request"
    EXTENSION_DECISION = "extension_decision"
    SIGN_OFF_REQUEST = "sign_off_request"
    SIGN_OFF_FORM = "sign_off_form"
    CLOSING_REPORT = "closing_report"
    FILE = "file"
    ROUND_PLAN = "round_plan"
    VISIT_RECORD = "visit_record"
    BULLETIN = "bulletin"


class NoticeKind(StrEnum):
    """What a notice to a responsible unit is."""

    RECTIFICATION = "rectification"
    IMMEDIATE = "immediate"
    URGE = "urge"


def _one_of(*columns: str) -> str:
    return " + ".join(f"CASE WHEN {column} IS NULL THEN 0 ELSE 1 END" for column in columns) + " = 1"


class Document(Model):
    """One document of an issue, a round, a visit or a bulletin; ``content`` is the paper as it was issued.

    ``facts_digest`` is the SHA-256 (hex) of what it was made of: made again of the same, it is the same document.
    """

    __tablename__ = "document"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[DocumentKind] = mapped_column(code_column(DocumentKind, "document_kind"))
    year: Mapped[int]
    serial: Mapped[int]
    number: Mapped[str] = mapped_column(String(60), unique=True)
    issue_id: Mapped[int | None] = mapped_column(ForeignKey("issue.id"))
    extension_id: Mapped[int | None] = mapped_column(ForeignKey("extension.id"))
    round_id: Mapped[int | None] = mapped_column(ForeignKey("inspection_round.id"))
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id"))
    bulletin_id: Mapped[int | None] = mapped_column(ForeignKey("bulletin.id"), unique=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    facts_digest: Mapped[str] = mapped_column(String(64))
    issued_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    issued_at: Mapped[datetime] = mapped_column(UTCDateTime)

    issue: Mapped[Issue | None] = relationship()
    extension: Mapped[Extension | None] = relationship()
    round: Mapped[InspectionRound | None] = relationship()
    visit: Mapped[Visit | None] = relationship()
    bulletin: Mapped[Bulletin | None] = relationship()
    issued_by: Mapped[Person] = relationship()

    __table_args__ = (
        UniqueConstraint("kind", "year", "serial"),
        CheckConstraint(_one_of("issue_id", "round_id", "visit_id", "bulletin_id"), name="one_subject"),
        CheckConstraint("extension_id IS NULL OR issue_id IS NOT NULL", name="extension_of_issue"),
        Index("ix_document_issue", "issue_id", "id"),
        Index("ix_document_round", "round_id", "id"),
        Index("ix_document_visit", "visit_id", "id"),
    )


class PaperTemplate(Model):
    """One version of the county's words for a kind of document, in force from ``effective_on`` (inclusive).

    ``body`` holds the templates by part. One that was withdrawn before its day never was in force; one without a body
    goes back to the usual words.
    """

    __tablename__ = "paper_template"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    effective_on: Mapped[date]
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    note: Mapped[str] = mapped_column(String(200), default="")
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    made_by: Mapped[Person] = relationship(foreign_keys=made_by_id)

    __table_args__ = (Index("ix_paper_template_kind", "kind", "effective_on", "id"),)


class PaperCode(Model):
    """The code on a document with its number, day and digest: all that a stranger who holds it may compare."""

    __tablename__ = "paper_code"

    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    number: Mapped[str] = mapped_column(String(60))
    issued_on: Mapped[date]
    digest: Mapped[str] = mapped_column(String(64))
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("notice.id"), unique=True)
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letter.id"), unique=True)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"), unique=True)

    notice: Mapped[Notice | None] = relationship()
    letter: Mapped[Letter | None] = relationship()
    document: Mapped[Document | None] = relationship()

    __table_args__ = (CheckConstraint(_one_of("notice_id", "letter_id", "document_id"), name="one_paper"),)

"""Evidence 佐证: what was uploaded, by whom, in which phase; the bytes lie in the store by SHA-256."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.database import Model, UTCDateTime, code_column
from tracker.models.issue import Issue
from tracker.models.person import Person


class Phase(StrEnum):
    """When in the life of an issue a piece of evidence was made."""

    BEFORE = "before"
    AFTER = "after"
    RECHECK = "recheck"
    LOOKBACK = "lookback"
    ATTACHMENT = "attachment"


class Blob(Model):
    """Bytes by their SHA-256 (hex); ``copy_sha256`` is the re-encoded picture shown instead of the original."""

    __tablename__ = "blob"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(100))
    width: Mapped[int | None]
    height: Mapped[int | None]
    copy_sha256: Mapped[str | None] = mapped_column(String(64))
    thumb_sha256: Mapped[str | None] = mapped_column(String(64))
    device_taken_at: Mapped[str | None] = mapped_column(String(40))
    stored_at: Mapped[datetime] = mapped_column(UTCDateTime)

    __table_args__ = (CheckConstraint("size > 0", name="not_empty"),)


class Evidence(Model):
    """One reference to a blob; ``cycle`` is the issue's cycle at the time. Never deleted."""

    __tablename__ = "evidence"

    id: Mapped[int] = mapped_column(primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"))
    blob_sha256: Mapped[str] = mapped_column(ForeignKey("blob.sha256"), index=True)
    phase: Mapped[Phase] = mapped_column(code_column(Phase, "phase"))
    cycle: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(String(255))
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    uploaded_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    uploaded_at: Mapped[datetime] = mapped_column(UTCDateTime)

    issue: Mapped[Issue] = relationship()
    blob: Mapped[Blob] = relationship()
    uploaded_by: Mapped[Person | None] = relationship()

    __table_args__ = (Index("ix_evidence_issue_phase", "issue_id", "phase", "cycle"),)

"""What hangs on a visit: the photographs taken there, the findings that were made, and the re-checks."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.database import Model, UTCDateTime, code_column
from tracker.models.evidence import Blob
from tracker.models.issue import Issue
from tracker.models.person import Person
from tracker.models.round import TaskOutcome, Visit


class VisitPhoto(Model):
    """A photograph of a visit that belongs to no issue; the same bytes count once a visit."""

    __tablename__ = "visit_photo"

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    blob_sha256: Mapped[str] = mapped_column(ForeignKey("blob.sha256"), index=True)
    name: Mapped[str] = mapped_column(String(255))
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)

    visit: Mapped[Visit] = relationship()
    blob: Mapped[Blob] = relationship()
    taken_by: Mapped[Person | None] = relationship()

    __table_args__ = (UniqueConstraint("visit_id", "blob_sha256"),)


class VisitRecheck(Model):
    """An issue that the group re-checked, or saw found again, while its visit went on; the last answer stands."""

    __tablename__ = "visit_recheck"

    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"), primary_key=True, index=True)
    outcome: Mapped[TaskOutcome] = mapped_column(code_column(TaskOutcome, "recheck_outcome"))
    done_at: Mapped[datetime] = mapped_column(UTCDateTime)
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    issue: Mapped[Issue] = relationship()
    visit: Mapped[Visit] = relationship()
    done_by: Mapped[Person | None] = relationship()


class VisitFinding(Model):
    """An issue that was found during a visit; an issue comes from one visit at most."""

    __tablename__ = "visit_finding"

    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"), primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), index=True)
    found_at: Mapped[datetime] = mapped_column(UTCDateTime)

    issue: Mapped[Issue] = relationship()
    visit: Mapped[Visit] = relationship()

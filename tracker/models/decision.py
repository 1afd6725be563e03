"""What is asked for and decided beside an issue's state: extensions 延期 and leaders' consents 领导同意."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.database import Model, UTCDateTime, code_column
from tracker.models.issue import Issue
from tracker.models.person import Person
from workflows.consent import ConsentKind, ConsentState
from workflows.extension import ExtensionState


class Extension(Model):
    """A request for a later deadline; ``level`` 1 is decided by the office, 2 by a leader.

    ``handed_to`` waits for the answer since a handover; who asked stays who asked.
    """

    __tablename__ = "extension"

    id: Mapped[int] = mapped_column(primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"), index=True)
    state: Mapped[ExtensionState] = mapped_column(code_column(ExtensionState, "extension_state"))
    level: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    old_deadline: Mapped[date]
    new_deadline: Mapped[date]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    opinion: Mapped[str] = mapped_column(Text, default="")
    handed_to_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    version: Mapped[int] = mapped_column()

    issue: Mapped[Issue] = relationship()
    asked_by: Mapped[Person] = relationship(foreign_keys=asked_by_id)
    decided_by: Mapped[Person | None] = relationship(foreign_keys=decided_by_id)

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        CheckConstraint("new_deadline > old_deadline", name="later"),
        CheckConstraint("decided_by_id IS NULL OR state = 'withdrawn' OR decided_by_id <> asked_by_id", name="two"),
        Index(
            "uq_extension_one_requested", "issue_id", unique=True,
            sqlite_where=text("state = 'requested'"), postgresql_where=text("state = 'requested'"),
        ),
        Index("ix_extension_state", "state", "level"),
    )  # fmt: skip


class Consent(Model):
    """A leader's consent to a sign-off of a major issue or to a suspension, for one cycle of the issue."""

    __tablename__ = "consent"

    id: Mapped[int] = mapped_column(primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"), index=True)
    kind: Mapped[ConsentKind] = mapped_column(code_column(ConsentKind, "consent_kind"))
    state: Mapped[ConsentState] = mapped_column(code_column(ConsentState, "consent_state"))
    cycle: Mapped[int]
    reason: Mapped[str] = mapped_column(Text, default="")
    review_on: Mapped[date | None]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    opinion: Mapped[str] = mapped_column(Text, default="")
    handed_to_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    version: Mapped[int] = mapped_column()

    issue: Mapped[Issue] = relationship()
    asked_by: Mapped[Person] = relationship(foreign_keys=asked_by_id)
    decided_by: Mapped[Person | None] = relationship(foreign_keys=decided_by_id)

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        CheckConstraint("decided_by_id IS NULL OR state = 'withdrawn' OR decided_by_id <> asked_by_id", name="two"),
        Index("ix_consent_state", "state", "kind"),
    )

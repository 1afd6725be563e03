"""Points 考核扣分 that the annual evaluation takes off: written once, never deleted, weighed up by a counter row."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.database import Model, UTCDateTime, code_column
from tracker.models.issue import Issue
from tracker.models.letter import Letter
from tracker.models.person import Person
from tracker.models.policy import PolicyVersion
from tracker.models.unit import Unit
from workflows.ladder import PointCause


class Point(Model):
    """Points of one unit for one cause; ``rule`` is the field of the policy version they were weighed by.

    ``key`` keeps a cause from being written twice. ``points`` is negative on the counter row that ``reverses`` another.
    ``day`` is the Shanghai day of the cause, and ``year`` its year.
    """

    __tablename__ = "point"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    year: Mapped[int]
    day: Mapped[date]
    cause: Mapped[PointCause] = mapped_column(code_column(PointCause, "point_cause"))
    points: Mapped[int]
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"), index=True)
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letter.id"), index=True)
    rule: Mapped[str] = mapped_column(String(60))
    policy_version_id: Mapped[int | None] = mapped_column(ForeignKey("policy_version.id"))
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("point.id"), unique=True)
    reason: Mapped[str] = mapped_column(Text, default="")
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)

    unit: Mapped[Unit] = relationship()
    issue: Mapped[Issue] = relationship()
    letter: Mapped[Letter | None] = relationship()
    made_by: Mapped[Person | None] = relationship()
    policy_version: Mapped[PolicyVersion | None] = relationship()

    __table_args__ = (
        CheckConstraint(
            "(reverses_id IS NULL AND points > 0) OR (reverses_id IS NOT NULL AND points < 0)", name="sign"
        ),
        Index("ix_point_unit", "year", "unit_id", "id"),
    )

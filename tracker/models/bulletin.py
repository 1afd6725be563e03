"""The bulletin 督查通报: what the office writes over the figures of a period."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.database import Model, UTCDateTime, code_column
from tracker.models.person import Person
from workflows.bulletin import BulletinState


class RankedBy(StrEnum):
    """What a bulletin ranks."""

    TOWNSHIP = "township"
    UNIT = "unit"
    STAR = "star"
    GROUP = "group"


class Bulletin(Model):
    """``first_day`` and ``last_day`` are the days of the findings it speaks of, inclusive.

    ``figures`` are those of ``as_of``, kept when it was issued; a draft has none, its figures are asked for each time.
    """

    __tablename__ = "bulletin"

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[BulletinState] = mapped_column(code_column(BulletinState, "bulletin_state"))
    title: Mapped[str] = mapped_column(String(120))
    first_day: Mapped[date]
    last_day: Mapped[date]
    ranked_by: Mapped[RankedBy] = mapped_column(code_column(RankedBy, "ranked_by"))
    recipient: Mapped[str] = mapped_column(String(200), default="")
    copies: Mapped[str] = mapped_column(String(200), default="")
    opening: Mapped[str] = mapped_column(Text, default="")
    problems: Mapped[str] = mapped_column(Text, default="")
    demands: Mapped[str] = mapped_column(Text, default="")
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    as_of: Mapped[datetime | None] = mapped_column(UTCDateTime)
    figures: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reason: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column()

    made_by: Mapped[Person] = relationship(foreign_keys=made_by_id)
    issued_by: Mapped[Person | None] = relationship(foreign_keys=issued_by_id)

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        CheckConstraint("first_day <= last_day", name="days_in_order"),
        CheckConstraint("(as_of IS NULL) = (figures IS NULL)", name="figures_of_an_instant"),
        CheckConstraint("state IN ('draft', 'discarded') OR as_of IS NOT NULL", name="issued_is_frozen"),
        Index("ix_bulletin_state", "state", "id"),
    )

"""Who receives the messages of somebody who is away."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.database import Model, UTCDateTime
from tracker.models.person import Person


class Substitute(Model):
    """Who receives, beside them, the messages of somebody who is away, both Shanghai days inclusive.

    Hands over no right. In force once agreed: at once between holders of posts at one unit or group and where the
    office enters it, else when the office agrees. Ended before anybody agreed, it was declined or given up. Rows stay.
    """

    __tablename__ = "substitute"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    substitute_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    first_day: Mapped[date]
    last_day: Mapped[date]
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    entered_at: Mapped[datetime] = mapped_column(UTCDateTime)
    agreed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    agreed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    person: Mapped[Person] = relationship(foreign_keys=person_id)
    substitute: Mapped[Person] = relationship(foreign_keys=substitute_id)

    __table_args__ = (
        Index("ix_substitute_person_id_last_day", "person_id", "last_day"),
        Index("ix_substitute_last_day", "last_day"),
        CheckConstraint("first_day <= last_day", name="days"),
        CheckConstraint("person_id <> substitute_id", name="other"),
    )

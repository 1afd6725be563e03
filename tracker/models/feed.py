"""Private calendar addresses: whoever knows the address reads it, so only the hash of its token is kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.database import Model, UTCDateTime
from tracker.models.group import SupervisionGroup
from tracker.models.person import Person


class CalendarFeed(Model):
    """One subscription of one person: their own calendar (``scope`` ``own``) or a group's (``group:3``).

    A new address replaces the old one in the same row; one that is given up is deleted.
    """

    __tablename__ = "calendar_feed"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("supervision_group.id"))
    scope: Mapped[str] = mapped_column(String(20))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)

    person: Mapped[Person] = relationship()
    group: Mapped[SupervisionGroup | None] = relationship()

    __table_args__ = (UniqueConstraint("person_id", "scope"),)

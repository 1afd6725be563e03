"""What a county may change without code: policy by date of effect, calendar corrections, settings, filters."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.database import Model, UTCDateTime
from tracker.models.person import Person


class PolicyVersion(Model):
    """One version of the policy, in force from ``effective_on`` (inclusive) until the next one.

    One that ``takes_along`` the issues that are open on its day is done with that ``taken_at``. One that was withdrawn
    before its day never was in force.
    """

    __tablename__ = "policy_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    effective_on: Mapped[date] = mapped_column(index=True)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    note: Mapped[str] = mapped_column(String(200), default="")
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    takes_along: Mapped[bool] = mapped_column(default=False, server_default=false())
    taken_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class CalendarCorrection(Model):
    """A county's own holiday or working day, on top of the State Council's calendar.

    ``first_day`` is the same for all days that were ruled in one act, and is one of them.
    """

    __tablename__ = "calendar_correction"

    day: Mapped[date] = mapped_column(primary_key=True)
    first_day: Mapped[date] = mapped_column(index=True)
    is_workday: Mapped[bool]
    name: Mapped[str] = mapped_column(String(60))
    source: Mapped[str] = mapped_column(String(200))
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)


class HolidayNotice(Model):
    """A State Council notice of a year's holidays that was brought in; those of earlier years come with the software.

    ``source`` is the document that most of its days rest on.
    """

    __tablename__ = "holiday_notice"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(String(200))
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)

    made_by: Mapped[Person | None] = relationship()


class HolidayDay(Model):
    """One day as a notice that was brought in rules it; it may lie in the December before its year."""

    __tablename__ = "holiday_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(ForeignKey("holiday_notice.year"), index=True)
    is_workday: Mapped[bool]
    name: Mapped[str] = mapped_column(String(60))
    source: Mapped[str] = mapped_column(String(200))


class Setting(Model):
    """A named value of this installation: the campaign's name, the prefix of numbers."""

    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)


class SavedFilter(Model):
    """A filter somebody saved by name for a page; ``query`` is its canonical query string.

    The page opens with the one that ``is_default``.
    """

    __tablename__ = "saved_filter"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    page: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(40))
    query: Mapped[str] = mapped_column(String(1000))
    is_default: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    __table_args__ = (UniqueConstraint("person_id", "page", "name"),)


class RequestKey(Model):
    """A submission that was answered: the same key with the same body gets the same answer for 30 days."""

    __tablename__ = "request_key"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    body_hash: Mapped[str] = mapped_column(String(64))
    answer: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)

"""What people are to be reminded of, until a digest or a message of its own has taken it along."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.database import Model, UTCDateTime, code_column
from workflows.reminding import DigestSection

UNDELIVERED = "delivered_at IS NULL"
DELIVERED = "delivered_at IS NOT NULL"


class Reminder(Model):
    """One thing that one person is to be reminded of; ``key`` (rule, subject, period, person) keeps it from repeating.

    ``subject`` names what it is about where that is no issue, such as ``letter:12``. ``due_on`` is a Shanghai day,
    inclusive. ``kind`` names the wording, ``context`` holds what the wording needs beside the issue.
    """

    __tablename__ = "reminder"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(160), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    issue_id: Mapped[int | None] = mapped_column(ForeignKey("issue.id"))
    subject: Mapped[str] = mapped_column(String(40), default="")
    rule: Mapped[str] = mapped_column(String(40))
    section: Mapped[DigestSection] = mapped_column(code_column(DigestSection, "digest_section"))
    kind: Mapped[str] = mapped_column(String(40))
    context: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    due_on: Mapped[date | None]
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    is_urgent: Mapped[bool] = mapped_column(default=False)
    delivered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    __table_args__ = (
        Index(
            "ix_reminder_undelivered", "person_id", "id",
            sqlite_where=text(UNDELIVERED), postgresql_where=text(UNDELIVERED),
        ),
        Index(
            "ix_reminder_delivered", "delivered_at", "person_id",
            sqlite_where=text(DELIVERED), postgresql_where=text(DELIVERED),
        ),
        Index("ix_reminder_issue", "issue_id", "id"),
    )  # fmt: skip

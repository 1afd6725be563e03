"""Messages and documents that leave an act, written in the transaction of their cause."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.database import Model, UTCDateTime
from tracker.models.channel import Channel
from tracker.models.issue import Issue
from tracker.models.person import Person
from tracker.models.unit import Unit

# What still has to leave the house; written out, so that both databases see that their partial index fits.
UNSENT = "sent_at IS NULL AND failed_at IS NULL AND withdrawn_at IS NULL"


class OutboxMessage(Model):
    """One message to one person by one channel, or one post of a robot; ``key`` keeps it from being queued twice.

    ``kind`` names the wording, ``context`` holds what the wording needs. ``subject`` says where the message leads
    when it has no issue, such as ``letter:12``. Channel ``inbox`` is the page of messages inside the product; any
    other is a ``ChannelKind``, and the relay sends it, not before ``not_before``, which it puts off in quiet hours.
    The relay alone writes ``next_try_at``, ``failed_at`` (given up), ``withdrawn_at`` (nothing of it held any longer)
    and the claim: ``claimed_until`` is database time, ``claim`` the number of the last one; who lost it cannot write.
    """

    __tablename__ = "outbox_message"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(160), unique=True)
    recipient_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    channel_id: Mapped[int | None] = mapped_column(ForeignKey("channel.id"))
    issue_id: Mapped[int | None] = mapped_column(ForeignKey("issue.id"), index=True)
    subject: Mapped[str] = mapped_column(String(40), default="", server_default="")
    channel: Mapped[str] = mapped_column(String(20), default="inbox")
    kind: Mapped[str] = mapped_column(String(40))
    context: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(200), default="")
    not_before: Mapped[datetime | None] = mapped_column(UTCDateTime)
    next_try_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    failed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    claimed_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    claim: Mapped[int] = mapped_column(default=0, server_default="0")

    recipient: Mapped[Person | None] = relationship()
    robot: Mapped[Channel | None] = relationship()
    issue: Mapped[Issue | None] = relationship()

    __table_args__ = (
        Index("ix_outbox_message_inbox", "recipient_id", "channel", "read_at", "id"),
        Index(
            "ix_outbox_message_unsent", "channel", "id",
            sqlite_where=text(UNSENT), postgresql_where=text(UNSENT),
        ),
        CheckConstraint("recipient_id IS NOT NULL OR channel_id IS NOT NULL", name="addressed"),
    )  # fmt: skip


class Notice(Model):
    """An issued document such as 整改通知书; ``content`` is the text as it was issued."""

    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    year: Mapped[int]
    serial: Mapped[int]
    number: Mapped[str] = mapped_column(String(60), unique=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"), index=True)
    recipient_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    issued_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    issued_at: Mapped[datetime] = mapped_column(UTCDateTime)
    received_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    received_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    issue: Mapped[Issue] = relationship()
    recipient_unit: Mapped[Unit] = relationship()

    __table_args__ = (UniqueConstraint("kind", "year", "serial"),)


class Counter(Model):
    """The last number given out under ``name``, such as ``issue:2026``; never goes back."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[int]

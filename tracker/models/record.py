"""The record that never changes: events of issues, entries of the audit, both hash-chained; and what people say."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.database import Model, UTCDateTime, code_column
from tracker.models.issue import Issue
from tracker.models.person import Person

REOPENING = "trigger = 'reopen'"


class ChainHead(Model):
    """The last link of a chain; its row is locked while the next one is appended.

    ``closed_at`` is the latest instant that a ledger was asked for: whatever is written from then on counts as later.
    """

    __tablename__ = "chain_head"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    seq: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class IssueEvent(Model):
    """One thing that happened to an issue; ``hash`` covers every column and the previous ``hash``."""

    __tablename__ = "issue_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(unique=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    acting_as: Mapped[str] = mapped_column(String(80), default="")
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    trigger: Mapped[str] = mapped_column(String(40))
    source: Mapped[str] = mapped_column(String(32))
    dest: Mapped[str] = mapped_column(String(32))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    prev_hash: Mapped[str] = mapped_column(String(64), unique=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)

    issue: Mapped[Issue] = relationship()
    actor: Mapped[Person | None] = relationship()

    __table_args__ = (
        Index("ix_issue_event_issue", "issue_id", "seq"),
        Index("ix_issue_event_at", "at", "id"),
        Index("ix_issue_event_reopening", "at", sqlite_where=text(REOPENING), postgresql_where=text(REOPENING)),
    )


class AuditEntry(Model):
    """One act on accounts, rights, settings or exports, or one denied try; chained like events."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(unique=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    acting_as: Mapped[str] = mapped_column(String(80), default="")
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    action: Mapped[str] = mapped_column(String(60), index=True)
    target: Mapped[str] = mapped_column(String(120), default="")
    outcome: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(64), default="")
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    prev_hash: Mapped[str] = mapped_column(String(64), unique=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)

    actor: Mapped[Person | None] = relationship()


class CommentKind(StrEnum):
    """A comment, or a leader's instruction 批示."""

    COMMENT = "comment"
    INSTRUCTION = "instruction"


class Comment(Model):
    """Words on an issue; never edited, answered by another one."""

    __tablename__ = "comment"

    id: Mapped[int] = mapped_column(primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"), index=True)
    kind: Mapped[CommentKind] = mapped_column(code_column(CommentKind, "comment_kind"))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    acting_as: Mapped[str] = mapped_column(String(80), default="")
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    words: Mapped[str] = mapped_column(Text)

    issue: Mapped[Issue] = relationship()
    author: Mapped[Person] = relationship()

"""Numbered documents of supervision 督办文书, leaders' instructions 批示 among them, and the steps of the ladder."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.database import Model, UTCDateTime, code_column
from tracker.models.evidence import Blob
from tracker.models.issue import Issue
from tracker.models.person import Person
from tracker.models.unit import Unit
from workflows.letter import EndReason, LetterKind, LetterState

_PROPOSED = "state = 'proposed'"
_REMINDED = "remind_on IS NOT NULL"


class Letter(Model):
    """One document to one unit, or one person of it, about some issues or about a matter of its own.

    ``content`` is the text as it was issued; until then it is empty and the text is made anew each time. ``due_on`` is
    the day by which the recipient's present move must be made, ``remind_on`` the next day on which they are reminded.
    ``made_by`` is empty where the clock proposed it, ``issued_by`` where the clock issued it. ``leader`` is who gave an
    instruction, or, on the ladder, the leader in charge who is told because no unit stands above the recipient.
    ``handed_to`` took over the answer from whoever received it for the unit, ``followed_by`` the waiting for it from
    whoever gave the document: both by a handover.
    """

    __tablename__ = "letter"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[LetterKind] = mapped_column(code_column(LetterKind, "letter_kind"))
    state: Mapped[LetterState] = mapped_column(code_column(LetterState, "letter_state"))
    step: Mapped[str] = mapped_column(String(20), default="")
    skipped: Mapped[list[str]] = mapped_column(JSON, default=list)
    year: Mapped[int | None]
    serial: Mapped[int | None]
    number: Mapped[str | None] = mapped_column(String(60), unique=True)
    subject: Mapped[str] = mapped_column(String(80), default="")
    words: Mapped[str] = mapped_column(Text, default="")
    content: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    recipient_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    recipient_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    leader_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    made_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    issued_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    receive_by: Mapped[date | None]
    reply_by: Mapped[date | None]
    due_on: Mapped[date | None]
    remind_on: Mapped[date | None]
    received_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    received_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    handed_to_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    followed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    opinion: Mapped[str] = mapped_column(Text, default="")
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    end_reason: Mapped[EndReason | None] = mapped_column(code_column(EndReason, "end_reason"))
    end_words: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column()

    recipient_unit: Mapped[Unit | None] = relationship(foreign_keys=recipient_unit_id)
    recipient: Mapped[Person | None] = relationship(foreign_keys=recipient_id)
    leader: Mapped[Person | None] = relationship(foreign_keys=leader_id)
    made_by: Mapped[Person | None] = relationship(foreign_keys=made_by_id)
    issued_by: Mapped[Person | None] = relationship(foreign_keys=issued_by_id)
    received_by: Mapped[Person | None] = relationship(foreign_keys=received_by_id)
    handed_to: Mapped[Person | None] = relationship(foreign_keys=handed_to_id)
    followed_by: Mapped[Person | None] = relationship(foreign_keys=followed_by_id)
    settled_by: Mapped[Person | None] = relationship(foreign_keys=settled_by_id)
    withdrawn_by: Mapped[Person | None] = relationship(foreign_keys=withdrawn_by_id)
    issues: Mapped[list[LetterIssue]] = relationship(back_populates="letter", order_by="LetterIssue.position")
    replies: Mapped[list[LetterReply]] = relationship(back_populates="letter", order_by="LetterReply.id")

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        UniqueConstraint("kind", "year", "serial"),
        CheckConstraint(
            "state IN ('proposed', 'withdrawn') OR (number IS NOT NULL AND issued_at IS NOT NULL "
            "AND reply_by IS NOT NULL AND recipient_unit_id IS NOT NULL)",
            name="issued_is_numbered",
        ),
        Index("ix_letter_recipient", "recipient_unit_id", "state", "due_on"),
        Index("ix_letter_state", "state", "kind", "id"),
        Index("ix_letter_proposed", "id", sqlite_where=text(_PROPOSED), postgresql_where=text(_PROPOSED)),
        Index("ix_letter_remind", "remind_on", "id", sqlite_where=text(_REMINDED), postgresql_where=text(_REMINDED)),
    )


class LetterIssue(Model):
    """An issue that a document speaks of, in its place on the list."""

    __tablename__ = "letter_issue"

    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"), primary_key=True, index=True)
    position: Mapped[int]

    letter: Mapped[Letter] = relationship(back_populates="issues")
    issue: Mapped[Issue] = relationship()


class LetterReply(Model):
    """One reply to a document; ``return_words`` say why it was given back, if it was."""

    __tablename__ = "letter_reply"

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), index=True)
    words: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    returned_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    returned_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    return_words: Mapped[str] = mapped_column(Text, default="")

    letter: Mapped[Letter] = relationship(back_populates="replies")
    files: Mapped[list[LetterFile]] = relationship(back_populates="reply", order_by="LetterFile.id")
    by: Mapped[Person] = relationship(foreign_keys=by_id)
    returned_by: Mapped[Person | None] = relationship(foreign_keys=returned_by_id)


class LetterFile(Model):
    """A photograph or document that came with a reply; the same bytes count once a reply. Never deleted."""

    __tablename__ = "letter_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    reply_id: Mapped[int] = mapped_column(ForeignKey("letter_reply.id"))
    blob_sha256: Mapped[str] = mapped_column(ForeignKey("blob.sha256"), index=True)
    name: Mapped[str] = mapped_column(String(255))

    reply: Mapped[LetterReply] = relationship(back_populates="files")
    blob: Mapped[Blob] = relationship()

    __table_args__ = (UniqueConstraint("reply_id", "blob_sha256"),)


class Escalation(Model):
    """That an issue reached a step of the ladder under a deadline: each step once a deadline."""

    __tablename__ = "escalation"

    id: Mapped[int] = mapped_column(primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"))
    deadline: Mapped[date]
    step: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(UTCDateTime)

    issue: Mapped[Issue] = relationship()

    __table_args__ = (UniqueConstraint("issue_id", "deadline", "step"),)

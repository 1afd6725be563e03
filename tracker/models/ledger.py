"""What the ledgers said, and when: every issue's row through time, what things were called, what was handed out."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Boolean, CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.database import Model, UTCDateTime, code_column
from tracker.models.issue import OPEN, Source
from tracker.models.person import Person
from workflows.issue import IssueState, Severity

# What subtotals count under a heading, so that they need not look at the rows.
_COUNTED = ("issue_id", "until", "valid_from", "state", "deadline", "is_withdrawn")
FAR = datetime(9999, 12, 31, tzinfo=UTC)  # the ``until`` of what still holds


class LedgerKind(StrEnum):
    """A ledger over the issues 台账: what, who by when, how far, what is late, what was closed."""

    ISSUES = "issues"
    DUTIES = "duties"
    PROGRESS = "progress"
    OVERDUE = "overdue"
    SIGNED_OFF = "signed_off"


class LedgerMedium(StrEnum):
    """What a ledger was issued as."""

    PAPER = "paper"
    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"
    PDF = "pdf"


class IssueVersion(Model):
    """How an issue stood in the ledgers from ``valid_from`` (inclusive) to ``until`` (exclusive).

    Its columns are those of ``Issue`` with the same names. ``beside`` holds what stands in other tables: ``measures``,
    ``assisting`` (unit ids), ``evidence`` (a number), ``notices``, ``letters``, ``urged``, ``instructions``,
    ``look_backs``; what is empty is left out. ``is_withdrawn``: it left the lists with an import that was undone. Rows
    are hash-chained; only ``until`` is ever written again, once, when the next version begins.
    """

    __tablename__ = "issue_version"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"))
    valid_from: Mapped[datetime] = mapped_column(UTCDateTime)
    until: Mapped[datetime] = mapped_column(UTCDateTime)

    number: Mapped[str] = mapped_column(String(40))
    state: Mapped[IssueState] = mapped_column(code_column(IssueState, "version_state"))
    state_since: Mapped[datetime] = mapped_column(UTCDateTime)
    severity: Mapped[Severity] = mapped_column(code_column(Severity, "version_severity"))
    is_long_term: Mapped[bool] = mapped_column(Boolean)
    is_withdrawn: Mapped[bool] = mapped_column(Boolean)
    source: Mapped[Source] = mapped_column(code_column(Source, "version_source"))
    source_ref: Mapped[str] = mapped_column(String(200))
    found_on: Mapped[date | None]
    found_by: Mapped[str] = mapped_column(String(100))
    found_by_group_id: Mapped[int | None]
    created_by_id: Mapped[int | None]
    location_id: Mapped[int | None]
    township_id: Mapped[int | None]
    spot: Mapped[str] = mapped_column(String(200))
    star_id: Mapped[int | None]
    indicator_id: Mapped[int | None]
    category: Mapped[str] = mapped_column(String(80))
    description: Mapped[str] = mapped_column(Text)
    goal: Mapped[str] = mapped_column(Text)
    responsible_unit_id: Mapped[int | None]
    responsible_id: Mapped[int | None]
    sponsor_id: Mapped[int | None]
    assigned_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    first_deadline: Mapped[date | None]
    deadline: Mapped[date | None]
    deadline_time: Mapped[time | None]
    deadline_words: Mapped[str] = mapped_column(String(100))
    extensions: Mapped[int]
    progress_percent: Mapped[int]
    progress_note: Mapped[str] = mapped_column(Text)
    progress_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    result: Mapped[str] = mapped_column(Text)
    returns: Mapped[int]
    recurrences: Mapped[int]
    submitted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    verified_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    verified_by_id: Mapped[int | None]
    recheck_finding: Mapped[str] = mapped_column(Text)
    signed_off_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    signed_off_by_id: Mapped[int | None]
    closed_late: Mapped[bool | None]
    review_on: Mapped[date | None]
    policy_version_id: Mapped[int | None]
    overdue_reason: Mapped[str | None] = mapped_column(Text)
    remark: Mapped[str] = mapped_column(Text)
    beside: Mapped[dict[str, Any]] = mapped_column(JSON)

    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))

    __table_args__ = (
        CheckConstraint("valid_from <= until", name="in_order"),
        Index("ix_issue_version_issue", "issue_id", "until", "valid_from"),
        Index("ix_issue_version_since", "valid_from"),
        Index(
            "ix_issue_version_open", "until", "deadline", "issue_id",
            sqlite_where=text(OPEN), postgresql_where=text(OPEN),
        ),
        Index("ix_issue_version_township", "township_id", *_COUNTED),
        Index("ix_issue_version_unit", "responsible_unit_id", *_COUNTED),
        Index("ix_issue_version_star", "star_id", *_COUNTED),
        Index("ix_issue_version_group", "found_by_group_id", *_COUNTED),
    )  # fmt: skip


class LedgerTerm(Model):
    """What held until an instant (exclusive) and reads otherwise since: a name, the corrections of the calendar.

    ``kind`` is the table of the thing that was renamed and ``key`` its id, or ``calendar``; of kind ``begin`` there is
    one where the ledgers' history does not reach back to the first issue. Rows are hash-chained and never change.
    """

    __tablename__ = "ledger_term"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(20))
    key: Mapped[int]
    content: Mapped[Any] = mapped_column(JSON)
    until: Mapped[datetime] = mapped_column(UTCDateTime)
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))

    __table_args__ = (Index("ix_ledger_term_until", "kind", "until"),)


class IssuedLedger(Model):
    """A ledger that was printed or exported, so that it can be told later whether a paper is genuine.

    ``at`` is the instant it shows. ``chosen`` is its filter as values, ``query`` the same as an address, ``words`` the
    same for readers. ``members`` holds, packed, the id and a short hash of every row in its order; ``digest`` is the
    SHA-256 over all rows. ``is_whole``: whoever made it saw the whole county.
    """

    __tablename__ = "issued_ledger"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[LedgerKind] = mapped_column(code_column(LedgerKind, "ledger_kind"))
    medium: Mapped[LedgerMedium] = mapped_column(code_column(LedgerMedium, "ledger_medium"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    made_for: Mapped[str] = mapped_column(String(120))
    columns: Mapped[list[str]] = mapped_column(JSON)
    sort: Mapped[str] = mapped_column(String(20))
    grouped: Mapped[str] = mapped_column(String(20))
    chosen: Mapped[dict[str, Any]] = mapped_column(JSON)
    query: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text)
    is_whole: Mapped[bool] = mapped_column(Boolean)
    rows: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64), index=True)
    policy_version_id: Mapped[int | None] = mapped_column(ForeignKey("policy_version.id"))
    members: Mapped[bytes] = mapped_column(LargeBinary)

    made_by: Mapped[Person] = relationship()

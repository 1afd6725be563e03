"""The rectification issue 整改问题: columns, constraints, and nothing that decides."""

from __future__ import annotations

from datetime import date, datetime, time
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.database import Model, UTCDateTime, code_column
from tracker.models.group import SupervisionGroup
from tracker.models.imports import ImportBatch
from tracker.models.person import Person
from tracker.models.policy import PolicyVersion
from tracker.models.star import Indicator, Star
from tracker.models.unit import Unit
from workflows.issue import IssueState, Severity


class Source(StrEnum):
    """Where a finding came from 问题来源."""

    SUPERVISION = "supervision"
    INSPECTION = "inspection"
    MEETING = "meeting"
    BULLETIN = "bulletin"
    APPRAISAL = "appraisal"
    REPORT = "report"
    SELF_CHECK = "self_check"
    IMPORT = "import"
    LOOK_BACK = "look_back"


# Said by what it is not: no index on the state can serve these words, so that a list walks the index in its own order.
OPEN = "state NOT IN ('draft', 'signed_off', 'suspended', 'dismissed')"
ESCALATES = "escalate_on IS NOT NULL"


class Issue(Model):
    """Days are Shanghai calendar days, inclusive; instants are UTC.

    ``first_deadline`` never changes once set. ``move_due_on`` is the day by which the present move must be made.
    ``stage_due_on`` is that of the next stage while a long-term issue is rectified. ``remind_at`` is the next instant
    at which somebody is reminded of either, none where nothing is to come.
    ``deadline_time`` is the hour of that day, Shanghai time, where one was set; without one the day counts whole.
    ``escalate_on`` is the first day on which the ladder of documents must be looked at again, ``None`` while it rests.
    ``closed_late`` says whether it was signed off after its deadline, once it is.
    ``cycle`` counts returns and reopenings: evidence and consents belong to the cycle they were given in.
    """

    __tablename__ = "issue"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str | None] = mapped_column(String(40), unique=True)
    state: Mapped[IssueState] = mapped_column(code_column(IssueState, "issue_state"))
    state_since: Mapped[datetime] = mapped_column(UTCDateTime)
    severity: Mapped[Severity] = mapped_column(code_column(Severity, "severity"), default=Severity.GENERAL)
    is_long_term: Mapped[bool] = mapped_column(default=False)
    is_confidential: Mapped[bool] = mapped_column(default=False)

    source: Mapped[Source] = mapped_column(code_column(Source, "source"))
    source_ref: Mapped[str] = mapped_column(String(200), default="")
    found_on: Mapped[date | None]
    found_by: Mapped[str] = mapped_column(String(100), default="")
    found_by_group_id: Mapped[int | None] = mapped_column(ForeignKey("supervision_group.id"), index=True)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    client_key: Mapped[str | None] = mapped_column(String(40))

    location_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    township_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    spot: Mapped[str] = mapped_column(String(200), default="")
    star_id: Mapped[int | None] = mapped_column(ForeignKey("star.id"))
    indicator_id: Mapped[int | None] = mapped_column(ForeignKey("indicator.id"))
    category: Mapped[str] = mapped_column(String(80), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    goal: Mapped[str] = mapped_column(Text, default="")

    responsible_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    responsible_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    sponsor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    assigned_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    first_deadline: Mapped[date | None]
    deadline: Mapped[date | None]
    deadline_time: Mapped[time | None]
    deadline_words: Mapped[str] = mapped_column(String(100), default="")
    extensions: Mapped[int] = mapped_column(default=0)

    progress_percent: Mapped[int] = mapped_column(default=0)
    progress_note: Mapped[str] = mapped_column(Text, default="")
    progress_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    result: Mapped[str] = mapped_column(Text, default="")
    cycle: Mapped[int] = mapped_column(default=0)
    returns: Mapped[int] = mapped_column(default=0)
    recurrences: Mapped[int] = mapped_column(default=0)

    submitted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    submitted_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    verified_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    verified_group_id: Mapped[int | None] = mapped_column(ForeignKey("supervision_group.id"))
    recheck_finding: Mapped[str] = mapped_column(Text, default="")
    signed_off_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    signed_off_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    closed_late: Mapped[bool | None]
    review_on: Mapped[date | None]
    move_due_on: Mapped[date | None]
    escalate_on: Mapped[date | None]
    stage_due_on: Mapped[date | None]
    remind_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    duplicate_of_id: Mapped[int | None] = mapped_column(ForeignKey("issue.id"), index=True)

    policy_version_id: Mapped[int | None] = mapped_column(ForeignKey("policy_version.id"))
    import_batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)
    import_key: Mapped[str | None] = mapped_column(String(100), unique=True)
    overdue_reason: Mapped[str | None] = mapped_column(Text)
    remark: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column()

    location: Mapped[Unit | None] = relationship(foreign_keys=location_id)
    township: Mapped[Unit | None] = relationship(foreign_keys=township_id)
    star: Mapped[Star | None] = relationship()
    indicator: Mapped[Indicator | None] = relationship()
    found_by_group: Mapped[SupervisionGroup | None] = relationship(foreign_keys=found_by_group_id)
    created_by: Mapped[Person | None] = relationship(foreign_keys=created_by_id)
    responsible_unit: Mapped[Unit | None] = relationship(foreign_keys=responsible_unit_id)
    responsible: Mapped[Person | None] = relationship(foreign_keys=responsible_id)
    sponsor: Mapped[Person | None] = relationship(foreign_keys=sponsor_id)
    submitted_by: Mapped[Person | None] = relationship(foreign_keys=submitted_by_id)
    verified_by: Mapped[Person | None] = relationship(foreign_keys=verified_by_id)
    verified_group: Mapped[SupervisionGroup | None] = relationship(foreign_keys=verified_group_id)
    signed_off_by: Mapped[Person | None] = relationship(foreign_keys=signed_off_by_id)
    duplicate_of: Mapped[Issue | None] = relationship(remote_side=id, foreign_keys=duplicate_of_id)
    policy_version: Mapped[PolicyVersion | None] = relationship()
    import_batch: Mapped[ImportBatch | None] = relationship()
    assisting: Mapped[list[AssistingUnit]] = relationship(back_populates="issue", order_by="AssistingUnit.unit_id")
    measures: Mapped[list[Measure]] = relationship(back_populates="issue", order_by="Measure.position")
    stages: Mapped[list[Stage]] = relationship(back_populates="issue", order_by="Stage.position")

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        CheckConstraint("state = 'draft' OR number IS NOT NULL", name="numbered_once_registered"),
        CheckConstraint("deadline IS NULL OR first_deadline IS NOT NULL", name="first_deadline_kept"),
        CheckConstraint("state <> 'suspended' OR review_on IS NOT NULL", name="suspended_is_reviewed"),
        CheckConstraint("progress_percent BETWEEN 0 AND 100", name="percent"),
        CheckConstraint(
            "state <> 'signed_off' OR (signed_off_at IS NOT NULL AND (import_batch_id IS NOT NULL OR "
            "(verified_by_id IS NOT NULL AND signed_off_by_id IS NOT NULL AND signed_off_by_id <> verified_by_id "
            "AND signed_off_by_id <> submitted_by_id AND verified_by_id <> submitted_by_id)))",
            name="signed_off_by_several",
        ),
        Index("uq_issue_client_key", "created_by_id", "client_key", unique=True),
        Index("ix_issue_open_deadline", "deadline", "id", sqlite_where=text(OPEN), postgresql_where=text(OPEN)),
        Index(
            "ix_issue_open_township", "township_id", "deadline", "id",
            sqlite_where=text(OPEN), postgresql_where=text(OPEN),
        ),
        Index(
            "ix_issue_escalate", "escalate_on", "id",
            sqlite_where=text(ESCALATES), postgresql_where=text(ESCALATES),
        ),
        Index(
            "ix_issue_remind_at", "remind_at", "id",
            sqlite_where=text("remind_at IS NOT NULL"), postgresql_where=text("remind_at IS NOT NULL"),
        ),
        Index(
            "ix_issue_signed_off_at", "signed_off_at", "id", "state",
            sqlite_where=text("signed_off_at IS NOT NULL"), postgresql_where=text("signed_off_at IS NOT NULL"),
        ),
        # All that the dashboard counts, so that it need not look at the rows.
        Index(
            "ix_issue_figures", "found_on", "state", "deadline", "closed_late", "recurrences", "township_id",
            "responsible_unit_id", "star_id", "found_by_group_id",
        ),
        Index("ix_issue_location", "location_id", "state"),
        Index("ix_issue_township_state", "township_id", "state", "id"),
        Index("ix_issue_state_due", "state", "move_due_on", "id"),
        Index("ix_issue_responsible", "responsible_id", "state", "move_due_on"),
        Index("ix_issue_responsible_unit", "responsible_unit_id", "state", "deadline"),
        Index("ix_issue_star", "star_id", "state", "deadline"),
        Index("ix_issue_deadline", "deadline", "id"),
        Index("ix_issue_found_on", "found_on", "id"),
        Index("ix_issue_state_since", "state_since", "id"),
        Index("ix_issue_state_deadline", "state", "deadline", "id"),
    )  # fmt: skip


class AssistingUnit(Model):
    """A unit that helps 协办单位."""

    __tablename__ = "assisting_unit"

    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True, index=True)

    issue: Mapped[Issue] = relationship(back_populates="assisting")
    unit: Mapped[Unit] = relationship()


class Measure(Model):
    """One measure 整改措施 with its own day, inclusive."""

    __tablename__ = "measure"

    id: Mapped[int] = mapped_column(primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"), index=True)
    position: Mapped[int]
    words: Mapped[str] = mapped_column(Text)
    due_on: Mapped[date | None]
    done_on: Mapped[date | None]

    issue: Mapped[Issue] = relationship(back_populates="measures")


class Stage(Model):
    """One stage of a long-term issue 长期整改, with its own day, inclusive."""

    __tablename__ = "stage"

    id: Mapped[int] = mapped_column(primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"), index=True)
    position: Mapped[int]
    words: Mapped[str] = mapped_column(Text)
    due_on: Mapped[date]
    done_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(Text, default="")

    issue: Mapped[Issue] = relationship(back_populates="stages")

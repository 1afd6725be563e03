"""Inspection rounds 巡查轮次: the plan with its groups, stops and tasks, what was left out, and the visits.

All days are Shanghai calendar days, inclusive. Reasons are codes with parameters; ``tracker.labels`` has their words.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.database import Model, UTCDateTime, code_column
from tracker.models.group import SupervisionGroup
from tracker.models.issue import Issue
from tracker.models.person import Person
from tracker.models.unit import Unit
from workflows.planning.terms import LeftOutWhy, TaskKind
from workflows.round import RoundState, StopState


class RoundKind(StrEnum):
    """Announced beforehand 常态化, or hidden from the inspected 不定期."""

    ROUTINE = "routine"
    UNANNOUNCED = "unannounced"


class TaskOutcome(StrEnum):
    """What came of one task of a stop."""

    PASSED = "passed"
    HELD = "held"
    FAILED = "failed"
    RECURRED = "recurred"
    FOUND = "found"
    NOTHING = "nothing"
    SKIPPED = "skipped"


class InspectionRound(Model):
    """``parameters`` are those the plan was made with; ``result`` says what the solver reached and in what time.

    ``burden_reason`` is why it was published although it asks more of a village than its ceilings allow.
    ``planning_since`` is set while a plan is being made in the background; ``planning_step`` counts its steps.
    """

    __tablename__ = "inspection_round"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[RoundKind] = mapped_column(code_column(RoundKind, "round_kind"))
    state: Mapped[RoundState] = mapped_column(code_column(RoundState, "round_state"), default=RoundState.PLANNED)
    first_day: Mapped[date]
    last_day: Mapped[date]
    seed: Mapped[int]
    parameters: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    result: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    planning_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    planning_step: Mapped[int] = mapped_column(default=0)
    planned_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    failure: Mapped[str] = mapped_column(Text, default="")
    note: Mapped[str] = mapped_column(Text, default="")
    burden_reason: Mapped[str] = mapped_column(Text, default="")
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    begun_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reported_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    archived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column()

    made_by: Mapped[Person | None] = relationship(foreign_keys=made_by_id)
    published_by: Mapped[Person | None] = relationship(foreign_keys=published_by_id)
    groups: Mapped[list[RoundGroup]] = relationship(back_populates="round", order_by="RoundGroup.id")

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        CheckConstraint("last_day >= first_day", name="round_period"),
        Index("ix_inspection_round_days", "first_day", "id"),
        Index("ix_inspection_round_state", "state", "first_day"),
    )


class RoundGroup(Model):
    """A group of a round: the days it goes out (ISO days), its people, and the stops it can make on each day."""

    __tablename__ = "round_group"

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("inspection_round.id"))
    group_id: Mapped[int] = mapped_column(ForeignKey("supervision_group.id"), index=True)
    days: Mapped[list[str]] = mapped_column(JSON, default=list)
    people: Mapped[int]
    stops_a_day: Mapped[int]
    report: Mapped[str] = mapped_column(Text, default="")
    reported_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reported_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    round: Mapped[InspectionRound] = relationship(back_populates="groups")
    group: Mapped[SupervisionGroup] = relationship()

    __table_args__ = (UniqueConstraint("round_id", "group_id"),)

    @property
    def capacity(self) -> int:
        """Return how many stops the group can make in the whole round."""
        return self.stops_a_day * len(self.days)


class RoundStop(Model):
    """One village for one group on a day; ``position`` orders the day from 1, ``need`` is the sum of its tasks'.

    What is ``is_locked`` was set by hand and stays where it is when the plan is made anew.
    """

    __tablename__ = "round_stop"

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("inspection_round.id"))
    group_id: Mapped[int] = mapped_column(ForeignKey("supervision_group.id"))
    village_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    day: Mapped[date]
    position: Mapped[int]
    need: Mapped[int] = mapped_column(default=0)
    reasons: Mapped[list[str]] = mapped_column(JSON, default=list)
    is_locked: Mapped[bool] = mapped_column(default=False)
    state: Mapped[StopState] = mapped_column(code_column(StopState, "stop_state"), default=StopState.PLANNED)
    carried_from_id: Mapped[int | None] = mapped_column(ForeignKey("round_stop.id"), index=True)
    note: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column()

    round: Mapped[InspectionRound] = relationship()
    group: Mapped[SupervisionGroup] = relationship()
    village: Mapped[Unit] = relationship()
    tasks: Mapped[list[RoundTask]] = relationship(back_populates="stop", order_by="RoundTask.need.desc(), RoundTask.id")

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        UniqueConstraint("round_id", "group_id", "village_id"),
        Index("ix_round_stop_day", "round_id", "group_id", "day", "position"),
        Index("ix_round_stop_walked", "group_id", "village_id", "state"),
    )


class RoundTask(Model):
    """What to look at during a stop; ``reason`` and ``params`` say why it is there."""

    __tablename__ = "round_task"

    id: Mapped[int] = mapped_column(primary_key=True)
    stop_id: Mapped[int] = mapped_column(ForeignKey("round_stop.id"), index=True)
    kind: Mapped[TaskKind] = mapped_column(code_column(TaskKind, "task_kind"))
    issue_id: Mapped[int | None] = mapped_column(ForeignKey("issue.id"), index=True)
    reason: Mapped[str] = mapped_column(String(40))
    params: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    need: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    outcome: Mapped[TaskOutcome | None] = mapped_column(code_column(TaskOutcome, "task_outcome"))

    stop: Mapped[RoundStop] = relationship(back_populates="tasks")
    issue: Mapped[Issue | None] = relationship()


class RoundLeftOut(Model):
    """What was due and is not in the plan; ``group_id`` is the group that could not take it, where it is one."""

    __tablename__ = "round_left_out"

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("inspection_round.id"), index=True)
    village_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    issue_id: Mapped[int | None] = mapped_column(ForeignKey("issue.id"), index=True)
    kind: Mapped[TaskKind] = mapped_column(code_column(TaskKind, "left_out_kind"))
    reason: Mapped[str] = mapped_column(String(40))
    params: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    need: Mapped[int] = mapped_column(default=0)
    why: Mapped[LeftOutWhy] = mapped_column(code_column(LeftOutWhy, "left_out_why"))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("supervision_group.id"))
    note: Mapped[str] = mapped_column(Text, default="")

    village: Mapped[Unit] = relationship()
    issue: Mapped[Issue | None] = relationship()
    group: Mapped[SupervisionGroup | None] = relationship()


class Visit(Model):
    """A group in a village: who (ids of persons), from when to when, and what it asked of the village.

    One without a stop is an ad-hoc visit 临时走访, outside every round. ``nothing_found`` is a record of its own.
    ``forms_asked`` and ``photos_asked`` count against the village's ceiling. ``handed_to`` goes on with it since a
    handover of whoever began it.
    """

    __tablename__ = "visit"

    id: Mapped[int] = mapped_column(primary_key=True)
    stop_id: Mapped[int | None] = mapped_column(ForeignKey("round_stop.id"), index=True)
    round_id: Mapped[int | None] = mapped_column(ForeignKey("inspection_round.id"), index=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("supervision_group.id"))
    village_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    people: Mapped[list[int]] = mapped_column(JSON, default=list)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    note: Mapped[str] = mapped_column(Text, default="")
    nothing_found: Mapped[bool] = mapped_column(default=False)
    forms_asked: Mapped[int] = mapped_column(default=0)
    photos_asked: Mapped[int] = mapped_column(default=0)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    handed_to_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    client_key: Mapped[str | None] = mapped_column(String(40))

    stop: Mapped[RoundStop | None] = relationship()
    round: Mapped[InspectionRound | None] = relationship()
    group: Mapped[SupervisionGroup] = relationship()
    village: Mapped[Unit] = relationship()
    made_by: Mapped[Person | None] = relationship(foreign_keys=made_by_id)
    handed_to: Mapped[Person | None] = relationship(foreign_keys=handed_to_id)

    __table_args__ = (
        Index("uq_visit_client_key", "made_by_id", "client_key", unique=True),
        Index("ix_visit_village", "village_id", "started_at"),
        Index("ix_visit_group", "group_id", "started_at"),
    )


class UnitPlace(Model):
    """Where a unit lies, in degrees (WGS 84); ``source`` says how it is known."""

    __tablename__ = "unit_place"

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    longitude: Mapped[float]
    latitude: Mapped[float]
    source: Mapped[str] = mapped_column(String(80), default="")

    unit: Mapped[Unit] = relationship()

    __table_args__ = (
        CheckConstraint("longitude BETWEEN -180 AND 180 AND latitude BETWEEN -90 AND 90", name="on_earth"),
    )

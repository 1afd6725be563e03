"""Look-backs 回头看: the plan that drew a sample, and each look-back, drawn or made without having been asked for."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.database import Model, UTCDateTime, code_column
from tracker.models.group import SupervisionGroup
from tracker.models.issue import Issue
from tracker.models.person import Person
from tracker.models.star import Star
from tracker.models.unit import Unit
from workflows.look_back import LookBackState
from workflows.sampling import PickReason

WAITS = "state = 'waiting'"


class LookBackPlan(Model):
    """A sample of what was signed off in the ``window_days`` before ``made_at``, to be looked back at in a period.

    ``rules``, ``seed`` and ``frame`` (issue, township, star, severe; by issue) are all that the sample depends on; they
    never change. Days are inclusive Shanghai calendar days.
    """

    __tablename__ = "look_back_plan"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    first_day: Mapped[date]
    last_day: Mapped[date]
    window_days: Mapped[int]
    rules: Mapped[dict[str, Any]] = mapped_column(JSON)
    seed: Mapped[int]
    frame: Mapped[list[list[int]]] = mapped_column(JSON, deferred=True)
    population: Mapped[int]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    close_reason: Mapped[str] = mapped_column(String(200), default="")

    made_by: Mapped[Person | None] = relationship(foreign_keys=made_by_id)
    closed_by: Mapped[Person | None] = relationship(foreign_keys=closed_by_id)

    __table_args__ = (CheckConstraint("last_day >= first_day", name="look_back_period"),)


class LookBack(Model):
    """One look-back of one issue: without a plan where nobody had drawn it.

    ``township_id``, ``star_id`` and ``unit_id`` (the responsible unit) are those at the drawing, or at the look-back.
    ``reason``, ``population`` and ``rank`` say how it was drawn. What was recorded has a number, and ``content``, the
    text of its paper, which later changes of names do not touch. ``people`` and ``evidence`` are ids.
    """

    __tablename__ = "look_back"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("look_back_plan.id"))
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"), index=True)
    state: Mapped[LookBackState] = mapped_column(code_column(LookBackState, "look_back_state"))
    reason: Mapped[PickReason | None] = mapped_column(code_column(PickReason, "pick_reason"))
    population: Mapped[int] = mapped_column(default=0)
    rank: Mapped[int] = mapped_column(default=0)
    township_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    star_id: Mapped[int | None] = mapped_column(ForeignKey("star.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    due_on: Mapped[date | None]

    number: Mapped[str | None] = mapped_column(String(60), unique=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("supervision_group.id"))
    people: Mapped[list[int]] = mapped_column(JSON, default=list)
    done_on: Mapped[date | None]
    finding: Mapped[str] = mapped_column(Text, default="")
    evidence: Mapped[list[int]] = mapped_column(JSON, default=list)
    content: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    new_issue_id: Mapped[int | None] = mapped_column(ForeignKey("issue.id"), index=True)
    drop_reason: Mapped[str] = mapped_column(String(200), default="")
    version: Mapped[int] = mapped_column()

    plan: Mapped[LookBackPlan | None] = relationship()
    issue: Mapped[Issue] = relationship(foreign_keys=issue_id)
    new_issue: Mapped[Issue | None] = relationship(foreign_keys=new_issue_id)
    township: Mapped[Unit | None] = relationship(foreign_keys=township_id)
    star: Mapped[Star | None] = relationship()
    unit: Mapped[Unit | None] = relationship(foreign_keys=unit_id)
    group: Mapped[SupervisionGroup | None] = relationship()
    recorded_by: Mapped[Person | None] = relationship()

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        UniqueConstraint("plan_id", "issue_id"),
        CheckConstraint("plan_id IS NOT NULL OR state IN ('held', 'found_again')", name="waits_by_plan"),
        CheckConstraint(
            "state NOT IN ('held', 'found_again') OR (number IS NOT NULL AND done_on IS NOT NULL "
            "AND recorded_at IS NOT NULL AND finding <> '')",
            name="result_is_recorded",
        ),
        Index("uq_look_back_waiting", "issue_id", unique=True, sqlite_where=text(WAITS), postgresql_where=text(WAITS)),
        Index("ix_look_back_unit", "unit_id", "state"),
        Index("ix_look_back_state", "state", "due_on"),
    )

"""Supervision groups: their people and their villages, by period. All periods end inclusively."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.database import Model
from tracker.models.unit import Unit


class SupervisionGroup(Model):
    """A group 督导组; its members are the posts that name it."""

    __tablename__ = "supervision_group"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(String(40))
    is_active: Mapped[bool] = mapped_column(default=True)

    villages: Mapped[list[GroupVillage]] = relationship(back_populates="group")


class GroupVillage(Model):
    """A village on a group's roster for a period."""

    __tablename__ = "group_village"

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("supervision_group.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

    group: Mapped[SupervisionGroup] = relationship(back_populates="villages")
    unit: Mapped[Unit] = relationship()

    __table_args__ = (Index("ix_group_village_group_unit", "group_id", "unit_id"),)

"""Organisations: the tree of units, their codes and names through time, their tags."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.database import Model, UTCDateTime, code_column


class UnitKind(StrEnum):
    """What a unit is; for village and community set by people, never derived from name or code."""

    COUNTY = "county"
    TOWNSHIP = "township"
    STREET = "street"
    VILLAGE = "village"
    COMMUNITY = "community"
    GRID = "grid"
    DEPARTMENT = "department"
    OFFICE = "office"
    ENTERPRISE = "enterprise"


class NameReason(StrEnum):
    """Why a unit carries, or carried, a name."""

    CURRENT = "current"
    RENAMED = "renamed"
    RECODED = "recoded"
    MERGED = "merged"
    ALIAS = "alias"


class Unit(Model):
    """``path`` is ``/1/5/33/``: the ids from the county down to the unit itself."""

    __tablename__ = "unit"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str | None] = mapped_column(String(32), unique=True)
    kind: Mapped[UnitKind] = mapped_column(code_column(UnitKind, "unit_kind"))
    kind_confirmed: Mapped[bool] = mapped_column(default=False)
    name: Mapped[str] = mapped_column(String(80))
    full_name: Mapped[str] = mapped_column(String(120))
    pinyin: Mapped[str] = mapped_column(String(400), default="")
    initials: Mapped[str] = mapped_column(String(120), default="")
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    path: Mapped[str] = mapped_column(String(200), default="", index=True)
    township_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    closed_on: Mapped[date | None]
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column()

    parent: Mapped[Unit | None] = relationship(remote_side=id, foreign_keys=parent_id)
    township: Mapped[Unit | None] = relationship(remote_side=id, foreign_keys=township_id)
    successor: Mapped[Unit | None] = relationship(remote_side=id, foreign_keys=successor_id)
    names: Mapped[list[UnitName]] = relationship(back_populates="unit", order_by="UnitName.id")
    tags: Mapped[list[UnitTag]] = relationship(back_populates="unit", order_by="UnitTag.id")

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        CheckConstraint("parent_id IS NOT NULL OR kind = 'county'", name="only_county_is_root"),
        Index("ix_unit_parent_position", "parent_id", "position", "id"),
    )


class UnitName(Model):
    """One name and code a unit had; ``valid_to`` is the last day, inclusive, ``None`` while it holds."""

    __tablename__ = "unit_name"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    code: Mapped[str | None] = mapped_column(String(32), index=True)
    name: Mapped[str] = mapped_column(String(80), index=True)
    full_name: Mapped[str] = mapped_column(String(120))
    reason: Mapped[NameReason] = mapped_column(code_column(NameReason, "name_reason"))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]

    unit: Mapped[Unit] = relationship(back_populates="names")


class UnitTag(Model):
    """A mark such as 软弱涣散村 (lax) or 重点村 (key), for a period; ``until`` is inclusive."""

    __tablename__ = "unit_tag"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    tag: Mapped[str] = mapped_column(String(40), index=True)
    since: Mapped[date]
    until: Mapped[date | None]

    unit: Mapped[Unit] = relationship(back_populates="tags")

    __table_args__ = (UniqueConstraint("unit_id", "tag", "since"),)

"""The stars of the campaign, who leads them, and what is measured."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.database import Model, code_column
from tracker.models.unit import Unit, UnitKind


class IndicatorKind(StrEnum):
    """An ordinary indicator, a bottom line 底线指标, or a veto item 否决情形."""

    ORDINARY = "ordinary"
    BOTTOM_LINE = "bottom_line"
    VETO = "veto"


class Star(Model):
    """One star of one kind of unit; ``key`` is unique within the kind."""

    __tablename__ = "star"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_kind: Mapped[UnitKind] = mapped_column(code_column(UnitKind, "star_unit_kind"))
    key: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(40))
    position: Mapped[int] = mapped_column(default=0)
    is_active: Mapped[bool] = mapped_column(default=True)

    leads: Mapped[list[StarLead]] = relationship(back_populates="star", order_by="StarLead.id")
    indicators: Mapped[list[Indicator]] = relationship(back_populates="star", order_by="Indicator.position")

    __table_args__ = (UniqueConstraint("unit_kind", "key"),)


class StarLead(Model):
    """The lead department 牵头部门 of a star for a period; ``valid_to`` is inclusive."""

    __tablename__ = "star_lead"

    id: Mapped[int] = mapped_column(primary_key=True)
    star_id: Mapped[int] = mapped_column(ForeignKey("star.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

    star: Mapped[Star] = relationship(back_populates="leads")
    unit: Mapped[Unit] = relationship()


class Indicator(Model):
    """What the county measures under a star; the county writes its own list."""

    __tablename__ = "indicator"

    id: Mapped[int] = mapped_column(primary_key=True)
    star_id: Mapped[int] = mapped_column(ForeignKey("star.id"), index=True)
    kind: Mapped[IndicatorKind] = mapped_column(code_column(IndicatorKind, "indicator_kind"))
    name: Mapped[str] = mapped_column(String(200))
    measured_in: Mapped[str] = mapped_column(String(20), default="")
    position: Mapped[int] = mapped_column(default=0)
    is_active: Mapped[bool] = mapped_column(default=True)

    star: Mapped[Star] = relationship(back_populates="indicators")

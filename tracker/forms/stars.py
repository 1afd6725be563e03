"""What is typed about stars, lead departments and indicators."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from tracker.forms.base import BLANK_IS_NONE, Form
from tracker.languages import N_
from tracker.models import IndicatorKind, UnitKind

Id = Annotated[int, Field(ge=1, le=2**31 - 1)]
OptionalDay = Annotated[date | None, BLANK_IS_NONE]
Name = Annotated[str, Field(min_length=1, max_length=40)]
Position = Annotated[int, Field(ge=0, le=9999)]

LABELS: Mapping[str, str] = {
    "unit_kind": N_("适用类型"), "key": N_("标识"), "name": N_("名称"), "position": N_("顺序"),
    "is_active": N_("启用"), "unit_id": N_("牵头部门"), "valid_from": N_("开始日期"), "valid_to": N_("结束日期"),
    "kind": N_("类别"), "measured_in": N_("计量单位"),
}  # fmt: skip


class _StarForm(Form):
    """All forms about stars call their fields the same."""

    labels: ClassVar[Mapping[str, str]] = LABELS


class StarForm(_StarForm):
    """A star to be made."""

    unit_kind: UnitKind
    key: str = Field(min_length=1, max_length=40, pattern=r"^[a-z0-9_-]+$")
    name: Name
    position: Position = 0


class StarEditForm(_StarForm):
    """What may change on a star."""

    name: Name
    position: Position = 0
    is_active: bool = False


class LeadForm(_StarForm):
    """A lead department for a period."""

    unit_id: Id
    valid_from: date
    valid_to: OptionalDay = None


class LeadEndForm(_StarForm):
    """The last day of a lead."""

    valid_to: date


class IndicatorForm(_StarForm):
    """An indicator, a bottom line or a veto item."""

    kind: IndicatorKind
    name: str = Field(min_length=1, max_length=200)
    measured_in: str = Field(default="", max_length=20)
    position: Position = 0
    is_active: bool = False

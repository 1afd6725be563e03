"""What is typed about supervision groups."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from tracker.forms.base import BLANK_IS_NONE, Form
from tracker.languages import N_

Id = Annotated[int, Field(ge=1, le=2**31 - 1)]
OptionalDay = Annotated[date | None, BLANK_IS_NONE]

LABELS: Mapping[str, str] = {
    "number": N_("组号"), "name": N_("名称"), "is_active": N_("启用"), "unit_ids": N_("村（社区）"),
    "valid_from": N_("开始日期"), "valid_to": N_("结束日期"), "last_day": N_("最后一天"), "to_id": N_("给哪个组"),
    "day": N_("哪一天的名单"), "ids": N_("村（社区）"),
}  # fmt: skip


class _GroupForm(Form):
    """All forms about groups call their fields the same."""

    labels: ClassVar[Mapping[str, str]] = LABELS


class GroupForm(_GroupForm):
    """A group's number and name."""

    number: int = Field(ge=1, le=999)
    name: str = Field(min_length=1, max_length=40)
    is_active: bool = False


class DayForm(_GroupForm):
    """The day on which a roster is looked at."""

    day: OptionalDay = None


class RosterAddForm(_GroupForm):
    """Whole townships and single villages for a period."""

    town_ids: list[Id] = Field(default=[], max_length=200)
    unit_ids: list[Id] = Field(default=[], max_length=1000)
    valid_from: date
    valid_to: OptionalDay = None


class RosterRemoveForm(_GroupForm):
    """Entries that end."""

    ids: list[Id] = Field(min_length=1, max_length=1000)
    last_day: date


class RosterCopyForm(_GroupForm):
    """A roster for a new period, for the same group or another one."""

    to_id: Id
    day: date
    valid_from: date
    valid_to: OptionalDay = None

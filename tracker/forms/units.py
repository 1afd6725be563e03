"""What is typed about units."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from tracker.forms.base import BLANK_IS_NONE, Form
from tracker.languages import N_
from tracker.models import UnitKind

Id = Annotated[int, Field(ge=1, le=2**31 - 1)]
OptionalId = Annotated[Id | None, BLANK_IS_NONE]
OptionalDay = Annotated[date | None, BLANK_IS_NONE]
OptionalKind = Annotated[UnitKind | None, BLANK_IS_NONE]
Code = Annotated[Annotated[str, Field(max_length=32, pattern=r"^[0-9A-Za-z_-]+$")] | None, BLANK_IS_NONE]
Name = Annotated[str, Field(min_length=1, max_length=80)]
FullName = Annotated[str, Field(max_length=120)]
Version = OptionalId
Longitude = Annotated[Annotated[float, Field(ge=-180, le=180)] | None, BLANK_IS_NONE]
Latitude = Annotated[Annotated[float, Field(ge=-90, le=90)] | None, BLANK_IS_NONE]
Tag = Annotated[str, Field(min_length=1, max_length=40)]

LABELS: Mapping[str, str] = {
    "kind": N_("类型"), "name": N_("名称"), "full_name": N_("全称"), "code": N_("区划代码"),
    "parent_id": N_("上级单位"), "on": N_("生效日期"), "into_id": N_("并入"), "alias": N_("别名"), "tag": N_("标签"),
    "since": N_("开始日期"), "until": N_("结束日期"), "unit_ids": N_("单位"), "q": N_("搜索"), "file": N_("文件"),
    "longitude": N_("经度"), "latitude": N_("纬度"), "source": N_("来源"),
}  # fmt: skip


class _UnitForm(Form):
    """All forms about units call their fields the same."""

    labels: ClassVar[Mapping[str, str]] = LABELS


class UnitListForm(_UnitForm):
    """Which units to list."""

    parent: OptionalId = None
    q: str = Field(default="", max_length=200)
    kind: OptionalKind = None
    tag: str = Field(default="", max_length=40)
    unconfirmed: bool = False
    closed: bool = False


class UnitForm(_UnitForm):
    """A unit to be made."""

    kind: UnitKind
    parent_id: OptionalId = None
    name: Name
    full_name: FullName = ""
    code: Code = None


class RenameForm(_UnitForm):
    """Another name from a day on."""

    name: Name
    full_name: FullName = ""
    on: date
    version: Version = None


class RecodeForm(_UnitForm):
    """Another division code from a day on."""

    code: Code = None
    on: date
    version: Version = None


class MoveForm(_UnitForm):
    """Another parent."""

    parent_id: Id
    version: Version = None


class MergeForm(_UnitForm):
    """A successor from a day on."""

    into_id: Id
    on: date
    version: Version = None


class CloseForm(_UnitForm):
    """The day on which a unit ends."""

    on: date
    version: Version = None


class VersionForm(_UnitForm):
    """Nothing but what the user saw."""

    version: Version = None


class AliasForm(_UnitForm):
    """Another name people use."""

    alias: Name


class PlaceForm(_UnitForm):
    """Where the unit lies, in degrees; both empty: not known."""

    longitude: Longitude = None
    latitude: Latitude = None
    source: str = Field(default="", max_length=80)


class TagForm(_UnitForm):
    """A mark for a period."""

    tag: Tag
    since: date
    until: OptionalDay = None


class TagEndForm(_UnitForm):
    """The last day of a mark."""

    until: date


class BatchForm(_UnitForm):
    """What to do with the chosen units: confirm their kind, or mark them."""

    ids: list[Id] = Field(min_length=1, max_length=1000)
    kind: OptionalKind = None
    tag: str = Field(default="", max_length=40)

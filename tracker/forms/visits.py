"""What a group types on its way."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from typing import Annotated, ClassVar

from pydantic import Field

from tracker.forms.base import BLANK_IS_NONE, Form
from tracker.languages import N_
from tracker.models import TaskOutcome

Id = Annotated[int, Field(ge=1, le=2**31 - 1)]
Asked = Annotated[int, Field(ge=0, le=999)]

LABELS: Mapping[str, str] = {
    "people": N_("到场人员"), "words": N_("情况"), "files": N_("照片"), "outcome": N_("结果"), "reason": N_("原因"),
    "started": N_("到达时间"), "ended": N_("离开时间"), "nothing_found": N_("未发现问题"),
    "forms_asked": N_("要求村里填报的表格份数"), "photos_asked": N_("要求村里提供的照片张数"),
    "report": N_("本轮巡查情况"), "why_missed": N_("其余村未走访的原因"), "day": N_("日期"), "round": N_("轮次"),
    "village_id": N_("村（社区）"), "group": N_("督导组"), "first": N_("开始日期"), "last": N_("结束日期"),
}  # fmt: skip


class _VisitForm(Form):
    """All forms of a visit call their fields the same."""

    labels: ClassVar[Mapping[str, str]] = LABELS


class WalkForm(_VisitForm):
    """Which round and day are looked at."""

    round: Annotated[Id | None, BLANK_IS_NONE] = None
    day: Annotated[date | None, BLANK_IS_NONE] = None


class VisitListForm(_VisitForm):
    """Which visits are listed; both days are inclusive."""

    group: Annotated[Id | None, BLANK_IS_NONE] = None
    round: Annotated[Id | None, BLANK_IS_NONE] = None
    first: Annotated[date | None, BLANK_IS_NONE] = None
    last: Annotated[date | None, BLANK_IS_NONE] = None


class StartForm(_VisitForm):
    """Who has come."""

    people: list[Id] = Field(default=[], max_length=50)


class AdHocForm(StartForm):
    """Where they have come, outside every round."""

    village_id: Annotated[Id | None, BLANK_IS_NONE] = None
    idempotency_key: Annotated[Annotated[str, Field(max_length=40)] | None, BLANK_IS_NONE] = None


class NoteForm(_VisitForm):
    """What is noted."""

    words: str = Field("", max_length=1000)


class TaskForm(_VisitForm):
    """What came of a task."""

    outcome: TaskOutcome


class FinishForm(StartForm):
    """When they came and left, Shanghai time of the day on which the visit began, and what they asked for."""

    started: time
    ended: time
    nothing_found: bool = False
    forms_asked: Asked = 0
    photos_asked: Asked = 0


class MissForm(_VisitForm):
    """Why a village was not visited."""

    reason: str = Field("", max_length=200)


class ReportForm(_VisitForm):
    """The report of the group, and why the rest was missed."""

    report: str = Field("", max_length=4000)
    why_missed: str = Field("", max_length=200)

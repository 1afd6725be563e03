"""What is typed about bulletins."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from tracker.forms.base import BLANK_IS_NONE, Form
from tracker.languages import N_
from tracker.models import RankedBy

LABELS: Mapping[str, str] = {
    "title": N_("标题"), "first_day": N_("发现日期起"), "last_day": N_("发现日期止"), "ranked_by": N_("按什么排名"),
    "recipient": N_("主送"), "copies": N_("抄送机关"), "opening": N_("基本情况"), "problems": N_("存在问题"),
    "demands": N_("下步要求"), "reason": N_("理由"),
}  # fmt: skip
OptionalVersion = Annotated[int | None, BLANK_IS_NONE]


class BulletinForm(Form):
    """A bulletin as the office writes it."""

    labels: ClassVar[Mapping[str, str]] = LABELS

    title: str = Field(min_length=1, max_length=120)
    first_day: date
    last_day: date
    ranked_by: RankedBy = RankedBy.TOWNSHIP
    recipient: str = Field(default="", max_length=200)
    copies: str = Field(default="", max_length=200)
    opening: str = Field(default="", max_length=4000)
    problems: str = Field(default="", max_length=8000)
    demands: str = Field(default="", max_length=4000)
    version: OptionalVersion = None


class StepForm(Form):
    """A step with a bulletin, with its reason where it needs one."""

    labels: ClassVar[Mapping[str, str]] = LABELS

    reason: str = Field(default="", max_length=1000)
    version: OptionalVersion = None

"""What is typed about the rules: a policy, a day of the calendar, a date to explain, names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

from tracker.forms.base import BLANK_IS_NONE, Form
from tracker.languages import N_

LABELS: Mapping[str, str] = {
    "effective_on": N_("生效日期"), "note": N_("说明"), "takes_along": N_("未办结的问题"),
    "day": N_("日期"), "is_workday": N_("安排"), "last": N_("截止日期"),
    "name": N_("名称"), "source": N_("依据"), "start": N_("起算日"), "days": N_("工作日数"), "year": N_("年份"),
    "text": N_("放假安排"), "file": N_("文件"),
    "county_name": N_("县名"), "campaign_name": N_("活动名称"), "number_prefix": N_("问题编号前缀"),
    "notice_prefix": N_("通知书字号"), "office_name": N_("落款单位"),
}  # fmt: skip
_Day = Annotated[date, Field(ge=date(2004, 1, 1), le=date(2100, 12, 31))]


class _RuleForm(Form):
    """All forms about rules call their fields the same."""

    labels: ClassVar[Mapping[str, str]] = LABELS


class VersionForm(_RuleForm):
    """When a new version takes effect, why it is made, and whether it takes the open issues along."""

    effective_on: date
    note: str = Field(default="", max_length=200)
    takes_along: bool = False
    after: int = Field(default=0, ge=0)


class CorrectionForm(_RuleForm):
    """Days as the county rules them; without a last one it is the one day."""

    day: _Day
    last: Annotated[_Day | None, BLANK_IS_NONE] = None
    is_workday: bool
    name: str = Field(min_length=1, max_length=60)
    source: str = Field(min_length=1, max_length=200)
    after: int = Field(default=0, ge=0)


class DayForm(_RuleForm):
    """A day, and how much of the list that it heads was shown."""

    day: _Day
    after: int = Field(default=0, ge=0)


class YearForm(_RuleForm):
    """A year of the calendar."""

    year: Annotated[Annotated[int, Field(ge=2004, le=2100)] | None, BLANK_IS_NONE] = None


class NoticeForm(_RuleForm):
    """The holidays of a year as lines, and the document that they rest on where a line names none."""

    year: int = Field(ge=2004, le=2100)
    text: str = Field(default="", max_length=20_000)
    source: str = Field(default="", max_length=200)
    after: int = Field(default=0, ge=0)


class NoticeYearForm(_RuleForm):
    """The year of a notice to be taken back, and how much of the list of what moves was shown."""

    year: int = Field(ge=2004, le=2100)
    after: int = Field(default=0, ge=0)


class ExplainForm(_RuleForm):
    """A first day and a number of working days."""

    start: _Day
    days: int = Field(ge=0, le=250)


def _plain(value: Any) -> Any:
    return re.sub(r"\s+", "", value) if isinstance(value, str) else value


class SettingsForm(_RuleForm):
    """The names of this installation."""

    campaign_name: str = Field(default="", max_length=60)
    number_prefix: Annotated[
        str, BeforeValidator(_plain), Field(max_length=10, pattern=r"^[0-9A-Za-z\u4e00-\u9fff]*$")
    ] = ""
    notice_prefix: Annotated[str, BeforeValidator(_plain), Field(max_length=10)] = ""
    office_name: str = Field(default="", max_length=60)

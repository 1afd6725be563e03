"""What the register of look-backs is narrowed by, and what is typed of a plan."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from tracker.errors import InvalidError
from tracker.forms.base import BLANK_IS_NONE, Form
from tracker.forms.findings import Day, Id
from tracker.languages import N_, _
from tracker.queries.look_back_rates import RateBy
from tracker.queries.look_backs import NONE, LookBackFilter
from workflows.look_back import LookBackState
from workflows.sampling import EVERY, Rules, Share

LABELS: Mapping[str, str] = {
    "state": N_("结果"), "town": N_("乡镇、街道"), "star": N_("所属星"), "group": N_("督导组"), "unit": N_("责任单位"),
    "plan": N_("抽样方案"), "drawn": N_("来由"), "first": N_("日期起"), "last": N_("日期止"), "by": N_("统计口径"),
    "name": N_("方案名称"), "first_day": N_("开始日期"), "last_day": N_("结束日期"),
    "window_days": N_("销号以来的天数"), "per_cent": N_("抽样比例（%）"), "least": N_("每层最少"),
    "most": N_("每层最多"), "every_major": N_("重大问题全部列入"), "shares": N_("另定比例"), "reason": N_("理由"),
    "row": N_("撤下的问题"),
}  # fmt: skip
_PART, _SHARES = 100, 200
_OrNone = Annotated[Annotated[int, Field(ge=NONE, le=2**31 - 1)] | None, BLANK_IS_NONE]


class _LookBackForm(Form):
    """All forms of look-backs call their fields the same."""

    labels: ClassVar[Mapping[str, str]] = LABELS


class RegisterForm(_LookBackForm):
    """The filters of the register, as they stand in an address; ``drawn`` says whether a plan had drawn it."""

    state: Annotated[LookBackState | Literal["settled"] | None, BLANK_IS_NONE] = None
    town: _OrNone = None
    star: _OrNone = None
    group: Id = None
    unit: _OrNone = None
    plan: Id = None
    drawn: Annotated[Literal["plan", "beside"] | None, BLANK_IS_NONE] = None
    first: Day = None
    last: Day = None
    after: Id = None

    def chosen(self) -> LookBackFilter:
        """Return the filter."""
        settled = self.state == "settled"
        return LookBackFilter(
            state=None if settled or self.state is None else LookBackState(self.state), is_settled=settled,
            township_id=self.town, star_id=self.star, group_id=self.group, unit_id=self.unit, plan_id=self.plan,
            is_beside=None if self.drawn is None else self.drawn == "beside", first_day=self.first, last_day=self.last,
        )  # fmt: skip

    def query(self) -> dict[str, Any]:
        """Return what the address says without its page, empty values left out."""
        return self.model_dump(mode="json", exclude_none=True, exclude={"after"})


class RatesForm(_LookBackForm):
    """What the rates are counted by, and of which look-backs."""

    by: RateBy = RateBy.UNIT
    plan: Id = None
    first: Day = None
    last: Day = None

    def chosen(self) -> LookBackFilter:
        """Return the filter."""
        return LookBackFilter(plan_id=self.plan, first_day=self.first, last_day=self.last)

    def query(self) -> dict[str, Any]:
        """Return what the address says of the rows that are counted, empty values left out."""
        return self.model_dump(mode="json", exclude_none=True, exclude={"by"})


class PlanForm(_LookBackForm):
    """A plan as it is typed; the rows of shares stand side by side, a row without per cent says nothing."""

    name: str = Field(min_length=1, max_length=80)
    first_day: date
    last_day: date
    window_days: int = Field(ge=1, le=3660)
    per_cent: int = Field(ge=0, le=_PART)
    least: int = Field(default=1, ge=0, le=100)
    most: Annotated[Annotated[int, Field(ge=1, le=10_000)] | None, BLANK_IS_NONE] = None
    every_major: bool = False
    share_town: list[str] = Field(default=[], max_length=_SHARES)
    share_star: list[str] = Field(default=[], max_length=_SHARES)
    share_per_cent: list[str] = Field(default=[], max_length=_SHARES)
    seen: str = Field(default="", max_length=64)
    act: Literal["preview", "draw"] = "preview"

    def rules(self) -> Rules:
        """Return how much is drawn; raise ``InvalidError`` on a row of shares that is not complete."""
        return Rules(self.per_cent, self.least, self.most or 0, self.every_major, tuple(self._shares()))

    def _shares(self) -> list[Share]:
        found = []
        for town, star, per_cent in zip(self.share_town, self.share_star, self.share_per_cent, strict=False):
            if not (town or star or per_cent):
                continue
            if not (per_cent.isascii() and per_cent.isdigit() and int(per_cent) <= _PART):
                raise InvalidError({"shares": _("请填写 0 到 100 的整数，或清空这一行")})
            if not (town or star):
                raise InvalidError({"shares": _("请选择乡镇或星；全县的比例填在上面")})
            found.append(Share(_id(town), _id(star), int(per_cent)))
        return found


def _id(text: str) -> int:
    if not text:
        return EVERY
    if text.isascii() and text.isdigit() and 0 < int(text[:11]) < 2**31:
        return int(text)
    raise InvalidError({"shares": _("请从列表中选择乡镇和星")})


class ReasonForm(_LookBackForm):
    """Why a plan is closed or a look-back called off, and which one."""

    reason: str = Field(default="", max_length=200)
    row: Id = None

"""The filters of the lists, as they stand in an address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal, Self
from urllib.parse import urlencode

from pydantic import Field, field_validator, model_validator

from tracker.forms.base import BLANK_IS_NONE, Form, Instant, in_shanghai
from tracker.languages import N_, _
from tracker.models import Source
from tracker.queries.digest_list import DigestPart
from tracker.queries.filters import ALL_TAB, OPEN_TAB, STANDING_TAB, TABS, Band, IssueFilter, Mine, Timing
from tracker.queries.leaving import Left
from tracker.queries.moves import MOVES
from tracker.queries.paging import Cursor, Order, decode
from tracker.queries.search import MAX_QUERY
from workflows.issue import IssueState, Severity
from workflows.policy import Colour
from workflows.reminding import DigestSection

_Id = Annotated[Annotated[int, Field(ge=1, le=2**31 - 1)] | None, BLANK_IS_NONE]
_Day = Annotated[date | None, BLANK_IS_NONE]
_POSITION = ("sort", "direction", "after", "before", "view", "by")


class ListForm(Form):
    """Filter, order and place of a list of issues; the names are those of the address."""

    labels: ClassVar[Mapping[str, str]] = {
        "q": N_("搜索内容"),
        "state": N_("状态"),
        "timing": N_("时限"),
        "place": N_("地点"),
        "unit": N_("责任单位"),
        "star": N_("所属星"),
        "source": N_("问题来源"),
        "severity": N_("等级"),
        "finder": N_("发现组"),
        "roster": N_("包片督导组"),
        "mine": N_("与我有关"),
        "found_from": N_("发现日期起"),
        "found_to": N_("发现日期止"),
        "due_from": N_("时限起"),
        "due_to": N_("时限止"),
        "closed_from": N_("销号日期起"),
        "closed_to": N_("销号日期止"),
        "reopened_from": N_("反弹日期起"),
        "reopened_to": N_("反弹日期止"),
        "left": N_("离开环节"),
        "left_from": N_("离开日期起"),
        "left_to": N_("离开日期止"),
        "left_after": N_("离开时刻起"),
        "recurred": N_("反弹过"),
        "returned": N_("退回过"),
        "todo": N_("待办"),
        "batch": N_("导入批次"),
        "digest": N_("每日摘要"),
        "part": N_("摘要的一栏"),
        "absent": N_("代收"),
        "band": N_("逾期天数"),
        "colour": N_("预警颜色"),
        "sort": N_("排序"),
        "direction": N_("排序方向"),
    }

    q: str = Field(default="", max_length=MAX_QUERY)
    state: list[str] = []
    timing: Annotated[Timing | None, BLANK_IS_NONE] = None
    place: _Id = None
    unit: _Id = None
    star: _Id = None
    source: Annotated[Source | None, BLANK_IS_NONE] = None
    severity: Annotated[Severity | None, BLANK_IS_NONE] = None
    finder: _Id = None
    roster: _Id = None
    mine: Annotated[Mine | None, BLANK_IS_NONE] = None
    found_from: _Day = None
    found_to: _Day = None
    due_from: _Day = None
    due_to: _Day = None
    closed_from: _Day = None
    closed_to: _Day = None
    reopened_from: _Day = None
    reopened_to: _Day = None
    left: Annotated[IssueState | None, BLANK_IS_NONE] = None
    left_from: _Day = None
    left_to: _Day = None
    left_after: Instant = None
    recurred: Annotated[bool | None, BLANK_IS_NONE] = None
    returned: Annotated[bool | None, BLANK_IS_NONE] = None
    todo: Annotated[str | None, BLANK_IS_NONE] = None
    batch: _Id = None
    digest: _Day = None
    part: Annotated[DigestSection | None, BLANK_IS_NONE] = None
    absent: _Id = None
    band: Annotated[Band | None, BLANK_IS_NONE] = None
    colour: Annotated[Colour | None, BLANK_IS_NONE] = None
    sort: Literal["deadline", "number", "found_on", "state_since", "severity"] = "deadline"
    direction: Literal["asc", "desc"] = "asc"
    after: str = Field(default="", max_length=400)
    before: str = Field(default="", max_length=400)

    @field_validator("state")
    @classmethod
    def _known_states(cls, value: list[str]) -> list[str]:
        if any(state and state not in (*TABS, STANDING_TAB) for state in value):
            raise ValueError(_("请选择状态"))
        return [state for state in value if state]

    @field_validator("left_after")
    @classmethod
    def _zoned_instant(cls, value: datetime | None) -> datetime | None:
        return in_shanghai(value)

    @field_validator("todo")
    @classmethod
    def _known_todo(cls, value: str | None) -> str | None:
        if value is not None and value not in MOVES:
            raise ValueError(_("没有这一类待办，请从首页重新进入"))
        return value

    @model_validator(mode="after")
    def _place_in_order(self) -> Self:
        self._cursor()
        return self

    def _cursor(self) -> Cursor | None:
        given = self.before or self.after
        try:
            return decode(given, self.sort, self.direction) if given else None
        except (ValueError, TypeError, RecursionError) as error:
            raise ValueError(_("翻页位置已失效，请回到首页")) from error

    def order(self) -> Order:
        """Return how to sort, and from where."""
        return Order(self.sort, self.direction, self._cursor(), backward=bool(self.before))

    @property
    def _is_wide(self) -> bool:
        """Tell whether what is asked for lies beyond the open issues: work, an import, or what was closed late."""
        closed = (Timing.CLOSED_LATE, Timing.CLOSED_IN_TIME, Timing.JUDGED)
        closing = (self.closed_from, self.closed_to, self.reopened_from, self.reopened_to, self.recurred, self.left)
        return bool(self.todo or self.batch or self.digest or any(closing)) or self.timing in closed

    def _digest(self) -> DigestPart | None:
        return DigestPart(self.digest, self.part, self.absent) if self.digest else None

    def _left(self) -> Left | None:
        return Left(self.left, self.left_from, self.left_to, self.left_after) if self.left else None

    def chosen(self) -> IssueFilter:
        """Return the filter; without a state it is the open ones, or all where what is asked for lies beyond."""
        return IssueFilter(
            states=tuple(self.state) or ((ALL_TAB,) if self._is_wide else (OPEN_TAB,)),
            timing=self.timing, place_id=self.place, unit_id=self.unit, star_id=self.star, source=self.source,
            severity=self.severity, finder_id=self.finder, roster_id=self.roster, mine=self.mine,
            found_from=self.found_from, found_to=self.found_to, due_from=self.due_from, due_to=self.due_to,
            closed_from=self.closed_from, closed_to=self.closed_to, reopened_from=self.reopened_from,
            reopened_to=self.reopened_to, left=self._left(), recurred=bool(self.recurred), returned=bool(self.returned),
            todo=self.todo, batch_id=self.batch, digest=self._digest(), words=self.q, band=self.band,
            colour=self.colour,
        )  # fmt: skip

    def query(self, *, whole: bool = True) -> dict[str, Any]:
        """Return what the address says, empty values left out; not ``whole``: without the page that is open."""
        given = self.model_dump(mode="json", exclude_defaults=True)
        left_out = () if whole else ("after", "before")
        return {
            name: value for name, value in given.items() if value not in ("", None, [], False) and name not in left_out
        }

    def canonical(self) -> str:
        """Return the filter as a saved filter keeps it."""
        return urlencode({k: "1" if v is True else v for k, v in self.query(whole=False).items()}, doseq=True)

    @property
    def is_narrowed(self) -> bool:
        """Tell whether anything beside the order was chosen."""
        return bool(self.query().keys() - set(_POSITION))


class OverdueForm(ListForm):
    """The filters of the overdue ledger: which part of it, and what its totals are counted by."""

    view: Literal["list", "newly", "undated", "summary"] = "list"
    by: Literal["township", "unit", "star", "group", "band"] = "township"

    def chosen(self) -> IssueFilter:
        """Return the filter; the undated are never overdue and have a part of their own."""
        timing = Timing.UNDATED if self.view == "undated" else Timing.OVERDUE
        return replace(super().chosen(), states=tuple(self.state) or (ALL_TAB,), timing=timing)


class SavedFilterForm(Form):
    """The name of a saved filter; when it is new also its page and what it holds."""

    labels: ClassVar[Mapping[str, str]] = {"name": N_("名称"), "page": N_("页面"), "query": N_("筛选条件")}

    name: str = Field(min_length=1, max_length=40)
    page: Literal["issues", "overdue", "ledgers"] = "issues"
    query: str = Field(default="", max_length=1000)
    is_default: bool = False

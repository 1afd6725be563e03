"""What the dashboard is asked for: a period, a township, a star, and what to rank by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from tracker.forms.base import BLANK_IS_NONE, Form
from tracker.languages import N_, _
from tracker.queries.filters import IssueFilter
from workflows.periods import Span

LONGEST = 5 * 366  # days
_Id = Annotated[Annotated[int, Field(ge=1, le=2**31 - 1)] | None, BLANK_IS_NONE]
_Day = Annotated[date | None, BLANK_IS_NONE]


class DashboardForm(Form):
    """Without days it is this year until today."""

    labels: ClassVar[Mapping[str, str]] = {
        "since": N_("发现日期起"), "until": N_("发现日期止"), "place": N_("乡镇、街道"), "star": N_("所属星"),
        "by": N_("按什么排名"),
    }  # fmt: skip

    since: _Day = None
    until: _Day = None
    place: _Id = None
    star: _Id = None
    by: Literal["township", "unit", "star", "group"] = "township"

    @model_validator(mode="after")
    def _days_in_order(self) -> Self:
        if self.since and self.until and self.since > self.until:
            raise ValueError(_("开始日期不能晚于结束日期，请调换"))
        if self.since and self.until and (self.until - self.since).days >= LONGEST:
            raise ValueError(_("一次最多看五年，请缩短起止日期"))
        return self

    def period(self, today: date) -> Span:
        """Return the days asked for, both inclusive; a missing one is the beginning of that year, or today."""
        last = self.until or max(today, self.since or today)
        first = self.since or date(last.year, 1, 1)
        return Span(max(first, last - timedelta(days=LONGEST - 1)), last)

    def chosen(self, period: Span | None = None) -> IssueFilter:
        """Return the filter, in all states; without ``period`` of whatever day."""
        return IssueFilter(
            states=(), place_id=self.place, star_id=self.star,
            found_from=period.first if period else None, found_to=period.last if period else None,
        )  # fmt: skip

    def query(self, **changed: Any) -> dict[str, Any]:
        """Return what the address says, with changes; empty values left out."""
        given = self.model_dump(mode="json", exclude_defaults=True) | changed
        return {name: value for name, value in given.items() if value not in ("", None)}

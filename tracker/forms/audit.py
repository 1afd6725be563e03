"""What the audit is narrowed to, as it stands in the address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from tracker.forms.accounts import OptionalDay
from tracker.forms.base import BLANK_IS_NONE, Form
from tracker.languages import N_
from tracker.queries.audit import AuditFilter

_LARGEST = 2**31 - 1


class AuditForm(Form):
    """Words, an action, an outcome, days, and where the page begins."""

    labels: ClassVar[Mapping[str, str]] = {
        "who": N_("办理人"), "action": N_("操作"), "outcome": N_("结果"),
        "since": N_("开始日期"), "until": N_("结束日期"),
        "after": N_("翻页"),
    }  # fmt: skip

    who: str = Field(default="", max_length=60)
    action: str = Field(default="", max_length=60)
    outcome: Literal["", "done", "denied", "failed"] = ""
    since: OptionalDay = None
    until: OptionalDay = None
    after: Annotated[Annotated[int, Field(ge=1, le=_LARGEST)] | None, BLANK_IS_NONE] = None

    def filter(self) -> AuditFilter:
        """Return it for the query."""
        return AuditFilter(self.who, self.action, self.outcome, self.since, self.until)

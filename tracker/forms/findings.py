"""What somebody types who found something."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar

from pydantic import Field

from tracker import labels
from tracker.forms.base import BLANK_IS_NONE, Form
from tracker.languages import N_
from tracker.models import Source
from workflows.issue import Severity

Id = Annotated[Annotated[int, Field(gt=0, le=2**31 - 1)] | None, BLANK_IS_NONE]
Day = Annotated[date | None, BLANK_IS_NONE]
REGISTER, DRAFT = "register", "draft"
# What an issue cannot be registered without: any of the fields, and the code of the law that says so.
_NEEDED = (
    (("location_id", "location_id_text"), "no_place"),
    (("star_id", "category"), "no_category"),
    (("description",), "no_description"),
)


class FindingForm(Form):
    """A finding as it is typed; a draft may leave out anything."""

    labels: ClassVar[Mapping[str, str]] = {
        "location_id": N_("地点"), "spot": N_("具体位置"), "star_id": N_("所属星"), "indicator_id": N_("指标"),
        "category": N_("问题类别"), "severity": N_("等级"), "source": N_("问题来源"), "source_ref": N_("来源文件"),
        "found_on": N_("发现日期"), "description": N_("具体问题"), "goal": N_("整改目标"),
        "is_long_term": N_("长期整改"), "is_confidential": N_("保密"), "files": N_("照片"), "version": N_("版本"),
        "visit_id": N_("走访"),
    }  # fmt: skip

    location_id: Id = None
    spot: str = Field("", max_length=200)
    star_id: Id = None
    indicator_id: Id = None
    category: str = Field("", max_length=80)
    severity: Severity = Severity.GENERAL
    source: Source = Source.SUPERVISION
    source_ref: str = Field("", max_length=200)
    found_on: Day = None
    description: str = Field("", max_length=4000)
    goal: str = Field("", max_length=4000)
    is_long_term: bool = False
    is_confidential: bool = False
    idempotency_key: Annotated[Annotated[str, Field(max_length=40)] | None, BLANK_IS_NONE] = None
    version: Annotated[int | None, BLANK_IS_NONE] = None
    visit_id: Id = None

    def found(self) -> dict[str, Any]:
        """Return the finding itself, without what only the form needs."""
        return self.model_dump(exclude={"idempotency_key", "version", "visit_id"})


def missing(given: Mapping[str, Any]) -> dict[str, str]:
    """Return an error for every field without which what was typed cannot be registered."""
    return {
        fields[0]: labels.word(labels.REFUSAL, code)
        for fields, code in _NEEDED
        if not any(str(given.get(field, "")).strip() for field in fields)
    }

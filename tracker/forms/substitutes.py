"""What is typed to name who receives for somebody who is away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from tracker.forms.base import BLANK_IS_NONE, Form
from tracker.languages import N_

_Id = Annotated[Annotated[int, Field(ge=1, le=2**31 - 1)] | None, BLANK_IS_NONE]
LABELS: Mapping[str, str] = {
    "person_id": N_("不在岗的同志"), "substitute_id": N_("代收人"), "other": N_("其他代收人"),
    "first_day": N_("开始日期"), "last_day": N_("结束日期"),
}  # fmt: skip


class SubstituteForm(Form):
    """A colleague from the list or, in words, somebody else; and the days."""

    labels: ClassVar[Mapping[str, str]] = LABELS

    substitute_id: _Id = None
    other: str = Field(default="", max_length=64)
    first_day: date
    last_day: date


class OfficeSubstituteForm(Form):
    """What the office enters for somebody: both people from the list, or in words where no script has chosen."""

    labels: ClassVar[Mapping[str, str]] = LABELS

    person_id: _Id = None
    person_id_text: str = Field(default="", max_length=64)
    substitute_id: _Id = None
    substitute_id_text: str = Field(default="", max_length=64)
    first_day: date
    last_day: date

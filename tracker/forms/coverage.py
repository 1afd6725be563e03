"""What the pages of coverage and burden are asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field

from tracker.forms.base import BLANK_IS_NONE, Form
from tracker.languages import N_

Id = Annotated[Annotated[int, Field(ge=1, le=2**31 - 1)] | None, BLANK_IS_NONE]
LABELS: Mapping[str, str] = {
    "town": N_("乡镇街道"),
    "group": N_("督导组"),
    "village": N_("村（社区）"),
    "month": N_("月份"),
}


def _first_day(value: object) -> object:
    """Return the first day of a month as the browser writes it, 2026-10."""
    return f"{value}-01" if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}", value) else value


class CoverageForm(Form):
    """Which villages are listed."""

    labels: ClassVar[Mapping[str, str]] = LABELS
    town: Id = None
    group: Id = None


class BurdenForm(Form):
    """Which month is looked at."""

    labels: ClassVar[Mapping[str, str]] = LABELS
    month: Annotated[date | None, BLANK_IS_NONE, BeforeValidator(_first_day)] = None

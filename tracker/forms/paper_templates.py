"""What is typed of the county's words for a kind of document."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from pydantic import Field

from tracker.forms.base import Form
from tracker.languages import N_
from tracker.papers.wording import PARTS, Wording

LABELS: Mapping[str, str] = {**PARTS, "effective_on": N_("生效日期"), "note": N_("说明")}


class TemplateForm(Form):
    """The parts of a wording, from when on they hold, and why; each part is looked at by the service."""

    labels: ClassVar[Mapping[str, str]] = LABELS
    mark: str = Field(default="", max_length=1000)
    title: str = Field(default="", max_length=1000)
    opening: str = Field(default="", max_length=1000)
    closing: str = Field(default="", max_length=1000)
    issuer: str = Field(default="", max_length=1000)
    copies: str = Field(default="", max_length=1000)
    effective_on: date
    note: str = Field(default="", max_length=200)

    @property
    def wording(self) -> Wording:
        """Return the words that were typed."""
        return Wording(**{name: getattr(self, name) for name in PARTS})

"""What is asked and decided on the page of an edited ledger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from tracker.forms.base import BLANK_IS_NONE, Form
from tracker.languages import N_

Number = Annotated[int, Field(ge=1, le=2**31 - 1)]
Numbers = Annotated[list[Number], Field(max_length=200)]
Version = Annotated[int | None, BLANK_IS_NONE]


class CellsForm(Form):
    """Which cells are listed: of a kind, behind a place in the file."""

    labels: ClassVar[Mapping[str, str]] = {"view": N_("结果"), "after": N_("翻页位置")}

    view: Literal[
        "", "change", "conflict", "refused", "forbidden", "wrong", "done", "same", "undone", "stayed"
    ] = ""  # fmt: skip
    after: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0


class OrderForm(Form):
    """An act on the upload as it was seen."""

    labels: ClassVar[Mapping[str, str]] = {"version": N_("版本"), "issued": N_("哪一次导出")}

    version: Version = None


class NameForm(OrderForm):
    """Which of the ledgers that went out the file is."""

    issued: Number


class DecideForm(OrderForm):
    """Conflicts of one page: those shown, and those of them that are taken; ``every`` decides all alike."""

    shown: Numbers = []
    taken: Numbers = []
    every: Literal["", "mine", "now"] = ""

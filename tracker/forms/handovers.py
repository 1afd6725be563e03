"""What is typed to hand over what a post holds."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from tracker.forms.base import BLANK_IS_NONE, Form
from tracker.languages import N_

OptionalId = Annotated[Annotated[int, Field(ge=1, le=2**31 - 1)] | None, BLANK_IS_NONE]
KEEP = "keep"  # in place of a person: this kind is not handed over now


class HandoverForm(Form):
    """Who takes over, everything or kind by kind, and why where somebody speaks for another."""

    labels: ClassVar[Mapping[str, str]] = {"receiver_id": N_("接收人"), "reason": N_("理由")}

    receiver_id: OptionalId = None
    reason: str = Field(default="", max_length=1000)


class AnswerForm(Form):
    """The answer to a handover: the version that was read, and the reason where it is sent back."""

    labels: ClassVar[Mapping[str, str]] = {"opinion": N_("退回理由"), "version": N_("版本")}

    opinion: str = Field(default="", max_length=1000)
    version: Annotated[int | None, BLANK_IS_NONE] = None


def receivers_of(given: Mapping[str, str], default: int | None, kinds: Collection[str]) -> dict[str, int]:
    """Return kind → person: the one chosen for that kind in ``receiver_<kind>``, or else the one for everything."""
    found: dict[str, int] = {}
    for kind in kinds:
        chosen = given.get(f"receiver_{kind}", "").strip()
        if chosen == KEEP:
            continue
        if chosen.isascii() and chosen.isdigit() and len(chosen) < 10:
            found[kind] = int(chosen)
        elif default is not None:
            found[kind] = default
    return found

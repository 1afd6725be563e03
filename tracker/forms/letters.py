"""What is typed of a document of supervision, and what its list is narrowed by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from tracker.forms.base import BLANK_IS_NONE, Form
from tracker.forms.findings import Day, Id
from tracker.languages import N_
from workflows.letter import LetterKind, LetterState

LABELS: Mapping[str, str] = {
    "kind": N_("文书种类"), "recipient_unit_id": N_("发往单位"), "reply_by": N_("回复期限"), "subject": N_("督办事项"),
    "words": N_("内容"), "reason": N_("理由"), "opinion": N_("意见"), "version": N_("版本"), "issue_ids": N_("问题"),
    "state": N_("状态"), "unit": N_("发往单位"), "ids": N_("文书"), "files": N_("照片和文件"),
}  # fmt: skip


class _LetterForm(Form):
    """All forms of documents call their fields the same."""

    labels: ClassVar[Mapping[str, str]] = LABELS
    version: Annotated[int | None, BLANK_IS_NONE] = None


class WriteForm(_LetterForm):
    """A document issued by hand, or a proposal with what the office changes before it issues it."""

    kind: LetterKind = LetterKind.ORDER
    recipient_unit_id: Id = None
    reply_by: Day = None
    subject: str = Field(default="", max_length=80)
    words: str = Field(default="", max_length=4000)
    idempotency_key: str = Field(default="", max_length=40, pattern=r"^[0-9A-Za-z-]*$")


class BareForm(_LetterForm):
    """A step that needs no words."""


class ReplyForm(_LetterForm):
    """A reply."""

    words: str = Field(default="", max_length=4000)


class ReasonForm(_LetterForm):
    """A step and its reason."""

    reason: str = Field(default="", max_length=4000)


class ReturnForm(ReasonForm):
    """Why a reply is given back, and until when it is to be given anew."""

    reply_by: Day = None


class OpinionForm(_LetterForm):
    """A closing opinion, where there is one."""

    opinion: str = Field(default="", max_length=4000)


class ListForm(Form):
    """The filters of the list, as they stand in its address."""

    labels: ClassVar[Mapping[str, str]] = LABELS
    state: Annotated[LetterState | None, BLANK_IS_NONE] = None
    kind: Annotated[LetterKind | None, BLANK_IS_NONE] = None
    unit: Id = None
    late: bool = False
    mine: bool = False
    all: bool = False
    after: Id = None

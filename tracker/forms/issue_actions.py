"""What is typed to move an issue along; the same forms serve a page, a body of JSON and a row of a sheet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from tracker.errors import InvalidError
from tracker.forms.base import BLANK_IS_NONE, Form
from tracker.forms.findings import Day, Id
from tracker.languages import N_, _
from workflows.consent import ConsentKind

Words = Annotated[str, Field(max_length=4000)]
Said = Annotated[str, Field(min_length=1, max_length=2000)]
Texts = list[str]
_NAMES = {
    "reason": N_("理由"), "finding": N_("现场核查情况"), "result": N_("整改结果"), "note": N_("进展情况"),
    "percent": N_("完成进度"), "opinion": N_("意见"), "words": N_("内容"), "deadline": N_("整改时限"),
    "new_deadline": N_("申请延至"), "review_on": N_("复审日期"), "responsible_unit_id": N_("责任单位"),
    "responsible_id": N_("责任人"), "assisting_unit_ids": N_("协办单位"), "sponsor_id": N_("包案县领导"),
    "goal": N_("整改目标"), "measures": N_("整改措施"), "stages": N_("整改阶段"), "done_measure_ids": N_("完成的措施"),
    "finished_stage_id": N_("完成的阶段"), "into_number": N_("并入的问题编号"), "files": N_("照片和文件"),
    "done_on": N_("回头看日期"), "people": N_("到场人员"),
    "leader_id": N_("批示领导"), "recipient_unit_id": N_("办理单位"), "reply_by": N_("回复期限"),
    "confidential": N_("保密"), "kind": N_("报请事项"), "phase": N_("佐证类别"), "version": N_("版本"),
    "source_ref": N_("来源文号或会议"), "overdue_reason": N_("逾期原因"), "remark": N_("备注"),
}  # fmt: skip
Row = tuple[str, date | None]


class ActForm(Form):
    """What every such form carries: the version of the issue that the user saw."""

    labels: ClassVar[Mapping[str, str]] = _NAMES
    version: Annotated[int | None, BLANK_IS_NONE] = None


class BareForm(ActForm):
    """A step that needs no words."""


class ReasonForm(ActForm):
    """A step and its reason."""

    reason: Words = ""


class OpinionForm(ActForm):
    """A decision, with an opinion where there is one."""

    opinion: Words = ""


class SaidForm(ActForm):
    """Words on an issue."""

    words: Said


class InstructForm(ActForm):
    """An instruction: whose, to whom, until when."""

    words: Said
    leader_id: Id = None
    recipient_unit_id: Id = None
    reply_by: Day = None


class RemindForm(ActForm):
    """Urging, with or without words, and with a notice on paper where that is wanted."""

    words: Annotated[str, Field(max_length=2000)] = ""
    written: bool = False


class AnnotateForm(ActForm):
    """What the ledger says beside the course; only the fields that were sent are meant."""

    source_ref: Annotated[str, Field(max_length=200)] = ""
    goal: Words = ""
    sponsor_id: Id = None
    overdue_reason: Words = ""
    remark: Words = ""


class AssignForm(ActForm):
    """Who rectifies until when, with whose help."""

    responsible_unit_id: Id = None
    responsible_id: Id = None
    deadline: Day = None
    assisting_unit_ids: list[int] = []
    sponsor_id: Id = None
    goal: Words = ""
    reason: Words = ""
    stage_words: Texts = []
    stage_due: Texts = []

    @property
    def stages(self) -> tuple[Row, ...]:
        """Return the stages that were filled in."""
        return rows_of("stages", self.stage_words, self.stage_due)


class AcceptForm(ActForm):
    """The measures to be taken, each with its day."""

    measure_words: Texts = []
    measure_due: Texts = []
    stage_words: Texts = []
    stage_due: Texts = []

    @property
    def measures(self) -> tuple[Row, ...]:
        """Return the measures that were filled in."""
        return rows_of("measures", self.measure_words, self.measure_due)

    @property
    def stages(self) -> tuple[Row, ...]:
        """Return the stages that were filled in."""
        return rows_of("stages", self.stage_words, self.stage_due)


class ProgressForm(ActForm):
    """How far the rectification is."""

    note: Words = ""
    percent: Annotated[int, Field(ge=0, le=100)] = 0
    done_measure_ids: list[int] = []
    finished_stage_id: Id = None


class SubmitForm(ActForm):
    """The result, when sign-off is asked for."""

    result: Words = ""


class FindingOnSpotForm(ActForm):
    """What was found on the spot."""

    finding: Words = ""


class LookBackForm(FindingOnSpotForm):
    """What a look-back found, when, and who went."""

    done_on: Day = None
    people: Annotated[list[Annotated[int, Field(ge=1, le=2**31 - 1)]], Field(max_length=50)] = []


class ReopenForm(LookBackForm):
    """What a look-back found, and until when it is to be rectified again, where the issue is opened again."""

    deadline: Day = None


class MergeForm(ReasonForm):
    """The issue that this one repeats, by its number."""

    into_number: Annotated[str, Field(min_length=1, max_length=40)]


class SuspendForm(ReasonForm):
    """Why the clock stops, and when the stop is looked at again."""

    review_on: Day = None


class ConsentForm(SuspendForm):
    """What a leader is asked to agree to."""

    kind: ConsentKind


class ExtensionForm(ReasonForm):
    """The later deadline that is asked for."""

    new_deadline: Day = None


class ConfidentialForm(ActForm):
    """Whether fewer may see it."""

    confidential: bool = False


def rows_of(field: str, words: list[str], days: list[str]) -> tuple[Row, ...]:
    """Return words and days side by side, leaving out empty rows; raise ``InvalidError`` on ``field``."""
    days = days + [""] * (len(words) - len(days))
    try:
        return tuple(
            (text.strip(), date.fromisoformat(day.strip()) if day.strip() else None)
            for text, day in zip(words, days, strict=False)
            if text.strip() or day.strip()
        )
    except ValueError as error:
        raise InvalidError({field: _("日期应为 2026-10-09 的格式")}) from error

"""Everything that can be done to one issue, in one table: who may try, what is typed, which service acts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import g

from tracker.errors import InvalidError
from tracker.forms import issue_actions as forms
from tracker.languages import N_, NP_, _
from tracker.models import Issue
from tracker.queries.issue_page import issue_numbered, issue_seen
from tracker.services import comments, consents, extensions, issues, look_backs, rechecks, rectification
from tracker.services.annotations import ALL, issue_annotate
from tracker.services.assignments import Assignment, issue_assign, issue_contest, issue_reassign
from tracker.services.findings import finding_register
from tracker.services.instructions import InstructionValues, instruction_give
from tracker.services.rectification import MeasureValues
from tracker.services.stages import StageValues
from tracker.storage import StoredFile

Files = Sequence[StoredFile]
Call = Callable[[Any, Files, dict[str, Any]], Any]


@dataclass(frozen=True)
class Act:
    """One thing to do; ``fields`` names the template of its form, ``done`` what is said afterwards.

    ``record`` is what its address names: the issue itself, or an extension or a consent of it.
    """

    trigger: str
    access: str
    label: str
    done: str
    form: type[forms.ActForm]
    call: Call
    fields: str = "reason"
    shape: str = "chevron-right"
    tone: str = "plain"
    takes_files: bool = False
    record: str = "issue"
    path: str = ""

    @property
    def endpoint(self) -> str:
        """Return the endpoint that takes its form."""
        return f"{'issue_actions' if self.record == 'issue' else 'decisions'}.{self.trigger}"


def assignment_of(form: forms.AssignForm) -> Assignment:
    """Return what an assignment form says."""
    return Assignment(
        responsible_unit_id=form.responsible_unit_id,
        responsible_id=form.responsible_id,
        deadline=form.deadline,
        assisting_unit_ids=tuple(form.assisting_unit_ids),
        sponsor_id=form.sponsor_id,
        goal=form.goal,
        stages=_stages(form.stages),
    )


def _stages(rows: Sequence[forms.Row]) -> tuple[StageValues, ...]:
    stages = tuple(StageValues(words, due) for words, due in rows if due is not None)
    if len(stages) < len(rows):
        raise InvalidError({"stages": _("请填写每个阶段的日期")})
    return stages


def _register(form: forms.BareForm, files: Files, by: dict[str, Any]) -> Issue:
    return finding_register(**by, version=form.version)


def _assign(form: forms.AssignForm, files: Files, by: dict[str, Any]) -> Issue:
    return issue_assign(**by, assignment=assignment_of(form), version=form.version)


def _reassign(form: forms.AssignForm, files: Files, by: dict[str, Any]) -> Issue:
    return issue_reassign(**by, assignment=assignment_of(form), reason=form.reason, version=form.version)


def _accept(form: forms.AcceptForm, files: Files, by: dict[str, Any]) -> Issue:
    measures = tuple(MeasureValues(words, due) for words, due in form.measures)
    return rectification.issue_accept(**by, measures=measures, stages=_stages(form.stages), version=form.version)


def _progress(form: forms.ProgressForm, files: Files, by: dict[str, Any]) -> Issue:
    typed = form.model_dump(exclude={"version"})
    return rectification.issue_progress(**by, **typed, files=files, version=form.version)


def _merge(form: forms.MergeForm, files: Files, by: dict[str, Any]) -> Issue:
    into = issue_numbered(form.into_number, g.actor)
    if into is None:
        raise InvalidError({"into_number": _("没有编号为 {number} 的问题，请检查").format(number=form.into_number)})
    try:
        return issues.issue_merge(**by, into_id=into, reason=form.reason, version=form.version)
    except InvalidError as error:
        raise InvalidError({{"into_id": "into_number"}.get(k, k): v for k, v in error.errors.items()}) from error


def _instruct(form: forms.InstructForm, files: Files, by: dict[str, Any]) -> Issue:
    values = InstructionValues(form.words, form.leader_id, form.recipient_unit_id, form.reply_by)
    instruction_give(**by, values=values)
    return issue_seen(by["issue_id"], g.actor)


def _annotate(form: forms.AnnotateForm, files: Files, by: dict[str, Any]) -> Issue:
    changes = form.model_dump(include=form.model_fields_set & ALL)
    return issue_annotate(**by, changes=changes, version=form.version)


def _said(service: Callable[..., Any]) -> Call:
    return lambda form, files, by: service(**by, words=form.words)


def _remind(form: forms.RemindForm, files: Files, by: dict[str, Any]) -> Issue:
    return comments.issue_remind(**by, words=form.words, is_written=form.written)


def _plain(service: Callable[..., Any]) -> Call:
    """Return the call of a service whose arguments are the fields of the form."""
    return lambda form, files, by: service(**by, **form.model_dump())


def _with_files(service: Callable[..., Any]) -> Call:
    return lambda form, files, by: service(**by, **form.model_dump(), files=files)


F = forms
ACTS: tuple[Act, ...] = (
    Act("register", "issue.register", N_("登记"), N_("已登记"), F.BareForm, _register, "confirm", "stamp"),
    Act("assign", "issue.assign", N_("交办"), N_("已交办"), F.AssignForm, _assign, "assign", "send"),
    Act("accept", "issue.accept", N_("签收"), N_("已签收"), F.AcceptForm, _accept, "accept", "check"),
    Act(
        "submit", "issue.submit", N_("申请销号"), N_("已申请销号"), F.SubmitForm,
        _with_files(rectification.issue_submit), "submit", "send", takes_files=True,
    ),
    Act(
        "progress", "issue.progress", N_("记录进展"), N_("进展已记录"), F.ProgressForm, _progress, "progress",
        "wrench", takes_files=True,
    ),
    Act(
        "verify", "issue.recheck", N_("复核通过"), N_("复核通过"), F.FindingOnSpotForm,
        _with_files(rechecks.issue_verify), "recheck", "check-double", takes_files=True,
    ),
    Act(
        "fail", "issue.recheck", N_("复核不通过"), N_("已退回继续整改"), F.ReasonForm,
        _with_files(rechecks.issue_fail), "fail", "undo", "danger", takes_files=True,
    ),
    Act(
        "sign_off", "issue.sign_off", N_("销号"), N_("已销号"), F.OpinionForm, _plain(issues.issue_sign_off),
        "sign_off", "seal",
    ),
    Act(
        "refuse", "issue.refuse", N_("退回整改"), N_("已退回继续整改"), F.ReasonForm, _plain(issues.issue_refuse),
        "reason", "undo", "danger",
    ),
    Act(
        "resume", "issue.suspend", N_("恢复整改"), N_("已恢复整改"), F.ReasonForm, _plain(issues.issue_resume),
        "reason", "wrench",
    ),
    Act(
        "hold", "look_back.record", N_("回头看未反弹"), N_("已登记回头看未反弹"), F.LookBackForm,
        _with_files(look_backs.look_back_hold), "hold", "check-double", takes_files=True,
    ),
    Act(
        "reopen", "issue.reopen", N_("回头看发现反弹"), N_("已登记反弹"), F.ReopenForm,
        _with_files(look_backs.look_back_found_again), "reopen", "repeat", "danger", takes_files=True,
    ),
    Act("reassign", "issue.reassign", N_("改派"), N_("已改派"), F.AssignForm, _reassign, "assign", "swap"),
    Act(
        "contest", "issue.accept", N_("申诉"), N_("已提出申诉"), F.ReasonForm, _plain(issue_contest), "reason",
        "undo",
    ),
    Act(
        "suspend", "issue.suspend", NP_("act", "挂账"), N_("已挂账"), F.SuspendForm, _plain(issues.issue_suspend),
        "suspend", "pause",
    ),
    Act("merge", "issue.merge", N_("并案"), N_("已并案"), F.MergeForm, _merge, "merge", "merge"),
    Act(
        "dismiss", "issue.dismiss", NP_("act", "不予立案"), N_("已作不予立案处理"), F.ReasonForm,
        _plain(issues.issue_dismiss), "dismiss", "ban", "danger",
    ),
    Act(
        "extension", "issue.extension_ask", N_("申请延期"), N_("延期申请已提交"), F.ExtensionForm,
        _plain(extensions.extension_request), "extension", "calendar", path="extensions",
    ),
    Act(
        "consent", "issue.consent_ask", N_("报请领导同意"), N_("已报请领导批示"), F.ConsentForm,
        _plain(consents.consent_request), "consent", "stamp", path="consents",
    ),
    Act(
        "instruct", "issue.instruct", N_("批示"), N_("批示已发出"), F.InstructForm, _instruct, "instruct",
        "flag", path="instructions",
    ),
    Act(
        "remind", "issue.remind", N_("催办"), N_("已催办"), F.RemindForm, _remind, "remind",
        "bell",
    ),
    Act(
        "comment", "issue.comment", N_("留言"), N_("留言已发出"), F.SaidForm, _said(comments.comment_add), "words",
        "message", path="comments",
    ),
    Act(
        "annotate", "issue.annotate", N_("补充台账内容"), N_("台账内容已补充"), F.AnnotateForm, _annotate, "annotate",
        "pencil",
    ),
    Act(
        "confidential", "issue.confidential", N_("保密设置"), N_("保密设置已更改"), F.ConfidentialForm,
        _plain(issues.issue_set_confidential), "confidential", "lock",
    ),
)  # fmt: skip
DECISIONS: tuple[Act, ...] = (
    Act(
        "extension_approve", "issue.extension_decide", N_("同意延期"), N_("已同意延期"), F.OpinionForm,
        _plain(extensions.extension_approve), "extension_decide", "check", "primary", record="extension",
        path="approve",
    ),
    Act(
        "extension_refuse", "issue.extension_decide", N_("不同意延期"), N_("未同意延期"), F.OpinionForm,
        _plain(extensions.extension_refuse), "extension_decide", "close", "danger", record="extension",
        path="refuse",
    ),
    Act(
        "extension_withdraw", "issue.extension_ask", N_("撤回延期申请"), N_("延期申请已撤回"), F.BareForm,
        _plain(extensions.extension_withdraw), "confirm", "undo", record="extension", path="withdraw",
    ),
    Act(
        "consent_give", "issue.consent", N_("同意"), N_("已表示同意"), F.OpinionForm, _plain(consents.consent_give),
        "consent_decide", "check", "primary", record="consent", path="give",
    ),
    Act(
        "consent_decline", "issue.consent", N_("不同意"), N_("已表示不同意"), F.OpinionForm,
        _plain(consents.consent_decline), "consent_decide", "close", "danger", record="consent", path="decline",
    ),
    Act(
        "consent_withdraw", "issue.consent_ask", N_("撤回报请"), N_("报请已撤回"), F.BareForm,
        _plain(consents.consent_withdraw), "confirm", "undo", record="consent", path="withdraw",
    ),
)  # fmt: skip
BY_TRIGGER = {act.trigger: act for act in (*ACTS, *DECISIONS)}

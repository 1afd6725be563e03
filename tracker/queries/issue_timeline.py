"""What happened to an issue, told in words: who did what when, and what it changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tracker import labels
from tracker.languages import N_, _
from tracker.models import IssueEvent
from tracker.queries.timeline_clocks import clock_lines

_LOOKS = {
    "register": ("grey", "inbox"), "assign": ("indigo", "send"), "reassign": ("indigo", "send"),
    "accept": ("blue", "check"), "contest": ("yellow", "undo"), "progress": ("blue", "wrench"),
    "submit": ("violet", "send"), "verify": ("teal", "check-double"), "fail": ("red", "undo"),
    "refuse": ("red", "undo"), "sign_off": ("green", "seal"), "reopen": ("red", "repeat"),
    "suspend": ("brown", "pause"), "resume": ("blue", "wrench"), "dismiss": ("grey", "ban"),
    "merge": ("grey", "merge"), "comment": ("grey", "message"), "instruct": ("violet", "flag"),
    "urge": ("yellow", "bell"), "evidence": ("grey", "image"), "annotate": ("grey", "pencil"),
    "import": ("grey", "upload"), "import_undo": ("red", "undo"),
    "extension_request": ("violet", "hourglass"), "extension_approve": ("green", "calendar"),
    "extension_refuse": ("grey", "close"), "consent_request": ("violet", "hourglass"),
    "consent_give": ("green", "stamp"), "consent_decline": ("grey", "close"), "conceal": ("brown", "lock"),
    "reveal": ("brown", "unlock"), "calendar": ("grey", "calendar"), "policy": ("grey", "flag"),
    "handover": ("indigo", "swap"),
    "document": ("grey", "file"), "notice_receive": ("blue", "check"),
    "look_back": ("green", "eye"), "recur": ("red", "repeat"),
    "letter_propose": ("violet", "hourglass"), "letter_issue": ("indigo", "stamp"),
    "letter_receive": ("blue", "check"), "letter_reply": ("teal", "message"), "letter_return": ("red", "undo"),
    "letter_settle": ("green", "seal"), "letter_withdraw": ("grey", "ban"),
}  # fmt: skip
_SAID = ("words", "note", "result", "finding", "reason", "opinion")
_FIELDS = {
    "location_id": N_("地点"), "spot": N_("具体位置"), "star_id": N_("所属星"), "indicator_id": N_("指标"),
    "category": N_("问题类别"), "severity": N_("等级"), "source": N_("问题来源"), "source_ref": N_("来源文件"),
    "found_on": N_("发现日期"), "found_by": N_("发现人"), "description": N_("具体问题"), "goal": N_("整改目标"),
    "is_long_term": N_("长期整改"), "is_confidential": N_("保密"), "sponsor_id": N_("包案县领导"),
    "overdue_reason": N_("逾期原因"), "remark": N_("备注"),
}  # fmt: skip


@dataclass(frozen=True)
class TimelineEntry:
    """One line of the history; ``changes`` say what became different."""

    title: str
    who: str
    at: datetime
    text: str
    tone: str
    shape: str
    changes: Sequence[str]


def timeline_of(events: Iterable[IssueEvent]) -> list[TimelineEntry]:
    """Return the history, the newest first."""
    return [_entry(event) for event in reversed(list(events))]


def acting_words(acting_as: str) -> str:
    """Return ``group_lead:督导一组`` as people read it."""
    role, _colon, place = acting_as.partition(":")
    words = labels.word(labels.ROLE, role)
    return f"{place} {words}".strip() if place and place not in words else words


def _entry(event: IssueEvent) -> TimelineEntry:
    tone, shape = _LOOKS.get(event.trigger, ("grey", "chevron-right"))
    detail = event.detail or {}
    return TimelineEntry(
        title=labels.word(labels.HAPPENED, event.trigger),
        who=_who(event),
        at=event.at,
        text="\n".join(_said(event.trigger, detail)),
        tone=tone,
        shape=shape,
        changes=[line for tell in _TELLERS for line in tell(detail)],
    )


def _who(event: IssueEvent) -> str:
    if event.actor is None:
        return _("系统")
    return _("{name}（{post}）").format(name=event.actor.name, post=acting_words(event.acting_as))


def _said(trigger: str, detail: dict[str, Any]) -> list[str]:
    """Return what the person said; what an older step said, and this one only repeats, is left out."""
    repeated = {"fail": "result", "refuse": "result"}.get(trigger)
    if trigger.startswith(("extension_", "consent_")):
        repeated = None if trigger.endswith("_request") else "reason"
    return [str(detail[key]) for key in _SAID if detail.get(key) and key != repeated]


def _before(detail: dict[str, Any]) -> dict[str, Any]:
    """Return what stood there before, where the step kept several things of it."""
    old = detail.get("old")
    return old if isinstance(old, dict) else {}


def _deadline(detail: dict[str, Any]) -> list[str]:
    old = detail.get("old_deadline") or _before(detail).get("deadline")
    new = detail.get("new_deadline") or detail.get("deadline")
    if old and new and old != new:
        return [_("整改时限 {old} → {new}").format(old=old, new=new)]
    return [_("整改时限 {day}").format(day=new)] if new and not detail.get("clock") else []


def _holder(detail: dict[str, Any]) -> list[str]:
    old, unit, person = _before(detail), detail.get("unit"), detail.get("person")
    if not unit:
        return []
    now = _("责任单位 {unit}，责任人 {person}").format(unit=unit, person=person) if person else str(unit)
    if old.get("unit") and (old["unit"], old.get("person")) != (unit, person):
        return [now, _("原责任单位 {unit}，责任人 {person}").format(unit=old["unit"], person=old.get("person") or "—")]
    return [now]


def _lists(detail: dict[str, Any]) -> list[str]:
    lines = []
    if detail.get("assisting"):
        lines.append(_("协办单位 {names}").format(names=_joined(one.get("unit", "") for one in detail["assisting"])))
    for key, words in (("measures", N_("措施 {words}")), ("stages", N_("阶段 {words}"))):
        lines += [_(words).format(words=_planned(one)) for one in detail.get(key) or []]
    if detail.get("files"):
        names = _joined(one.get("name", "") for one in detail["files"])
        lines.append(f"{labels.word(labels.PHASE, detail.get('phase', ''))} {names}".strip())
    if detail.get("fields"):
        names = _joined(_(_FIELDS.get(one, one)) for one in detail["fields"])
        lines.append(_("修改了 {names}").format(names=names))
    for one in detail.get("photos") or []:
        lines.append(f"{labels.word(labels.PHASE, one.get('phase', ''))} {one.get('name', '')}".strip())
    for key, (old, new) in (detail.get("noted") or {}).items():
        words = _("{field}：{old} → {new}")
        lines.append(words.format(field=_(_FIELDS[key]), old=old or _("（空）"), new=new or _("（空）")))
    if detail.get("points"):
        lines.append(_("要点 {words}").format(words=_joined(map(str, detail["points"]))))
    return lines


def _planned(one: Any) -> str:
    if not isinstance(one, dict):
        return str(one)
    due = one.get("due_on")
    return _("{words}（{day} 前）").format(words=one.get("words", ""), day=due) if due else str(one.get("words", ""))


def _told(detail: dict[str, Any]) -> list[str]:
    """Return the steps that an imported ledger tells of; nobody took them here."""
    lines = []
    for step, when, who in detail.get("history") or []:
        by = _("（{name}）").format(name=who) if who else ""
        lines.append(_("台账记载 {day} {what}{by}").format(day=when, what=labels.word(labels.HAPPENED, step), by=by))
    return lines


def _joined(names: Iterable[str]) -> str:
    return _("、").join(name for name in names if name)


_KINDS = labels.CONSENT_KIND | labels.LETTER_KIND | labels.DOCUMENT_KIND
_SIMPLE = (
    ("letter", N_("文号 {value}")),
    ("document", N_("文号 {value}")),
    ("workdays_late", N_("已逾期 {value} 个工作日")),
    ("leader", N_("批示领导 {value}")),
    ("recipient", N_("办理单位 {value}")),
    ("reply_by", N_("回复期限 {value}")),
    ("number", N_("编号 {value}")),
    ("sponsor", N_("包案县领导 {value}")),
    ("percent", N_("完成进度 {value}%")),
    ("stage", N_("完成阶段 {value}")),
    ("review_on", N_("复审日期 {value}")),
    ("workdays", N_("暂停期间 {value} 个工作日，时限相应顺延")),
    ("paper", N_("回头看记录 {value}")),
    ("done_on", N_("回头看日期 {value}")),
    ("went", N_("参加人员 {value}")),
    ("new_number", N_("新问题 {value}")),
    ("duplicate_of", N_("与 {value} 重复")),
    ("duplicate", N_("{value} 并入本问题")),
    ("status", N_("台账所记情况 {value}")),
    ("result_of_check", N_("台账所记复核情况 {value}")),
    ("responsible_unit", N_("台账所记责任单位 {value}")),
    ("responsible", N_("台账所记责任人 {value}")),
    ("file", N_("来自文件 {value}")),
    ("row", N_("原表第 {value} 行")),
    ("ledger_upload", N_("随第 {value} 号台账回传写入")),
)


def _simple(detail: dict[str, Any]) -> list[str]:
    found = ((detail.get(key), words) for key, words in _SIMPLE)
    return [
        _(words).format(value=_joined(map(str, value)) if isinstance(value, list) else value)
        for value, words in found
        if value not in (None, "", [])
    ]


def _handed(detail: dict[str, Any]) -> list[str]:
    """Return what was handed over, and from whom to whom."""
    if not detail.get("handover_id"):
        return []
    what = _joined(labels.word(labels.HELD, kind) for kind in detail.get("held") or [])
    return [_("{what}：{giver} → {receiver}").format(what=what, giver=detail["from"], receiver=detail["to"])]


def _consents(detail: dict[str, Any]) -> list[str]:
    lines = [labels.word(_KINDS, detail["kind"])] if detail.get("kind") else []
    if detail.get("letters_withdrawn"):
        lines.append(_("拟发的督办文书随之撤回"))
    if detail.get("consents_withdrawn"):
        lines.append(_("报请领导同意的申请随之撤回"))
    if detail.get("clock") == "stopped":
        lines.append(_("时限暂停计算"))
    return lines


_TELLERS: tuple[Callable[[dict[str, Any]], list[str]], ...] = (
    _simple, _told, _holder, _deadline, _lists, _consents, clock_lines, _handed,
)  # fmt: skip

"""The page that shows every component in every state, for those who build pages."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from flask import Blueprint, abort, current_app, render_template

from tracker.languages import N_, _
from tracker.paths import resource
from tracker.views.access import access
from tracker.views.shell import word
from workflows.consent import ConsentState
from workflows.extension import ExtensionState
from workflows.issue import IssueState, Severity

bp = Blueprint("components", __name__, url_prefix="/dev")

# A green field, a grey ditch: enough of a picture to see how one is laid out.
_PHOTO = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 64 48'%3E%3Cpath fill='%23b9c9a8' "
    "d='M0 0h64v48H0z'/%3E%3Cpath fill='%238a8f94' d='M20 0h14l12 48H10z'/%3E%3C/svg%3E"
)
# Number, place, severity, state, first deadline, deadline, working days late, colour, returns.
_ROWS: tuple[tuple[str, str, str, str, str, str, int | None, str, int], ...] = (
    ("2026-0128", N_("示例镇 示例村"), "major", "rectifying", "2026-11-06", "2026-11-13", 6, "red", 2),
    ("2026-0131", N_("示例乡 东示例村"), "serious", "submitted", "2026-11-20", "2026-11-20", 1, "yellow", 0),
    ("2026-0140", N_("示例街道 示例社区"), "general", "rectifying", "2026-11-24", "2026-11-24", -1, "blue", 0),
    ("2026-0142", N_("示例镇 西示例村"), "general", "assigned", "2026-12-04", "2026-12-04", -9, "none", 0),
    ("2026-0145", N_("示例镇 南示例村"), "serious", "registered", "", "", None, "none", 1),
)


@bp.get("/components")
@access("public")
def index() -> str:
    if not (current_app.debug or current_app.config["DEV_PAGES"]):
        abort(404)
    return render_template("components/index.html", samples=_samples())


def _samples() -> dict[str, Any]:
    return {
        "states": list(IssueState),
        "state_options": [(state.value, word(state, "STATE")) for state in IssueState],
        "extensions": list(ExtensionState),
        "consents": list(ConsentState),
        "severities": list(Severity),
        "rows": [_row(*values) for values in _ROWS],
        "totals": [(_("示例镇"), 3, 5, 1, 9), (_("示例乡"), 2, 3, 2, 7)],
        "events": _events(),
        "actions": _actions(),
        "errors": {
            "unit": _("请从列表中选择责任单位"),
            "date": [_("整改时限不能早于今天"), _("请填写工作日")],
            "kind": _("请选择方式"),
            "proof": _("请先上传整改佐证材料"),
        },
        "photo": _PHOTO,
        "icons": re.findall(r'symbol id="([\w-]+)"', _sprite()),
    }


def _sprite() -> str:
    path = resource("static/icons.svg")
    return path.read_text(encoding="utf-8")


def _row(
    number: str, place: str, severity: str, state: str, first: str, deadline: str, late: int | None, colour: str,
    returns: int,
) -> dict[str, Any]:  # fmt: skip
    return {
        "number": number,
        "place": _(place),
        "words": _("示例：村内主排水沟堆有生活垃圾，约 20 米，雨天积水。"),
        "severity": severity,
        "state": state,
        "unit": _("示例镇人民政府"),
        "first": date.fromisoformat(first) if first else None,
        "deadline": date.fromisoformat(deadline) if deadline else None,
        "late": late,
        "colour": colour,
        "returns": returns,
    }


def _events() -> list[dict[str, Any]]:
    return [
        {
            "title": _("复核不通过"), "who": _("督导二组组员"), "time": "2026-11-18 10:20", "tone": "yellow",
            "shape": "undo", "text": _("示例：沟内仍有垃圾，照片为旧照。"), "changes": [_("第 1 次退回")],
        },
        {
            "title": _("延期批准"), "who": _("创建办工作人员"), "time": "2026-11-05 16:02", "tone": "violet",
            "shape": "calendar", "changes": [_("时限 2026-11-06 改为 2026-11-13")],
        },
        {
            "title": _("登记"), "who": _("督导一组组长"), "time": "2026-10-21 09:41", "tone": "grey", "shape": "inbox",
        },
    ]  # fmt: skip


def _actions() -> list[dict[str, Any]]:
    return [
        {"label": _("记录进展"), "url": "#dialog-sample", "shape": "pencil"},
        {
            "label": _("申请销号"), "url": "#dialog-sample", "shape": "send", "tone": "plain",
            "hint": _("需要至少一张整改后照片"),
        },
        {"label": _("复核通过"), "url": "", "reason": _("须由督导组办理，且不能是提交人")},
        {"label": _("申请延期"), "url": "", "reason": _("时限已过，逾期后不能申请")},
    ]  # fmt: skip

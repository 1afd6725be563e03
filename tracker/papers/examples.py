"""One example of each kind of document, to show how the county's words look before they are kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tracker.languages import SOURCE, _, speaking
from tracker.papers.forms import form_paper
from tracker.papers.letter import letter_paper
from tracker.papers.notice import notice_paper
from tracker.papers.paper import Paper
from tracker.papers.wording import Wording

_NOTICES = ("rectification", "immediate", "urge")
_LETTERS = ("remind", "supervise", "interview", "order", "instruction")
_DAY, _LATER = "2026-03-02", "2026-04-01"


def example_paper(kind: str, wording: Wording, issuer: str) -> Paper:
    """Return an example of that kind in those words; raise ``KeyError`` for a kind there is none of."""
    with speaking(SOURCE):
        content = _content(issuer) | {"kind": kind}
        if kind in _NOTICES:
            return notice_paper(content, wording)
        if kind in _LETTERS:
            return letter_paper(_letter(issuer) | {"kind": kind}, wording)
        return form_paper(kind, content | _MORE[kind](), wording)


def _content(issuer: str) -> dict[str, Any]:
    who = [_("示例：某同志"), _DAY]
    return {
        "number": _("〔示例〕1号"), "document": _("〔示例〕1号"), "issue_number": "WT-2026-00001", "issuer": issuer,
        "issued_on": _DAY, "place": _("示例镇示例村村口"), "description": _("示例：村口垃圾未清运"),
        "goal": _("示例：清运干净"), "responsible_unit": _("示例村民委员会"), "responsible": who[0], "assisting": [],
        "deadline": _LATER, "deadline_is_provisional": False, "state": "", "words": "", "unit": _("示例村民委员会"),
        "person": who[0], "sponsor": "", "star": "", "category": _("环境卫生"), "source": _("督导检查"),
        "found_on": _DAY, "found_by": who[0], "severity": _("一般"), "first_deadline": _LATER,
        "measures": [[_("示例：立即清运"), _LATER, _LATER]], "progress": _("示例：已清运一半"), "percent": 50,
        "result": _("示例：已清运"), "submitted": who, "finding": _("示例：现场已整改到位"), "verified": who,
        "signed_off": who, "opinion": _("同意销号"), "leader": None, "leader_opinion": "", "closed_late": False,
        "extensions": 0, "returns": 0, "recurrences": 0, "photos": {}, "files": [], "papers": [], "timeline": [],
        "extension_rows": [], "events": 0, "last_hash": "",
    }  # fmt: skip


def _letter(issuer: str) -> dict[str, Any]:
    one = {
        "number": "WT-2026-00001", "place": _("示例镇示例村村口"), "description": _("示例：村口垃圾未清运"),
        "unit": _("示例村民委员会"), "responsible": "", "deadline": _DAY, "days_late": 7, "workdays_late": 5,
    }  # fmt: skip
    return {
        "number": _("〔示例〕1号"), "recipient": _("示例村民委员会"), "leader": _("示例：某领导"), "subject": "",
        "words": "", "issues": [one], "reply_by": _LATER, "reply_is_provisional": False, "issuer": issuer,
        "issued_on": _DAY,
    }  # fmt: skip


def _extension() -> dict[str, Any]:
    who = [_("示例：某同志"), _DAY]
    return {"extension": {
        "old": _DAY, "new": _LATER, "reason": _("示例：连续降雨无法施工"), "asked": who, "state": _("已同意"),
        "decided": who, "opinion": _("示例：同意延期"), "level": _("创建办"), "before": 0,
    }}  # fmt: skip


def _round() -> dict[str, Any]:
    return {
        "name": _("示例轮次"), "kind": _("常态化"), "first": _DAY, "last": _LATER, "stops": 1,
        "kinds": [[_("久未走访"), 1]],
        "groups": [[_("督导一组"), 4, [[_DAY, _("示例镇"), _("示例村"), _("久未走访")]]]],
    }  # fmt: skip


def _visit() -> dict[str, Any]:
    return {
        "name": _("示例轮次"), "group": _("督导一组"), "township": _("示例镇"), "village": _("示例村"),
        "started": f"{_DAY} 09:00", "ended": f"{_DAY} 10:00", "people": [_("示例：某同志")], "forms": 0, "asked": 0,
        "note": _("示例：已查看"), "tasks": [], "found": [],
    }  # fmt: skip


def _bulletin() -> dict[str, Any]:
    counts = {"found": 8, "closed": 6, "judged": 7, "in_time": 5, "late": 1, "ended": 6, "recurred": 0}
    rates = {"closed_rate": "75.0%", "in_time_rate": "71.4%", "recurred_rate": "0.0%"}
    row = {"name": _("示例镇"), "place": 1, "is_shared": False} | counts | rates
    return {
        "name": _("示例：督查情况的通报"), "recipient": _("各乡镇（街道），县直有关单位："), "copies": "",
        "opening": _("示例：共发现问题8件，已销号6件。"), "problems": "", "demands": _("示例：抓紧整改。"),
        "ranked_by": _("乡镇、街道"), "rows": [row], "apart": [], "whole": counts | rates,
    }  # fmt: skip


_MORE: dict[str, Callable[[], dict[str, Any]]] = {
    "extension_request": _extension, "extension_decision": _extension, "sign_off_request": dict,
    "sign_off_form": dict, "closing_report": dict, "file": dict, "round_plan": _round, "visit_record": _visit,
    "bulletin": _bulletin,
}  # fmt: skip

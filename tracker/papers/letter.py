"""The words of a document of supervision from its frozen content; always Chinese, whoever reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tracker.languages import SOURCE, _, speaking
from tracker.papers.paper import Block, Paper, capped, numbered, paper_day, paper_from, shortened
from tracker.papers.wording import Wording, filled, usual

Content = Mapping[str, Any]
SUMMARY = 200  # characters of an issue in a table


def letter_paper(content: Content, wording: Wording | None = None) -> Paper:
    """Return the words of a document with that content: those it was issued with, where they were kept."""
    if "paper" in content:
        return paper_from(content["paper"])
    with speaking(SOURCE):
        issues = content["issues"]
        said = filled(wording or usual(content["kind"]), _fields(content))
        table = (Block("table", rows=_table(issues)),) if len(issues) > 1 else ()
        closing = (Block("text", words=said.closing),) if said.closing else ()
        return capped(
            Paper(
                number=content["number"] or _("（编号在发出时产生）"), title=said.title, mark=said.mark,
                recipient=_("{unit}：").format(unit=content["recipient"]),
                blocks=(Block("text", words=said.opening), *numbered(_items(content)), *table, *closing),
                issuer=said.issuer, issued_on=paper_day(content["issued_on"]), copies=said.copies,
                printer=content["issuer"], is_received=True,
            )
        )  # fmt: skip


def _fields(content: Content) -> dict[str, str]:
    one = content["issues"][0] if len(content["issues"]) == 1 else {}
    return {
        "issuer": content["issuer"], "unit": content["recipient"], "number": content["number"],
        "subject": content["subject"], "leader": content["leader"], "reply_by": paper_day(content["reply_by"]),
        "day": paper_day(content["issued_on"]), "issue_number": one.get("number", ""), "place": one.get("place", ""),
        "deadline": paper_day(one.get("deadline", "")),
    }  # fmt: skip


def _items(content: Content) -> list[tuple[str, str]]:
    is_instruction = content["kind"] == "instruction"
    one = content["issues"][0] if len(content["issues"]) == 1 else None
    words = [(_("批示内容"), content["words"])]
    found = words if is_instruction else [(_("督办事项"), content["subject"]), (_("具体要求"), content["words"])]
    if one is not None:
        found += [
            (_("问题编号"), one["number"]), (_("问题地点"), one["place"]), (_("具体问题"), one["description"]),
            (_("责任单位"), " ".join(filter(None, (one["unit"], one["responsible"])))), (_("整改时限"), _late(one)),
        ]  # fmt: skip
    found.append((_("回复期限"), _reply_by(content)))
    return found


def _late(one: Content) -> str:
    if not one["deadline"]:
        return _("未定时限")
    day = paper_day(one["deadline"])
    if not one["days_late"]:
        return day
    words = _("{day}，已逾期{natural}天（{working}个工作日）")
    return words.format(day=day, natural=one["days_late"], working=one["workdays_late"])


def _reply_by(content: Content) -> str:
    if not content["reply_by"]:
        return ""
    words = _("{day}前（含当日）").format(day=paper_day(content["reply_by"]))
    return words + _("（暂定：该年度节假日安排尚未公布）") if content["reply_is_provisional"] else words


def _table(issues: list[Content]) -> tuple[tuple[str, ...], ...]:
    head = (_("序号"), _("问题编号"), _("地点"), _("具体问题"), _("责任单位"), _("整改时限"))
    rows = (
        (str(n), one["number"], one["place"], shortened(one["description"])[:SUMMARY], one["unit"], _late(one))
        for n, one in enumerate(issues, 1)
    )
    return (head, *rows)

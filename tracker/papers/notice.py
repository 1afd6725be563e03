"""The words of what is sent to a responsible unit about one issue: 整改通知书, 立行立改通知书, 催办通知."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tracker.languages import SOURCE, _, speaking
from tracker.papers.paper import Block, Paper, capped, numbered, paper_day, paper_from
from tracker.papers.wording import Wording, filled, usual


def notice_paper(content: Mapping[str, Any], wording: Wording | None = None) -> Paper:
    """Return the words of a notice with that content: those it was issued with, where they were kept."""
    if "paper" in content:
        return paper_from(content["paper"])
    kind = content.get("kind", "rectification")
    with speaking(SOURCE):
        said = filled(wording or usual(kind), _fields(content))
        closing = (Block("text", words=said.closing),) if said.closing else ()
        return capped(
            Paper(
                number=content["number"], title=said.title, mark=said.mark,
                recipient=_("{unit}：").format(unit=content["responsible_unit"]),
                blocks=(Block("text", words=said.opening), *numbered(_items(content)), *closing),
                issuer=said.issuer, issued_on=paper_day(content["issued_on"]), copies=said.copies,
                printer=content["issuer"], is_received=True,
            )
        )  # fmt: skip


def _fields(content: Mapping[str, Any]) -> dict[str, str]:
    return {
        "issuer": content["issuer"], "unit": content["responsible_unit"], "number": content["number"],
        "issue_number": content["issue_number"], "place": content["place"],
        "deadline": paper_day(content["deadline"]), "day": paper_day(content["issued_on"]),
    }  # fmt: skip


def _items(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (_("问题地点"), content["place"]),
        (_("具体问题"), content["description"]),
        (_("整改目标"), content["goal"]),
        (_("责任单位"), content["responsible_unit"]),
        (_("责任人"), content["responsible"]),
        (_("协办单位"), "、".join(content["assisting"])),
        (_("整改时限"), _deadline(content)),
        (_("目前状态"), content.get("state", "")),
        (_("催办要求"), content.get("words", "")),
    ]


def _deadline(content: Mapping[str, Any]) -> str:
    if not content["deadline"]:
        return _("未定时限")
    day = _("{day}前（含当日）").format(day=paper_day(content["deadline"]))
    if not content["deadline_is_provisional"]:
        return day
    return day + _("（暂定：该年度节假日安排尚未公布，公布后以重新核定的日期为准）")

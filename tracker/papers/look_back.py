"""The words of a 回头看记录 from its frozen content; always Chinese, whoever reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tracker import labels
from tracker.languages import SOURCE, _, speaking
from tracker.papers.paper import Block, Paper, capped, paper_day, paper_from, shortened
from workflows.look_back import LookBackState
from workflows.sampling import PickReason

Content = Mapping[str, Any]


def record_paper(content: Content) -> Paper:
    """Return the words of a record with that content: those it was made with, where they were kept."""
    if "paper" in content:
        return paper_from(content["paper"])
    with speaking(SOURCE):
        grid = tuple((heading, shortened(words)) for heading, words in _items(content) if words)
        photos = (Block("photos", _("现场照片"), rows=tuple(map(tuple, content["photos"]))),)
        opinions = tuple((whose, "", "", "") for whose in (_("参加人员"), _("督导组组长"), _("责任单位")))
        return capped(
            Paper(
                number=content["number"], title=_("回头看记录"),
                blocks=(
                    Block("grid", rows=grid), *(photos if content["photos"] else ()),
                    Block("opinions", rows=opinions),
                ),
                issuer=content["issuer"], issued_on=paper_day(content["recorded_on"]),
            )
        )  # fmt: skip


def _items(content: Content) -> list[tuple[str, str]]:
    people = _("、").join(content["people"])
    if content["group"]:
        people = _("{group}：{people}").format(group=content["group"], people=people)
    return [
        (_("问题编号"), content["issue_number"]), (_("地点"), content["place"]), (_("所属星"), content["star"]),
        (_("具体问题"), content["description"]),
        (_("责任单位"), " ".join(filter(None, (content["unit"], content["responsible"])))),
        (_("整改结果"), content["result"]), (_("销号日期"), paper_day(content["signed_off_on"])),
        (_("来由"), _why(content)), (_("回头看日期"), paper_day(content["done_on"])),
        (_("到场人员"), people),
        (_("现场核查情况"), content["finding"]), (_("结论"), _conclusion(content)),
    ]  # fmt: skip


def _why(content: Content) -> str:
    if not content["plan"]:
        return _("抽样方案之外，主动回头看")
    why = pick_words(content["reason"], content["population"], content["rank"])
    return _("抽样方案“{plan}”：{why}").format(plan=content["plan"], why=why)


def pick_words(reason: str, population: int, rank: int) -> str:
    """Return how an issue came into a sample, in the current language."""
    if reason == PickReason.LOT:
        return _("本层 {n} 个问题中抽签第 {rank}").format(n=population, rank=rank)
    return labels.word(labels.PICK_REASON, reason)


def _conclusion(content: Content) -> str:
    if content["state"] == LookBackState.HELD:
        return _("整改成果保持，未反弹")
    if content["new_number"]:
        return _("反弹，另立新问题 {number}").format(number=content["new_number"])
    return _("反弹，退回责任单位重新整改，时限 {day}").format(day=paper_day(content["deadline"]))

"""The words of a 整改通知书 from its frozen content; always Chinese, whoever reads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from tracker.languages import N_, SOURCE, _, speaking

LONGEST = 4_000  # characters of one item on paper
_NUMERALS = N_("一二三四五六七八九")


@dataclass(frozen=True)
class NoticePaper:
    """Everything the paper shows, in its order; ``entries`` are heading and words."""

    mark: str
    number: str
    title: str
    recipient: str
    opening: str
    entries: tuple[tuple[str, str], ...]
    closing: str
    issuer: str
    issued_on: str
    table: tuple[tuple[str, ...], ...] = ()  # headings first


def notice_paper(content: Mapping[str, Any]) -> NoticePaper:
    """Return the words of a notice with that content."""
    with speaking(SOURCE):
        return NoticePaper(
            mark=content["issuer"],
            number=content["number"],
            title=_("整改通知书"),
            recipient=_("{unit}：").format(unit=content["responsible_unit"]),
            opening=_(
                "经查，发现以下问题（问题编号：{number}），由你单位负责整改。现将有关事项通知如下，请按要求抓好落实。"
            ).format(number=content["issue_number"]),
            entries=_numbered(content),
            closing=_("请收到本通知后及时签收，明确整改措施；整改完成后，上传佐证材料并申请销号。"),
            issuer=content["issuer"],
            issued_on=paper_day(content["issued_on"]),
        )


def _numbered(content: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return the items that have words, under headings of the first level."""
    return numbered(_items(content))


def numbered(items: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return those of ``items`` that have words, numbered in Chinese."""
    filled = [(heading, shortened(words)) for heading, words in items if words]
    return tuple(
        (_("{numeral}、{heading}：").format(numeral=numeral, heading=heading), words)
        for numeral, (heading, words) in zip(_NUMERALS, filled, strict=False)
    )


def _items(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (_("问题地点"), content["place"]),
        (_("具体问题"), content["description"]),
        (_("整改目标"), content["goal"]),
        (_("责任单位"), content["responsible_unit"]),
        (_("责任人"), content["responsible"]),
        (_("协办单位"), "、".join(content["assisting"])),
        (_("整改时限"), _deadline(content)),
    ]


def _deadline(content: Mapping[str, Any]) -> str:
    if not content["deadline"]:
        return _("未定时限")
    day = _("{day}前（含当日）").format(day=paper_day(content["deadline"]))
    if not content["deadline_is_provisional"]:
        return day
    return day + _("（暂定：该年度节假日安排尚未公布，公布后以重新核定的日期为准）")


def paper_day(iso: str) -> str:
    """Return a day as papers write it."""
    day = date.fromisoformat(iso)
    return _("{year}年{month}月{day}日").format(year=day.year, month=day.month, day=day.day)


def shortened(words: str) -> str:
    """Return ``words``, cut where paper has no room for more, and saying so."""
    return words if len(words) <= LONGEST else words[:LONGEST] + _("（内容过长，已截断，全文见系统）")

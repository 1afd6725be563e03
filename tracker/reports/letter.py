"""The words of a document of supervision from its frozen content; always Chinese, whoever reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tracker import labels
from tracker.languages import SOURCE, _, speaking
from tracker.reports.notice import NoticePaper, numbered, paper_day, shortened

Content = Mapping[str, Any]
SUMMARY = 200  # characters of an issue in a table


def letter_paper(content: Content) -> NoticePaper:
    """Return the words of a document with that content."""
    with speaking(SOURCE):
        kind = content["kind"]
        issues = content["issues"]
        return NoticePaper(
            mark=content["issuer"],
            number=content["number"] or _("（编号在发出时产生）"),
            title=_("领导批示办理单") if kind == "instruction" else labels.word(labels.LETTER_KIND, kind),
            recipient=_("{unit}：").format(unit=content["recipient"]),
            opening=_OPENINGS[kind](content),
            entries=numbered(_items(content)),
            closing=_closing(content),
            issuer=content["issuer"],
            issued_on=paper_day(content["issued_on"]),
            table=_table(issues) if len(issues) > 1 else (),
        )


def _remind(content: Content) -> str:
    return _("经核查，下列问题已超过整改时限仍未办结。特此提醒，请抓紧整改，并按期回复进展。")


def _supervise(content: Content) -> str:
    return _("经核查，下列问题逾期较久仍未办结。请你单位督促责任单位查明原因、限期整改，并按期书面回复。")


def _interview(content: Content) -> str:
    return _(
        "经核查，下列问题严重逾期，经提醒、督办仍未办结。经研究，决定对责任单位主要负责人进行约谈，请通知其按要求参加，并按期报送整改情况。"
    )


def _order(content: Content) -> str:
    return _("现将下列事项交你单位办理，请按要求抓好落实，并按期书面回复办理情况。")


def _instruction(content: Content) -> str:
    words = _("现将{leader}的批示转给你单位，请认真落实，并按期回复办理情况。")
    return words.format(leader=content["leader"] or _("县领导"))


_OPENINGS: Mapping[str, Callable[[Content], str]] = {
    "remind": _remind, "supervise": _supervise, "interview": _interview, "order": _order, "instruction": _instruction,
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
    found.append((_("抄送"), "" if is_instruction else content["leader"]))
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


def _closing(content: Content) -> str:
    return _("请收到后及时签收，并在回复期限前在系统中回复。")


def _table(issues: list[Content]) -> tuple[tuple[str, ...], ...]:
    head = (_("序号"), _("问题编号"), _("地点"), _("具体问题"), _("责任单位"), _("整改时限"))
    rows = (
        (str(n), one["number"], one["place"], shortened(one["description"])[:SUMMARY], one["unit"], _late(one))
        for n, one in enumerate(issues, 1)
    )
    return (head, *rows)

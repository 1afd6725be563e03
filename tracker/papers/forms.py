"""The words of applications, approvals, reports and files about one issue, from its frozen facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from tracker.languages import SOURCE, _, speaking
from tracker.papers.bulletin import bulletin_body
from tracker.papers.grids import PHOTOS_IN_FILE, Facts, basics, listed, measures, photos, signed
from tracker.papers.paper import MOST, MOST_OF_FILE, Block, Paper, capped, numbered, paper_day, shortened
from tracker.papers.walks import round_plan, visit_record
from tracker.papers.wording import Wording, filled, usual

Blocks = tuple[Block, ...]


def form_paper(kind: str, facts: Facts, wording: Wording | None = None) -> Paper:
    """Return a document of that kind with these facts, in the county's words where it has its own."""
    with speaking(SOURCE):
        said = filled(wording or usual(kind), _fields(facts))
        opening = (Block("text", words=said.opening),) if said.opening else ()
        closing = (Block("text", words=said.closing),) if said.closing else ()
        paper = Paper(
            number=facts["document"], title=said.title, mark=said.mark,
            blocks=(*opening, *_BODIES[kind](facts), *closing), issuer=said.issuer,
            issued_on=paper_day(facts["issued_on"]) if said.issuer else "", copies=said.copies,
            printer=facts["issuer"] if said.mark else "",
        )  # fmt: skip
        if kind == "extension_request":
            paper = replace(paper, recipient=_("{unit}：").format(unit=facts["issuer"]))
        if kind == "bulletin":
            paper = replace(paper, recipient=facts["recipient"], copies=facts["copies"])
        return capped(paper, MOST_OF_FILE if kind == "file" else MOST)


def _fields(facts: Facts) -> dict[str, str]:
    return {
        "issuer": facts["issuer"], "unit": facts.get("unit", ""), "number": facts["document"],
        "issue_number": facts.get("number", ""), "place": facts.get("place", ""),
        "deadline": paper_day(facts.get("deadline", "")), "day": paper_day(facts["issued_on"]),
        "subject": facts.get("name", ""),
    }  # fmt: skip


def _extension_request(facts: Facts) -> Blocks:
    asked = facts["extension"]
    return numbered((
        (_("具体问题"), facts["description"]),
        (_("现时限"), paper_day(asked["old"])),
        (_("申请延至"), paper_day(asked["new"])),
        (_("延期原因"), asked["reason"]),
        (_("目前进展"), _progress(facts)),
        (_("下一步措施"), measures(facts)),
    ))  # fmt: skip


def _extension_decision(facts: Facts) -> Blocks:
    asked = facts["extension"]
    decided = signed(asked["level"], asked["opinion"] or asked["state"], asked["decided"])
    return (
        basics(facts),
        Block("grid", rows=(
            (_("延期前时限"), paper_day(asked["old"]), _("申请延至"), paper_day(asked["new"])),
            (_("此前延期"), _("{n} 次").format(n=asked["before"]), _("审批结果"), asked["state"]),
        )),
        Block("opinions", rows=(signed(_("申请理由"), asked["reason"], asked["asked"]), decided)),
    )  # fmt: skip


def _sign_off_request(facts: Facts) -> Blocks:
    return (
        basics(facts),
        Block("grid", rows=(
            (_("整改措施"), measures(facts) or _progress(facts)), (_("整改结果"), shortened(facts["result"])),
        )),
        *photos(facts, "after", _("整改后照片")),
        Block("opinions", rows=(signed(_("申请人"), "", facts["submitted"]), signed(_("单位负责人"), "", None))),
    )  # fmt: skip


def _sign_off_form(facts: Facts) -> Blocks:
    return (
        basics(facts),
        Block("grid", rows=((_("整改措施"), measures(facts) or _progress(facts)),)),
        *photos(facts, "before", _("整改前照片")),
        *photos(facts, "after", _("整改后照片")),
        *photos(facts, "recheck", _("复核照片")),
        Block("opinions", _("审批意见"), rows=(
            signed(_("申请意见"), facts["result"], facts["submitted"]),
            signed(_("复核意见"), facts["finding"], facts["verified"]),
            signed(_("创建办意见"), facts["opinion"], facts["signed_off"]),
            signed(_("县领导意见"), facts["leader_opinion"], facts["leader"]),
        )),
    )  # fmt: skip


def _closing_report(facts: Facts) -> Blocks:
    timely = _("在整改时限内销号") if not facts["closed_late"] else _("超过整改时限销号")
    return numbered((
        (_("问题基本情况"), _("{number}，{description}").format(**facts)),
        (_("责任落实"), _("责任单位{unit}，责任人{person}，整改时限{day}。").format(
            unit=facts["unit"], person=facts["person"], day=paper_day(facts["deadline"]) or _("未定时限"))),
        (_("整改措施"), measures(facts)),
        (_("整改结果"), facts["result"]),
        (_("复核情况"), _act(facts["verified"], facts["finding"])),
        (_("销号情况"), _act(facts["signed_off"], facts["opinion"])),
        (_("按期情况"), _("{timely}；延期{extensions}次，退回{returns}次，反弹{recurrences}次。").format(
            timely=timely, **facts)),
    ))  # fmt: skip


def _act(act: list[str] | None, words: str) -> str:
    if not act:
        return words
    return _("{day}，{who}。{words}").format(day=paper_day(act[1]), who=act[0], words=words)


def _progress(facts: Facts) -> str:
    return facts["progress"] and _("{words}（完成{percent}%）").format(
        words=facts["progress"], percent=facts["percent"]
    )


def _file(facts: Facts) -> Blocks:
    return (
        basics(facts),
        *listed(_("整改措施"), (_("措施"), _("时限"), _("完成")),
                [(words, paper_day(due), paper_day(done)) for words, due, done in facts["measures"]]),
        *listed(_("延期"), (_("现时限"), _("申请延至"), _("理由"), _("结果")), facts["extension_rows"]),
        Block("opinions", _("申请、复核、销号"), rows=(
            signed(_("申请意见"), facts["result"], facts["submitted"]),
            signed(_("复核意见"), facts["finding"], facts["verified"]),
            signed(_("创建办意见"), facts["opinion"], facts["signed_off"]),
            signed(_("县领导意见"), facts["leader_opinion"], facts["leader"]),
        )),
        *photos(facts, "before", _("整改前照片"), PHOTOS_IN_FILE),
        *photos(facts, "after", _("整改后照片"), PHOTOS_IN_FILE),
        *photos(facts, "recheck", _("复核照片"), PHOTOS_IN_FILE),
        *photos(facts, "lookback", _("回头看照片"), PHOTOS_IN_FILE),
        *listed(_("佐证文件"), (_("文件"), _("类别"), _("上传"), _("校验值")), facts["files"]),
        *listed(_("文书"), (_("文号"), _("种类"), _("日期"), _("签收")), facts["papers"]),
        *listed(_("办理经过"), (_("时间"), _("经办"), _("事项"), _("内容")), facts["timeline"]),
        Block("text", _("校验："), _("办理经过共{n}条，最后一条的校验值为{hash}。").format(
            n=facts["events"], hash=facts["last_hash"])),
    )  # fmt: skip


_BODIES: Mapping[str, Callable[[Mapping[str, Any]], Blocks]] = {
    "extension_request": _extension_request, "extension_decision": _extension_decision,
    "sign_off_request": _sign_off_request, "sign_off_form": _sign_off_form, "closing_report": _closing_report,
    "file": _file, "round_plan": round_plan, "visit_record": visit_record, "bulletin": bulletin_body,
}  # fmt: skip

"""The words of a plan of inspection 巡查方案 and of the record of one visit 巡查记录."""

from __future__ import annotations

from tracker.languages import _
from tracker.papers.grids import NOTHING, Facts, listed, photos, signed
from tracker.papers.paper import Block, numbered, paper_day, shortened


def round_plan(facts: Facts) -> tuple[Block, ...]:
    """Return period, scope, what is looked at, and the villages of each group day by day."""
    kinds = _("；").join(_("{kind}{n}项").format(kind=kind, n=n) for kind, n in facts["kinds"])
    period = _("{first}至{last}").format(first=paper_day(facts["first"]), last=paper_day(facts["last"]))
    people = _("；").join(_("{group}{n}人").format(group=group, n=n) for group, n, _stops in facts["groups"])
    head = (_("日期"), _("乡镇"), _("村（社区）"), _("检查事项"))
    return (
        *numbered((
            (_("巡查时间"), period),
            (_("巡查方式"), facts["kind"]),
            (_("巡查力量"), people),
            (_("巡查范围"), _("共{villages}个走访点").format(villages=facts["stops"])),
            (_("重点内容"), kinds),
            (_("具体安排"), _("各组按下列日期走访。")),
        )),
        *(block for group, _n, stops in facts["groups"] for block in listed(group, head, [
            (paper_day(day), town, village, what) for day, town, village, what in stops
        ])),
    )  # fmt: skip


def visit_record(facts: Facts) -> tuple[Block, ...]:
    """Return who was where and when, what was looked at, what was found, and places to sign."""
    return (
        Block("grid", rows=(
            (_("巡查轮次"), facts["name"], _("督导组"), facts["group"]),
            (_("乡镇"), facts["township"] or NOTHING, _("村（社区）"), facts["village"]),
            (_("到达"), facts["started"], _("离开"), facts["ended"] or NOTHING),
            (_("到场人员"), "、".join(facts["people"]) or NOTHING),
            (_("填报表格"), _("{n} 份").format(n=facts["forms"]), _("提供照片"), _("{n} 张").format(n=facts["asked"])),
            (_("走访情况"), shortened(facts["note"]) or NOTHING),
        )),
        *listed(_("检查事项"), (_("事项"), _("问题编号"), _("缘由"), _("结果")), facts["tasks"]),
        *(listed(_("发现的问题"), (_("问题编号"), _("具体问题"), _("状态")), facts["found"])
          or (Block("text", _("发现的问题："), _("未发现问题。")),)),
        *photos(facts, "visit", _("现场照片")),
        Block("opinions", rows=(
            signed(_("督导组"), "", None), signed(_("村（社区）意见"), "", None),
        )),
    )  # fmt: skip

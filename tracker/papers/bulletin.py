"""The words of a bulletin 督查通报: what the office wrote, and the ranking it rests on."""

from __future__ import annotations

from tracker.languages import _
from tracker.papers.grids import Facts, listed
from tracker.papers.paper import Block, numbered


def bulletin_body(facts: Facts) -> tuple[Block, ...]:
    """Return the office's three parts around the table, the rule of the ranking and those without a place."""
    parts = numbered((
        (_("基本情况"), facts["opening"]),
        (_("存在问题"), facts["problems"]),
        (_("下步要求"), facts["demands"]),
    ))  # fmt: skip
    return (*parts[:1], *_table(facts), *_apart(facts), _rule(), *parts[1:])


def _table(facts: Facts) -> tuple[Block, ...]:
    counted = (_("按期办结率"), _("应办结"), _("按期"), _("目前逾期"), _("发现"), _("已销号"), _("反弹"))
    head = (_("名次"), facts["ranked_by"], *counted)
    rows = [(_place(row), row["name"], *_numbers(row)) for row in facts["rows"]]
    whole = [("", _("合计"), *_numbers(facts["whole"]))]
    return listed(_("按期办结情况"), head, [*rows, *whole]) if rows else ()


def _place(row: Facts) -> str:
    return _("{n}（并列）").format(n=row["place"]) if row["is_shared"] else str(row["place"])


def _numbers(row: Facts) -> tuple[str, ...]:
    counts = ("judged", "in_time", "late", "found", "closed", "recurred")
    return (row["in_time_rate"], *(str(row[name]) for name in counts))


def _apart(facts: Facts) -> tuple[Block, ...]:
    if not facts["apart"]:
        return ()
    return (Block("text", _("未产生可比数据（不参加排名）："), _("、").join(facts["apart"]) + _("。")),)


def _rule() -> Block:
    return Block("text", _("排名规则："), _(
        "按期办结率从高到低，为按期销号件数除以应办结件数；应办结包括已销号且有时限的和目前逾期的。比率相同的并列，名次顺延。"
    ))  # fmt: skip

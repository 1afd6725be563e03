"""The register of look-backs 回头看记录登记簿, and the frame of a sample 抽样底册, as Excel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import IO, Any

from tracker import labels
from tracker.clock import local
from tracker.languages import N_, _
from tracker.models import LookBack, LookBackPlan
from tracker.papers.look_back import pick_words
from tracker.queries.look_back_plans import FrameRow
from tracker.reports.xlsx import Column, Sheet, write

_COLUMNS = (
    (N_("序号"), 6), (N_("编号"), 18), (N_("问题编号"), 16), (N_("乡镇"), 12), (N_("村(社区)"), 14),
    (N_("所属星"), 12), (N_("责任单位"), 18), (N_("具体问题"), 36), (N_("销号日期"), 11), (N_("来由"), 28),
    (N_("回头看期限"), 11), (N_("回头看日期"), 11), (N_("督导组"), 12), (N_("参加人员"), 18), (N_("结果"), 10),
    (N_("现场核查情况"), 36), (N_("新问题编号"), 16), (N_("备注"), 20),
)  # fmt: skip


def write_register(target: IO[bytes], rows: Iterable[LookBack], *, at: datetime, county: str) -> int:
    """Write the register; return the number of rows."""
    return write(target, _sheet(_("回头看记录登记簿"), _COLUMNS, at, county), _cells(rows))


def _sheet(title: str, columns: Iterable[tuple[str, int]], at: datetime, county: str, *lines: str) -> Sheet:
    line = _("填报单位：{unit}        数据截至：{at}").format(unit=county, at=f"{local(at):%Y-%m-%d %H:%M}")
    return Sheet(title, title, (line, *lines), [Column(_(heading), width) for heading, width in columns])


def _cells(rows: Iterable[LookBack]) -> Iterator[list[Any]]:
    for number, row in enumerate(rows, 1):
        issue = row.issue
        yield [
            number, row.number or "", issue.number, row.township.name if row.township else "",
            issue.location.name if issue.location else "", row.star.name if row.star else issue.category,
            row.unit.name if row.unit else "", issue.description, row.content.get("signed_off_on") or _closed(issue),
            _origin(row), row.due_on, row.done_on, row.group.name if row.group else "",
            "、".join(row.content.get("people", ())), labels.word(labels.LOOK_BACK_STATE, row.state), row.finding,
            row.content.get("new_number", ""), row.drop_reason,
        ]  # fmt: skip


def _closed(issue: Any) -> str:
    return f"{local(issue.signed_off_at):%Y-%m-%d}" if issue.signed_off_at else ""


def _origin(row: LookBack) -> str:
    if row.plan is None:
        return _("主动回头看")
    reason = row.reason.value if row.reason else ""
    return _("{plan}：{why}").format(plan=row.plan.name, why=pick_words(reason, row.population, row.rank))


_FRAME = (
    (N_("序号"), 6), (N_("乡镇"), 14), (N_("所属星"), 14), (N_("问题编号"), 18), (N_("问题内部号"), 12),
    (N_("重大"), 6), (N_("签值"), 20), (N_("层内名次"), 9), (N_("层内总数"), 9), (N_("抽中"), 6),
)  # fmt: skip


def write_frame(
    target: IO[bytes], plan: LookBackPlan, rows: Iterable[FrameRow], *, at: datetime, county: str
) -> int:  # fmt: skip
    """Write what a sample was drawn from, with every lot, so that anybody can draw again; return the number of rows."""
    how = _(
        "种子 {seed}。签值 = SHA-256(“种子:问题内部号”) 前 8 个字节 ÷ 2⁶⁴；"
        "每层（同一乡镇、同一星）按签值从小到大排名，取前若干名。"
    ).format(seed=plan.seed)
    sheet = _sheet(_("回头看抽样底册：{name}").format(name=plan.name), _FRAME, at, county, how)
    return write(target, sheet, _frame_cells(rows))


def _frame_cells(rows: Iterable[FrameRow]) -> Iterator[list[Any]]:
    yes = _("是")
    for number, row in enumerate(rows, 1):
        yield [
            number, row.township, row.star, row.number, row.issue_id, yes if row.is_major else "", f"{row.lot:.16f}",
            row.rank or "", row.population, yes if row.is_drawn else "",
        ]  # fmt: skip

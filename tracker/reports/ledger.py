"""The ledgers as Excel: what stands in each column."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import IO, Any

from tracker import labels
from tracker.clock import local, local_date
from tracker.languages import N_, _
from tracker.policy import Actor
from tracker.queries.ledger import LedgerRow
from tracker.reports.xlsx import Column, Sheet, write
from workflows.look_back import LookBackState

Value = str | int | date | None
Reader = Callable[[LedgerRow], Value]


def _day(at: datetime | None) -> date | None:
    return local_date(at) if at else None


def _joined(*parts: Any, by: str = " ") -> str:
    return by.join(str(part) for part in parts if part)


def _several(found: Sequence[str] | None) -> str:
    if not found:
        return ""
    return found[0] if len(found) == 1 else "\n".join(f"{n}. {one}" for n, one in enumerate(found, 1))


def _deadline(row: LedgerRow) -> Value:
    return row.issue.deadline or row.issue.deadline_words or (_("未定时限") if row.issue.assigned_at else None)


def _progress(row: LedgerRow) -> str:
    issue = row.issue
    percent = f"{issue.progress_percent}%" if issue.progress_percent else ""
    return _joined(_day(issue.progress_at), percent, issue.progress_note)


def _outcome(row: LedgerRow) -> str:
    is_open_long = row.issue.is_long_term and row.issue.state not in ("signed_off", "verified", "dismissed")
    return labels.word(labels.OUTCOME, "suspended" if is_open_long else row.issue.state)


def _recheck(row: LedgerRow) -> str:
    issue = row.issue
    return _joined(_day(issue.verified_at), issue.verifier, issue.recheck_finding) if issue.verified_at else ""


def _look_backs(row: LedgerRow) -> str:
    """Return what each look-back found; where a ledger told of recurrences alone, how many."""
    found = row.beside["look_backs"] or ()
    lines = [f"{one.done_on} {labels.word(labels.LOOK_BACK_STATE, one.state)}" for one in found]
    told = sum(one.state == LookBackState.FOUND_AGAIN for one in found)
    if row.issue.recurrences > told:
        lines.append(_("反弹 {n} 次").format(n=row.issue.recurrences))
    return "\n".join(lines)


def _late(row: LedgerRow) -> str:
    if row.late is None or row.late.natural <= 0:
        return ""
    return _("{natural} 天（{working} 个工作日）").format(natural=row.late.natural, working=row.late.working)


def _measures_taken(row: LedgerRow) -> str:
    notices = [f"{one.number} {_day(one.issued_at)}" for one in row.beside["notices"] or ()]
    urged = [_("催办 {day}").format(day=_day(at)) for at in row.beside["urged"] or ()]
    letters = [f"{one.number} {_day(one.issued_at)}" for one in row.beside["letters"] or ()]
    return "\n".join(notices + letters + urged)


def _colour(row: LedgerRow) -> str:
    return labels.word(labels.COLOUR_NAME, row.late.colour) if row.late else _("未定时限")


FULL: tuple[tuple[str, int, Reader], ...] = (
    (N_("问题编号"), 16, lambda row: row.issue.number),
    (N_("问题来源"), 10, lambda row: labels.word(labels.SOURCE, row.issue.source)),
    (N_("来源文号/会议"), 16, lambda row: row.issue.source_ref),
    (N_("发现日期"), 11, lambda row: row.issue.found_on),
    (N_("发现组/人"), 14, lambda row: _joined(row.issue.group, row.issue.found_by or row.issue.creator)),
    (N_("乡镇"), 10, lambda row: row.issue.township),
    (N_("村(社区)"), 12, lambda row: _joined(row.issue.place, row.issue.spot)),
    (N_("所属星/指标"), 14, lambda row: _joined(row.issue.star or row.issue.category, row.issue.indicator, by="/")),
    (N_("等级"), 6, lambda row: labels.word(labels.SEVERITY, row.issue.severity)),
    (N_("具体问题"), 40, lambda row: row.issue.description),
    (N_("整改目标"), 20, lambda row: row.issue.goal),
    (N_("整改措施"), 30, lambda row: _several(row.beside["measures"])),
    (N_("责任单位"), 16, lambda row: row.issue.unit),
    (N_("责任人"), 10, lambda row: row.issue.responsible),
    (N_("包联领导"), 10, lambda row: row.issue.sponsor),
    (N_("协办单位"), 16, lambda row: "、".join(row.beside["assisting"] or ())),
    (N_("交办日期"), 11, lambda row: _day(row.issue.assigned_at)),
    (N_("签收日期"), 11, lambda row: _day(row.issue.accepted_at)),
    (N_("原定时限"), 11, lambda row: row.issue.first_deadline),
    (N_("现时限"), 11, _deadline),
    (N_("延期次数"), 6, lambda row: row.issue.extensions),
    (N_("进展"), 24, _progress),
    (N_("完成情况"), 9, _outcome),
    (N_("佐证"), 6, lambda row: row.beside["evidence"] or 0),
    (N_("复核日期/人/结论"), 20, _recheck),
    (N_("销号日期/批准人"), 16, lambda row: _joined(_day(row.issue.signed_off_at), row.issue.signer)),
    (N_("回头看"), 16, _look_backs),
    (N_("备注"), 16, lambda row: row.issue.remark),
)
OVERDUE: tuple[tuple[str, int, Reader], ...] = (
    (N_("问题编号"), 16, lambda row: row.issue.number),
    (N_("乡镇"), 10, lambda row: row.issue.township),
    (N_("村(社区)"), 12, lambda row: row.issue.place),
    (N_("所属星"), 10, lambda row: row.issue.star or row.issue.category),
    (N_("问题摘要"), 36, lambda row: row.issue.description[:80]),
    (N_("责任单位"), 16, lambda row: row.issue.unit),
    (N_("责任人"), 10, lambda row: row.issue.responsible),
    (N_("督导组"), 10, lambda row: row.issue.group),
    (N_("交办日期"), 11, lambda row: _day(row.issue.assigned_at)),
    (N_("原定时限"), 11, lambda row: row.issue.first_deadline),
    (N_("延期次数"), 6, lambda row: row.issue.extensions),
    (N_("现时限"), 11, _deadline),
    (N_("逾期天数(自然日/工作日)"), 14, _late),
    (N_("当前状态"), 8, lambda row: labels.word(labels.STATE, row.issue.state)),
    (N_("最近进展"), 24, _progress),
    (N_("逾期原因"), 16, lambda row: row.issue.overdue_reason),
    (N_("已采取督办措施(文号、日期)"), 24, _measures_taken),
    (N_("预警颜色"), 9, _colour),
    (N_("分管领导"), 10, lambda row: row.issue.sponsor),
    (N_("领导批示"), 20, lambda row: _several(row.beside["instructions"])),
    (N_("备注"), 14, lambda row: row.issue.remark),
)


def write_full(target: IO[bytes], rows: Iterable[LedgerRow], *, actor: Actor, at: datetime, county: str) -> int:
    """Write the full ledger; return the number of rows."""
    return write(target, _sheet(_("整改问题台账"), FULL, actor, at, county), _cells(rows, FULL))


def write_overdue(target: IO[bytes], rows: Iterable[LedgerRow], *, actor: Actor, at: datetime, county: str) -> int:
    """Write the overdue ledger, with lines to sign on; return the number of rows."""
    signatures = _("制表人：                    审核人：                    分管领导：                    日期：")
    return write(target, _sheet(_("整改问题逾期台账"), OVERDUE, actor, at, county, signatures), _cells(rows, OVERDUE))


def _sheet(
    title: str, columns: Sequence[tuple[str, int, Reader]], actor: Actor, at: datetime, county: str, *footer: str
) -> Sheet:
    where = _joined(county, actor.group_name or (actor.unit_name if actor.unit_name != county else ""))
    line = _("填报单位：{unit}        数据截至：{at}").format(unit=where, at=f"{local(at):%Y-%m-%d %H:%M}")
    headings = [Column(_("序号"), 6), *(Column(_(heading), width) for heading, width, _read in columns)]
    return Sheet(title, title, (line,), headings, footer)


def _cells(rows: Iterable[LedgerRow], columns: Sequence[tuple[str, int, Reader]]) -> Iterator[list[Value]]:
    readers = [read for _heading, _width, read in columns]
    for number, row in enumerate(rows, 1):
        yield [number, *(read(row) for read in readers)]

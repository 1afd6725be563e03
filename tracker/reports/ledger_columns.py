"""What stands in each column of a ledger: by one table, for the page, for Excel and for files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from operator import attrgetter
from typing import Any

from tracker import labels
from tracker.clock import local_date
from tracker.languages import N_, _
from tracker.queries.ledger import LedgerRow
from workflows.look_back import LookBackState

_AHEAD = 500
Value = str | int | date | None
Reader = Callable[[LedgerRow], Value]


def _of(name: str) -> Reader:
    """Return what reads a value of the issue as it is."""
    return attrgetter(f"issue.{name}")


def _word(table: Mapping[str, str], name: str) -> Reader:
    """Return what reads a code of the issue in words."""
    code = attrgetter(f"issue.{name}")
    return lambda row: labels.word(table, code(row))


def _on(name: str) -> Reader:
    """Return what reads the day of an instant of the issue."""
    instant = attrgetter(f"issue.{name}")
    return lambda row: _day(instant(row))


def _day(at: datetime | None) -> date | None:
    return local_date(at) if at else None


def _joined(first: Any, second: Any, by: str = " ") -> str:
    return f"{first}{by}{second}" if first and second else str(first or second or "")


def _several(found: Sequence[str] | None) -> str:
    if not found:
        return ""
    return found[0] if len(found) == 1 else "\n".join(f"{n}. {one}" for n, one in enumerate(found, 1))


def _deadline(row: LedgerRow) -> Value:
    return row.issue.deadline or row.issue.deadline_words or (_("未定时限") if row.issue.assigned_at else None)


def _progress(row: LedgerRow) -> str:
    issue = row.issue
    percent = f"{issue.progress_percent}%" if issue.progress_percent else ""
    return _joined(_joined(_day(issue.progress_at), percent), issue.progress_note)


def _outcome(row: LedgerRow) -> str:
    is_open_long = row.issue.is_long_term and row.issue.state not in ("signed_off", "verified", "dismissed")
    return labels.word(labels.OUTCOME, "suspended" if is_open_long else row.issue.state)


def _recheck(row: LedgerRow) -> str:
    issue = row.issue
    found = _joined(_day(issue.verified_at), issue.verifier)
    return _joined(found, issue.recheck_finding) if issue.verified_at else ""


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


def _look_backs(row: LedgerRow) -> str:
    """Return what each look-back found; where a ledger told of recurrences alone, how many."""
    found = row.beside["look_backs"] or ()
    lines = [f"{one.done_on} {labels.word(labels.LOOK_BACK_STATE, one.state)}" for one in found]
    told = sum(one.state == LookBackState.FOUND_AGAIN for one in found)
    if row.issue.recurrences > told:
        lines.append(_("反弹 {n} 次").format(n=row.issue.recurrences))
    return "\n".join(lines)


def _closed_late(row: LedgerRow) -> str:
    if row.issue.state != "signed_off" or row.issue.closed_late is None:
        return ""
    return _("逾期销号") if row.issue.closed_late else _("按期销号")


def _photos(row: LedgerRow, column: str) -> str:
    """Return the names of the photographs, for whatever cannot show them."""
    return "\n".join(one.name for one in row.photos.get(column, ()))


@dataclass(frozen=True)
class LedgerColumn:
    """A heading, a width in characters, what stands in the cell, how a page shows it.

    ``called`` is what the column is chosen by, where another has the same heading.
    """

    heading: str
    width: int
    read: Reader
    look: str = ""
    called: str = ""

    @property
    def choice(self) -> str:
        """Return the words (a msgid) by which the column is chosen."""
        return self.called or self.heading


COLUMNS: dict[str, LedgerColumn] = {
    "number": LedgerColumn(N_("问题编号"), 16, _of("number"), "nowrap"),
    "source": LedgerColumn(N_("问题来源"), 10, _word(labels.SOURCE, "source"), "nowrap"),
    "source_ref": LedgerColumn(N_("来源文号/会议"), 16, _of("source_ref")),
    "found_on": LedgerColumn(N_("发现日期"), 11, _of("found_on"), "nowrap"),
    "finder": LedgerColumn(
        N_("发现组/人"), 14, lambda row: _joined(row.issue.group, row.issue.found_by or row.issue.creator)
    ),
    "township": LedgerColumn(N_("乡镇"), 10, _of("township"), "nowrap"),
    "place": LedgerColumn(N_("村(社区)"), 12, lambda row: _joined(row.issue.place, row.issue.spot)),
    "village": LedgerColumn(N_("村(社区)"), 12, _of("place"), "nowrap", N_("村(社区)名称")),
    "star": LedgerColumn(
        N_("所属星/指标"), 14, lambda row: _joined(row.issue.star or row.issue.category, row.issue.indicator, by="/")
    ),
    "star_name": LedgerColumn(N_("所属星"), 10, lambda row: row.issue.star or row.issue.category, "nowrap"),
    "severity": LedgerColumn(N_("等级"), 6, _word(labels.SEVERITY, "severity"), "nowrap"),
    "words": LedgerColumn(N_("具体问题"), 40, _of("description"), "clip card-whole"),
    "summary": LedgerColumn(N_("问题摘要"), 36, lambda row: row.issue.description[:80], "clip card-whole"),
    "goal": LedgerColumn(N_("整改目标"), 20, _of("goal"), "clip"),
    "measures": LedgerColumn(N_("整改措施"), 30, lambda row: _several(row.beside["measures"]), "clip kept"),
    "unit": LedgerColumn(N_("责任单位"), 16, _of("unit")),
    "responsible": LedgerColumn(N_("责任人"), 10, _of("responsible"), "nowrap"),
    "sponsor": LedgerColumn(N_("包联领导"), 10, _of("sponsor"), "nowrap"),
    "assisting": LedgerColumn(N_("协办单位"), 16, lambda row: "、".join(row.beside["assisting"] or ())),
    "assigned_on": LedgerColumn(N_("交办日期"), 11, _on("assigned_at"), "nowrap"),
    "accepted_on": LedgerColumn(N_("签收日期"), 11, _on("accepted_at"), "nowrap"),
    "first_deadline": LedgerColumn(N_("原定时限"), 11, _of("first_deadline"), "nowrap"),
    "deadline": LedgerColumn(N_("现时限"), 11, _deadline, "nowrap"),
    "extensions": LedgerColumn(N_("延期次数"), 6, _of("extensions"), "number"),
    "progress": LedgerColumn(N_("进展"), 24, _progress, "clip"),
    "latest": LedgerColumn(N_("最近进展"), 24, _progress, "clip"),
    "outcome": LedgerColumn(N_("完成情况"), 9, _outcome, "nowrap"),
    "state": LedgerColumn(N_("当前状态"), 8, _word(labels.STATE, "state"), "nowrap"),
    "evidence": LedgerColumn(N_("佐证"), 6, lambda row: row.beside["evidence"] or 0, "number"),
    "recheck": LedgerColumn(N_("复核日期/人/结论"), 20, _recheck, "clip"),
    "signed_off": LedgerColumn(
        N_("销号日期/批准人"), 16, lambda row: _joined(_day(row.issue.signed_off_at), row.issue.signer)
    ),
    "closed_late": LedgerColumn(N_("是否按期"), 9, _closed_late, "nowrap"),
    "returns": LedgerColumn(N_("退回次数"), 6, _of("returns"), "number"),
    "look_back": LedgerColumn(N_("回头看"), 16, _look_backs, "kept"),
    "group": LedgerColumn(N_("督导组"), 10, _of("group"), "nowrap"),
    "late": LedgerColumn(N_("逾期天数(自然日/工作日)"), 14, _late, "nowrap"),
    "late_reason": LedgerColumn(N_("逾期原因"), 16, _of("overdue_reason")),
    "taken": LedgerColumn(N_("已采取督办措施(文号、日期)"), 24, _measures_taken, "kept"),
    "colour": LedgerColumn(N_("预警颜色"), 9, _colour, "nowrap"),
    "leader": LedgerColumn(N_("分管领导"), 10, _of("sponsor"), "nowrap"),
    "instructions": LedgerColumn(N_("领导批示"), 20, lambda row: _several(row.beside["instructions"]), "clip kept"),
    "photo_before": LedgerColumn(N_("整改前照片"), 27, lambda row: _photos(row, "photo_before"), "kept"),
    "photo_after": LedgerColumn(N_("整改后照片"), 27, lambda row: _photos(row, "photo_after"), "kept"),
    "remark": LedgerColumn(N_("备注"), 16, _of("remark"), "clip"),
}


# The heading above columns that belong together, where neighbours of them are shown: as ledgers on paper have it.
_UNDER: Mapping[str, str] = {
    key: words
    for words, keys in {
        N_("来源和发现"): ("source", "source_ref", "found_on", "finder"),
        N_("问题所在地"): ("township", "place", "village"),
        N_("整改要求"): ("goal", "measures"),
        N_("整改责任"): ("unit", "responsible", "sponsor", "assisting", "leader"),
        N_("交办和签收"): ("assigned_on", "accepted_on"),
        N_("整改时限"): ("first_deadline", "deadline", "extensions", "late"),
        N_("整改进展"): ("progress", "latest", "outcome", "state", "evidence"),
        N_("复核和销号"): ("recheck", "signed_off", "closed_late", "returns", "look_back"),
        N_("整改前后照片"): ("photo_before", "photo_after"),
        N_("督办情况"): ("late_reason", "taken", "colour", "instructions"),
    }.items()
    for key in keys
}


def under_of(key: str) -> str:
    """Return the heading that stands above a column and its neighbours, in the current language; nothing for none."""
    return _(_UNDER[key]) if key in _UNDER else ""


def values_of(row: LedgerRow, keys: Sequence[str]) -> list[Value]:
    """Return what stands in these columns of a row."""
    return [COLUMNS[key].read(row) for key in keys]


def values_of_each(rows: Iterable[LedgerRow], keys: Sequence[str]) -> Iterator[tuple[Value, ...]]:
    """Yield what stands in these columns of each row; some rows ahead and column by column, which is quicker."""
    readers, rest = [COLUMNS[key].read for key in keys], iter(rows)
    while some := list(islice(rest, _AHEAD)):
        yield from zip(*(map(read, some) for read in readers), strict=True)

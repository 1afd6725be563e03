"""Points 考核扣分 as Excel: one row a point, with its cause, rule and what weighed it up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import IO, Any

from tracker import labels
from tracker.clock import local
from tracker.languages import N_, _
from tracker.reports.xlsx import Column, Sheet, write

_COLUMNS = (
    (N_("序号"), 6), (N_("乡镇"), 12), (N_("责任单位"), 18), (N_("问题编号"), 16), (N_("扣分原因"), 16),
    (N_("文号"), 18), (N_("日期"), 11), (N_("扣分"), 8), (N_("依据"), 30), (N_("冲销理由"), 24), (N_("经办人"), 12),
)  # fmt: skip


def write_points(target: IO[bytes], rows: Iterable[Any], *, year: int, at: datetime, county: str) -> int:
    """Write the points of a year; return the number of rows."""
    title = _("{year}年考核扣分").format(year=year)
    line = _("填报单位：{unit}        数据截至：{at}").format(unit=county, at=f"{local(at):%Y-%m-%d %H:%M}")
    columns = [Column(_(heading), width) for heading, width in _COLUMNS]
    return write(target, Sheet(title, title, (line,), columns), _cells(rows))


def _cells(rows: Iterable[Any]) -> Iterator[list[Any]]:
    for number, row in enumerate(rows, 1):
        yield [
            number, row.township or "", row.unit, row.issue, cause_words(row), row.letter or "", row.day, row.points,
            rule_words(row), row.reason, row.who or _("系统"),
        ]  # fmt: skip


def cause_words(row: Any) -> str:
    """Return what a point was taken for, or that it weighs another one up."""
    words = labels.word(labels.POINT_CAUSE, row.cause)
    return _("冲销：{cause}").format(cause=words) if row.reverses_id else words


def rule_words(row: Any) -> str:
    """Return the rule by which a point was weighed, and since when that rule holds."""
    severity, _dot, name = row.rule.partition(".")
    words = f"{labels.word(labels.SEVERITY, severity)} {labels.word(labels.POLICY_FIELD, name)}"
    if row.effective_on is None:
        return words
    return _("{rule}（{day} 起执行的规则）").format(rule=words, day=row.effective_on)

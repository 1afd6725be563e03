"""The ledgers as Excel: what stands in each column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import IO

from tracker.clock import local
from tracker.languages import _
from tracker.policy import Actor
from tracker.queries.ledger import LedgerRow
from tracker.queries.ledger_columns import FULL, OVERDUE
from tracker.reports.ledger_columns import Value, values_of
from tracker.reports.ledger_files import headings_of, paper_of
from tracker.reports.xlsx import Sheet, write


def write_full(target: IO[bytes], rows: Iterable[LedgerRow], *, actor: Actor, at: datetime, county: str) -> int:
    """Write the full ledger; return the number of rows."""
    return write(target, _sheet(_("整改问题台账"), FULL, actor, at, county), _cells(rows, FULL))


def write_overdue(target: IO[bytes], rows: Iterable[LedgerRow], *, actor: Actor, at: datetime, county: str) -> int:
    """Write the overdue ledger, with lines to sign on; return the number of rows."""
    signatures = _("制表人：                    审核人：                    分管领导：                    日期：")
    return write(target, _sheet(_("整改问题逾期台账"), OVERDUE, actor, at, county, signatures), _cells(rows, OVERDUE))


def _sheet(title: str, keys: Sequence[str], actor: Actor, at: datetime, county: str, *footer: str) -> Sheet:
    where = " ".join(filter(None, (county, actor.group_name or (actor.unit_name if actor.unit_name != county else ""))))
    line = _("填报单位：{unit}        数据截至：{at}").format(unit=where, at=f"{local(at):%Y-%m-%d %H:%M}")
    headings = headings_of(keys)
    return Sheet(title, title, (line,), headings, footer, paper_of(headings))


def _cells(rows: Iterable[LedgerRow], keys: Sequence[str]) -> Iterator[list[Value]]:
    for number, row in enumerate(rows, 1):
        yield [number, *values_of(row, keys)]

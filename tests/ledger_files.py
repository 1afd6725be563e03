"""Ledgers exported as the product does it, and edited as people do it in Excel or WPS."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tracker.models import LedgerKind, LedgerMedium
from tracker.policy import Actor
from tracker.queries.asof import asof_rows
from tracker.queries.asof_filter import Asked
from tracker.queries.filters import IssueFilter
from tracker.queries.moments import moment
from tracker.reports.ledger_files import Frame, write_csv, write_ledgers
from tracker.services.issued_ledgers import Layout, Tally, ledger_keep

COLUMNS = ("number", "village", "words", "deadline", "state", "source_ref", "goal", "sponsor", "late_reason", "remark")


def export(
    actor: Actor, at: datetime, *, columns: Sequence[str] = COLUMNS, medium: LedgerMedium = LedgerMedium.XLSX
) -> bytes:
    """Return the ledger of problems as it stood at an instant, exported and kept."""
    asked, tally, target = Asked(actor, IssueFilter(states=("all",)), moment(at)), Tally(), io.BytesIO()
    frame = Frame(
        LedgerKind.ISSUES, columns, "示例县", "", at, lambda: f"共 {len(tally.ids)} 条　　校验码 {tally.digest}"
    )
    if medium is LedgerMedium.CSV:
        write_csv(target, frame, tally.watch(asof_rows(asked)))
    else:
        write_ledgers(target, [(frame, tally.watch(asof_rows(asked)))])
    layout = Layout(LedgerKind.ISSUES, columns, "", "view=issues", "")
    ledger_keep(asked=asked, layout=layout, medium=medium, tally=tally, made_for="示例县", at=at)
    return target.getvalue()


class Sheet:
    """A sheet by its headings and the numbers of its issues."""

    def __init__(self, page: Worksheet) -> None:
        self.page = page
        rows = list(page.iter_rows(min_row=1, max_row=6))
        self.head = next(cells[0].row for cells in rows if any(cell.value == "问题编号" for cell in cells))
        self.places = {cell.value: cell.column for cell in page[self.head]}

    def row(self, number: str) -> int:
        """Return the row of an issue."""
        place = self.places["问题编号"]
        return next(
            row for row in range(self.head, self.page.max_row + 1) if self.page.cell(row, place).value == number
        )

    def put(self, number: str, heading: str, value: Any) -> None:
        """Type a value into the cell of an issue."""
        cell = self.page.cell(self.row(number), self.places[heading])
        cell.value = value
        if isinstance(value, str):
            cell.data_type = "e" if value.startswith("#") else "s"  # never a formula


def edited(content: bytes, work: Callable[[Sheet], None]) -> bytes:
    """Return a workbook after somebody has worked on its first sheet and saved it with another program."""
    book = load_workbook(io.BytesIO(content))
    work(Sheet(book.worksheets[0]))
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def unmerged(page: Worksheet) -> None:
    """Undo what is merged, which this library would leave where it was when rows move."""
    for area in list(page.merged_cells.ranges):
        page.unmerge_cells(str(area))

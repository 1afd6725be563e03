"""A ledger as PDF: what stands in the workbook, on A4 or A3 across, of any length and in flat memory."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import IO, Any

from tracker.clock import local
from tracker.languages import _, current
from tracker.queries.ledger import LedgerRow
from tracker.reports.ledger_files import Cells, Frame, sheet_of
from tracker.reports.ledger_pdf_child import Tell, pdf_set
from tracker.reports.xlsx import Line, Sheet

ROWS_A_SECOND = 2000  # of a usual ledger, with their reading: what a page goes by that says how long it may take
_DIGEST = re.compile(r"\b[0-9a-f]{64}\b")
_SHORT = 8  # digits of the digest at the foot of each page: enough to look the ledger up
_BETWEEN = re.compile(r"\s{2,}")


def write_pdf(
    target: IO[bytes], frame: Frame, rows: Iterable[LedgerRow], *, fonts: str = "", tell: Tell | None = None
) -> None:
    """Write a ledger as PDF; the same rows under the same frame give the same bytes.

    ``fonts`` and ``tell`` as in ``pdf_set``. Raises ``PdfUnavailableError``, which names the row at fault.
    """
    sheet, lines = sheet_of(replace(frame, picture=None), rows)
    pdf_set(target, _told(sheet, frame), _messages(sheet, lines), fonts=fonts, tell=tell)


def _told(sheet: Sheet, frame: Frame) -> dict[str, Any]:
    instant = f"{local(frame.at):%Y-%m-%d %H:%M:%S}"
    return {
        "title": sheet.title,
        "lines": list(sheet.lines),
        "columns": [(column.heading, column.width) for column in sheet.columns],
        "spans": [(run[0], run[-1], under) for under, run in sheet.heads if under],
        "language": current().replace("_", "-"),
        "made": f"{local(frame.at):%Y%m%d%H%M%S}+08'00'",
        "foot": "　".join((sheet.title, _("数据截至 {at}").format(at=instant))),
        "page": _("第 {n} 页"),
        "pages": _("共 {n} 页"),
        "continued": _("（续）"),
    }


def _messages(sheet: Sheet, lines: Iterable[Cells | Line]) -> Iterator[list[Any]]:
    """Yield what the child sets: rows and lines across, then what closes the ledger, which is known by then.

    Photographs are told by their names: what stands about them at the end of a workbook does not hold here.
    """
    for line in lines:
        if isinstance(line, Line):
            yield ["sum" if line.look == "sum" else "begin", line.words]
        else:
            yield ["row", ["" if value is None else str(value) for value in line]]
    closing, *_about_photographs, signatures = sheet.footer
    found = _DIGEST.search(closing)
    short = _("校验码 {digest}").format(digest=found[0][:_SHORT]) if found else ""
    yield ["end", ["　　".join(sheet.lines), *closing.split("\n")], _BETWEEN.split(signatures), short]

"""A ledger as a file: Excel as officials expect it, CSV for any table program, JSON for other software."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import TextIOWrapper
from typing import IO, Any

from tracker import labels
from tracker.clock import local
from tracker.languages import _
from tracker.models import LedgerKind
from tracker.queries.asof import facts
from tracker.queries.ledger import LedgerRow
from tracker.reports.ledger_columns import COLUMNS, Value, values_of
from tracker.reports.xlsx import A3, A4, Column, Sheet, write_book

_WIDE = 150  # characters from which a ledger goes on A3
_LIVE = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Frame:
    """What stands around the rows: which ledger, of whom, as of when; ``closing`` gives the last line, after them."""

    kind: LedgerKind
    columns: Sequence[str]
    unit: str
    words: str
    at: datetime
    closing: Callable[[], str]

    @property
    def title(self) -> str:
        """Return the title in the current language."""
        return labels.word(labels.LEDGER_TITLE, self.kind)


def write_ledgers(target: IO[bytes], ledgers: Sequence[tuple[Frame, Iterable[LedgerRow]]]) -> None:
    """Write a workbook with one sheet a ledger: title, unit and instant, headings that repeat, lines to sign on."""
    write_book(target, [_sheet(frame, rows) for frame, rows in ledgers])


def _sheet(frame: Frame, rows: Iterable[LedgerRow]) -> tuple[Sheet, Iterator[list[Value]]]:
    line = _("填报单位：{unit}        数据截至：{at}").format(
        unit=frame.unit, at=f"{local(frame.at):%Y-%m-%d %H:%M:%S}"
    )
    lines = (line, _("筛选：{words}").format(words=frame.words)) if frame.words else (line,)
    signatures = _("制表人：                    审核人：                    分管领导：                    日期：")
    footer = ["", signatures]
    headings = [Column(_("序号"), 6), *(Column(_(COLUMNS[key].heading), COLUMNS[key].width) for key in frame.columns)]
    paper = A3 if sum(one.width for one in headings) > _WIDE else A4
    name = labels.word(labels.LEDGER, frame.kind)
    return Sheet(name, frame.title, lines, headings, footer, paper), _cells(frame, rows, footer)


def _cells(frame: Frame, rows: Iterable[LedgerRow], footer: list[str]) -> Iterator[list[Value]]:
    for number, row in enumerate(rows, 1):
        yield [number, *values_of(row, frame.columns)]
    footer[0] = frame.closing()  # the sheet writes its last lines after its rows


def write_csv(target: IO[bytes], frame: Frame, rows: Iterable[LedgerRow]) -> None:
    """Write UTF-8 with a mark at its start, as Excel and WPS want it; what would be a formula becomes text."""
    text = TextIOWrapper(target, "utf-8-sig", newline="", write_through=True)
    out = csv.writer(text)
    out.writerow([_("序号"), *(_(COLUMNS[key].heading) for key in frame.columns)])
    for number, row in enumerate(rows, 1):
        out.writerow([number, *map(inert, values_of(row, frame.columns))])
    text.detach()


def inert(value: Value) -> Value:
    """Return a value that no table program takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_LIVE) else value


def write_json(target: IO[bytes], frame: Frame, rows: Iterable[LedgerRow], about: Callable[[], dict[str, Any]]) -> None:
    """Write one object: ``rows`` with the codes, days and names that are digested, then what ``about`` says of them."""
    target.write(b'{"rows":[')
    for n, row in enumerate(rows):
        target.write(b",\n" if n else b"\n")
        target.write(json.dumps(facts(row), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode())
    rest = json.dumps({"ledger": frame.kind.value, "at": frame.at.isoformat()} | about(), ensure_ascii=False)
    target.write(b"\n]," + rest[1:].encode())

"""Reads the sheets of an edited ledger, whatever was moved, sorted, filtered, added or deleted in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

from tracker.errors import InvalidError
from tracker.languages import LANGUAGES, _, speaking
from tracker.queries.ledger import LedgerRow
from tracker.reading.edited_cells import Base
from tracker.reading.edited_tables import NUMBER, EditedSheet, Headings, digests_in, edited_sheet
from tracker.storage.tables import TableAbout, TableLimits, table_open

MOST = 20_000  # lines of one file
_MOST_SHEETS = 20
_ORDER = "order"  # the column that only counts the lines
_LIMITS = TableLimits(rows=MOST + 2_000, columns=128)
CellsRead: TypeAlias = Callable[[LedgerRow, Sequence[str]], Sequence[Base]]


@dataclass(frozen=True)
class LedgerCells:
    """How a ledger is written out: key → heading (a msgid), and what stands in some columns of a row."""

    headings: Mapping[str, str]
    read: CellsRead

    @cached_property
    def known(self) -> Headings:
        """Return the headings in every language."""
        words = {}
        for language in LANGUAGES:
            with speaking(language):
                words[language] = {key: _(heading) for key, heading in self.headings.items()} | {_ORDER: _("序号")}
        return Headings(words)


def edited_sheets(path: Path, name: str, cells: LedgerCells) -> list[EditedSheet]:
    """Return the sheets of a file that have the heading of the numbers; raise ``InvalidError`` (field ``file``).

    The caller holds no transaction: a child process reads, and may take its time.
    """
    first, names = _read(path, name, None, cells)
    found = [first, *(_read(path, name, other, cells)[0] for other in names[:_MOST_SHEETS] if other != first.name)]
    sheets = [sheet for sheet in found if sheet.language]
    if not sheets:
        heading = cells.headings[NUMBER]
        words = _("文件里没有“{heading}”这一列，不是从台账页面导出的表，或者表头被删掉了")
        raise InvalidError({"file": words.format(heading=_(heading))})
    if sum(len(sheet.lines) for sheet in sheets) > MOST:
        raise InvalidError({"file": _too_many()})
    return sheets


def _read(path: Path, name: str, sheet: str | None, cells: LedgerCells) -> tuple[EditedSheet, list[str]]:
    with table_open(path, name, sheet, limits=_LIMITS) as table:
        found = edited_sheet(table.about.sheet, table.rows(), cells.known)
        found.digests = _sealed(table.about) + found.digests
        if table.left_out.rows and found.language:
            raise InvalidError({"file": _too_many()})
        return found, [one.name for one in table.about.sheets if not one.is_empty]


def _sealed(about: TableAbout) -> list[str]:
    """Return the digest that the workbook keeps of a sheet in its properties, or the only one that it keeps."""
    kept = [(name, digest) for name, text in about.properties for digest in digests_in(text)]
    own = [digest for name, digest in kept if name == about.sheet]
    return own or [digest for _name, digest in kept if len(kept) == 1]


def _too_many() -> str:
    return _("一次最多回传 {n} 行，请按乡镇或单位分开导出再回传").format(n=MOST)

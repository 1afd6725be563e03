"""Has a spreadsheet read by a child process, row by row, so that a hostile one takes nothing but its own time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from tracker.errors import FileTypeError, InvalidError, StorageFullError, TrackerError
from tracker.languages import N_, _
from tracker.spreadsheets import wire
from tracker.spreadsheets.about import LeftOut, PicturePlace, SheetAbout, TableAbout
from tracker.spreadsheets.cells import Broken, Cell
from tracker.spreadsheets.child import Child
from tracker.spreadsheets.limits import TableLimits
from tracker.spreadsheets.trouble import Trouble, UnreadableError

__all__ = [
    "Broken", "Cell", "LeftOut", "PicturePlace", "SheetAbout", "Table", "TableAbout", "TableLimits", "TableRow",
    "table_open", "table_picture", "visible",
]  # fmt: skip

_TYPES = {  # the content is of another kind
    Trouble.PICTURE: N_("这是一张 {what} 图片，不是表格，请上传 .xlsx、.xls、.ods 或 .csv 文件"),
    Trouble.PDF: N_("这是一份 PDF 文件，不是表格，请上传 .xlsx、.xls、.ods 或 .csv 文件"),
    Trouble.WORD: N_("这是一份 Word 文档，不是表格，请把其中的表格复制到 Excel 或 WPS 表格中，存为 .xlsx 再上传"),
    Trouble.SLIDES: N_("这是一份演示文稿，不是表格，请上传 .xlsx、.xls、.ods 或 .csv 文件"),
    Trouble.HTML: N_(
        "这是一个网页，不是表格（不少系统导出的 .xls 其实是网页），请用 Excel 或 WPS 打开后另存为 .xlsx 再上传"
    ),
    Trouble.XML: N_("这是一个 XML 文件，不是 Excel 工作簿，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传"),
    Trouble.BINARY: N_("这是二进制工作簿(.xlsb)，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传"),
    Trouble.ARCHIVE: N_("这是一个压缩包，请解压后上传其中的表格"),
    Trouble.TEXT: N_("这是一个文本文件，不是 Excel 工作簿，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传"),
    Trouble.UNKNOWN: N_("无法识别文件内容，请上传 .xlsx、.xls、.ods 或 .csv 文件；文本文件请用 UTF-8 或 GB18030 编码"),
}
_WORDS = {
    Trouble.EMPTY: N_("文件是空的，请重新选择"),
    Trouble.ENCRYPTED: N_("文件有密码，请取消密码后重试"),
    Trouble.DAMAGED: N_("文件不完整或已损坏，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传"),
    Trouble.SUSPECT: N_("文件结构异常，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传"),
    Trouble.COMPLEX: N_("文件过于复杂，无法在限定的时间和内存内读取，请拆分或另存后重试"),
    Trouble.LONG: N_("有的单元格文字过长，可能是引号没有配对，请检查后重试"),
    Trouble.BLANK: N_("文件里没有内容，请检查是否选错了文件（隐藏的工作表不会自动读取）"),
    Trouble.BLANK_SHEET: N_("工作表“{sheet}”里没有内容，请另选一张"),
    Trouble.NO_SHEET: N_("没有名为“{sheet}”的工作表，现有：{names}"),
    Trouble.NO_PICTURE: N_("无法取出图片，图片不在表格里，或者超过 20MB"),
}


@dataclass(frozen=True)
class TableRow:
    """One row, numbered as Excel shows it; ``filled`` are the columns that show another cell's value, being merged."""

    number: int
    cells: tuple[Cell, ...]
    is_hidden: bool
    filled: frozenset[int]


class Table:
    """A table that is being read; leaving the ``with`` block ends the child, wherever it is.

    ``left_out`` is complete when the rows are through.
    """

    def __init__(self, child: Child, about: TableAbout) -> None:
        self._child = child
        self.about = about
        self.left_out = LeftOut()

    def __enter__(self) -> Table:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._child.end()

    def rows(self) -> Iterator[TableRow]:
        """Yield the rows with content as they come, once; raise ``InvalidError`` where the file proves unreadable."""
        while (message := self._next())[0] == "rows":
            for row in message[1]:
                yield _row(*row)
        self.left_out = LeftOut(*message[1:])

    def _next(self) -> list[Any]:
        with _in_words():
            return self._child.message()


def table_open(path: Path, name: str, sheet: str | None = None, *, limits: TableLimits | None = None) -> Table:
    """Return the table in the file at ``path``, whose owner calls it ``name``: ``sheet``, or the first with content.

    Raises ``FileTypeError`` for what is no spreadsheet, ``InvalidError`` (field ``file``) for one that cannot be read.
    """
    limits = limits or TableLimits()
    with _in_words():
        child = Child({"path": str(path), "name": name, "sheet": sheet, "picture": None}, limits)
        with child.ended_on_error():
            about = wire.unpacked_about(child.message()[1])
        child.allow(limits.wall_seconds)
        return Table(child, about)


def table_picture(path: Path, part: str, *, limits: TableLimits | None = None) -> bytes:
    """Return the bytes of a picture that ``about`` names; raise ``InvalidError`` (field ``file``) for other parts."""
    with _in_words():
        child = Child({"path": str(path), "name": "", "sheet": None, "picture": part}, limits or TableLimits())
        try:
            return child.content(child.message()[1])
        finally:
            child.end()


def visible(row: TableRow, about: TableAbout) -> tuple[Cell, ...]:
    """Return the cells of a row without those of hidden columns."""
    return tuple(cell for column, cell in enumerate(row.cells) if column not in about.hidden_columns)


def _row(number: int, is_hidden: int, cells: list[Cell], fills: list[tuple[int, int, Cell]]) -> TableRow:
    filled: set[int] = set()
    for first, last, value in fills:
        cells.extend([None] * (last + 1 - len(cells)))
        cells[first : last + 1] = [value] * (last + 1 - first)
        filled.update(range(first, last + 1))
    return TableRow(number, tuple(cells), bool(is_hidden), frozenset(filled))


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except UnreadableError as error:
        raise _refusal(error) from error


def _refusal(error: UnreadableError) -> TrackerError:
    """Return the error that says in the user's language why a file is not read, and what to do."""
    if error.trouble == Trouble.FULL:
        return StorageFullError()
    if error.trouble == Trouble.NO_CHILD:
        return TrackerError(_("服务器暂时无法读取表格，请稍后再试"))
    if error.trouble in _TYPES:
        return FileTypeError(_(_TYPES[error.trouble]).format(**error.facts))
    return InvalidError({"file": _(_WORDS[error.trouble]).format(**error.facts)})

"""A small table somebody brings, workbook or CSV, as lines of text with a tab between the cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from tracker.errors import InvalidError, TooLargeError
from tracker.languages import _
from tracker.storage.sheets import sheets_read

_MOST = 512 * 1024
_ZIP = b"PK\x03\x04"


def table_text(content: bytes, name: str) -> str:
    """Return the first sheet that holds something, or the CSV, UTF-8 or GB18030; ``InvalidError`` on ``file``."""
    if len(content) > _MOST:
        raise TooLargeError(_("文件不能超过 512KB"))
    if content.startswith(_ZIP):
        sheets = sheets_read(content)
        return _lines(next((rows for rows in sheets.values() if any(map(any, rows))), []))
    if not name.lower().endswith((".csv", ".txt", ".tsv")):
        raise InvalidError({"file": _("请选择 .xlsx 或 .csv 文件")})
    text = _decoded(content)
    if "\t" in text:
        return text
    return _lines(csv.reader(io.StringIO(text, newline="")))


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise InvalidError({"file": _("文件不是有效的文本，请另存为 UTF-8 编码的 CSV 后重试")})


def _lines(rows: Iterable[Sequence[str]]) -> str:
    """Join cells and rows; a line break or a tab inside a cell becomes a blank, so that a row stays a line."""
    try:
        return "\n".join("\t".join(" ".join(cell.split()) for cell in row).rstrip("\t") for row in rows)
    except csv.Error as error:
        raise InvalidError({"file": _("文件不是有效的文本，请另存为 UTF-8 编码的 CSV 后重试")}) from error

"""Reads the rows of an .xlsx sheet one after another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tracker.spreadsheets.cellpictures import CellPictures
from tracker.spreadsheets.cells import Row
from tracker.spreadsheets.limits import LONGEST_TEXT
from tracker.spreadsheets.markup import Feed
from tracker.spreadsheets.pieces import scanned
from tracker.spreadsheets.rowmarkup import RowMarkup
from tracker.spreadsheets.rows import Rows
from tracker.spreadsheets.values import Values

_ROW = re.compile(r'\s*<row r="(\d{1,10})"((?: [\w:.]+="[^"<>]*")*) ?>')
_HIDDEN = re.compile(r' (?:hidden="(?!0"|false")|ht="0)')
_CELL = re.compile(
    r'<c r="([A-Z]{1,3})\d+"(?: s="(\d+)")?(?: t="(\w+)")?>(?:<f(?: [^<>]*)?(?:/>|>[^<>]*</f>))?'
    r'(?:<v>([^<>&\r]*)</v>|<is><t(?: xml:space="preserve")?>([^<>&\r]*)</t></is>)</c>'
)
_NEXT = b'<row r="'


def sheet_rows(chunks: Iterable[bytes], rows: Rows, values: Values, pictures: CellPictures) -> Iterator[Row]:
    """Yield the rows with content; raise ``UnreadableError`` where they do not stand in their order.

    ``pictures`` is told of every cell whose value is one.
    """
    markup = RowMarkup(rows, values, pictures)
    plain = _Plain(rows, values).take
    for _chunk in scanned(chunks, b"</row>", plain, Feed(markup.start, markup.end, markup.text), _lightened):
        yield from rows.taken()


def _lightened(held: bytes) -> bytes:
    """Leave out rows without values, of which a sheet may claim a million; the last one stays and tells its number."""
    if b"v>" in held or b"t>" in held or b"sheetData" in held:
        return held
    first, last = held.find(_NEXT), held.rfind(_NEXT)
    return held[:first] + held[last:] if first < last else held


class _Plain:
    """Reads rows in the one way that Excel, WPS and most others write them, at a quarter of a parser's time."""

    def __init__(self, rows: Rows, values: Values) -> None:
        self._rows, self._value = rows, values.cell

    def take(self, piece: bytes) -> bool:
        """Read a row, given without its end; return False where anything in it is not plain."""
        if len(piece) > LONGEST_TEXT:
            return False
        text = piece.decode()
        head = _ROW.match(text)
        if head is None or _HIDDEN.search(head[2]):
            return False
        if "<v" not in text and "<is" not in text:
            self._rows.begin(int(head[1]), is_hidden=False)
            return True
        found: list[tuple[str, str, str, str, str]] = _CELL.findall(text, head.end())
        if text.count("<") != 1 + _accounted(text, len(found)) or "DISPIMG" in text:
            return False
        self._rows.begin(int(head[1]), is_hidden=False)
        self._put(found)
        return True

    def _put(self, found: list[tuple[str, str, str, str, str]]) -> None:
        numbers, put, value = self._rows.numbers, self._rows.put, self._value
        cells = self._rows.row.cells
        far = len(numbers)
        for letters, style, kind, raw, inline in found:
            column, content = numbers.get(letters, far), value(kind, style, raw or inline)
            if column == len(cells) and content is not None:
                cells.append(content)  # Nearly every cell is simply the next.
            else:
                put(column, content)
        self._rows.end()


def _accounted(text: str, cells: int) -> int:
    """Return how many tags a row has if all its cells but the empty ones are plain; with any other, it has more."""
    return 4 * cells + 2 * (text.count("</f>") + text.count("</is>")) + text.count("/>")

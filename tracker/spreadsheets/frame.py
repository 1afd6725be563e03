"""What stands around the rows of a sheet: hidden columns before them; merged areas and the drawing after them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tracker.spreadsheets.markup import is_true, starts
from tracker.spreadsheets.merges import Merges, area_of
from tracker.spreadsheets.trouble import Trouble, UnreadableError

_OPEN = re.compile(rb"<(?:[\w.-]+:)?sheetData(?:\s[^<>]*)?>")
_CLOSE = re.compile(rb"</(?:[\w.-]+:)?sheetData")
_LONGEST_HEAD = 8 * 1024 * 1024
_OVERLAP = 128


@dataclass(frozen=True)
class Frame:
    """``drawing`` is the name under which the sheet knows its drawing, empty where it has none."""

    hidden_columns: frozenset[int]
    merges: Merges
    drawing: str


def frame_read(chunks: Iterable[bytes], columns: int) -> Frame:
    """Return what stands around the rows; they themselves are passed over unread."""
    hidden, merges, drawing = bytearray(columns), Merges(columns), ""
    for name, found in starts(_rowless(iter(chunks))):
        if name == "col" and _is_hidden(found):
            first, last = max(int(found["min"]), 1) - 1, max(min(int(found["max"]), columns), 0)
            hidden[first:last] = b"\1" * len(hidden[first:last])
        elif name == "mergeCell":
            merges.add(area_of(found.get("ref", "")))
        elif name == "drawing":
            drawing = found.get("id", "")
    return Frame(frozenset(at for at, is_hidden in enumerate(hidden) if is_hidden), merges, drawing)


def _is_hidden(column: dict[str, str]) -> bool:
    return is_true(column.get("hidden")) or column.get("width") == "0"


def _rowless(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield a sheet without what stands in ``sheetData``; comes to the rest of it by its bytes alone."""
    head = b""
    for chunk in chunks:
        head += chunk
        if found := _OPEN.search(head):
            yield head[: found.end()]
            yield from _after(head[found.end() :], chunks) if not found[0].endswith(b"/>") else (head[found.end() :],)
            break
        if len(head) > _LONGEST_HEAD:
            raise UnreadableError(Trouble.COMPLEX)
    else:
        yield head
    yield from chunks


def _after(held: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield from the end of ``sheetData`` on."""
    while (found := _CLOSE.search(held, max(held.find(b"sheetData") - _OVERLAP, 0))) is None:
        chunk = next(chunks, b"")
        if not chunk:
            raise UnreadableError(Trouble.DAMAGED)
        held = held[-_OVERLAP:] + chunk
    yield held[found.start() :]

"""Reads ``sharedStrings.xml``."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tracker.spreadsheets.cells import clean
from tracker.spreadsheets.limits import LONGEST_TEXT
from tracker.spreadsheets.markup import Depth, Feed, Words, local
from tracker.spreadsheets.pieces import scanned
from tracker.spreadsheets.spool import Strings
from tracker.spreadsheets.trouble import Trouble, UnreadableError

_PLAIN = re.compile(r'<si><t(?: xml:space="preserve")?>([^<>&\r]*)</t>(?:<phoneticPr [^<>]*/>)?')
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


def unescaped(text: str) -> str | None:
    """Return text as Excel means it: ``_x000D_`` stands for a character that XML cannot hold."""
    if "_x" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return clean(text)


def strings_read(chunks: Iterable[bytes]) -> Strings:
    """Return the strings of a part, runs of rich text put together, readings (phonetic runs) left out."""
    strings = Strings()
    reader = _Reader(strings)
    for _chunk in scanned(chunks, b"</si>", reader.plain, Feed(reader.start, reader.end, reader.text)):
        pass
    strings.close()
    return strings


class _Reader:
    def __init__(self, strings: Strings) -> None:
        self._strings = strings
        self._words, self._depth = Words(), Depth()
        self._is_text, self._readings = False, 0

    def plain(self, piece: bytes) -> bool:
        found = _PLAIN.fullmatch(piece.decode())
        if found is None:
            return False
        if len(found[1]) > LONGEST_TEXT:
            raise UnreadableError(Trouble.LONG)
        self._strings.add(unescaped(found[1]) or "")
        return True

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        self._depth.down()
        name = local(name)
        self._readings += name == "rPh"
        self._is_text = name == "t" and not self._readings

    def end(self, name: str) -> None:
        self._depth.up()
        name = local(name)
        self._readings -= name == "rPh"
        self._is_text = False
        if name == "si":
            self._strings.add(unescaped(self._words.taken()) or "")

    def text(self, piece: str) -> None:
        if self._is_text:
            self._words.add(piece)

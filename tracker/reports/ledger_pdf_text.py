"""Measures text, breaks it into lines, writes it as glyphs; what a font lacks is taken from the next that has it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, groupby

from tracker.reports.ledger_pdf_fonts import Face

# What has no shape of its own: controls, joiners, marks of direction, selectors of a variant.
_SHAPELESS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\U000e0000-\U000e01ef]"
)
_NOT_FIRST = frozenset("、。，．：；？！）〕】》〉」』”’…—～·％‰℃),.:;?!]}>%-/")
_NOT_LAST = frozenset("（〔【《〈「『“‘([{<")
_WORD = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.@")
_FAR = 40  # characters that a break may be moved back by
_KEPT = 4000  # cells that are remembered


class Script:
    """The fonts of a text; the first one is the text's own, the others stand in for what it lacks.

    ``name`` of a font in the file is ``prefix`` and its place in the list.
    """

    def __init__(self, faces: Sequence[Face], prefix: str) -> None:
        self.faces, self._prefix = faces, prefix
        self._known: set[str] = set()
        self._odd: set[str] = set()
        self._lacking: set[str] = set()
        self._codes: dict[int, int] = {}
        self._widths: dict[str, int] = {}
        self._place: dict[str, int] = {}
        self._code = "〔U+{:04X}〕" if any(face.glyph("〔") for face in faces) else "(U+{:04X})"

    def clean(self, words: str) -> str:
        """Return ``words`` as they can be drawn: without what has no shape, what no font has as its code."""
        if not self._known.issuperset(words):
            words = _SHAPELESS.sub("", words.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
            self._learn(set(words) - self._known)
            if not self._lacking.isdisjoint(words):
                for character in sorted(self._lacking.intersection(words)):
                    words = words.replace(character, self._code.format(ord(character)))
                return self.clean(words)
        return words

    def _learn(self, characters: set[str]) -> None:
        for character in sorted(characters):
            found = ((n, face.glyph(character)) for n, face in enumerate(self.faces))
            place, glyph = next(((n, glyph) for n, glyph in found if glyph), (-1, 0))
            if character == "\n":
                place, self._widths[character] = 0, 0
            elif place < 0:
                self._lacking.add(character)
                continue
            else:
                self._take(character, place, glyph)
            self._known.add(character)

    def _take(self, character: str, place: int, glyph: int) -> None:
        face = self.faces[place]
        face.used.setdefault(glyph, character)
        self._widths[character], self._place[character] = face.width(glyph), place
        self._codes[ord(character)] = glyph
        if place:
            self._odd.add(character)

    def width(self, words: str) -> int:
        """Return how wide clean ``words`` are on one line, in thousandths of the size."""
        return sum(map(self._widths.__getitem__, words))

    def lines(self, words: str, room: int) -> list[str]:
        """Return clean ``words`` broken into lines no wider than ``room``, in thousandths of the size.

        A closing sign begins no line, an opening one ends none, a word in Latin letters or a number stays whole
        where it can; a single character wider than the room stands alone.
        """
        found: list[str] = []
        for paragraph in words.split("\n"):
            edges = list(accumulate(map(self._widths.__getitem__, paragraph), initial=0))
            start, end = 0, len(paragraph)
            while end - start > 1 and edges[end] - edges[start] > room:
                here = _break(paragraph, start, bisect_right(edges, edges[start] + room) - 1)
                found.append(paragraph[start:here])
                start = here
            if start < end or not end:
                found.append(paragraph[start:])
        return found

    def shown(self, line: str, size: bytes) -> bytes:
        """Return the operators that draw a clean line at ``size``; the text's own font is set before and after."""
        if self._odd.isdisjoint(line):
            return b"<%b>Tj " % self._hex(line)
        parts = [
            b"/%b%d %b Tf<%b>Tj " % (self._prefix.encode(), place, size, self._hex("".join(some)))
            for place, some in groupby(line, self._place.__getitem__)
        ]
        return b"".join((*parts, self.chosen(size)))

    def chosen(self, size: bytes) -> bytes:
        """Return the operator that sets the text's own font at ``size``."""
        return b"/%b0 %b Tf " % (self._prefix.encode(), size)

    def names(self) -> list[tuple[bytes, Face]]:
        """Return the fonts that were used, with their names in the file."""
        return [(f"{self._prefix}{n}".encode(), face) for n, face in enumerate(self.faces) if face.used or not n]

    def _hex(self, line: str) -> bytes:
        # A glyph's number may fall where Unicode has its surrogates; each is still two bytes.
        return line.translate(self._codes).encode("utf-16-be", "surrogatepass").hex().encode()


def _break(words: str, start: int, end: int) -> int:
    """Return where the line that begins at ``start`` ends, at ``end`` at the latest; spaces after it belong to it."""
    end = max(end, start + 1)
    if words[end] == " ":
        while end < len(words) and words[end] == " ":
            end += 1
        return end
    for place in range(end, max(start, end - _FAR), -1):
        if _may_break(words[place - 1], words[place]):
            return place
    return end


def _may_break(before: str, after: str) -> bool:
    return not (after in _NOT_FIRST or before in _NOT_LAST or (before in _WORD and after in _WORD))


class Cells:
    """The lines of a column's cells, ready to be drawn; what was drawn lately is remembered."""

    def __init__(self, script: Script, size: bytes, room: int) -> None:
        self._script, self._size, self._room = script, size, room
        self._kept: dict[str, list[bytes]] = {}

    def lines(self, words: str) -> list[bytes]:
        """Return the operators of each line of ``words``."""
        found = self._kept.get(words)
        if found is None:
            script, size = self._script, self._size
            found = [script.shown(line, size) for line in script.lines(script.clean(words), self._room)]
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            self._kept[words] = found
        return found


def set_line(script: Script, line: str, left: float, base: float, size: float) -> bytes:
    """Return the operators that set one clean line at a place of the page, in pt from its lower left."""
    named = b"%.2f" % size
    return b"BT %b 1 0 0 1 %.2f %.2f Tm%b ET\n" % (script.chosen(named), left, base, script.shown(line, named))

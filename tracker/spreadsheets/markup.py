"""Reads XML of strangers: no declarations of their own, no endless nesting, no endless tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, NoReturn
from xml.parsers import expat

from tracker.spreadsheets.limits import LONGEST_TEXT
from tracker.spreadsheets.trouble import Trouble, UnreadableError

_DEEPEST = 256
_LONGEST_TOKEN = 4 * 1024 * 1024  # an older expat reads an unfinished token anew with every piece it is given
_NO_MEMORY = 1


class Event(NamedTuple):
    """An element's start (``attributes`` without their prefixes) or its end (None, and the text just before it)."""

    name: str
    attributes: dict[str, str] | None
    text: str


def local(name: str) -> str:
    """Return ``name`` without its prefix."""
    return name.rpartition(":")[2]


def _refuse(*_declaration: object) -> NoReturn:
    raise UnreadableError(Trouble.SUSPECT)


class Feed:
    """Takes UTF-8 in pieces and calls ``start``, ``end`` and ``text`` as expat would."""

    def __init__(
        self,
        start: Callable[[str, dict[str, str]], object],
        end: Callable[[str], object],
        text: Callable[[str], object],
    ) -> None:
        self._parser = parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.CharacterDataHandler = text
        parser.StartDoctypeDeclHandler = _refuse
        parser.EntityDeclHandler = _refuse
        # A newer expat may keep a finished tag back for a while; what it is given is to be told at once.
        getattr(parser, "SetReparseDeferralEnabled", bool)(False)
        self._taken = 0

    def take(self, piece: bytes, *, is_last: bool = False) -> None:
        """Read on; raise ``UnreadableError`` for what is not well-formed or made to wear us out."""
        try:
            self._parser.Parse(piece, is_last)
        except expat.ExpatError as error:
            raise UnreadableError(Trouble.COMPLEX if error.code == _NO_MEMORY else Trouble.DAMAGED) from error
        self._taken += len(piece)
        if self._taken - self._parser.CurrentByteIndex > _LONGEST_TOKEN:
            raise UnreadableError(Trouble.COMPLEX)


class Depth:
    """Counts how deep the elements lie."""

    def __init__(self) -> None:
        self._depth = 0

    def down(self) -> None:
        """Enter an element; raise ``UnreadableError`` where no office program goes."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise UnreadableError(Trouble.COMPLEX)

    def up(self) -> None:
        """Leave an element."""
        self._depth -= 1


class Words:
    """Gathers the text between two tags."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0

    def add(self, piece: str) -> None:
        """Take a piece; raise ``UnreadableError`` where the whole is longer than any cell may be."""
        self._pieces.append(piece)
        self._length += len(piece)
        if self._length > LONGEST_TEXT:
            raise UnreadableError(Trouble.LONG)

    def taken(self) -> str:
        """Return the text so far and begin anew."""
        if not self._pieces:
            return ""
        text = "".join(self._pieces)
        self._pieces.clear()
        self._length = 0
        return text


def events(chunks: Iterable[bytes]) -> Iterator[Event]:
    """Yield every start and end of a document, prefixes left out; memory does not grow with its length."""
    ready: list[Event] = []
    words, depth = Words(), Depth()

    def start(name: str, attributes: dict[str, str]) -> None:
        depth.down()
        words.taken()
        ready.append(Event(local(name), {local(key): value for key, value in attributes.items()}, ""))

    def end(name: str) -> None:
        depth.up()
        ready.append(Event(local(name), None, words.taken()))

    feed = Feed(start, end, words.add)
    for chunk in chunks:
        feed.take(chunk)
        yield from ready
        ready.clear()
    feed.take(b"", is_last=True)
    yield from ready


def starts(chunks: Iterable[bytes]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield every element of a document with its attributes, in the order they begin."""
    return ((event.name, event.attributes) for event in events(chunks) if event.attributes is not None)


def is_true(value: str | None) -> bool:
    """Tell whether an attribute of XML Schema's boolean type says yes."""
    return value in ("1", "true", "on")

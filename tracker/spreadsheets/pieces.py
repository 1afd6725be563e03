"""Most rows and strings are written in one plain way, which needs no XML parser; what is not goes to the parser."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from tracker.spreadsheets.markup import Feed

_LONGEST = 1024 * 1024


def _whole(held: bytes) -> bytes:
    return held


def scanned(
    chunks: Iterable[bytes],
    mark: bytes,
    plain: Callable[[bytes], bool],
    feed: Feed,
    lightened: Callable[[bytes], bytes] = _whole,
) -> Iterator[None]:
    """Cut a document after each ``mark``; offer each piece, without it, to ``plain``, and what it declines to ``feed``.

    ``feed`` so sees the document without the pieces that were plain. Yields after every chunk, so that what was read
    can be handed on. Comments, CDATA and instructions may hold anything, a mark as well: from the first on, ``feed``
    gets all. ``lightened`` may leave out beforehand what says nothing.
    """
    rest, is_first, is_plain = b"", True, True
    for chunk in chunks:
        held = rest + chunk
        # The declaration at the very beginning is no such instruction.
        is_plain = is_plain and b"<!" not in held and held.find(b"<?", 5 if is_first else 0) < 0
        *pieces, rest = (lightened(held) if is_plain else held).split(mark)
        for piece in pieces:
            if not (is_plain and plain(piece)):
                feed.take(piece + mark)
        if len(rest) > _LONGEST:
            feed.take(rest)
            rest = b""
        is_first = is_first and not pieces and bool(rest)
        yield
    feed.take(rest, is_last=True)
    yield

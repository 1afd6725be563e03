"""Writes a PDF file object by object, so that a long one never lies in memory."""

from __future__ import annotations

import hashlib
import zlib
from typing import IO

_PAGES_A_NODE = 64
_QUICK = 4  # of zlib's levels: a tenth larger than the best, in half the time


def text(words: str) -> bytes:
    """Return ``words`` as a string of the document's own data (title, language)."""
    return b"<" + ("\ufeff" + words).encode("utf-16-be", "surrogatepass").hex().encode() + b">"


class PdfFile:
    """A file being written: numbers for its objects, where each of them lies, its pages in their order."""

    def __init__(self, target: IO[bytes]) -> None:
        self._target, self._sha = target, hashlib.sha256()
        self._at, self._places = 0, [0]
        self._nodes: list[tuple[int, list[int]]] = []
        self._write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
        self.tree = self.number()

    @property
    def pages(self) -> int:
        """Return how many pages there are so far."""
        return sum(len(kids) for _node, kids in self._nodes)

    def page_number(self, place: int) -> int:
        """Return the number of a page, counted from 0."""
        return self._nodes[place // _PAGES_A_NODE][1][place % _PAGES_A_NODE]

    def _write(self, some: bytes) -> None:
        self._target.write(some)
        self._sha.update(some)
        self._at += len(some)

    def number(self) -> int:
        """Return a number for an object that will be written later."""
        self._places.append(0)
        return len(self._places) - 1

    def put(self, body: bytes, number: int = 0) -> int:
        """Write an object, under a new number unless one is given; return its number."""
        number = number or self.number()
        self._places[number] = self._at
        self._write(b"%d 0 obj\n%b\nendobj\n" % (number, body))
        return number

    def stream(self, data: bytes, about: bytes = b"", number: int = 0) -> int:
        """Write a stream, compressed; ``about`` is what its dictionary says besides. Return its number."""
        packed = zlib.compress(data, _QUICK)
        head = b"<</Length %d/Filter/FlateDecode%b>>\nstream\n" % (len(packed), about)
        return self.put(head + packed + b"\nendstream", number)

    def page(self, content: bytes, size: tuple[float, float], resources: int) -> int:
        """Write a page of ``size`` in pt; return its number."""
        if not self._nodes or len(self._nodes[-1][1]) == _PAGES_A_NODE:
            self._nodes.append((self.number(), []))
        node, kids = self._nodes[-1]
        drawn = self.stream(content)
        body = b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 %.2f %.2f]/Resources %d 0 R/Contents %d 0 R>>"
        kids.append(self.put(body % (node, *size, resources, drawn)))
        return kids[-1]

    def finish(self, catalog: bytes, info: bytes) -> None:
        """Write what holds the pages together and where everything lies; equal content gives equal bytes."""
        for node, kids in self._nodes:
            listed = b" ".join(b"%d 0 R" % kid for kid in kids)
            self.put(b"<</Type/Pages/Parent %d 0 R/Count %d/Kids[%b]>>" % (self.tree, len(kids), listed), node)
        listed = b" ".join(b"%d 0 R" % node for node, _kids in self._nodes)
        self.put(b"<</Type/Pages/Count %d/Kids[%b]>>" % (self.pages, listed), self.tree)
        root = self.put(b"<</Type/Catalog/Pages %d 0 R%b>>" % (self.tree, catalog))
        about = self.put(b"<<" + info + b">>")
        begins, name = self._at, self._sha.hexdigest()[:32].encode()
        self._write(b"xref\n0 %d\n0000000000 65535 f \n" % len(self._places))
        for place in self._places[1:]:
            self._write(b"%010d 00000 n \n" % place)
        told = (len(self._places), root, about, name, name, begins)
        self._write(b"trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/ID[<%b><%b>]>>\nstartxref\n%d\n%%%%EOF\n" % told)

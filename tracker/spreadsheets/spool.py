"""The shared strings of a workbook: on disk as soon as they are many, so that memory does not grow with them."""

from __future__ import annotations

import tempfile
from array import array
from typing import IO

_IN_MEMORY = 4 * 1024 * 1024
_PAGE = 4  # strings lie together by sixteens, as a power of two
_MOST_CACHED = 24 * 1024 * 1024
_WEIGHT, _LETTER = 1500, 3  # roughly what a page of Python strings weighs, empty and by the byte of its UTF-8


class Strings:
    """Strings by the order they were added in; ``close`` comes between adding and asking."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115  # lives as long as we
        self._offsets = array("Q", [0])
        self._page: list[str] = []
        self._cached: dict[int, list[str]] = {}
        self._weight = 0

    def add(self, text: str) -> None:
        """Put a string at the end; it holds no NUL."""
        self._page.append(text)
        if len(self._page) >> _PAGE:
            self._write()

    def close(self) -> None:
        """Write what is left."""
        if self._page:
            self._write()

    def _write(self) -> None:
        self._offsets.append(self._offsets[-1] + self._file.write("\0".join(self._page).encode()))
        self._page.clear()

    def __getitem__(self, index: int) -> str:
        page = self._cached.get(index >> _PAGE)
        if page is None:
            page = self._read(index >> _PAGE)
        return page[index & (1 << _PAGE) - 1]

    def _read(self, number: int) -> list[str]:
        if not 0 <= number < len(self._offsets) - 1:
            raise IndexError(number)
        start, end = self._offsets[number], self._offsets[number + 1]
        self._weight += _WEIGHT + _LETTER * (end - start)
        if self._weight > _MOST_CACHED:
            self._cached.clear()
            self._weight = _WEIGHT + _LETTER * (end - start)
        self._file.seek(start)
        page = self._cached[number] = self._file.read(end - start).decode().split("\0")
        return page

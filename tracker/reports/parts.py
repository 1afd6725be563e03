"""A page in parts that have names, so that it can be said which of them cannot be drawn."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape

# Templates write ``<!--part 第 3 行-->`` before a part and ``<!--end-->`` behind it; what users type is escaped.
_PART = re.compile(r"<!--part (.*?)-->(.*?)<!--end-->", re.DOTALL)


@dataclass(frozen=True)
class Part:
    """A piece of HTML, and what a reader would call it."""

    name: str
    html: str


@dataclass(frozen=True)
class Parted:
    """A page whose named parts stand between ``head`` and ``tail``; what stands between parts is left out."""

    head: str
    parts: tuple[Part, ...]
    tail: str

    def only(self, parts: tuple[Part, ...]) -> str:
        """Return the page with these parts alone."""
        return self.head + "".join(part.html for part in parts) + self.tail


def parted(html: str) -> Parted:
    """Return a page in its parts; one that names none is all head."""
    found = list(_PART.finditer(html))
    if not found:
        return Parted(html, (), "")
    parts = tuple(Part(unescape(one[1]).strip(), one[2]) for one in found)
    return Parted(html[: found[0].start()], parts, html[found[-1].end() :])


def at_fault(page: Parted, fails: Callable[[str], bool]) -> str:
    """Return the name of the first part that fails by itself, or nothing where only all of them together do."""
    parts = page.parts
    while len(parts) > 1:
        half = parts[: len(parts) // 2]
        parts = half if fails(page.only(half)) else parts[len(half) :]
    alone = parts and fails(page.only(parts)) and not fails(page.only(()))
    return parts[0].name if alone else ""

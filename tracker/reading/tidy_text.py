"""The text of a cell before it is read: one width, plain dashes, no blanks but between numbers and Latin letters."""

from __future__ import annotations

import re
from unicodedata import normalize

_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
_DASH = re.compile("[‐‑‒–—―−﹣ー]")
_WAVES = re.compile("[~〜]+|--+")
_BLANKS = re.compile(r"\s+")
_IDLE_BLANK = re.compile(r"(?<![0-9A-Za-z]) | (?![0-9A-Za-z])")


def tidy(text: str) -> str:
    """Return ``text`` in one spelling: half width, ``-`` for a dash, 至 for a wave or two dashes, no idle blanks."""
    plain = _WAVES.sub("至", _DASH.sub("-", _INVISIBLE.sub("", normalize("NFKC", text))))
    return _IDLE_BLANK.sub("", _BLANKS.sub(" ", plain).strip())

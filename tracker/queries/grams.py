"""Cuts text into what the search index stores: pairs of signs in order, then single signs and beginnings of words.

Two Chinese characters must be enough, and a phrase must be found as it stands. So a sign (a Chinese character, a
punctuation mark) is stored together with its right neighbour, a run of Latin letters or digits as one word; the order
of these grams is the order of the text, and whoever looks for several in a row has looked for the phrase itself.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

_PRIVATE, _PRIVATE_SIZE = 0xE000, 0x18FF
_ALONE = chr(_PRIVATE + _PRIVATE_SIZE)  # marks what is stored to be found alone; no other gram begins with it
_WORD = re.compile(r"[0-9a-zß-öø-ɏ]+")
_UNIT = re.compile(rf"{_WORD.pattern}|\S")
_LONGEST_BEGINNING = 12


@dataclass(frozen=True)
class Phrase:
    """Grams to be found in a row; ``open_ended`` says that the last may be the beginning of a longer one."""

    grams: tuple[str, ...]
    open_ended: bool = False


def text_grams(text: str) -> list[str]:
    """Return the grams to store for ``text``."""
    ordered: list[str] = []
    seen: set[str] = set()
    for units in map(_units, _normal(text).split()):
        ordered += _pairs(units)
        seen.update(units)
    alone = set[str]().union(*map(_found_alone, seen))
    return ordered + sorted(_ALONE + unit for unit in alone)


def query_phrases(query: str) -> list[Phrase]:
    """Return one phrase for each part of ``query`` between spaces."""
    return [_phrase(_units(run)) for run in _normal(query).split()]


def _phrase(units: list[str]) -> Phrase:
    if len(units) == 1:
        return Phrase((_ALONE + units[0],))
    grams = tuple(_pairs(units)[:-1])
    if _is_word(units[-1]) or _is_word(units[-2]):
        return Phrase((*grams, units[-1]), open_ended=True)
    return Phrase(grams)


def _normal(text: str) -> str:
    """Return ``text`` without differences of width and case; what cannot be seen becomes a space."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(map(_seen, folded))


# The same few thousand signs and words make up all texts: what they are is asked once each.
_remembered = lru_cache(maxsize=65_536)


@_remembered
def _seen(sign: str) -> str:
    return " " if unicodedata.category(sign)[0] in "CZ" else sign


def _units(run: str) -> list[str]:
    """Return the words and signs of a run without spaces.

    Marks and rare characters become private ones: the full-text tables keep those and give them no meaning.
    """
    return [unit if _is_kept(unit[0]) else chr(_PRIVATE + ord(unit) % _PRIVATE_SIZE) for unit in _UNIT.findall(run)]


@_remembered
def _is_kept(sign: str) -> bool:
    return ord(sign) < 0x9FCC and unicodedata.category(sign)[0] in "LN"


@_remembered
def _is_word(unit: str) -> bool:
    return _WORD.fullmatch(unit) is not None


def _pairs(units: list[str]) -> list[str]:
    """Return each sign with its right neighbour, each word alone, and the last as it is."""
    words = [*map(_is_word, units)]
    return [
        left if is_word or next_is else left + right
        for (left, right), (is_word, next_is) in zip(pairwise(units), pairwise(words), strict=True)
    ] + units[-1:]


@_remembered
def _found_alone(unit: str) -> frozenset[str]:
    """Return what finds ``unit`` when typed alone: for a word its beginnings, for a number also without noughts."""
    if not _is_word(unit):
        return frozenset({unit})
    short = unit.lstrip("0") if unit.isdigit() else ""
    beginnings = {word[:length] for word in (unit, short) if word for length in range(1, _LONGEST_BEGINNING + 1)}
    return frozenset(beginnings | {unit})

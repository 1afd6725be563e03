"""How Chinese names are typed on a keyboard: full pinyin and initials, without tones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

_READINGS = 8  # a name of many-sounding characters has hundreds of readings; people type one of the first few
_LONGEST_PINYIN, _LONGEST_INITIALS = 400, 120


def spellings(name: str) -> tuple[str, str]:
    """Return the full pinyin and the initials of ``name``, lower case, alternatives separated by blanks.

    ``乐村`` gives ``lecun yuecun`` and ``lc yc``; the commonest reading comes first.
    """
    from pypinyin import Style, lazy_pinyin, pinyin  # noqa: PLC0415  # its dictionaries take 0.2 s to load

    text = "".join(character for character in name if character.isalnum())
    usual = lazy_pinyin(text, style=Style.NORMAL)
    readings = [usual, *islice(_variants(usual, pinyin(text, style=Style.NORMAL, heteronym=True)), _READINGS)]
    full = ("".join(reading).lower() for reading in readings)
    first = ("".join(sound[:1] for sound in reading).lower() for reading in readings)
    return _joined(full, _LONGEST_PINYIN), _joined(first, _LONGEST_INITIALS)


def _variants(usual: Sequence[str], sounds: Sequence[Sequence[str]]) -> Iterator[list[str]]:
    """Yield the readings that differ from the usual one in a single character."""
    for place, known in enumerate(sounds):
        for sound in known:
            if sound != usual[place]:
                yield [*usual[:place], sound, *usual[place + 1 :]]


def _joined(words: Iterator[str], longest: int) -> str:
    """Return as many different whole words as fit."""
    joined = ""
    for word in dict.fromkeys(words):
        longer = f"{joined} {word}".strip()
        if len(longer) > longest:
            break
        joined = longer
    return joined

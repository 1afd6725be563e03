"""The words of a heading: as they are shown, as they are compared, and the shapes in which they can be looked up."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

_HAN = r"\u3400-\u9fff\uf900-\ufaff"
_WIDE = rf"{_HAN}（）()、，：；/"
_UNSEEN = re.compile(r"[\u200b-\u200f\u2060\ufeff\u00ad\x00-\x08\x0e-\x1f]")
_GAP = re.compile(rf"(?<=[{_WIDE}])\s+|\s+(?=[{_WIDE}])")
_EDGE = " *＊：:"
_BRACKETS = re.compile(r"[(\[{【〔〈][^()\[\]{}【】〔〕〈〉]*[)\]}】〕〉]")
_NUMBERING = re.compile(
    r"^\s*(?:[(][0-9一二三四五六七八九十]{1,3}[)]|[0-9一二三四五六七八九十]{1,3}\s*[、.．)])\s*(?=\D)"
)
# They tell nothing about what stands in a column: 具体责任单位 is 责任单位, 存在问题情况 is 存在问题.
_BEFORE = re.compile(
    r"^(?:整改|问题|工作|具体|主要|目前|当前|现有|最新|本次|本期|所属|所在|相关|有关|专项|反馈|及时)+(?=.)"
)
_AFTER = re.compile(r"(?<=.)(?:情况|姓名|名称|简介|简述|一栏|栏)$")
_AND = re.compile(r"及其|以及|及|和|与|、|/|\+|&|\\")
_TOKEN = re.compile(rf"[a-z]+|[0-9]+|[{_HAN}]+")
_CHINESE = re.compile(rf"[{_HAN}]+")
_LATIN = re.compile(r"[A-Za-z]{2,}")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True)
class Heading:
    """What a column is called: words unique within the table, and the rows they were joined from, upper first."""

    column: int
    words: str
    levels: tuple[str, ...] = ()


def clean(value: object) -> str:
    """Return a cell's content as one line: no line breaks, no blanks between Chinese characters, days as ISO."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()  # As Excel shows it.
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, date):
        return value.isoformat()
    return _clean_text(str(value))


def _clean_text(text: str) -> str:
    return " ".join(_GAP.sub("", " ".join(_UNSEEN.sub("", text).split())).split())


def clean_heading(value: object) -> str:
    """Return a heading's cell as one line, without the marks of a form around it (“*责任单位：”)."""
    return clean(value).strip(_EDGE)


@lru_cache(maxsize=20_000)
def plain(text: str) -> str:
    """Return ``text`` in small half-width letters, digits and characters only; itself, stripped, if nothing is left."""
    kept = unicodedata.normalize("NFKC", text).lower()
    return "".join(char for char in kept if char.isalnum()) or kept.strip()


@lru_cache(maxsize=20_000)
def normalise(text: str) -> str:
    """Return what two spellings of one heading share: no numbering, no hint in brackets, no blanks or marks."""
    wide = unicodedata.normalize("NFKC", text)
    bare = _BRACKETS.sub("", _NUMBERING.sub("", wide))
    return plain(bare) if any(char.isalnum() for char in bare) else plain(wide)


@lru_cache(maxsize=20_000)
def tokens(text: str) -> tuple[str, ...]:
    """Return the words of a heading in Latin letters (“closedOn”, “closed_on”); Chinese stays in one piece."""
    return tuple(_TOKEN.findall(_CAMEL.sub(" ", unicodedata.normalize("NFKC", text)).lower()))


def pieces(text: str) -> tuple[str, ...]:
    """Return what a column of two things is called for (“责任单位及责任人”); one piece if it is for one thing."""
    bare = _BRACKETS.sub("", unicodedata.normalize("NFKC", text))
    return tuple(filter(None, (plain(part) for part in _AND.split(bare) if part.strip())))


def _bare(text: str) -> str:
    return _AFTER.sub("", _BEFORE.sub("", text)) or text


def _under(upper: str, lower: str) -> str:
    """Return the words of a cell under a group: 责任 over 单位 is 责任单位, 责任单位及责任人 over 单位 as well."""
    named = [piece for piece in pieces(upper) if len(piece) > len(lower) and piece.endswith(lower)]
    return named[0] if named else normalise(upper) + lower


def _spellings(heading: Heading) -> Iterator[tuple[str, float]]:
    words = heading.words
    yield normalise(words), 0.0
    yield plain(_NUMBERING.sub("", unicodedata.normalize("NFKC", words))), 0.0
    chinese = "".join(_CHINESE.findall(_BRACKETS.sub("", words)))
    if chinese and _LATIN.search(words):
        yield chinese, 0.05
    if len(heading.levels) > 1:
        lower = normalise(heading.levels[-1])
        yield _under(heading.levels[-2], lower), 0.02
        yield normalise(heading.levels[0]) + lower, 0.04
        yield lower, 0.06


@lru_cache(maxsize=5_000)
def forms(heading: Heading) -> tuple[tuple[str, float], ...]:
    """Return the shapes in which a heading can be looked up, each with what it costs in sureness, cheapest first."""
    found: dict[str, float] = {}
    for form, cost in _spellings(heading):
        found.setdefault(form, cost)
    for form, cost in tuple(found.items()):
        found.setdefault(_bare(form), cost + 0.1)
    return tuple((form, cost) for form, cost in found.items() if form)

"""Several findings in one cell: 1、…2、…, （1）…, ①…, 一、…, 一是…, and lines that begin with a number."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from unicodedata import numeric

from tracker.reading.chinese_numbers import number_of

_HAN = "一二三四五六七八九十"
# What names a part of something else does not number a finding: 第1、2款, 3月1、2日, 附件（1）, 周一、周二.
_NUMBERED = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        r"(?<![\d.．A-Za-z第年月号（(/\-])(\d{1,2})[ \t]?"
        r"(?:、|[.．](?![\d.．])|[.．](?=\d{1,3}[月号#栋幢组队户处名人]|\d{4}年)|[)）])",
        r"^[ \t]*(\d{1,2})[ \t]+(?=\D)",
        rf"(?<![第初周期（({_HAN}])([{_HAN}]{{1,3}})[、.．]",
        rf"第([{_HAN}]{{1,3}})[，,、：:]",
    )
)
_MARKED = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<![第件图表])[（(][ \t]?(\d{1,2})[ \t]?[)）]、?",
        rf"(?<![第件图表])[（(][ \t]?([{_HAN}]{{1,3}})[ \t]?[)）]、?",
        rf"(?<![统唯之第万{_HAN}])([{_HAN}]{{1,3}})是",
        *(f"([{signs}])" for signs in ("①-⑳", "⑴-⒇", "⒈-⒛", "㈠-㈩", "❶-❿")),
    )
)
# Whatever the style, a list has something for one and something for two.
_FIRST, _SECOND = re.compile("[1１一①⑴⒈㈠❶]"), re.compile("[2２二②⑵⒉㈡❷]")
_BEFORE = re.compile(r"(?:[；;。：:，,！？）)\s]|问题|如下|以下|情况)$|^$")
_BEFORE_DIGIT = re.compile(r"[；;。：:\s][ \t]*$|^$")
_HEADING = re.compile(r"(?:[：:，,]|问题|情况|如下|以下|方面|不足|隐患)$")
_LONGEST_HEADING = 60


@dataclass(frozen=True)
class _Mark:
    number: int
    start: int
    end: int
    stands_apart: bool


def split_findings(text: str) -> tuple[str, ...]:
    """Return the findings of a cell without their numbers; a text without a list is the only one, a blank one none.

    A list is numbered in one style from 1 without a gap to at least 2, with words for each number (垃圾点1、垃圾点2 is
    none); the style that begins first is taken, others inside stay as they are. What stands before the list is put
    before each of its findings if it is a heading (shorter than 60 characters and ending in ： or ， or a word such as
    如下); otherwise it is a finding. At the end of a finding ；、， fall away and 。 stays.
    """
    plain = text.strip()
    if not _FIRST.search(plain) or not _SECOND.search(plain):
        return (plain,) if plain else ()  # as nearly every cell is
    chains = (
        chain
        for patterns, is_clear in ((_NUMBERED, False), (_MARKED, True))
        for pattern in patterns
        if len(chain := _chain(_marks(pattern, plain), is_clear=is_clear)) > 1
    )
    for chain in sorted(chains, key=lambda chain: chain[0].start):
        head, items = plain[: chain[0].start].strip(), _items(plain, chain)
        if all(items) and not (head and head.endswith(items[0])):
            return _headed(head, items)
    return (plain,) if plain else ()


def _marks(pattern: re.Pattern[str], text: str) -> Iterator[_Mark]:
    for match in pattern.finditer(text):
        before, is_before_digit = (
            text[max(match.start() - 8, 0) : match.start()],
            text[match.end() : match.end() + 1].isdigit(),
        )
        if not is_before_digit or match.group().endswith((")", "）")) or _BEFORE_DIGIT.search(before):
            yield _Mark(_number(match[1]), *match.span(), bool(_BEFORE.search(before)))


def _number(sign: str) -> int:
    if sign.isdecimal():
        return int(sign)
    return number_of(sign) or (int(numeric(sign)) if len(sign) == 1 else 0)


def _chain(marks: Iterator[_Mark], *, is_clear: bool) -> list[_Mark]:
    """Return the marks 1, 2, 3 … in their order, those after a stop or a blank before those within a sentence.

    ``is_clear`` is for marks that nothing else looks like, so that the first may stand anywhere.
    """
    by_number = defaultdict(list)
    for mark in marks:
        by_number[mark.number].append(mark)
    chain: list[_Mark] = []
    while True:
        later = [mark for mark in by_number[len(chain) + 1] if not chain or mark.start >= chain[-1].end]
        apart = [mark for mark in later if mark.stands_apart]
        following = apart or (later if chain or is_clear else [])
        if not following:
            return chain
        chain.append(following[0])


def _items(text: str, chain: list[_Mark]) -> list[str]:
    ends = [*(mark.start for mark in chain[1:]), len(text)]
    return [_cleaned(text[mark.end : end]) for mark, end in zip(chain, ends, strict=True)]


def _cleaned(item: str) -> str:
    return item.strip().lstrip("、.．:：").rstrip("；;、，, \t\n").strip()


def _headed(head: str, items: list[str]) -> tuple[str, ...]:
    if len(head) < _LONGEST_HEADING and _HEADING.search(head):
        heading = head.rstrip("：:，,")
        return tuple(f"{heading}：{item}" for item in items)
    return (_cleaned(head), *items) if _cleaned(head) else tuple(items)

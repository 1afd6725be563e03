"""Numbers written in Chinese characters, as far as days and terms need them: up to 999, and years digit by digit."""

from __future__ import annotations

import re

_DIGITS = {
    character: value
    for value, characters in enumerate(
        ("〇零○O0", "一壹", "二贰两", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
    )
    for character in characters
}
_ONE = "[一二三四五六七八九两壹贰叁肆伍陆柒捌玖]"
_COUNT = re.compile(f"(?:({_ONE})百零?)?(?:({_ONE})?(十))?({_ONE})?")
_YEAR = re.compile(r"[一二][〇零○O0一二三四五六七八九]{3}(?=年)")
# Only before a unit, so that 统一 and 一般 keep their characters.
_BEFORE_UNIT = re.compile(
    r"(?<![周期拜])[〇零○一二三四五六七八九两十百廿卅壹贰叁肆伍陆柒捌玖]{1,7}"
    r"(?=[年月日号天周旬时点分刻至到-]|个|星期|季度|小时|工作日|$)"
)


def number_of(words: str) -> int | None:
    """Return the number that ``words`` say (二十一, 廿一, 一百二十, 二〇二〇), or None if they say none."""
    if words and all(character in _DIGITS for character in words):
        return int("".join(str(_DIGITS[character]) for character in words)) if len(words) != 1 else _DIGITS[words]
    match = _COUNT.fullmatch(words.replace("廿", "二十").replace("卅", "三十"))
    if not words or not match:
        return None
    hundreds, tens, ten, ones = match.groups()
    return _digit(hundreds) * 100 + (_digit(tens or "一") * 10 if ten else 0) + _digit(ones)


def in_digits(text: str) -> str:
    """Return ``text`` with the numbers before a unit of time in Arabic digits; the day of a week stays as it is."""
    return _BEFORE_UNIT.sub(_replaced, _YEAR.sub(_replaced, text.replace("元月", "1月")))


def _replaced(match: re.Match[str]) -> str:
    number = number_of(match.group())
    return match.group() if number is None else str(number)


def _digit(character: str | None) -> int:
    return _DIGITS[character] if character else 0

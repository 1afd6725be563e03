"""The hour that stands beside a day: 18:00前, 下午6时之前, 中午12点, 24时."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time as hour

_HOUR = re.compile(
    r"(?P<half>凌晨|清晨|早上|早晨|早|上午|中午|正午|午后|下午|傍晚|晚上|晚间|晚|夜间|夜里)?(?<!\d)(?P<hour>\d{1,2})"
    r"(?::(?P<clock>\d{2})(?::(?P<second>\d{2})(?:\.\d{1,9})?)?|[时点](?:(?P<minute>\d{1,2})分?|(?P<part>半|整|[13]刻))?)"
    r" ?(?P<pm>[AaPp]\.?[Mm]\.?(?![A-Za-z]))?"
)
_VAGUE = re.compile(r"(?:下班|上午|中午|下午|傍晚|晚上|晚|早上|凌晨)(?=前|之前|以前|$)")
_LATE = frozenset({"午后", "下午", "傍晚", "晚上", "晚间", "晚", "夜间", "夜里", "p"})
_EARLY = frozenset({"凌晨", "清晨", "早上", "早晨", "早", "上午", "a"})
_PARTS = {"半": 30, "整": 0, "1刻": 15, "3刻": 45}


@dataclass(frozen=True)
class Hours:
    """What is left of a text, and its hours; None for one that stands for the whole day (24时, 00:00:00)."""

    rest: str
    hours: tuple[hour | None, ...]
    is_possible: bool = True


def take_hours(text: str) -> Hours:
    """Take the hours out of ``text``; a vague one (下班前, 上午) is taken out without becoming an hour."""
    rest = _VAGUE.sub("", _HOUR.sub("", text)).strip(" -至")
    try:
        return Hours(rest, tuple(_hours(text)))
    except ValueError:
        return Hours(rest, (), is_possible=False)


def _hours(text: str) -> Iterator[hour | None]:
    for match in _HOUR.finditer(text):
        minute = int(match["clock"] or match["minute"] or _PARTS.get(match["part"] or "", 0))
        second = int(match["second"] or 0)
        o_clock = _of_the_day(int(match["hour"]), match["half"] or (match["pm"] or "").lower()[:1])
        is_whole_day = (minute, second) == (0, 0) and (o_clock == 24 or (o_clock == 0 and bool(match["clock"])))
        yield None if is_whole_day else hour(o_clock, minute, second)


def _of_the_day(o_clock: int, half: str) -> int:
    """Return the hour from 0 to 24: 下午6 is 18, 晚上12 is 24, 中午1 is 13."""
    if half in _LATE and o_clock <= 12:
        return 24 if o_clock == 12 and half not in ("下午", "午后", "p") else o_clock % 12 + 12
    if half in ("中午", "正午") and o_clock < 6:
        return o_clock + 12
    return 0 if half in _EARLY and o_clock == 12 and half != "上午" else o_clock

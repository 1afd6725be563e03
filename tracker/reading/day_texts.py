"""A day among the words of a cell: 截至2020年7月20日（周一）下午6时之前完成整改."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from tracker.reading.chinese_numbers import in_digits
from tracker.reading.day_ranges import day_range, single_day
from tracker.reading.day_terms import DayRead, DayTerms, later
from tracker.reading.hours import take_hours
from tracker.reading.placed_days import IMPOSSIBLE, place
from tracker.reading.relative_days import is_undated, relative_day, with_year
from tracker.reading.serial_days import number_day
from tracker.reading.tidy_text import tidy

LONGEST = 60
_ZONE = ZoneInfo("Asia/Shanghai")
_NONE = DayRead(None, rule="none")
_NOTHING = frozenset({"", "-", "至", "/", "\\", "无", "暂无", "空", "n/a", "na", "null", "none"})
_SERIAL = re.compile(r"\d{5}(?:\.\d{1,16})?")
_LUNAR = re.compile(r"农历|阴历|旧历|正月|腊月|冬月|初[1-9一二三四五六七八九十]")
_INSTANT = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?) ?(Z|[+-]\d{2}:?\d{2})")
_HOUR_MARK = re.compile(r"(?<=\d)T(?=\d\d:)")
_WEEKDAY = re.compile(r"(?:(?<=[日号\d])\(?|\()(?:周|星期|礼拜)([一二三四五六日天])\)?|\(([一二三四五六日])\)")
_WEEKDAYS = "一二三四五六日"
_LEAD = re.compile(
    r"^(?:[^\d:]{0,8}:)?(?:截至|截止|计划|预计|拟|限期?|要求|承诺|确保|力争|务必|暂定|定|于|在|至|到|自|从|[:,])*"
)
_TAIL = re.compile(
    r"(?:(?<!\d天)(?<!\d周)(?<!个月)(?<!半年)(?:之|以)?前|为?止|截止|期间|起|全部|全面|必须|基本|整改|完成|办结|到位|完毕|结束|"
    r"落实|整治|销号|上报|解决|实施|了|[。.,;、-])+$"
)
# Bare numbers may not stand among other words: they count something else.
_AMONG_WORDS = re.compile(
    r"(?:\d{4}年|\d{2}年)?\d{1,2}月(?:\d{1,2}[日号]?|份?(?:底|末|初|[上中下]旬)?)|\d{4}([-./])\d{1,2}\1\d{1,2}|"
    r"\d{4}年(?:底|末)|\d{1,3}(?:个?工作日|个?小时|天|日|周|个月)(?:之|以)?内|半个?月内"
)
_ELSEWHERE = re.compile(r"\d|每|逐")


def moment_day(value: date) -> DayRead:
    """Return the day of a date or a moment; one with an offset is seen in Shanghai, midnight is no hour."""
    if not later(value, 0):
        return IMPOSSIBLE
    if not isinstance(value, datetime):
        return DayRead(value, None, "cell")
    local = value.astimezone(_ZONE) if value.tzinfo else value
    hour = local.time().replace(microsecond=0)
    return DayRead(local.date(), hour if hour != time.min else None, "cell") if later(local, 0) else IMPOSSIBLE


def text_day(text: str, terms: DayTerms) -> DayRead:
    """Return the day that a text says; one of more than ``LONGEST`` characters says none."""
    stripped = text.strip()
    if len(stripped) > LONGEST:
        return _NONE
    plain = in_digits(tidy(stripped))
    if plain.lower() in _NOTHING:
        return DayRead(None, rule="empty")
    if _SERIAL.fullmatch(plain):
        return number_day(float(plain), terms)
    if match := _INSTANT.fullmatch(plain):
        return _instant("T".join(match.group(1, 2)) + match[3])
    return DayRead(None, rule="lunar") if _LUNAR.search(plain) else _said(_HOUR_MARK.sub(" ", plain), terms)


def _instant(iso: str) -> DayRead:
    try:
        read = moment_day(datetime.fromisoformat(iso))
    except ValueError:
        return IMPOSSIBLE
    return replace(read, rule="instant") if read.day else read


def _said(plain: str, terms: DayTerms) -> DayRead:
    """Return the day, with the hour and the weekday that stand beside it."""
    stated = take_hours(plain)
    rest = tidy(stated.rest)
    core, weekday = _WEEKDAY.sub("", rest), _WEEKDAY.search(rest)
    read = _day(_TAIL.sub("", _LEAD.sub("", core)), terms) or _among_words(core, terms)
    if not read:
        return DayRead(None, rule="undated" if is_undated(core) else "none")
    if not read.day:
        return read
    if not stated.is_possible:
        return IMPOSSIBLE
    hour = stated.hours[-1 if terms.ahead else 0] if stated.hours else None
    return replace(read, time=hour, doubts=(*read.doubts, *_weekday_doubt(weekday, read.day)))


def _weekday_doubt(stated: re.Match[str] | None, day: date) -> tuple[str, ...]:
    said = (stated[1] or stated[2]).replace("天", "日") if stated else _WEEKDAYS[day.weekday()]
    return () if said == _WEEKDAYS[day.weekday()] else ("weekday",)


def _day(core: str, terms: DayTerms) -> DayRead | None:
    """Return the day that ``core`` says as a whole."""
    if told := relative_day(core, terms):
        return told
    dated = with_year(core, terms)
    written = single_day(dated, terms) or day_range(dated, terms)
    return place(written, terms) if written else None


def _among_words(core: str, terms: DayTerms) -> DayRead | None:
    """Return the day that stands among words the rules do not know, if they hold no other number and repeat nothing."""
    match = _AMONG_WORDS.search(core)
    if not match or _ELSEWHERE.search(core[: match.start()] + core[match.end() :]):
        return None
    read = _day(match.group(), terms)
    return replace(read, doubts=(*read.doubts, "words")) if read and read.day else read

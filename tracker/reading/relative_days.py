"""Days told from the finding: 三天内, 3个工作日内, 下周五, 月底; and words that name no day: 立即, 长期坚持."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from tracker.reading.day_terms import DayRead, DayTerms, day_of, later, months_later
from tracker.reading.placed_days import IMPOSSIBLE

_Reckon = Callable[[re.Match[str], date, DayTerms], DayRead]
_WITHIN = r"(?:(?:之|以)?内)"
_DAYS_FROM = {
    "当天": 0, "当日": 0, "今天": 0, "今日": 0, "即日": 0, "本日": 0, "次日": 1, "明天": 1, "明日": 1, "第2天": 1,
    "第2日": 1, "后天": 2, "后日": 2, "昨天": -1, "昨日": -1, "前天": -2,
}  # fmt: skip
_SHIFTS = {"上": -1, "去": -1, "下": 1, "次": 1, "明": 1, "下下": 2}
_WEEKDAYS = "一二三四五六日"
_UNDATED = re.compile(
    r"立即|立刻|马上|尽快|尽早|即时|即知即改|即查即改|边查边改|边督边改|立行立改|立整立改|立查立改|随时|长期|持续|常态|永久|待定|未定|暂缓|"
    r"暂无|另行|适时|视情|节点|不限|无时限|无期限|择机|逐步|日常|每|常年|全年|按期|限期|按要求|按时"
)
_YEAR_WORD = re.compile(r"(今|本|当|明|次|去|上)年度?(?=第?[1-4]季|[上下]半年|\d{1,2}月)")


def relative_day(text: str, terms: DayTerms) -> DayRead | None:
    """Return the day that ``text`` as a whole tells from ``found_on``, None if it tells none that way."""
    for pattern, reckon in _WAYS:
        if match := pattern.fullmatch(text):
            return _reckoned(reckon, match, terms)
    return None


def with_year(text: str, terms: DayTerms) -> str:
    """Return ``text`` with 今年, 明年 and 去年 as numbers, seen from the finding or else from the ledger's day."""
    return _YEAR_WORD.sub(lambda match: f"{terms.written_on.year + _SHIFTS.get(match[1], 0)}年", text)


def is_undated(text: str) -> bool:
    """Tell whether ``text`` says when without naming a day."""
    return bool(_UNDATED.search(text))


def _reckoned(reckon: _Reckon, match: re.Match[str], terms: DayTerms) -> DayRead:
    if terms.found_on is None:
        return DayRead(None, rule="relative_needs_found")
    return reckon(match, terms.found_on, terms) if later(terms.found_on, 0) else IMPOSSIBLE


def _told(day: date | None, rule: str = "near", other: date | None = None) -> DayRead:
    if day is None:
        return IMPOSSIBLE
    return DayRead(day, None, rule, other, ("relative",) if other is None else ("relative", "range"))


def _after(found: date, count: int, unit: str) -> date | None:
    if unit in ("个月", "个季度", "年"):
        return months_later(found, count * {"个季度": 3, "年": 12}.get(unit, 1))
    days = -(-count // 24) if unit.endswith("小时") else count * (7 if unit.endswith(("周", "星期")) else 1)
    return later(found, days)


def _within(match: re.Match[str], found: date, _terms: DayTerms) -> DayRead:
    counts = [int(match[name]) for name in ("least", "most") if match[name]]
    days = [_after(found, count, match["unit"]) for count in counts]
    ends = sorted(day for day in days if day)
    return _told(ends[-1] if len(ends) == len(days) else None, "within", ends[0] if len(ends) > 1 else None)


def _half(match: re.Match[str], found: date, _terms: DayTerms) -> DayRead:
    return _told(months_later(found, 6) if match[1] == "年" else later(found, 15), "within")


def _workdays(match: re.Match[str], found: date, terms: DayTerms) -> DayRead:
    if terms.calendar is None:
        return DayRead(None, rule="workdays_need_calendar")
    return _told(later(terms.calendar.add_workdays(found, int(match[1])), 0), "workdays")


def _named(match: re.Match[str], found: date, _terms: DayTerms) -> DayRead:
    return _told(later(found, _DAYS_FROM[match[0].removesuffix("内")]))


def _week(match: re.Match[str], found: date, terms: DayTerms) -> DayRead:
    """Count weeks from Monday; without 本 or 下 it is the nearest such day, ahead or back."""
    monday = later(found, _SHIFTS.get(match["which"] or "", 0) * 7 - found.weekday())
    if monday is None:
        return IMPOSSIBLE
    if match["day"] in ("", "末"):
        first, last = later(monday, 5 if match["day"] else 0), later(monday, 6)
        return _told(last, other=first) if terms.ahead else _told(first, other=last)
    weekday = _WEEKDAYS.index(match["day"].replace("天", "日"))
    if match["which"]:
        return _told(later(monday, weekday))
    away = (weekday - found.weekday()) % 7 if terms.ahead else -((found.weekday() - weekday) % 7)
    return _told(later(found, away))


def _month(match: re.Match[str], found: date, _terms: DayTerms) -> DayRead:
    month = months_later(found.replace(day=1), _SHIFTS.get(match["which"] or "", 0))
    return _told(day_of(month.year, month.month, int(match["day"] or 0)) if month else None)


def _quarter(match: re.Match[str], found: date, _terms: DayTerms) -> DayRead:
    months = 2 - (found.month - 1) % 3 + 3 * _SHIFTS.get(match["which"] or "", 0)
    month = months_later(found.replace(day=1), months)
    return _told(day_of(month.year, month.month, 0) if month else None)


def _year(match: re.Match[str], found: date, _terms: DayTerms) -> DayRead:
    return _told(day_of(found.year + _SHIFTS.get(match["which"] or "", 0), 12, 31))


_COUNT = r"(?P<least>\d{1,3})(?:[-至到](?P<most>\d{1,3}))?"
_WAYS: tuple[tuple[re.Pattern[str], _Reckon], ...] = (
    (re.compile(rf"{_COUNT}(?P<unit>个?小时|天|周|个?星期|个月|个季度){_WITHIN}?"), _within),
    (re.compile(rf"{_COUNT}(?P<unit>日){_WITHIN}"), _within),
    (re.compile(rf"(?P<least>\d)(?P<most>)(?P<unit>年){_WITHIN}"), _within),
    (re.compile(rf"半个?([月年]){_WITHIN}?"), _half),
    (re.compile(rf"(\d{{1,3}})个?工作日{_WITHIN}?"), _workdays),
    (re.compile("(?:" + "|".join(_DAYS_FROM) + ")内?"), _named),
    (re.compile(r"(?P<which>本|这|当|下下|下|上)?个?(?:周|星期|礼拜)(?P<day>[一二三四五六日天末])"), _week),
    (re.compile(r"(?P<which>本|这|当|下下|下|上)个?(?:周|星期|礼拜)(?P<day>)内?"), _week),
    (re.compile(r"(?P<which>本|当|这|下|次|上)?个?月(?:底|末|内|(?P<day>\d{1,2})[日号])"), _month),
    (re.compile(r"(?P<which>本|当|这|下|上)?个?季度?(?:底|末|内)"), _quarter),
    (re.compile(r"(?P<which>本|今|当|明|次|去|上)?年度?(?:底|末|内)"), _year),
)

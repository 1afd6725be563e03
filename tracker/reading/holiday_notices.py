"""The State Council's holiday notice of a year as somebody brings it: a table, pasted lines, or its own sentences."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from tracker.reading.day_ranges import day_range, single_day
from tracker.reading.day_terms import DayTerms, day_of
from tracker.reading.points import Point
from tracker.reading.tidy_text import tidy

LONGEST, MOST_LINES, MOST_NAME, MOST_SOURCE = 31, 200, 60, 200
# The holidays of article 2 of the State Council's 全国年节及纪念日放假办法.
EXPECTED = ("元旦", "春节", "清明", "劳动", "端午", "中秋", "国庆")
FAULTS = frozenset(
    {"no_kind", "no_day", "reversed", "long", "out_of_year", "twice", "no_name", "no_source", "idle", "too_long"}
)
_KINDS = {
    **dict.fromkeys(("放假", "放假调休", "休", "休息", "holiday", "off", "day off"), False),
    **dict.fromkeys(("上班", "班", "补班", "调休上班", "workday", "working day"), True),
}
_HEADING = re.compile(r"^(开始)?日期|^date$", re.IGNORECASE)
_BRACKETS = re.compile(r"\([^()]*\)|（[^（）]*）")
_SENTENCE = re.compile(r"^(?:[一二三四五六七八九十]+[、.．])?\s*([^:：，,。]{2,20})[:：](.*(?:放假|上班).*)$")
_PART = re.compile(r"([^。；;]*?)(放假|上班)")
_AMONG = re.compile(r"[、，,和及]")
_FRIDAY = 4


@dataclass(frozen=True)
class NoticeLine:
    """What one line, counted from 1, says of some days in a row; ``fault`` is among ``FAULTS`` or empty."""

    number: int
    text: str
    first: date | None = None
    last: date | None = None
    is_workday: bool = False
    name: str = ""
    source: str = ""
    fault: str = ""

    @property
    def days(self) -> list[date]:
        """Return every day it speaks of; none where it is faulty."""
        if self.fault or self.first is None or self.last is None:
            return []
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]


def notice_lines(text: str, year: int, source: str = "") -> list[NoticeLine]:
    """Return what each line says of ``year`` or the December before; a line without a source has ``source``.

    A line is 日期, 截止日期 (may be left out), 放假 or 上班, 名称, 依据, between tabs or commas; or a sentence of the
    notice itself, such as 一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
    """
    found: list[NoticeLine] = []
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        if line.strip(" \t,，"):
            found += _read(number, line, year, source.strip())
    return _once(found)


def missing_holidays(lines: Sequence[NoticeLine]) -> list[str]:
    """Return the holidays of every year that no line names."""
    named = " ".join(line.name for line in lines if not line.fault and not line.is_workday)
    return [name for name in EXPECTED if name not in named]


def _read(number: int, line: str, year: int, source: str) -> Iterator[NoticeLine]:
    said = None if "\t" in line else _SENTENCE.match(line.strip())
    if said:
        yield from _sentences(number, said[1].strip(), said[2], year, source)
        return
    cells = [cell.strip() for cell in (line.split("\t") if "\t" in line else next(csv.reader([line])))]
    if not _HEADING.match(cells[0]):
        yield _row(number, cells, year, source)


def _sentences(number: int, name: str, text: str, year: int, source: str) -> Iterator[NoticeLine]:
    """Read 2月15日至23日放假调休，共9天。2月14日、2月28日上班。"""
    plain = _BRACKETS.sub("", text)
    for part in _PART.finditer(plain):
        is_workday = part[2] == "上班"
        days = _AMONG.split(part[1]) if is_workday else [part[1]]
        for said in filter(None, (one.strip() for one in days)):
            yield _checked(NoticeLine(number, said + part[2], is_workday=is_workday, name=name, source=source),
                           [said], year)  # fmt: skip


def _row(number: int, cells: Sequence[str], year: int, source: str) -> NoticeLine:
    at = next((n for n, cell in enumerate(cells) if tidy(cell).lower() in _KINDS), None)
    line = NoticeLine(number, " ".join(filter(None, cells)))
    if at is None:
        return replace(line, fault="no_kind")
    rest = [*cells[at + 1 :], "", ""]
    is_workday = _KINDS[tidy(cells[at]).lower()]
    named = replace(line, is_workday=is_workday, name=rest[0], source=rest[1] or source)
    return _checked(named, [cell for cell in cells[:at] if cell], year)


def _checked(line: NoticeLine, said: Sequence[str], year: int) -> NoticeLine:
    span = _span(said, year)
    if span is None:
        return replace(line, fault="no_day")
    first, last = span
    faults = {
        "reversed": last < first,
        "long": (last - first).days >= LONGEST,
        "out_of_year": not date(year - 1, 12, 1) <= first <= last <= date(year, 12, 31),
        "no_name": not line.name,
        "no_source": not line.source,
        "too_long": len(line.name) > MOST_NAME or len(line.source) > MOST_SOURCE,
        "idle": line.is_workday and _has_weekday(first, last),
    }  # fmt: skip
    return replace(line, first=first, last=last, fault=next((code for code, holds in faults.items() if holds), ""))


def _has_weekday(first: date, last: date) -> bool:
    """Tell whether a day from Monday to Friday is among them, which is a working day without a notice."""
    return any((first + timedelta(days=n)).weekday() <= _FRIDAY for n in range((last - first).days + 1))


def _span(said: Sequence[str], year: int) -> tuple[date, date] | None:
    """Return the first and the last day of one or two cells; a day without a year is of ``year``."""
    terms = DayTerms(reference=date(year, 12, 31))
    texts = [_BRACKETS.sub("", tidy(one)) for one in said]
    written = [single_day(one, terms) or day_range(one, terms) for one in texts]
    if not 1 <= len(written) <= 2 or None in written:
        return None
    start, end = written[0], written[-1]
    if start is None or end is None:
        return None
    first = _placed(start.start, year - 1 if _turns(start.start, end.end) else year)
    last = _placed(end.end, year)
    return (first, last) if first and last else None


def _turns(start: Point, end: Point) -> bool:
    """Tell whether the days run from December into January, without saying of which year."""
    return start.year is None and start.month == 12 and end.month == 1


def _placed(point: Point, year: int) -> date | None:
    return day_of(point.year or year, point.month, point.day) if point.month and point.day else None


def _once(lines: Sequence[NoticeLine]) -> list[NoticeLine]:
    """Return the lines, those with a day that an earlier one has ruled as faulty."""
    seen: set[date] = set()
    found = []
    for line in lines:
        one = replace(line, fault="twice") if seen.intersection(line.days) else line
        seen.update(one.days)
        found.append(one)
    return found

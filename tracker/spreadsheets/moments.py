"""Days and times in a workbook: numbers that a format makes into a date."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta, timezone

from tracker.spreadsheets.markup import starts

# ECMA-376 part 1, 18.8.30: the formats without a code, those of Chinese and Japanese offices among them.
_BUILT_IN = frozenset((*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)))
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.I)
_NO_TOKEN = re.compile(r'"[^"]*"?|\\.|_.|\*.|\[[^\]]*\]', re.S)  # quoted, escaped, padding, colours and conditions
_TOKEN = re.compile("[ymdhs]|aaa", re.I)  # aaa: the day of the week in Chinese
_DAY_MS = 24 * 60 * 60 * 1000
_LAST_DAY = 2_958_465  # 9999-12-31, where Excel ends
_PHANTOM = 60  # 1900-02-29, a day that Excel counts and the calendar does not
_START = datetime.combine(date(1899, 12, 30), time())
_APART = 1_462  # days from there to 1904-01-01, day 0 of workbooks that were begun on an old Macintosh
_SHANGHAI = timezone(timedelta(hours=8))


def is_date_format(code: str) -> bool:
    """Tell whether a format code shows a day or a time."""
    return _TOKEN.search(_NO_TOKEN.sub("", _ELAPSED.sub(r"\1", code))) is not None


def date_styles(chunks: Iterable[bytes]) -> frozenset[str]:
    """Return the numbers of the cell styles that make a number a date, from ``styles.xml``."""
    dates = {str(number) for number in _BUILT_IN}
    styles: list[bool] = []
    is_cell = False
    for name, found in starts(chunks):
        if name == "numFmt" and is_date_format(found.get("formatCode", "")):
            dates.add(found.get("numFmtId", ""))
        elif name in ("cellXfs", "cellStyleXfs", "dxfs"):
            is_cell = name == "cellXfs"
        elif name == "xf" and is_cell:
            styles.append(found.get("numFmtId", "0") in dates)
    return frozenset(str(number) for number, is_date in enumerate(styles) if is_date)


def moment(serial: float, *, is_1904: bool) -> date | datetime | time | None:
    """Return a whole number as a day, one below 1 as a time, others as both; None where Excel has no day either."""
    milliseconds = round(serial * _DAY_MS) if 0 <= serial <= _LAST_DAY + 1 else -1
    days, rest = divmod(milliseconds, _DAY_MS)
    if not 0 <= days <= _LAST_DAY - _APART * is_1904:
        return None
    if days == 0:
        return (_START + timedelta(milliseconds=rest)).time()
    since = _APART * is_1904 or days < _PHANTOM
    found = _START + timedelta(days + since, milliseconds=rest)
    return found if rest else found.date()


def iso_moment(text: str) -> date | datetime | str:
    """Return a day written as XML Schema has it, or the text where it is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return text
    return found.replace(tzinfo=None) if found.time() != time() else found.date()


def shanghai_day(text: str) -> date | None:
    """Return the day in Shanghai of a written instant; one without a zone was written on somebody's own clock."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return (found.astimezone(_SHANGHAI) if found.tzinfo else found).date()

"""Days of bare numbers: 20220316, 2022-3-16, 1/2/2021, 95-1-27, 7.20."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tracker.reading.day_terms import FIRST_YEAR, LAST_YEAR, DayTerms, Order, day_of
from tracker.reading.points import Point, Written, full_year, one_day

_THREE = re.compile(r"(\d{1,2}|\d{4})([-./,、 ])(\d{1,2})\2(\d{1,2}|\d{4})[日号]?")
_TWO = re.compile(r"(\d{1,2})([-./])(\d{1,2})[日号]?")
_EIGHT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\.0+)?")
_RULES = {Order.YMD: "full", Order.MDY: "month_first", Order.DMY: "day_first"}
_NEAR_YEARS = 10
_NO_DAY = Point(0, 0, 1)


def numeric_day(text: str, terms: DayTerms) -> Written | None:
    """Return the day that the numbers of ``text`` name, None if they are no day at all."""
    return _eight(text) or _three(text, terms) or _two(text, terms)


def proven_order(texts: Iterable[str]) -> Order | None:
    """Return the only order in which all ``texts`` can be days, as far as any of them allows but one."""
    proven = {order for text in texts if (order := _only_order(text))}
    return proven.pop() if len(proven) == 1 else None


def _only_order(text: str) -> Order | None:
    match = _THREE.fullmatch(text)
    ways = _ways(match) if match and len(match[1]) <= 2 else {}
    return next(iter(ways)) if len(ways) == 1 else None


def _eight(text: str) -> Written | None:
    match = _EIGHT.fullmatch(text)
    if not match or not FIRST_YEAR <= int(match[1]) <= LAST_YEAR:
        return None
    return one_day("digits", Point(int(match[1]), int(match[2]), int(match[3])))


def _three(text: str, terms: DayTerms) -> Written | None:
    match = _THREE.fullmatch(text)
    if not match or len(match[1]) == len(match[4]) == 4:
        return None
    ways, has_century = _ways(match), 4 in (len(match[1]), len(match[4]))
    if not ways:
        return one_day("full", _NO_DAY) if has_century else None
    if len(match[1]) == 4:
        return one_day("full", ways[Order.YMD])
    return _chosen(ways, terms, () if has_century else ("century",))


def _chosen(ways: dict[Order, Point], terms: DayTerms, doubts: tuple[str, ...]) -> Written:
    """Choose the decided order; else the Chinese habit (the month before the day), and say if another is possible."""
    if terms.order in ways:
        return one_day(_RULES[terms.order], ways[terms.order], doubts)
    near = {order: point for order, point in ways.items() if _is_near(point, terms)} or ways
    order, *_rest = near
    point, *others = dict.fromkeys(near.values())
    if others or terms.order:
        doubts = (*doubts, "order")
    return one_day(_RULES[order], point, doubts, others[0] if others else None)


def _is_near(point: Point, terms: DayTerms) -> bool:
    """Tell 01/02/21 of 2021 from that of 2001, which hardly stands in the same ledger."""
    return abs((point.year or 0) - terms.reference.year) <= _NEAR_YEARS


def _ways(match: re.Match[str]) -> dict[Order, Point]:
    """Return the orders in which three numbers are a day; 3.2.15 and 7、20、21 are more often something else."""
    first, between, middle, last = match.groups()
    shapes = {Order.YMD: (first, middle, last), Order.MDY: (last, first, middle), Order.DMY: (last, middle, first)}
    if len(first) < 4 and between in ",、 ":
        return {}
    if between == "." and len(match.group()) < 8:
        del shapes[Order.MDY], shapes[Order.DMY]
    return {order: point for order, shape in shapes.items() if (point := _point(*shape))}


def _point(year: str, month: str, day: str) -> Point | None:
    if len(year) == 1 or max(len(month), len(day)) > 2 or not day_of(full_year(year), int(month), int(day)):
        return None
    return Point(full_year(year), int(month), int(day))


def _two(text: str, terms: DayTerms) -> Written | None:
    """Read 7.20; what cannot be a month and a day is some other number and not an impossible day."""
    match = _TWO.fullmatch(text)
    if not match:
        return None
    month, day = int(match[1]), int(match[3])
    if terms.order is Order.DMY:
        month, day = day, month
    is_day = 1 <= month <= 12 and 1 <= day <= 31
    return one_day("month_day", Point(None, month, day)) if is_day else None

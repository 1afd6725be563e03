"""Days as a text gives them, with what it leaves out left open."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Point:
    """A day whose year or month may be left out; ``day`` 0 is the last of the month. There need not be such a day."""

    year: int | None
    month: int | None
    day: int


@dataclass(frozen=True)
class Written:
    """What a text says: the first and the last day meant, often the same; ``other`` is a second way to read it."""

    rule: str
    start: Point
    end: Point
    doubts: tuple[str, ...] = ()
    other: Point | None = None


def one_day(rule: str, point: Point, doubts: tuple[str, ...] = (), other: Point | None = None) -> Written:
    """Return what a text says that names a single day."""
    return Written(rule, point, point, doubts, other)


def full_year(digits: str) -> int:
    """Return the year of two or four digits: 90 to 99 are of the last century."""
    year = int(digits)
    return year if len(digits) != 2 else year + (1900 if year >= 90 else 2000)


def century_doubt(digits: str) -> tuple[str, ...]:
    """Return the doubt that two digits leave."""
    return ("century",) if len(digits) == 2 else ()

"""The rules in force: the working-day calendar with the county's corrections, and the policy of a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Date, Integer, Select, bindparam, literal, select, union_all

from tracker.database import db, memo
from tracker.models import CalendarCorrection, HolidayDay, HolidayNotice, Issue, PolicyVersion, Setting
from workflows.calendar import CalendarRow, DayKind, WorkCalendar, calendar_of, parse_calendar
from workflows.policy import Policy

_NOTICES = Path(__file__).resolve().parent.parent / "data" / "state_council_calendar.csv"


@dataclass(frozen=True)
class PolicyInForce:
    """A policy and the version it comes from; ``version_id`` is ``None`` for the built-in default."""

    policy: Policy
    version_id: int | None
    effective_on: date | None


@cache
def _notices() -> WorkCalendar:
    return calendar_of(parse_calendar(_NOTICES.read_text(encoding="utf-8")))


@lru_cache(maxsize=4)
def _put_together(brought: tuple[tuple[int, CalendarRow], ...], corrections: tuple[CalendarRow, ...]) -> WorkCalendar:
    """Return the notices that come with the software, those that were brought in, and the county's corrections."""
    known = _notices()
    return known.with_notices([row for _year, row in brought], {year for year, _row in brought}).with_corrections(
        corrections
    )


def work_calendar() -> WorkCalendar:
    """Return the State Council's calendar with the county's corrections on top."""
    return memo("calendar", _work_calendar)


def _work_calendar() -> WorkCalendar:
    return calendar_with(corrections_plain())


def corrections_plain() -> list[list[Any]]:
    """Return what was ruled here as it is written down: day, whether one works, name, source.

    What a notice that was brought in rules has its year as fifth; the others are the county's own corrections.
    """
    found = db.session.execute(_ruled())
    return [
        [day.isoformat(), works, name, source] + ([year] if year else []) for day, works, name, source, year in found
    ]


@cache
def _ruled() -> Select[Any]:
    ruled, brought = CalendarCorrection, HolidayDay
    no_year = literal(None, Integer).label("year")
    both = union_all(
        select(ruled.day, ruled.is_workday, ruled.name, ruled.source, no_year),
        select(brought.day, brought.is_workday, brought.name, brought.source, brought.year),
    ).subquery()
    return select(both).order_by(both.c.day, both.c.year)


def calendar_with(rows: Iterable[list[Any]]) -> WorkCalendar:
    """Return the State Council's calendar with these rows on top, as ``corrections_plain`` gives them."""
    brought: list[tuple[int, CalendarRow]] = []
    own: list[CalendarRow] = []
    for day, works, name, source, *year in rows:
        row = CalendarRow(date.fromisoformat(day), DayKind.WORKDAY if works else DayKind.HOLIDAY, name, source)
        if year:
            brought.append((year[0], row))
        else:
            own.append(row)
    return _put_together(tuple(brought), tuple(own))


def notice_of(year: int) -> HolidayNotice | None:
    """Return the notice of a year that was brought in; none where it comes with the software or is not known."""
    return db.session.get(HolidayNotice, year)


def notice_comes_with_software(year: int) -> bool:
    """Tell whether the software itself knows the notice of a year."""
    return year in _notices().published


def year_without_notice(today: date) -> int | None:
    """Return the year whose notice is missing: this one, or from 1 December the next."""
    published = work_calendar().published
    years = (today.year, today.year + 1) if today.month == 12 else (today.year,)
    return next((year for year in years if year not in published), None)


def correction_days(day: date) -> list[CalendarCorrection]:
    """Return the correction that rules ``day`` with all days of the same act, the first first; none if none does."""
    act = select(CalendarCorrection.first_day).where(CalendarCorrection.day == day).scalar_subquery()
    query = select(CalendarCorrection).where(CalendarCorrection.first_day == act).order_by(CalendarCorrection.day)
    return list(db.session.scalars(query))


def policy_on(day: date) -> PolicyInForce:
    """Return the policy in force on ``day``: the version with the latest date of effect, of those the newest."""
    return memo(f"policy:{day}", lambda: _policy_on(day))


def _policy_on(day: date) -> PolicyInForce:
    version = db.session.scalars(_in_force(), {"day": day}).first()
    if version is None:
        return PolicyInForce(Policy(), None, None)
    return PolicyInForce(Policy.from_dict(version.body), version.id, version.effective_on)


@cache
def _in_force() -> Select[PolicyVersion]:
    begun = PolicyVersion.effective_on <= bindparam("day", type_=Date)
    newest = PolicyVersion.effective_on.desc(), PolicyVersion.id.desc()
    return select(PolicyVersion).where(begun, PolicyVersion.withdrawn_at.is_(None)).order_by(*newest).limit(1)


def policy_of(issue: Issue, today: date) -> PolicyInForce:
    """Return the policy that ``issue`` keeps since it was registered, or today's for a draft."""
    if issue.policy_version_id is None:
        return policy_on(today) if issue.number is None else PolicyInForce(Policy(), None, None)
    version = db.session.get_one(PolicyVersion, issue.policy_version_id)
    return PolicyInForce(Policy.from_dict(version.body), version.id, version.effective_on)


def setting(key: str, default: Any) -> Any:
    """Return a setting of this installation, or ``default`` while nobody set it."""
    found = db.session.get(Setting, key)
    return default if found is None else found.value

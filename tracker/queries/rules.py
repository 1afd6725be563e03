"""The rules in force: the working-day calendar with the county's corrections, and the policy of a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import select

from tracker.database import db, memo
from tracker.models import CalendarCorrection, Issue, PolicyVersion, Setting
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
def _corrected(corrections: tuple[CalendarRow, ...]) -> WorkCalendar:
    return _notices().with_corrections(corrections)


def work_calendar() -> WorkCalendar:
    """Return the State Council's calendar with the county's corrections on top."""
    return memo("calendar", _work_calendar)


def _work_calendar() -> WorkCalendar:
    return calendar_with(corrections_plain())


def corrections_plain() -> list[list[Any]]:
    """Return the county's corrections as they are written down: day, whether one works, name, source."""
    found = db.session.execute(
        select(
            CalendarCorrection.day, CalendarCorrection.is_workday, CalendarCorrection.name, CalendarCorrection.source
        ).order_by(CalendarCorrection.day)
    )
    return [[day.isoformat(), works, name, source] for day, works, name, source in found]


def calendar_with(corrections: Iterable[list[Any]]) -> WorkCalendar:
    """Return the State Council's calendar with these corrections on top, as ``corrections_plain`` gives them."""
    rows = (
        CalendarRow(date.fromisoformat(day), DayKind.WORKDAY if works else DayKind.HOLIDAY, name, source)
        for day, works, name, source in corrections
    )
    return _corrected(tuple(rows))


def correction_days(day: date) -> list[CalendarCorrection]:
    """Return the correction that rules ``day`` with all days of the same act, the first first; none if none does."""
    act = select(CalendarCorrection.first_day).where(CalendarCorrection.day == day).scalar_subquery()
    query = select(CalendarCorrection).where(CalendarCorrection.first_day == act).order_by(CalendarCorrection.day)
    return list(db.session.scalars(query))


def policy_on(day: date) -> PolicyInForce:
    """Return the policy in force on ``day``: the version with the latest date of effect, of those the newest."""
    return memo(f"policy:{day}", lambda: _policy_on(day))


def _policy_on(day: date) -> PolicyInForce:
    version = db.session.scalars(
        select(PolicyVersion)
        .where(PolicyVersion.effective_on <= day, PolicyVersion.withdrawn_at.is_(None))
        .order_by(PolicyVersion.effective_on.desc(), PolicyVersion.id.desc())
        .limit(1)
    ).first()
    if version is None:
        return PolicyInForce(Policy(), None, None)
    return PolicyInForce(Policy.from_dict(version.body), version.id, version.effective_on)


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

"""The rules as pages show them: versions of the policy, a year of the calendar, a date explained."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import func, select, tuple_

from tracker import labels
from tracker.database import db
from tracker.models import CalendarCorrection, Issue, Person, PolicyVersion
from tracker.policy import Actor, visible
from tracker.queries.rules import work_calendar
from workflows.calendar import ExplainedDay
from workflows.issue import IssueState, Severity

_OPEN = (IssueState.REGISTERED, IssueState.ASSIGNED, IssueState.RECTIFYING, IssueState.SUBMITTED, IssueState.VERIFIED)
FIRST_YEAR, LAST_YEAR = 2004, 2100


@dataclass(frozen=True)
class VersionLine:
    """One version of the policy, who made it, and how many open issues keep it."""

    version: PolicyVersion
    made_by: str
    open_issues: int


@dataclass(frozen=True)
class PolicyChange:
    """One field in which two versions differ; ``key`` is its dotted name, ``name`` that of the field alone."""

    key: str
    name: str
    words: str
    old: Any
    new: Any


def policy_versions(actor: Actor) -> list[VersionLine]:
    """Return the versions, the latest first; issues are counted among those the reader may see."""
    held = select(Issue.policy_version_id, func.count().label("n")).where(Issue.state.in_(_OPEN), visible(actor))
    counts = {row.policy_version_id: row.n for row in db.session.execute(held.group_by(Issue.policy_version_id))}
    query = select(PolicyVersion).order_by(PolicyVersion.effective_on.desc(), PolicyVersion.id.desc())
    versions = db.session.scalars(query).all()
    makers = select(Person.id, Person.name).where(Person.id.in_({version.made_by_id for version in versions}))
    names = {row.id: row.name for row in db.session.execute(makers)}
    return [VersionLine(v, names.get(v.made_by_id or 0, ""), counts.get(v.id, 0)) for v in versions]


def policy_pair(version_id: int) -> tuple[PolicyVersion, PolicyVersion | None] | None:
    """Return a version and the one it follows, ``None`` for the built-in policy; nothing where there is none."""
    shown = db.session.get(PolicyVersion, version_id)
    if shown is None:
        return None
    order = tuple_(PolicyVersion.effective_on, PolicyVersion.id)
    before = select(PolicyVersion).where(
        PolicyVersion.withdrawn_at.is_(None), order < tuple_(shown.effective_on, shown.id)
    )
    latest = before.order_by(PolicyVersion.effective_on.desc(), PolicyVersion.id.desc()).limit(1)
    return shown, db.session.scalars(latest).first()


def policy_latest() -> PolicyVersion | None:
    """Return the version with the latest date of effect, in force or not yet; of those the newest."""
    query = select(PolicyVersion).where(PolicyVersion.withdrawn_at.is_(None))
    query = query.order_by(PolicyVersion.effective_on.desc(), PolicyVersion.id.desc())
    return db.session.scalars(query.limit(1)).first()


def policy_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[PolicyChange]:
    """Return the fields in which two policies differ, in the reader's words."""
    found = []
    for name, value in new.items():
        if name in set(Severity):
            title = labels.word(labels.SEVERITY, name)
            found += [_change(name, title, key, old[name][key], one) for key, one in value.items()]
        else:
            found.append(_change("", "", name, old[name], value))
    return [change for change in found if change.old != change.new]


def _change(severity: str, title: str, name: str, old: Any, new: Any) -> PolicyChange:
    words = f"{title} {labels.word(labels.POLICY_FIELD, name)}".strip()
    return PolicyChange(f"{severity}.{name}" if severity else name, name, words, old, new)


def year_months(year: int) -> list[list[list[ExplainedDay | None]]]:
    """Return the twelve months of a year as weeks from Monday, each day explained, blanks as ``None``."""
    days = work_calendar()
    weeks = calendar.Calendar()
    return [
        [
            [days.explain_day(day) if day.month == month else None for day in week]
            for week in weeks.monthdatescalendar(year, month)
        ]
        for month in range(1, 13)
    ]


def correction_acts(year: int) -> list[list[CalendarCorrection]]:
    """Return the county's corrections of a year by day, those of one act together."""
    query = select(CalendarCorrection).where(CalendarCorrection.day.between(date(year, 1, 1), date(year, 12, 31)))
    days = db.session.scalars(query.order_by(CalendarCorrection.first_day, CalendarCorrection.day))
    return [list(act) for _first, act in groupby(days, key=attrgetter("first_day"))]


def is_published(year: int) -> bool:
    """Tell whether the State Council's notice of a year is known."""
    return year in work_calendar().published

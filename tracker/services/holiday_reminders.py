"""Tells the office that the State Council's holidays of a year are missing, from the December before."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from tracker.clock import local_date
from tracker.database import db
from tracker.models import Person, Post, Role
from tracker.queries.rules import year_without_notice
from tracker.services.checks import in_force
from tracker.services.reminding import reminder, reminders_note, reminders_withdraw
from workflows.reminding import DigestSection

RULE = "holidays_missing"


def holidays_remind(*, at: datetime) -> int:
    """Note down for everybody in the office, once a calendar week while it is so, which year has no holidays yet."""
    today = local_date(at)
    year = year_without_notice(today)
    if year is None:
        return 0
    query = select(Post.person_id).join(Person, Person.id == Post.person_id)
    office = db.session.scalars(query.where(Post.role == Role.OFFICE, *in_force(today)).distinct()).all()
    week = "{0.year}-W{0.week:02d}".format(today.isocalendar())
    rows = [
        reminder(
            rule=RULE, period=week, person_id=person, section=DigestSection.WAITING, kind="holidays_missing", at=at,
            subject=holidays_subject(year), context={"period": str(year)},
        )
        for person in sorted(office)
    ]  # fmt: skip
    return reminders_note(rows)


def holidays_known(year: int) -> None:
    """Take back what nobody was told yet about a missing year, in the caller's transaction."""
    reminders_withdraw(subject=holidays_subject(year))


def holidays_subject(year: int) -> str:
    """Return how a message names the year that it leads to."""
    return f"holidays:{year}"

"""One digest a person and working day, of everything they are to be reminded of; urgent things at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import select, update

from tracker.clock import local_date, wall
from tracker.database import db, transaction
from tracker.models import Person, Post, Reminder, Role, Setting
from tracker.policy import actor_of
from tracker.queries.digests import (
    county_figures,
    known_keys,
    people_to_tell,
    reminders_of,
    urgent_reminders,
)
from tracker.queries.rules import setting, work_calendar
from tracker.services.chain import ISSUES, chain_lock
from tracker.services.channels import channels_for
from tracker.services.checks import in_force
from tracker.services.digest_making import latest_of, parts_of, read_already, said, urgent_key
from tracker.services.outbox import INBOX, enqueue_all, message
from tracker.services.stand_ins import stand_in_copies
from tracker.services.winding import day_plan

AT_ONCE = 200  # people, or urgent reminders, a transaction
TOWNS = 20
DIGESTED = "digested_on"


def digests_send(*, at: datetime) -> int:
    """Give everybody who is to be told of something their digest of the day; return how many people got one.

    Once a working day, from the time that policy sets, outside quiet hours. Days that were missed are caught up with
    by this one. Leaders get theirs on every working day.
    """
    if not digests_are_next(at):
        return 0
    today = local_date(at)
    leaders, told = _leaders(today), 0
    people = sorted({*people_to_tell(), *leaders})
    county = _county(leaders, today)
    for start in range(0, len(people), AT_ONCE):
        with transaction():
            chain_lock(ISSUES)
            told += _digests(people[start : start + AT_ONCE], leaders, county, at)
    with transaction() as session:
        session.merge(Setting(key=DIGESTED, value=today.isoformat()))
    return told


def digests_are_next(at: datetime) -> bool:
    """Tell whether the digests of the day are to be made at ``at``: it is time, and they have not been made."""
    today, plan, now = local_date(at), day_plan(at), wall(at).time()
    if not work_calendar().is_workday(today) or now < plan.digest_at or plan.is_quiet(now):
        return False
    return bool(setting(DIGESTED, "") < today.isoformat())


def urgent_send(*, at: datetime) -> int:
    """Tell people at once of what is urgent, each thing by itself, except in quiet hours; return how many.

    Of one clock that reminded more than once before it could be told only the latest is.
    """
    if day_plan(at).is_quiet(wall(at).time()):
        return 0
    sent = 0
    while True:
        with transaction():
            chain_lock(ISSUES)
            found = urgent_reminders(AT_ONCE)
            rows = [
                message(urgent_key(row.id), row.person_id, row.kind, said(row, local_date(at)), at, row.issue_id,
                        row.subject)
                for row in latest_of(found)
            ]  # fmt: skip
            _queue(rows, at, urgent=True)
            _delivered([row.id for row in found], at)
        sent += len(rows)
        if len(found) < AT_ONCE:
            return sent


def _leaders(today: date) -> dict[int, Post]:
    query = select(Post).join(Person, Person.id == Post.person_id).where(Post.role == Role.LEADER, *in_force(today))
    return {post.person_id: post for post in db.session.scalars(query.order_by(Post.id))}


def _county(leaders: Mapping[int, Post], today: date) -> dict[str, Any]:
    """Return the county's figures, reckoned once: every leader may see the whole county."""
    return county_figures(actor_of(next(iter(leaders.values())), today), TOWNS) if leaders else {}


def _digests(people: Sequence[int], leaders: Collection[int], county: dict[str, Any], at: datetime) -> int:
    today = local_date(at)
    name = f"digest:{today.isoformat()}"
    served = known_keys([f"{name}:{person}:{INBOX}" for person in people])
    waiting = [person for person in people if f"{name}:{person}:{INBOX}" not in served]
    found = reminders_of(waiting)
    read = read_already(found)
    mine = {person: list(rows) for person, rows in groupby(found, key=lambda row: row.person_id)}
    messages = []
    for person in waiting:
        parts = parts_of([row for row in mine.get(person, []) if row.id not in read], today)
        if parts or person in leaders:
            about = {"county": county} if person in leaders else {}
            messages.append(message(name, person, "digest", {"day": today.isoformat(), "parts": parts, **about}, at))
    _queue(messages, at)
    _delivered([row.id for row in found], at)
    return len(messages)


def _queue(rows: Sequence[dict[str, Any]], at: datetime, *, urgent: bool = False) -> None:
    """Queue these messages in the inbox, also for whoever stands in, and the same by every outward channel."""
    rows = [*rows, *stand_in_copies(rows, at)]
    outward = channels_for([row["recipient_id"] for row in rows], urgent=urgent)
    copies = [
        row | {"key": row["key"].removesuffix(INBOX) + channel, "channel": channel, "sent_at": None}
        for row in rows
        for channel in outward.get(row["recipient_id"], [])
    ]
    enqueue_all([*rows, *copies])


def _delivered(ids: Sequence[int], at: datetime) -> None:
    statement = update(Reminder).where(Reminder.id.in_(ids)).values(delivered_at=at)
    db.session.execute(statement, execution_options={"synchronize_session": False})

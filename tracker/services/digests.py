"""One digest a person and working day, of everything they are to be reminded of; urgent things at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Row, select, update

from tracker.clock import local_date, wall
from tracker.database import db, transaction
from tracker.models import Person, Post, Reminder, Role, Setting
from tracker.policy import actor_of
from tracker.queries.digests import (
    county_figures,
    known_keys,
    people_to_tell,
    read_keys,
    reminders_of,
    urgent_reminders,
)
from tracker.queries.rules import setting, work_calendar
from tracker.services.chain import ISSUES, chain_lock
from tracker.services.channels import channels_for
from tracker.services.checks import in_force
from tracker.services.outbox import INBOX, enqueue_all, message
from tracker.services.winding import day_plan
from workflows.reminding import DigestSection

AT_ONCE = 200  # people, or urgent reminders, a transaction
LINES = 20  # of each part; the rest is counted
TOWNS = 20
DIGESTED = "digested_on"
_FAR = date.max


def digests_send(*, at: datetime) -> int:
    """Give everybody who is to be told of something their digest of the day; return how many people got one.

    Once a working day, from the time that policy sets, outside quiet hours. Days that were missed are caught up with
    by this one. Leaders get theirs on every working day.
    """
    today, plan = local_date(at), day_plan(at)
    now = wall(at).time()
    if not work_calendar().is_workday(today) or now < plan.digest_at or plan.is_quiet(now):
        return 0
    if setting(DIGESTED, "") >= today.isoformat():
        return 0
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


def urgent_send(*, at: datetime) -> int:
    """Tell people at once of what is urgent, each thing by itself, except in quiet hours; return how many."""
    if day_plan(at).is_quiet(wall(at).time()):
        return 0
    sent = 0
    while True:
        with transaction():
            chain_lock(ISSUES)
            found = urgent_reminders(AT_ONCE)
            rows = [
                message(f"reminder:{row.id}", row.person_id, row.kind, _said(row, local_date(at)), at, row.issue_id,
                        row.subject)
                for row in found
            ]  # fmt: skip
            _queue(rows, at, urgent=True)
            _delivered([row.id for row in found], at)
        sent += len(found)
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
    read = read_keys([key for row in found if (key := _told_by(row))])
    mine = {person: list(rows) for person, rows in groupby(found, key=lambda row: row.person_id)}
    messages = []
    for person in waiting:
        parts = list(_parts([row for row in mine.get(person, []) if _told_by(row) not in read], today))
        if parts or person in leaders:
            about = {"county": county} if person in leaders else {}
            messages.append(message(name, person, "digest", {"day": today.isoformat(), "parts": parts, **about}, at))
    _queue(messages, at)
    _delivered([row.id for row in found], at)
    return len(messages)


def _told_by(row: Row[Any]) -> str:
    """Return the key of the message that has told the answer already, nothing for what is no answer."""
    event = row.context.get("event") if row.section is DigestSection.ANSWERED else None
    return f"event:{event}:{row.person_id}:{INBOX}" if event else ""


def _parts(rows: Sequence[Row[Any]], today: date) -> Iterator[dict[str, Any]]:
    """Yield each part that is not empty, its lines by last day; of one clock only what was noted down last."""
    for section in DigestSection:
        latest = {
            (row.issue_id, row.subject, row.rule.partition(".")[0]): row for row in rows if row.section is section
        }
        lines = sorted(latest.values(), key=lambda row: (row.due_on or _FAR, row.id))
        if lines:
            shown = [_said(row, today) for row in lines[:LINES]]
            yield {"section": section.value, "total": len(lines), "lines": shown}


def _said(row: Row[Any], today: date) -> dict[str, Any]:
    """Return what a line or an urgent message says; of what is confidential no more than its number."""
    said: dict[str, Any] = {"kind": row.kind, **row.context}
    if row.due_on is not None:
        said |= {"deadline": row.due_on.isoformat(), "days": work_calendar().workdays_between(today, row.due_on)}
    if row.issue_id is None:
        return said | {"subject": row.subject}
    said |= {"issue": row.issue_id, "number": row.number or ""}
    if row.is_confidential:
        said.pop("words", None)
        return said | {"confidential": True, "place": "", "summary": ""}
    return {"place": row.place or "", "summary": row.summary, **said}


def _queue(rows: Sequence[dict[str, Any]], at: datetime, *, urgent: bool = False) -> None:
    """Queue these messages in the inbox, and the same by every outward channel of their recipients."""
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

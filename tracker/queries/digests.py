"""What digests are made of: reminders nobody was told of yet, and the county's figures for its leaders."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, not_, select

from tracker.database import db
from tracker.models import Issue, Letter, OutboxMessage, Person, Reminder, Unit
from tracker.policy import Actor, listed, listed_open
from tracker.queries.home import digest, last_workday_before
from tracker.queries.lateness import colour_of, has_colour, is_overdue
from tracker.queries.moves import MOVES
from workflows.policy import Colour

_COLOURS = (Colour.RED, Colour.YELLOW, Colour.BLUE)
SUMMARY = 40


def people_to_tell() -> list[int]:
    """Return the ids of the active people who are to be told of something that waits for a digest, ascending."""
    query = select(Reminder.person_id).join(Person, Person.id == Reminder.person_id)
    waiting = (Reminder.delivered_at.is_(None), Reminder.is_urgent.is_(False), Person.is_active)
    return list(db.session.scalars(query.where(*waiting).distinct().order_by(Reminder.person_id)))


def reminders_of(people: Collection[int]) -> Sequence[Row[Any]]:
    """Return what waits for the digests of these people, by person and last day."""
    mine = (Reminder.person_id.in_(people), Reminder.is_urgent.is_(False))
    return db.session.execute(_undelivered().where(*mine)).all()


def urgent_reminders(limit: int) -> Sequence[Row[Any]]:
    """Return what active people are to be told of at once, at most ``limit``."""
    urgent = _undelivered().join(Person, Person.id == Reminder.person_id).where(Reminder.is_urgent, Person.is_active)
    return db.session.execute(urgent.limit(limit)).all()


def reminders_given(person_id: int, at: datetime) -> Sequence[Row[Any]]:
    """Return what the digest made for that person at that instant told them of, by last day."""
    told = (Reminder.person_id == person_id, Reminder.delivered_at == at, Reminder.is_urgent.is_(False))
    return db.session.execute(_reminders().where(*told)).all()


def reminder_row(reminder_id: int) -> Row[Any] | None:
    """Return one reminder, with its issue as it is now."""
    return db.session.execute(_reminders().where(Reminder.id == reminder_id)).one_or_none()


def letters_now(ids: Collection[int]) -> dict[int, Row[Any]]:
    """Return state and last day of each of these documents of supervision."""
    query: Select[*tuple[Any, ...]] = select(Letter.id, Letter.state, Letter.due_on).where(Letter.id.in_(ids))
    return {row.id: row for row in db.session.execute(query)} if ids else {}


def _undelivered() -> Select[Any]:
    return _reminders().where(Reminder.delivered_at.is_(None))


def _reminders() -> Select[Any]:
    return (
        select(
            Reminder.id, Reminder.rule, Reminder.person_id, Reminder.issue_id, Reminder.subject, Reminder.section,
            Reminder.kind, Reminder.context, Reminder.due_on, Issue.number, Issue.is_confidential,
            Issue.state, Issue.severity, Issue.deadline, Issue.move_due_on, Issue.stage_due_on,
            Unit.name.label("place"), func.substr(Issue.description, 1, SUMMARY).label("summary"),
        )
        .outerjoin(Issue, Issue.id == Reminder.issue_id)
        .outerjoin(Unit, Unit.id == Issue.location_id)
        .order_by(Reminder.person_id, Reminder.due_on, Reminder.id)
    )  # fmt: skip


def read_keys(keys: Collection[str]) -> set[str]:
    """Return those of these messages that were read."""
    query = select(OutboxMessage.key).where(OutboxMessage.key.in_(keys), OutboxMessage.read_at.is_not(None))
    return set(db.session.scalars(query)) if keys else set()


def known_keys(keys: Collection[str]) -> set[str]:
    """Return those of these messages that exist."""
    return set(db.session.scalars(select(OutboxMessage.key).where(OutboxMessage.key.in_(keys))))


def known_keys_of_reminders(keys: Collection[str]) -> set[str]:
    """Return those of these reminders that were noted down before, whether or not anybody was told."""
    return set(db.session.scalars(select(Reminder.key).where(Reminder.key.in_(keys)))) if keys else set()


def county_figures(leader: Actor, towns: int) -> dict[str, Any]:
    """Return what a leader's digest says of the county: by colour, of the ``towns`` worst townships, what waits."""
    today = leader.today
    found = digest(leader)
    newly = and_(has_colour(today, Colour.RED), not_(has_colour(last_workday_before(today), Colour.RED)))
    waiting = {name: MOVES[key].condition(leader) for name, key in _WAITING.items()}
    return {
        "overdue": found.overdue, "soon": found.soon,
        **{colour.value: found.colours[colour.value] for colour in _COLOURS},
        "newly_red": _number(listed_open(leader), newly),
        **{name: _number(listed(leader), condition) for name, condition in waiting.items()},
        "townships": _townships(leader, towns),
    }  # fmt: skip


_WAITING = {"consents": "consents", "extensions": "extensions_again"}


def _number(*conditions: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count()).select_from(Issue).where(*conditions)) or 0


def _townships(leader: Actor, most: int) -> list[dict[str, Any]]:
    colour = colour_of(leader.today).label("colour")
    late = (
        select(Unit.name, colour, func.count().label("n"))
        .select_from(Issue)
        .join(Unit, Unit.id == Issue.township_id)
        .where(is_overdue(leader.today), listed_open(leader))
    )
    towns: dict[str, dict[str, Any]] = {}
    for row in db.session.execute(late.group_by(Unit.id, Unit.name, colour)):
        town = towns.setdefault(row.name, {"name": row.name, **{one.value: 0 for one in _COLOURS}})
        town[row.colour] += row.n
    return sorted(towns.values(), key=lambda town: (-town["red"], -town["yellow"], -town["blue"], town["name"]))[:most]

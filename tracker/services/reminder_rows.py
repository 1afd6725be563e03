"""Writes what a sweep found, in a few statements for many issues, each joined to the posts that must be told."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    ColumnElement,
    CursorResult,
    Date,
    DateTime,
    Integer,
    Select,
    String,
    Subquery,
    and_,
    bindparam,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    type_coerce,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from tracker.clock import local_date
from tracker.database import UTCDateTime, db
from tracker.models import GroupVillage, Issue, Person, Post, Reminder, Role, SupervisionGroup, Unit
from tracker.services.checks import RECTIFIERS, in_force
from tracker.services.recipients import Audience

_DUE = {
    "issue_id": Integer, "circle": String, "is_strict": Boolean, "rule": String, "section": String, "kind": String,
    "due_on": Date, "is_urgent": Boolean,
}  # fmt: skip
_NEXT = {"issue_id": Integer, "next_at": DateTime}
_WRITTEN = (
    "key", "person_id", "issue_id", "subject", "rule", "section", "kind", "context", "due_on", "made_at", "is_urgent",
)  # fmt: skip


def reminders_insert(due: Sequence[tuple[Any, ...]], at: datetime) -> int:
    """Note these down for whoever must move, the office where nobody is there to; return how many were new.

    ``due`` are rows of issue, circle, whether another group must re-check, rule, section, kind, last day, urgency.
    """
    circles = {row[1] for row in due}
    bound, today = {"due": json.dumps(due), "made_at": at}, local_date(at)
    made = sum(_insert(told(today), bound) for circle, told in _TOLD if circle in circles)
    if circles - {Audience.OFFICE}:
        made += _insert(_nobody(today), bound)
    return made


def remind_at_update(following: Sequence[tuple[int, str | None]]) -> None:
    """Set when each of these issues is to be looked at again; its version stays, for nothing in it has changed."""
    wound = _table("following", _NEXT)
    table = Issue.__table__
    statement = (
        update(table)  # type: ignore[arg-type]
        .values(remind_at=type_coerce(wound.c.next_at, UTCDateTime))
        .where(table.c.id == wound.c.issue_id)
    )
    db.session.execute(statement, {"following": json.dumps(following)})


def _table(name: str, columns: dict[str, Any]) -> Subquery:
    """Return rows that come as one parameter: however many there are, the statement stays the same."""
    if db.engine.dialect.name == "sqlite":
        each = func.json_each(bindparam(name, type_=String)).table_valued("value")
        cells = [
            type_coerce(func.json_extract(each.c.value, f"$[{place}]"), kind).label(column)
            for place, (column, kind) in enumerate(columns.items())
        ]
    else:
        given = cast(bindparam(name, type_=String), postgresql.JSONB)
        each = func.jsonb_array_elements(given).table_valued("value")
        cells = [
            cast(each.c.value.op("->>")(place), kind).label(column)
            for place, (column, kind) in enumerate(columns.items())
        ]
    return select(*cells).subquery(f"{name}_rows")


def _insert(rows: Select[Any], bound: dict[str, Any]) -> int:
    insert = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    table: Any = Reminder.__table__
    statement = insert(table).from_select(list(_WRITTEN), rows, include_defaults=False).on_conflict_do_nothing()
    result = db.session.execute(statement, bound, execution_options={"preserve_rowcount": True})
    return result.rowcount if isinstance(result, CursorResult) else 0


def _rows(person: Any) -> tuple[Subquery, Select[Any]]:
    """Return the table of what is due, and from it one reminder for each ``person`` that is joined to it."""
    due = _table("due", _DUE)
    about = literal(":issue:") + cast(due.c.issue_id, String) + ":" + cast(due.c.due_on, String) + ":"
    return due, select(
        due.c.rule + about + cast(person, String), person, due.c.issue_id, literal(""), due.c.rule, due.c.section,
        due.c.kind, literal({}, JSON), due.c.due_on, bindparam("made_at", type_=UTCDateTime), due.c.is_urgent,
    ).select_from(due)  # fmt: skip


def _office_people(today: date) -> Any:
    held = select(Post.person_id).join(Person, Person.id == Post.person_id).where(Post.role == Role.OFFICE)
    return held.where(*in_force(today)).distinct().subquery("office")


def _office(today: date) -> Select[Any]:
    people = _office_people(today)
    due, rows = _rows(people.c.person_id)
    return rows.join(people, true()).where(due.c.circle == Audience.OFFICE.value)


def _nobody(today: date) -> Select[Any]:
    """Return the office for what nobody else was noted down for."""
    people = _office_people(today)
    due, rows = _rows(people.c.person_id)
    noted = exists().where(
        Reminder.issue_id == due.c.issue_id, Reminder.rule == due.c.rule, Reminder.due_on == due.c.due_on
    )
    return rows.join(people, true()).where(due.c.circle != Audience.OFFICE.value, ~noted)


def _responsible(today: date) -> Select[Any]:
    """Return the named person and, of what is not confidential, everyone with such a post at the unit."""
    due, rows = _rows(Post.person_id)
    open_to_unit = or_(Issue.is_confidential.is_(False), Post.person_id == Issue.created_by_id)
    at_unit = and_(Post.unit_id == Issue.responsible_unit_id, open_to_unit)
    return (
        rows.join(Issue, Issue.id == due.c.issue_id)
        .join(Post, or_(Post.person_id == Issue.responsible_id, at_unit))
        .join(Person, Person.id == Post.person_id)
        .where(due.c.circle == Audience.RESPONSIBLE.value, Post.role.in_(RECTIFIERS), *in_force(today))
    )


def _on_roster(today: date) -> Select[Any]:
    """Return the groups that have the place on their roster; by policy not the one that found it."""
    due, rows = _rows(Post.person_id)
    allowed = or_(
        due.c.is_strict.is_(False), Issue.found_by_group_id.is_(None), GroupVillage.group_id != Issue.found_by_group_id
    )
    return (
        rows.join(Issue, Issue.id == due.c.issue_id)
        .join(Unit, Unit.id == Issue.location_id)
        .join(GroupVillage, GroupVillage.unit_id.in_((Unit.id, Unit.parent_id)))
        .join(SupervisionGroup, SupervisionGroup.id == GroupVillage.group_id)
        .join(Post, Post.group_id == GroupVillage.group_id)
        .join(Person, Person.id == Post.person_id)
        .where(
            due.c.circle == Audience.RECHECKERS.value, SupervisionGroup.is_active, GroupVillage.valid_from <= today,
            or_(GroupVillage.valid_to.is_(None), GroupVillage.valid_to >= today), allowed, *_group_post(today),
        )
    )  # fmt: skip


def _finders(today: date) -> Select[Any]:
    """Return the group that found it, unless policy asks for another."""
    due, rows = _rows(Post.person_id)
    return (
        rows.join(Issue, Issue.id == due.c.issue_id)
        .join(Post, Post.group_id == Issue.found_by_group_id)
        .join(Person, Person.id == Post.person_id)
        .where(due.c.circle == Audience.RECHECKERS.value, due.c.is_strict.is_(False), *_group_post(today))
    )


def _group_post(today: date) -> tuple[ColumnElement[bool], ...]:
    leads = and_(Post.role == Role.GROUP_LEAD, Post.group_id == Issue.found_by_group_id)
    insider = or_(Issue.is_confidential.is_(False), Post.person_id == Issue.created_by_id, leads)
    return Post.role.in_((Role.GROUP_LEAD, Role.GROUP_MEMBER)), insider, *in_force(today)


_TOLD: tuple[tuple[Audience, Callable[[date], Select[Any]]], ...] = (
    (Audience.OFFICE, _office),
    (Audience.RESPONSIBLE, _responsible),
    (Audience.RECHECKERS, _on_roster),
    (Audience.RECHECKERS, _finders),
)

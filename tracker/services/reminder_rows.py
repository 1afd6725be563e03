"""Writes what a sweep found, in a few statements for many issues, each joined to the posts that must be told.

The statements are built once a process: to build one costs more than to run it for two hundred issues.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    ColumnElement,
    CursorResult,
    Date,
    DateTime,
    Insert,
    Integer,
    Select,
    String,
    Subquery,
    Update,
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
_TODAY: Any = bindparam("today", type_=Date)
_NEXT = {"issue_id": Integer, "next_at": DateTime}
_WRITTEN = (
    "key", "person_id", "issue_id", "subject", "rule", "section", "kind", "context", "due_on", "made_at", "is_urgent",
)  # fmt: skip


def reminders_insert(due: Sequence[tuple[Any, ...]], at: datetime) -> int:
    """Note these down for whoever must move, the office where nobody is there to; return how many were new.

    ``due`` are rows of issue, circle, whether another group must re-check, rule, section, kind, last day, urgency.
    """
    circles, dialect = {row[1] for row in due}, db.engine.dialect.name
    bound = {"due": json.dumps(due), "made_at": at, "today": local_date(at)}
    wanted = [told for circle, told in _TOLD if circle in circles]
    if circles - {Audience.OFFICE}:
        wanted.append(_nobody)
    return sum(_run(_insert(told, dialect), bound) for told in wanted)


def remind_at_update(following: Sequence[tuple[int, str | None]]) -> None:
    """Set when each of these issues is to be looked at again; its version stays, for nothing in it has changed."""
    db.session.execute(_move(db.engine.dialect.name), {"following": json.dumps(following)})


@cache
def _move(dialect: str) -> Update:
    wound = _table("following", _NEXT, dialect)
    table: Any = Issue.__table__
    moved = update(table).values(remind_at=type_coerce(wound.c.next_at, UTCDateTime))
    return moved.where(table.c.id == wound.c.issue_id)


def _table(name: str, columns: dict[str, Any], dialect: str) -> Subquery:
    """Return rows that come as one parameter: however many there are, the statement stays the same."""
    if dialect == "sqlite":
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


@cache
def _insert(told: Callable[[str], Select[Any]], dialect: str) -> Insert:
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    table: Any = Reminder.__table__
    return insert(table).from_select(list(_WRITTEN), told(dialect), include_defaults=False).on_conflict_do_nothing()


def _run(statement: Insert, bound: dict[str, Any]) -> int:
    result = db.session.execute(statement, bound, execution_options={"preserve_rowcount": True})
    return result.rowcount if isinstance(result, CursorResult) else 0


def _rows(person: Any, dialect: str) -> tuple[Subquery, Select[Any]]:
    """Return the table of what is due, and from it one reminder for each ``person`` that is joined to it."""
    due = _table("due", _DUE, dialect)
    about = literal(":issue:") + cast(due.c.issue_id, String) + ":" + cast(due.c.due_on, String) + ":"
    return due, select(
        due.c.rule + about + cast(person, String), person, due.c.issue_id, literal(""), due.c.rule, due.c.section,
        due.c.kind, literal({}, JSON), due.c.due_on, bindparam("made_at", type_=UTCDateTime), due.c.is_urgent,
    ).select_from(due)  # fmt: skip


def _office_people() -> Any:
    held = select(Post.person_id).join(Person, Person.id == Post.person_id).where(Post.role == Role.OFFICE)
    return held.where(*in_force(_TODAY)).distinct().subquery("office")


def _office(dialect: str) -> Select[Any]:
    people = _office_people()
    due, rows = _rows(people.c.person_id, dialect)
    return rows.join(people, true()).where(due.c.circle == Audience.OFFICE.value)


def _nobody(dialect: str) -> Select[Any]:
    """Return the office for what nobody else was noted down for."""
    people = _office_people()
    due, rows = _rows(people.c.person_id, dialect)
    noted = exists().where(
        Reminder.issue_id == due.c.issue_id, Reminder.rule == due.c.rule, Reminder.due_on == due.c.due_on
    )
    return rows.join(people, true()).where(due.c.circle != Audience.OFFICE.value, ~noted)


def _responsible(dialect: str) -> Select[Any]:
    """Return the named person and, of what is not confidential, everyone with such a post at the unit."""
    due, rows = _rows(Post.person_id, dialect)
    open_to_unit = or_(Issue.is_confidential.is_(False), Post.person_id == Issue.created_by_id)
    at_unit = and_(Post.unit_id == Issue.responsible_unit_id, open_to_unit)
    return (
        rows.join(Issue, Issue.id == due.c.issue_id)
        .join(Post, or_(Post.person_id == Issue.responsible_id, at_unit))
        .join(Person, Person.id == Post.person_id)
        .where(due.c.circle == Audience.RESPONSIBLE.value, Post.role.in_(RECTIFIERS), *in_force(_TODAY))
    )


def _on_roster(dialect: str) -> Select[Any]:
    """Return the groups that have the place on their roster; by policy not the one that found it."""
    due, rows = _rows(Post.person_id, dialect)
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
            due.c.circle == Audience.RECHECKERS.value, SupervisionGroup.is_active, GroupVillage.valid_from <= _TODAY,
            or_(GroupVillage.valid_to.is_(None), GroupVillage.valid_to >= _TODAY), allowed, *_group_post(),
        )
    )  # fmt: skip


def _finders(dialect: str) -> Select[Any]:
    """Return the group that found it, unless policy asks for another."""
    due, rows = _rows(Post.person_id, dialect)
    return (
        rows.join(Issue, Issue.id == due.c.issue_id)
        .join(Post, Post.group_id == Issue.found_by_group_id)
        .join(Person, Person.id == Post.person_id)
        .where(due.c.circle == Audience.RECHECKERS.value, due.c.is_strict.is_(False), *_group_post())
    )


def _group_post() -> tuple[ColumnElement[bool], ...]:
    leads = and_(Post.role == Role.GROUP_LEAD, Post.group_id == Issue.found_by_group_id)
    insider = or_(Issue.is_confidential.is_(False), Post.person_id == Issue.created_by_id, leads)
    return Post.role.in_((Role.GROUP_LEAD, Role.GROUP_MEMBER)), insider, *in_force(_TODAY)


_TOLD: tuple[tuple[Audience, Callable[[str], Select[Any]]], ...] = (
    (Audience.OFFICE, _office),
    (Audience.RESPONSIBLE, _responsible),
    (Audience.RECHECKERS, _on_roster),
    (Audience.RECHECKERS, _finders),
)

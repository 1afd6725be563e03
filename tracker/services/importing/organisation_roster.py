"""Rows of groups and rosters: known again, and made or changed by the services that the workbook uses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import or_, select

from tracker.database import db
from tracker.models import GroupVillage, SupervisionGroup
from tracker.queries.import_index import TOWNS
from tracker.services.importing.notes import Level
from tracker.services.importing.organisation_line import Line
from tracker.services.importing.organisation_names import Names
from tracker.services.unit_tree import PLACES
from tracker.services.workbook_rows import RowWork, group_row, roster_row


def group_take(line: Line, work: RowWork, _names: Names) -> int:
    """Make or change a group, known by its number; an empty cell changes nothing. Return its id."""
    number = line.group_number("number")
    query = select(SupervisionGroup).where(SupervisionGroup.number == number)
    group = db.session.scalars(query).first() if number is not None else None
    name = line.text("name") if group else line.needed("name")
    active = line.yes_no("active")
    if line.is_stopped:
        return 0
    if group is not None:
        name, active = name or group.name, group.is_active if active is None else active
    group_row(work, {"number": number, "name": name, "active": active is not False})
    return db.session.scalars(select(SupervisionGroup.id).where(SupervisionGroup.number == number)).one()


def roster_take(line: Line, work: RowWork, names: Names) -> int:
    """Put a village on a group's roster, or change the period for which it stands there. Return the entry's id."""
    line.needed("number")
    line.needed("unit")
    group = names.group(line, "number")
    unit_id = _village(line, names)
    first, today = line.day("valid_from"), line.day_shown("valid_from", work.on)
    last = line.day("valid_to", first or today)
    entry_id = line.id("id")
    if line.is_stopped or group is None or unit_id is None:
        return 0
    if entry_id is None:
        found = _within(group.id, unit_id, first or today, last)
        if len(found) > 1:
            return found[-1].id  # It stands there for one period after the other; a row cannot mean both.
        entry = found[0] if found else None
    else:
        entry = db.session.get(GroupVillage, entry_id)
    begin = _first_day(line, entry, first, today)
    _tell_others(line, group.id, unit_id, begin)
    values = {"number": group.number, "unit": f"#{unit_id}", "valid_from": begin}
    until = last or (entry.valid_to if entry else None)
    roster_row(work, values | {"id": entry.id if entry else entry_id, "valid_to": until})
    return entry.id if entry else _within(group.id, unit_id, begin, until)[-1].id


def _village(line: Line, names: Names) -> int | None:
    town = names.unit(line, "township", TOWNS)
    unit = names.unit(line, "unit", PLACES, town)
    if unit is None and not line.is_stopped:
        line.note(Level.WRONG, "needed", "unit")
    return unit.id if unit else None


def _within(group_id: int, unit_id: int, first: date, last: date | None) -> Sequence[GroupVillage]:
    """Return the entries of a village on a roster that reach into a period."""
    query = select(GroupVillage).where(
        GroupVillage.group_id == group_id, GroupVillage.unit_id == unit_id,
        GroupVillage.valid_from <= (last or date.max),
        or_(GroupVillage.valid_to.is_(None), GroupVillage.valid_to >= first),
    )  # fmt: skip
    return db.session.scalars(query.order_by(GroupVillage.valid_from, GroupVillage.id)).all()


def _first_day(line: Line, entry: GroupVillage | None, first: date | None, today: date) -> date:
    """Return since when a village stands on the roster: a row without a system number never cuts what has been."""
    if entry is None:
        if first is None:
            line.note(Level.DOUBT, "day_today", "valid_from", today.isoformat())
        return first or today
    if first is None:
        return entry.valid_from
    return first if line.id("id") is not None else min(first, entry.valid_from)


def _tell_others(line: Line, group_id: int, unit_id: int, day: date) -> None:
    """Say on whose roster a village stands already; it may stand on two, for one group re-checks another's findings."""
    lasting = or_(GroupVillage.valid_to.is_(None), GroupVillage.valid_to >= day)
    query = (
        select(SupervisionGroup.name)
        .join(GroupVillage, GroupVillage.group_id == SupervisionGroup.id)
        .where(GroupVillage.unit_id == unit_id, SupervisionGroup.id != group_id, lasting)
        .order_by(SupervisionGroup.number)
    )
    others = db.session.scalars(query).all()
    if others:
        line.note(Level.INFO, "roster_elsewhere", "unit", "、".join(dict.fromkeys(others)))

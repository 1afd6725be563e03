"""Rows of units: known again, and made or changed by the service that the workbook uses."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import select

from tracker import labels
from tracker.database import db
from tracker.errors import NotFoundError
from tracker.models import Unit, UnitKind
from tracker.queries.import_index import UnitEntry
from tracker.queries.workbook import tags_today
from tracker.services.importing.notes import Level
from tracker.services.importing.organisation_line import Line
from tracker.services.importing.organisation_names import Names, unit_below
from tracker.services.importing.organisation_words import kind_words
from tracker.services.importing.spoken import folded
from tracker.services.unit_tree import PARENTS
from tracker.services.workbook_rows import RowWork
from tracker.services.workbook_units import unit_row

_BETWEEN_TAGS = re.compile(r"[、，,；;]")
_DEPTH = {UnitKind.COUNTY: 0, UnitKind.TOWNSHIP: 1, UnitKind.STREET: 1, UnitKind.GRID: 3}
_LAST_DEPTH = 2


def unit_depth(line: Line, names: Names) -> int:
    """Return how deep in the tree a row's unit stands: what lies above is made first, wherever its row is."""
    kind = kind_words().get(folded(line.text("kind"))) or names.kind_by_ending(line.text("name"))
    return _DEPTH.get(kind, _LAST_DEPTH) if kind else _LAST_DEPTH


def unit_take(line: Line, work: RowWork, names: Names) -> int:
    """Make or change a unit; an empty cell changes nothing. Return its id."""
    stated = line.word("kind", kind_words(), "kind_unknown")
    name = line.needed("name")
    likely = stated or names.kind_by_ending(name)
    above = names.unit(line, "parent", PARENTS[likely] if likely else ())
    unit = _existing(line, stated, name, above, names)
    kind = stated or (unit.kind if unit else None) or _proposed(line, name, likely)
    values = {
        "id": unit.id if unit else line.id("id"), "kind": kind, "name": name,
        "code": line.code("code") or (unit.code if unit else None), "confirmed": bool(line.yes_no("confirmed")),
        "full_name": line.text("full_name"), "tags": _tags(line, unit, work),
        "parent": _parent(unit, kind, above, names),
    }  # fmt: skip
    if line.is_stopped or kind is None:
        return 0
    if unit is None and values["id"] is None:
        _warn(line, name, kind, above or names.units.county, names)
    unit_row(work, values)
    return unit.id if unit else _begun(line, values, is_stated=stated is not None)


def _existing(line: Line, stated: UnitKind | None, name: str, above: UnitEntry | None, names: Names) -> Unit | None:
    """Return the unit that a row speaks of: by system number, by code, by its name below the one above."""
    unit_id, code = line.id("id"), line.code("code")
    if unit_id is not None:
        return db.session.get(Unit, unit_id)
    by_code = db.session.scalars(select(Unit).where(Unit.code == code)).first() if code else None
    if by_code is not None or not name:
        return by_code
    county = names.units.county
    if above is None and county is not None and (stated is UnitKind.COUNTY or name == county.name):
        return unit_below(None, name)
    parent = above or county
    return unit_below(parent.id, name) if parent else None


def _proposed(line: Line, name: str, likely: UnitKind | None) -> UnitKind | None:
    """Return the kind that a new unit is taken for by its ending, to be looked at; without one it has to be stated."""
    if name and likely is None:
        line.note(Level.WRONG, "kind_needed", "kind", name)
    elif name and likely is not None:
        line.note(Level.DOUBT, "kind_by_ending", "kind", labels.word(labels.UNIT_KIND, likely))
    return likely


def _parent(unit: Unit | None, kind: UnitKind | None, above: UnitEntry | None, names: Names) -> str:
    """Return what a row's unit stands below, as the services take it: as stated, as it is, or the county."""
    if above is not None:
        return f"#{above.id}"
    if unit is not None:
        return f"#{unit.parent_id}" if unit.parent_id else ""
    county = names.units.county
    return f"#{county.id}" if county and kind is not UnitKind.COUNTY else ""


def _tags(line: Line, unit: Unit | None, work: RowWork) -> tuple[str, ...]:
    words = line.text("tags")
    if not words and unit is not None:
        return tuple(tags_today(unit, work.on))
    return tuple(part.strip() for part in _BETWEEN_TAGS.split(words) if part.strip())


def _warn(line: Line, name: str, kind: UnitKind, above: UnitEntry | None, names: Names) -> None:
    alike = names.alike(name, kind, above) if above else ""
    if alike:
        line.note(Level.DOUBT, "unit_alike", "name", alike)


def _begun(line: Line, values: dict[str, Any], *, is_stated: bool) -> int:
    """Return the id of the unit that was just made; a kind that only its ending says is left for people to confirm."""
    parent = values["parent"]
    unit = unit_below(int(parent[1:]) if parent else None, values["name"])
    if unit is None:
        raise NotFoundError
    unit.kind_confirmed = is_stated and line.yes_no("confirmed") is not False
    return unit.id

"""The permission matrix: one row an action, one column a role, as data in ``tracker/data/permissions.csv``."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path

from tracker.models import Role

ANONYMOUS = "anonymous"
_FILE = Path(__file__).resolve().parent.parent / "data" / "permissions.csv"


class Cell(StrEnum):
    """What one role may do; scope and law still decide on the single record."""

    ALL = "Y"
    OWN_UNIT = "o"
    OWN = "m"
    TWO_PERSONS = "D"
    FORBIDDEN = "x"
    HIDDEN = "."

    @property
    def allows(self) -> bool:
        """Tell whether the action may be tried at all."""
        return self not in (Cell.FORBIDDEN, Cell.HIDDEN)


def _rows() -> list[dict[str, str]]:
    with _FILE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def action_words() -> Mapping[str, str]:
    """Return action → its words (msgids), in the order of the file."""
    return {row["action"]: row["words"] for row in _rows()}


@cache
def matrix() -> Mapping[str, Mapping[str, Cell]]:
    """Return action → role (or ``anonymous``) → cell."""
    columns = [role.value for role in Role] + [ANONYMOUS]
    return {row["action"]: {column: Cell(row[column]) for column in columns} for row in _rows()}


def cell_for(action: str, role: Role | None) -> Cell:
    """Return the cell of ``action`` for ``role``, ``None`` standing for nobody signed in.

    Raises ``KeyError`` for an action that has no row: a route without a row must not be served.
    """
    return matrix()[action][role.value if role else ANONYMOUS]

"""Versions as lines of a ledger: what things were called then, how late it was, what stood beside them."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Row

from tracker.models import IssueVersion
from tracker.queries.lateness import reckoner
from tracker.queries.ledger import LedgerRow
from tracker.queries.moments import Moment

_BOUND = ("seq", "valid_from", "until", "prev_hash", "hash")
TAKEN = tuple(column for column in IssueVersion.__table__.columns if column.key not in _BOUND)
_KEYS = tuple(column.key for column in TAKEN)
# What is told by its name of then, and the id that leads to it.
NAMES = {
    "township": ("unit", "township_id"), "place": ("unit", "location_id"), "unit": ("unit", "responsible_unit_id"),
    "star": ("star", "star_id"), "indicator": ("indicator", "indicator_id"),
    "group": ("supervision_group", "found_by_group_id"), "responsible": ("person", "responsible_id"),
    "sponsor": ("person", "sponsor_id"), "creator": ("person", "created_by_id"),
    "verifier": ("person", "verified_by_id"), "signer": ("person", "signed_off_by_id"),
}  # fmt: skip
# The issue of a line: the columns of its version, its names, and ``id``, which other lists of issues call it.
LedgerIssue: Any = namedtuple("LedgerIssue", (*_KEYS, *NAMES, "id"))  # type: ignore[misc]
_NOTHING: Mapping[str, Any] = {
    "assisting": [], "notices": [], "letters": [], "look_backs": [], "urged": [],
    "measures": None, "instructions": None, "evidence": None,
}  # fmt: skip


class SaidDocument(NamedTuple):
    """A notice or a letter that a version names."""

    number: str
    issued_at: datetime


class SaidLookBack(NamedTuple):
    """A look-back that a version names, and how it ended."""

    done_on: date
    state: str


def lines_of(rows: Sequence[Row[Any]], at: Moment, *, is_whole: bool) -> list[LedgerRow]:
    """Return versions (rows of ``TAKEN``) as lines of a ledger; ``is_whole``: for a reader who sees the county."""
    if not rows:
        return []
    held = dict(zip(_KEYS, zip(*rows, strict=True), strict=True))  # by columns: what is alike is done alike
    units = at.names("unit", (key for said in held["beside"] for key in said.get("assisting", ())))
    named = [map(at.names(kind, held[column]).__getitem__, held[column]) for kind, column in NAMES.values()]
    late = reckoner(at.today, set(held["policy_version_id"]), at.calendar).latenesses
    lines = zip(
        map(LedgerIssue._make, zip(*held.values(), *named, held["issue_id"], strict=True)),
        late(held["deadline"], held["state"], held["severity"], held["policy_version_id"]),
        (_beside(said, units, is_whole=is_whole) if said else _NOTHING for said in held["beside"]),
        strict=True,
    )
    return [LedgerRow(*line) for line in lines]


def _beside(said: Mapping[str, Any], units: Mapping[int | None, str | None], *, is_whole: bool) -> Mapping[str, Any]:
    """Return what stood beside an issue, with what a version leaves out as empty."""
    beside = {**_NOTHING, **said}
    if "assisting" in said:
        beside["assisting"] = [units[key] for key in said["assisting"]]
    if "notices" in said:
        beside["notices"] = [SaidDocument(one[0], datetime.fromisoformat(one[1])) for one in said["notices"]]
    if (
        "letters" in said
    ):  # one about several issues is for whoever may see them all: known of the county's readers alone
        seen = (one for one in said["letters"] if is_whole or one[2])
        beside["letters"] = [SaidDocument(one[0], datetime.fromisoformat(one[1])) for one in seen]
    if "look_backs" in said:
        beside["look_backs"] = [_look_back(one) for one in said["look_backs"]]
    if "urged" in said:
        beside["urged"] = list(map(datetime.fromisoformat, said["urged"]))
    return beside


def _look_back(said: str) -> SaidLookBack:
    day, _space, state = said.partition(" ")
    return SaidLookBack(date.fromisoformat(day), state)

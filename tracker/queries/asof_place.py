"""Where a page of a ledger begins or ends, as it stands in an address."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from tracker.queries.versions import plain

_LARGEST = 2**31 - 1


@dataclass(frozen=True)
class Place:
    """Where to go on: after the row with this issue, whose sorted column held ``value``."""

    issue_id: int
    value: Any = None


def place_text(place: Place | None, sort: str) -> str:
    """Return a place fit for an address, nothing for none."""
    if place is None:
        return ""
    packed = json.dumps([sort, place.issue_id, plain(place.value)], separators=(",", ":"))
    return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def place_of(text: str, sort: str) -> Place:
    """Return the place of ``text``; raise ``ValueError`` for one that was not made by this order."""
    made = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    if not isinstance(made, list) or made[:1] != [sort]:
        raise ValueError("a place in another order")
    _sort, key, value = made
    if value is not None:
        value = date.fromisoformat(value) if sort == "deadline" else _id(value)
    return Place(_id(key), value)


def _id(value: Any) -> int:
    if type(value) is not int:
        raise ValueError("no id")
    return max(0, min(value, _LARGEST))

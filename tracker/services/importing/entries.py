"""One issue as a ledger tells it, and the key by which it is known when the same ledger comes again."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from workflows.issue import IssueState, closed_late


@dataclass(frozen=True)
class LedgerEntry:
    """One issue to be; days are Shanghai calendar days, inclusive.

    ``key`` names it for ever, ``also`` are keys under which it may have come in before, ``own`` is the ledger's number
    for it. ``columns`` are the plain columns of the issue, ``history`` the steps the ledger tells of (what, day, who),
    and ``stated`` its own words where they go nowhere else.
    """

    key: str
    also: Sequence[str]
    own: str
    state: IssueState
    columns: Mapping[str, Any]
    deadline: date | None
    deadline_time: time | None
    first_deadline: date | None
    signed_off_on: date | None
    signed_off_time: time | None
    assigned_on: date | None
    accepted_on: date | None
    verified_on: date | None
    measures: str
    assisting: Sequence[int]
    history: Sequence[tuple[str, str, str]] = ()
    stated: Mapping[str, str] = field(default_factory=dict)
    points: Sequence[str] = ()

    @property
    def closed_late(self) -> bool | None:
        """Tell whether the issue was signed off after its deadline; ``None`` where it is not signed off."""
        if self.state is not IssueState.SIGNED_OFF or self.signed_off_on is None:
            return None
        at = datetime.combine(self.signed_off_on, self.signed_off_time or time())
        return closed_late(self.deadline, self.deadline_time, at)


def part_key(key: str, part: int) -> str:
    """Return the key of one finding of a row; ``part`` counts from 1."""
    return f"{key}/{part}" if part > 1 else key


def stated_key(mapping_name: str, key: str) -> str:
    """Return the key of the issue with the number ``key`` in ledgers of that name, whatever else they say of it."""
    return f"{mapping_name}:{key}"


def told_key(*told: Any) -> str:
    """Return a key from what a row tells, for ledgers that number nothing: blanks and widths do not count."""
    plain = "\n".join("".join(unicodedata.normalize("NFKC", str(one or "")).split()) for one in told)
    return f"={hashlib.sha256(plain.encode('utf-8', 'surrogatepass')).hexdigest()[:40]}"

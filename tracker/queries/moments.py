"""A past instant: which day it was, by which calendar one counted, and what things were called then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from tracker.clock import local_date
from tracker.database import db
from tracker.models import Indicator, LedgerTerm, Person, PolicyVersion, Star, SupervisionGroup, Unit
from tracker.queries.rules import calendar_with, corrections_plain
from workflows.calendar import WorkCalendar
from workflows.policy import Policy

_NAMED: Mapping[str, Any] = {
    model.__tablename__: model for model in (Unit, Person, Star, Indicator, SupervisionGroup)
}  # fmt: skip


@dataclass
class Moment:
    """An instant, its Shanghai day, the calendar that was in force, and the names of then, found as they are needed.

    ``is_present``: what is asked for is what holds, at whatever instant that is read.
    """

    at: datetime
    calendar: WorkCalendar
    former: Mapping[tuple[str, int], str]
    is_present: bool = False
    _known: defaultdict[str, dict[int | None, str | None]] = field(default_factory=lambda: defaultdict(_nobody))

    @property
    def today(self) -> date:
        """Return the Shanghai day of the instant."""
        return local_date(self.at)

    def former_of(self, kind: str) -> dict[int, str]:
        """Return what is called otherwise since, by its id, with the name of then."""
        return {key: name for (one, key), name in self.former.items() if one == kind}

    def learn(self, kind: str, keys: Iterable[int | None]) -> None:
        """Read the names of these records at once."""
        known = self._known[kind]
        wanted = set(keys) - known.keys()
        if not wanted:
            return
        model = _NAMED[kind]
        for key, name in db.session.execute(select(model.id, model.name).where(model.id.in_(wanted))):
            known[key] = self.former.get((kind, key), name)

    def names(self, kind: str, keys: Iterable[int | None]) -> Mapping[int | None, str | None]:
        """Return what these records were called, by their ids; ``None`` is called ``None``."""
        self.learn(kind, keys)
        return self._known[kind]

    def name(self, kind: str, key: int | None) -> str | None:
        """Return what a record was called; it has been learnt before."""
        return self._known[kind][key]


def _nobody() -> dict[int | None, str | None]:
    return {None: None}


def moment(at: datetime) -> Moment:
    """Return the instant ``at`` with all that was called or counted otherwise then."""
    query = select(LedgerTerm.kind, LedgerTerm.key, LedgerTerm.content).where(LedgerTerm.until > at)
    held: dict[tuple[str, int], Any] = {}
    for kind, key, content in db.session.execute(query.order_by(LedgerTerm.until, LedgerTerm.seq)):
        held.setdefault((kind, key), content)
    corrections = held.pop(("calendar", 0), None)
    calendar = calendar_with(corrections_plain() if corrections is None else corrections)
    return Moment(at, calendar, held)


def present(at: datetime) -> Moment:
    """Return the present, which is ``at``: its ledgers are of what holds, and no older version is looked at."""
    return replace(moment(at), is_present=True)


def history_begins() -> datetime | None:
    """Return the instant from which the ledgers' history is kept, ``None`` where it is whole."""
    return db.session.scalar(select(LedgerTerm.until).where(LedgerTerm.kind == "begin"))


def policy_version_at(at: datetime) -> int | None:
    """Return the version of the policy in force at an instant, as far as it was made by then; ``None``: the default."""
    withdrawn = PolicyVersion.withdrawn_at
    query = select(PolicyVersion.id).where(
        PolicyVersion.effective_on <= local_date(at), PolicyVersion.made_at <= at,
        withdrawn.is_(None) | (withdrawn > at),
    )  # fmt: skip
    return db.session.scalar(query.order_by(PolicyVersion.effective_on.desc(), PolicyVersion.id.desc()).limit(1))


def policy_at(at: datetime) -> Policy:
    """Return the policy in force at an instant, as far as it was made by then."""
    version = policy_version_at(at)
    return Policy() if version is None else Policy.from_dict(db.session.get_one(PolicyVersion, version).body)

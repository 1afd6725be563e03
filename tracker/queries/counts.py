"""How many: exact up to a cap, so that a count costs no more than the page beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, func, select, text

from tracker.database import db
from tracker.models import Issue
from tracker.policy import Actor
from tracker.queries.filters import TABS, IssueFilter, in_states, seen_by

CAP = 1000


@dataclass(frozen=True)
class Count:
    """A number of issues; ``more`` says that the counting stopped there."""

    number: int
    more: bool = False

    def __str__(self) -> str:
        return f"{self.number}+" if self.more else str(self.number)


def capped(number: int | None) -> Count:
    """Return the count of a query that stopped one after the cap."""
    return Count(CAP, more=True) if (number or 0) > CAP else Count(number or 0)


def counting(conditions: Sequence[ColumnElement[bool]]) -> ScalarSelect[Any]:
    """Return the number of issues under ``conditions``, as a column; stops one after the cap."""
    some = select(text("1")).select_from(Issue).where(*conditions).limit(CAP + 1).subquery()
    return select(func.count()).select_from(some).scalar_subquery()


def tab_counts(actor: Actor, chosen: IssueFilter) -> Mapping[str, Count]:
    """Return the count for each tab of the list, all in one statement, whatever states ``chosen`` names."""
    conditions = seen_by(actor, chosen)
    columns = []
    for tab in TABS:
        states = in_states((tab,))
        columns.append(counting(conditions if states is None else [states, *conditions]).label(f"n_{tab}"))
    row = db.session.execute(select(*columns)).one()
    return {tab: capped(number) for tab, number in zip(TABS, row, strict=True)}


def count_issues(actor: Actor, chosen: IssueFilter) -> Count:
    """Return how many issues ``chosen`` finds among those ``actor`` may see."""
    states = in_states(chosen.states)
    conditions = seen_by(actor, chosen)
    return capped(db.session.scalar(select(counting(conditions if states is None else [states, *conditions]))))

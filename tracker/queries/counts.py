"""How many: exact up to a cap, so that a count costs no more than the page beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, func, select, text

from tracker.database import db
from tracker.models import Issue, Role
from tracker.policy import Actor
from tracker.queries.filters import ALL_TAB, OPEN_TAB, TABS, IssueFilter, in_states, seen_by
from workflows.issue import OPEN_STATES

CAP = 1000
MOST = 50_000  # rows looked at for the counts of a narrowed list


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
    """Return the count for each tab of the list, in one statement, whatever states ``chosen`` names."""
    conditions = seen_by(actor, chosen)
    is_whole = actor.role in (Role.OFFICE, Role.LEADER) and chosen == IssueFilter(states=chosen.states)
    return _each_capped(conditions) if is_whole else _in_one_go(conditions)


def _each_capped(conditions: Sequence[ColumnElement[bool]]) -> dict[str, Count]:
    """Count the whole county: tab by tab, each up to the cap."""
    columns = []
    for tab in TABS:
        states = in_states((tab,))
        columns.append(counting(conditions if states is None else [states, *conditions]).label(f"n_{tab}"))
    row = db.session.execute(select(*columns)).one()
    return {tab: capped(number) for tab, number in zip(TABS, row, strict=True)}


def _in_one_go(conditions: Sequence[ColumnElement[bool]]) -> dict[str, Count]:
    """Count what a scope or a filter has narrowed: gather it once, then count by state."""
    some = select(Issue.state).where(*conditions).limit(MOST).subquery()
    numbers = {row[0]: row[1] for row in db.session.execute(select(some.c.state, func.count()).group_by(some.c.state))}
    tabs = {tab: numbers.get(tab, 0) for tab in TABS}
    tabs |= {OPEN_TAB: sum(numbers.get(state, 0) for state in OPEN_STATES), ALL_TAB: sum(numbers.values())}
    return {tab: capped(number) for tab, number in tabs.items()}


def count_issues(actor: Actor, chosen: IssueFilter) -> Count:
    """Return how many issues ``chosen`` finds among those ``actor`` may see."""
    states = in_states(chosen.states)
    conditions = seen_by(actor, chosen)
    return capped(db.session.scalar(select(counting(conditions if states is None else [states, *conditions]))))

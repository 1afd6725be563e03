"""Lists of issues: rows ready to show, page by page or all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Label, Row, Select, func, select
from sqlalchemy.orm import aliased

from tracker.models import Issue, Person, Star, SupervisionGroup, Unit
from tracker.policy import Actor
from tracker.queries.filters import IssueFilter, in_states, seen_by
from tracker.queries.lateness import Lateness, reckoner
from tracker.queries.paging import Order, everything, page

PLACE, TOWNSHIP, UNIT = aliased(Unit, name="place"), aliased(Unit, name="township"), aliased(Unit, name="unit_")
RESPONSIBLE = aliased(Person, name="responsible")
_SHOWN = 120


@dataclass(frozen=True, slots=True)
class IssueLine:
    """One row of a list, and how late it is."""

    row: Row[Any]
    late: Lateness | None


@dataclass(frozen=True, slots=True)
class IssuePage:
    """One page of a list, and the cursors of its neighbours."""

    lines: Sequence[IssueLine]
    after: str
    before: str


def line_columns() -> Select[Any]:
    """Return the statement for the columns a list shows, on ``Issue``; its names are the names of the columns."""
    return (
        select(
            Issue.id, Issue.number, Issue.state, Issue.state_since, Issue.severity, Issue.is_confidential,
            Issue.is_long_term, func.substr(Issue.description, 1, _SHOWN).label("words"), Issue.category, Issue.spot,
            Issue.found_on, Issue.deadline, Issue.first_deadline, Issue.extensions, Issue.returns, Issue.recurrences,
            Issue.progress_percent, func.substr(Issue.progress_note, 1, _SHOWN).label("progress_note"),
            Issue.progress_at, Issue.assigned_at, Issue.move_due_on, Issue.review_on, Issue.policy_version_id,
            _name(PLACE, Issue.location_id, "place"), _name(TOWNSHIP, Issue.township_id, "township"),
            _name(Star, Issue.star_id, "star"), _name(UNIT, Issue.responsible_unit_id, "unit"),
            _name(RESPONSIBLE, Issue.responsible_id, "responsible"),
            _name(SupervisionGroup, Issue.found_by_group_id, "group"),
        )
    )  # fmt: skip


def _name(named: Any, key: Any, label: str) -> Label[Any]:
    """Return the name behind a key as a column; six joins would cost PostgreSQL fifteen milliseconds of planning."""
    return select(named.name).where(named.id == key).correlate(Issue).scalar_subquery().label(label)


def narrowed(statement: Select[Any], actor: Actor, chosen: IssueFilter) -> Select[Any]:
    """Return ``statement`` for the issues that ``actor`` may see and ``chosen`` asks for."""
    states = in_states(chosen.states)
    conditions = seen_by(actor, chosen)
    return statement.where(*conditions) if states is None else statement.where(states, *conditions)


def issue_page(actor: Actor, chosen: IssueFilter, order: Order) -> IssuePage:
    """Return one page of the issues that ``actor`` may see."""
    found = page(narrowed(line_columns(), actor, chosen), order)
    return IssuePage(with_lateness(found.rows, actor), found.after, found.before)


def with_lateness(rows: Sequence[Row[Any]], actor: Actor) -> list[IssueLine]:
    """Return the lines of ``rows``, reckoned with the policy that each issue keeps."""
    late = reckoner(actor.today, {row.policy_version_id for row in rows})
    return [IssueLine(row, late.lateness(row)) for row in rows]


def every_issue(statement: Select[Any], actor: Actor, chosen: IssueFilter, order: Order) -> Iterator[Row[Any]]:
    """Yield every row of ``statement`` that ``chosen`` asks for, without holding them all."""
    return everything(narrowed(statement, actor, chosen), order)

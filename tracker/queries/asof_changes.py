"""Two instants compared: what came, was closed, fell back, left, moved; each number with its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import aliased

from tracker.database import db
from tracker.models import IssueVersion
from tracker.queries.asof_filter import Asked, V, conditions
from tracker.queries.lateness import is_overdue
from tracker.queries.moments import Moment
from workflows.issue import IssueState

CAME, CLOSED, FELL_BACK, GONE, MOVED = "came", "closed", "fell_back", "gone", "moved"
PARTS = (CAME, CLOSED, FELL_BACK, GONE, MOVED)
LATE = "late"  # beside these: overdue at the later instant, and not at the earlier
SIZE = 200
W = aliased(IssueVersion, name="before")
_LOOKS = ("state", "deadline", "responsible_unit_id", "returns")


@dataclass(frozen=True)
class Change:
    """One issue as it stood at both instants; ``before`` is empty where it was in no ledger yet."""

    issue_id: int
    number: str
    words: str
    place: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def change_counts(asked: Asked, since: Moment) -> dict[str, int]:
    """Return how many rows there are of each kind of change, ``late`` for those that have become overdue besides."""
    part, late = _part(), is_overdue(asked.moment.today, V)
    newly = func.sum(case((and_(late, _was_late(since)), 0), (late, 1), else_=0))
    rows = db.session.execute(_changed(asked, since, part.label("part"), func.count(), newly).group_by(part)).all()
    found = dict.fromkeys(PARTS, 0) | {row[0]: row[1] for row in rows if row[0] in PARTS}
    # What has not changed since has become overdue by its deadline alone.
    by_time = select(func.count()).where(*conditions(asked), late, V.valid_from <= since.at, V.deadline >= since.today)
    return found | {LATE: sum(row[2] for row in rows) + (db.session.scalar(by_time) or 0)}


_DONE = (IssueState.DRAFT, IssueState.SIGNED_OFF, IssueState.SUSPENDED, IssueState.DISMISSED)


def _was_late(since: Moment) -> ColumnElement[bool]:
    return and_(W.issue_id.is_not(None), W.deadline < since.today, W.state.not_in(_DONE))


def change_rows(asked: Asked, since: Moment, part: str, after: int = 0) -> tuple[list[Change], int | None]:
    """Return some rows of a kind of change, or of ``LATE``, by issue, and the issue after which the next ones come."""
    columns = [V.issue_id, V.number, V.location_id, func.substr(V.description, 1, 80).label("words")]
    columns += [getattr(V, name).label(f"new_{name}") for name in _LOOKS]
    columns += [getattr(W, name).label(f"old_{name}") for name in _LOOKS]
    if part == LATE:
        newly = (is_overdue(asked.moment.today, V), func.coalesce(_was_late(since), false()).is_(False))
        query = select(*columns).select_from(_joined(since)).where(*conditions(asked), *newly)
    else:
        query = _changed(asked, since, *columns).where(_part() == part)
    query = query.where(V.issue_id > after)
    rows = db.session.execute(query.order_by(V.issue_id).limit(SIZE + 1)).all()
    asked.moment.learn("unit", [key for row in rows for key in (row.location_id, row.new_responsible_unit_id)])
    since.learn("unit", [row.old_responsible_unit_id for row in rows])
    found = [_change(row, asked.moment, since) for row in rows[:SIZE]]
    return found, found[-1].issue_id if len(rows) > SIZE else None


def _change(row: Any, now: Moment, since: Moment) -> Change:
    def looks(prefix: str, at: Moment) -> dict[str, Any]:
        said = {name: getattr(row, f"{prefix}_{name}") for name in _LOOKS}
        return said | {"unit": at.name("unit", said["responsible_unit_id"])}

    before = looks("old", since) if row.old_state is not None else {}
    place = now.name("unit", row.location_id) or ""
    return Change(row.issue_id, row.number, row.words, place, before, looks("new", now))


def _joined(since: Moment) -> Any:
    then = and_(W.issue_id == V.issue_id, W.valid_from <= since.at, W.until > since.at, W.is_withdrawn.is_(False))
    return V.__table__.outerjoin(W, then)


def _changed(asked: Asked, since: Moment, *columns: Any) -> Select[Any]:
    """Return the rows at the later instant that are not those of the earlier one; only what changed is looked at."""
    return select(*columns).select_from(_joined(since)).where(*conditions(asked), V.valid_from > since.at)


def _part() -> Any:
    closed, gone = V.state == IssueState.SIGNED_OFF, V.state == IssueState.DISMISSED
    fell_back = or_(and_(W.state == IssueState.SIGNED_OFF, V.state != IssueState.SIGNED_OFF), V.returns > W.returns)
    moved = or_(
        V.state != W.state, V.deadline.is_distinct_from(W.deadline),
        V.responsible_unit_id.is_distinct_from(W.responsible_unit_id),
    )  # fmt: skip
    return case(
        (W.issue_id.is_(None), CAME),
        (and_(closed, W.state != IssueState.SIGNED_OFF), CLOSED),
        (and_(gone, W.state != IssueState.DISMISSED), GONE),
        (fell_back, FELL_BACK),
        (moved, MOVED),
        else_="",
    )


def parts_of(counts: Mapping[str, int]) -> Sequence[tuple[str, int]]:
    """Return the kinds of change with their numbers, in the order of the page."""
    return [(part, counts[part]) for part in PARTS]

"""What is due in a round, gathered set by set: issues, villages long unvisited or lax, a random share, leftovers.

Confidential issues stay out: a list that a whole group carries is no place for them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from tracker.clock import local_date
from tracker.database import db
from tracker.labels.rounds import LAX_TAG
from tracker.models import (
    InspectionRound,
    Issue,
    LookBack,
    LookBackPlan,
    RoundStop,
    Unit,
    UnitKind,
    UnitTag,
    Visit,
)
from tracker.queries.round_rules import other_group_looks
from tracker.queries.rules import work_calendar
from workflows.issue import IssueState, Severity
from workflows.look_back import LookBackState
from workflows.planning.draw import draw
from workflows.planning.plan import Due
from workflows.planning.terms import LeftOutWhy, Parameters, TaskKind
from workflows.round import OUT, StopState
from workflows.sampling import pressing

_WEIGHT = {Severity.GENERAL: 2, Severity.SERIOUS: 3, Severity.MAJOR: 4}  # halves
_MOST_LATE = 40  # working days; who is later than that is not more urgent still


@dataclass(frozen=True)
class Search:
    """Where and for whom to look: ``units`` are those the people of each group come from."""

    held: InspectionRound
    today: date
    terms: Parameters
    villages: frozenset[int]
    units: Mapping[int, frozenset[int]]
    room: int

    @property
    def other_group_looks(self) -> bool:
        """Tell whether another group than the one that re-checked must look back."""
        return other_group_looks(self.held)

    def need(self, kind: TaskKind) -> int:
        """Return how much one reason of this kind counts for."""
        return int(self.terms.need[kind])


Suspicions = Callable[[Search], Iterable[tuple[int, Mapping[str, Any]]]]
# A register of veto items names villages here, each with what the reason has to say.
SUSPICIONS: list[Suspicions] = []


def due_items(search: Search) -> list[Due]:
    """Return every reason to go to one of the villages in this round."""
    sources = (_open_issues, _look_backs, _suspected, _unvisited, _lax, _leftovers, _random)
    return [due for source in sources for due in source(search) if due.village in search.villages]


def _issues(condition: ColumnElement[bool]) -> Select[Any]:
    """Select issues with the village they lie in: that of a grid is the one above it."""
    village = case((Unit.kind == UnitKind.GRID, Unit.parent_id), else_=Unit.id).label("village")
    return (
        select(
            Issue.id, village, Issue.state, Issue.severity, Issue.deadline, Issue.state_since, Issue.signed_off_at,
            Issue.found_by_group_id, Issue.verified_group_id, Issue.responsible_unit_id,
        )
        .join(Unit, Unit.id == Issue.location_id)
        .where(condition, Issue.is_confidential.is_(False))
        .order_by(Issue.id)
    )  # fmt: skip


def _open_issues(search: Search) -> Iterator[Due]:
    waits = Issue.state == IssueState.SUBMITTED
    runs = and_(Issue.state.in_((IssueState.ASSIGNED, IssueState.RECTIFYING)), Issue.deadline <= search.held.last_day)
    for row in db.session.execute(_issues(or_(waits, runs))):
        yield _open_issue(search, row)


def _open_issue(search: Search, row: Any) -> Due:
    if row.state is IssueState.SUBMITTED:
        since = local_date(row.state_since).isoformat()
        return _of_issue(search, row, TaskKind.RECHECK, {"since": since})
    if row.deadline >= search.today:
        return _of_issue(search, row, TaskKind.DUE_SOON, {"deadline": row.deadline.isoformat()})
    late = work_calendar().workdays_between(row.deadline, search.today)
    told = {"deadline": row.deadline.isoformat(), "days": late}
    return _of_issue(search, row, TaskKind.LATE, told, extra=min(late, _MOST_LATE))


def _of_issue(search: Search, row: Any, kind: TaskKind, params: Mapping[str, Any], extra: int = 0) -> Due:
    barred = {group: LeftOutWhy.OWN_UNIT for group, units in search.units.items() if row.responsible_unit_id in units}
    if search.terms.other_group_rechecks and kind is TaskKind.RECHECK and row.found_by_group_id is not None:
        barred[row.found_by_group_id] = LeftOutWhy.FINDER
    if search.other_group_looks and kind is TaskKind.LOOK_BACK and row.verified_group_id is not None:
        barred[row.verified_group_id] = LeftOutWhy.VERIFIER
    need = search.need(kind) * _WEIGHT[row.severity] // 2 + extra
    return Due(row.village, kind, kind.value, need, row.id, params, barred)


def _look_backs(search: Search) -> Iterator[Due]:
    """Yield what waits in a sample that was drawn; the nearer its last day, the more it weighs."""
    # Asked for by their ids, for else SQLite looks at everything that was ever signed off.
    drawn = select(LookBack.issue_id).where(LookBack.state == LookBackState.WAITING)
    waits = and_(
        Issue.id.in_(drawn), Issue.state == IssueState.SIGNED_OFF, LookBack.state == LookBackState.WAITING,
        LookBackPlan.first_day <= search.held.last_day,
    )  # fmt: skip
    query = _issues(waits).add_columns(LookBack.due_on, LookBackPlan.name.label("plan"))
    query = query.join(LookBack, LookBack.issue_id == Issue.id).join(LookBackPlan, LookBackPlan.id == LookBack.plan_id)
    for row in db.session.execute(query):
        since = local_date(row.signed_off_at).isoformat()
        told = {"plan": row.plan, "since": since, "due": row.due_on.isoformat()}
        extra = pressing(row.due_on, search.held.first_day)
        yield _of_issue(search, row, TaskKind.LOOK_BACK, told, extra=extra)


def _suspected(search: Search) -> Iterator[Due]:
    for suspicions in SUSPICIONS:
        for village, params in suspicions(search):
            yield _of_village(search, village, TaskKind.VETO, params)


def _of_village(
    search: Search, village: int, kind: TaskKind, params: Mapping[str, Any], reason: str = "", extra: int = 0
) -> Due:
    return Due(village, kind, reason or kind.value, search.need(kind) + extra, None, params)


def last_visits(villages: Collection[int]) -> dict[int, date]:
    """Return the day of the last visit of each of these villages that had one."""
    query = select(Visit.village_id, func.max(Visit.started_at)).group_by(Visit.village_id)
    return {village: local_date(at) for village, at in db.session.execute(query) if village in villages}


def _unvisited(search: Search) -> Iterator[Due]:
    seen = last_visits(search.villages)
    for village in sorted(search.villages):
        day = seen.get(village)
        if day is None:
            yield _of_village(search, village, TaskKind.UNVISITED, {}, "never_visited")
            continue
        days = (search.held.first_day - day).days
        if days >= search.terms.unvisited_days:
            told = {"since": day.isoformat(), "days": days}
            yield _of_village(search, village, TaskKind.UNVISITED, told, extra=min(days // 30, 12))


def _lax(search: Search) -> Iterator[Due]:
    query = select(UnitTag.unit_id, func.min(UnitTag.since), func.min(UnitTag.tag)).where(
        UnitTag.tag.contains(LAX_TAG, autoescape=True), UnitTag.since <= search.held.last_day,
        or_(UnitTag.until.is_(None), UnitTag.until >= search.held.first_day),
    )  # fmt: skip
    for village, since, tag in db.session.execute(query.group_by(UnitTag.unit_id).order_by(UnitTag.unit_id)):
        yield _of_village(search, village, TaskKind.LAX, {"since": since.isoformat(), "tag": tag})


def _leftovers(search: Search) -> Iterator[Due]:
    """Yield, of each village, the latest stop of an earlier round of this kind that nobody made or has since.

    Not of the last round alone: another set of groups may have walked that one.
    """
    left = (
        select(RoundStop.id, RoundStop.village_id, RoundStop.day, InspectionRound.name)
        .join(InspectionRound, InspectionRound.id == RoundStop.round_id)
        .where(
            RoundStop.state.in_((StopState.PLANNED, StopState.MISSED)), InspectionRound.kind == search.held.kind,
            InspectionRound.published_at.is_not(None), InspectionRound.state.in_(OUT),
            InspectionRound.last_day < search.held.first_day, InspectionRound.id != search.held.id,
        )
        .order_by(RoundStop.village_id, RoundStop.day.desc(), RoundStop.id.desc())
    )  # fmt: skip
    seen, known = last_visits(search.villages), set()
    for stop, village, day, name in db.session.execute(left):
        if village not in known and seen.get(village, date.min) <= day:
            yield _of_village(search, village, TaskKind.LEFTOVER, {"round": name, "stop": stop})
        known.add(village)


def _random(search: Search) -> Iterator[Due]:
    share = -(-search.room * search.terms.random_share // 100)
    for village in draw(search.held.seed, search.villages, share):
        yield _of_village(search, village, TaskKind.RANDOM, {"seed": search.held.seed})

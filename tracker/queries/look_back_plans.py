"""What a sample of look-backs can be drawn from, and the plans that were drawn."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import joinedload, undefer

from tracker.clock import ZONE
from tracker.database import db
from tracker.errors import NotFoundError
from tracker.models import Issue, LookBack, LookBackPlan, Star, Unit
from workflows.issue import IssueState, Severity
from workflows.look_back import SETTLED, LookBackState
from workflows.planning.draw import ticket
from workflows.sampling import (
    EVERY,
    Candidate,
    Cell,
    Pick,
    Rules,
    Stratum,
    candidates_of,
    cells,
    ranked,
    rows_of,
    sample,
)

MOST_ROWS = 1000  # of a sample on the page of its plan; the register shows all


@dataclass(frozen=True)
class Population:
    """What was signed off in the window and may be drawn, and how many are left out for which reason."""

    candidates: Sequence[Candidate]
    confidential: int
    waiting: int
    looked: int

    @property
    def digest(self) -> str:
        """Return what changes whenever another issue could be drawn."""
        return hashlib.sha256(json.dumps(rows_of(self.candidates)).encode()).hexdigest()[:32]


def population(window_days: int, today: date, at: datetime) -> Population:
    """Return what was signed off from ``window_days`` before ``today`` until ``at``, and still is.

    Left out is what is confidential, what waits in another sample, and what was looked back at since its sign-off.
    """
    since = datetime.combine(today - timedelta(days=window_days), time.min, ZONE)
    waits = exists().where(LookBack.issue_id == Issue.id, LookBack.state == LookBackState.WAITING)
    looked = exists().where(
        LookBack.issue_id == Issue.id, LookBack.state.in_(SETTLED), LookBack.recorded_at >= Issue.signed_off_at
    )
    closed = (
        Issue.state == IssueState.SIGNED_OFF, Issue.signed_off_at >= since, Issue.signed_off_at <= at,
    )  # fmt: skip
    free = (Issue.is_confidential.is_(False), ~waits, ~looked)
    query = select(Issue.id, Issue.township_id, Issue.star_id, Issue.severity).where(*closed, *free)
    found = [
        Candidate(row.id, row.township_id or EVERY, row.star_id or EVERY, row.severity is Severity.MAJOR)
        for row in db.session.execute(query.order_by(Issue.id))
    ]
    secret = Issue.is_confidential.is_(True)
    return Population(
        found, _count(*closed, secret), _count(*closed, ~secret, waits), _count(*closed, ~secret, ~waits, looked)
    )


def _count(*conditions: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count()).select_from(Issue).where(*conditions)) or 0


def stratum_names(strata: Sequence[Stratum]) -> dict[Stratum, tuple[str, str]]:
    """Return the names of township and star of each stratum, empty where it has none."""
    towns = _names(Unit, {township for township, _star in strata})
    stars = _names(Star, {star for _township, star in strata})
    return {(town, star): (towns.get(town, ""), stars.get(star, "")) for town, star in strata}


def _names(named: Any, ids: set[int]) -> dict[int, str]:
    query = select(named.id, named.name).where(named.id.in_(ids - {EVERY})).order_by(named.id)
    return {row.id: row.name for row in db.session.execute(query)}


@dataclass(frozen=True)
class PlanLine:
    """A plan with how its sample stands."""

    plan: LookBackPlan
    counts: Mapping[LookBackState, int]

    @property
    def size(self) -> int:
        """Return how many were drawn."""
        return sum(self.counts.values())

    def of(self, code: str) -> int:
        """Return how many stand so."""
        return self.counts.get(LookBackState(code), 0)

    @property
    def looked(self) -> int:
        """Return how many were looked back at."""
        return sum(self.counts.get(state, 0) for state in SETTLED)


def plan_list() -> list[PlanLine]:
    """Return the plans, the newest first."""
    counted = select(LookBack.plan_id, LookBack.state, func.count()).where(LookBack.plan_id.is_not(None))
    counts: dict[int, dict[LookBackState, int]] = {}
    for plan_id, state, number in db.session.execute(counted.group_by(LookBack.plan_id, LookBack.state)):
        counts.setdefault(plan_id or 0, {})[state] = number
    query = select(LookBackPlan).options(joinedload(LookBackPlan.made_by)).order_by(LookBackPlan.id.desc())
    return [PlanLine(plan, counts.get(plan.id, {})) for plan in db.session.scalars(query)]


@dataclass(frozen=True)
class PlanPage:
    """A plan with its strata and its sample; ``is_true`` says whether drawing again gives what is kept."""

    line: PlanLine
    cells: Sequence[Cell]
    names: Mapping[Stratum, tuple[str, str]]
    rows: Sequence[LookBack]
    is_true: bool

    @property
    def plan(self) -> LookBackPlan:
        """Return the plan."""
        return self.line.plan


def plan_seen(plan_id: int) -> LookBackPlan:
    """Return a plan with all that its sample was drawn from; raise ``NotFoundError`` where there is none."""
    people = (joinedload(LookBackPlan.made_by), joinedload(LookBackPlan.closed_by))
    query = select(LookBackPlan).where(LookBackPlan.id == plan_id).options(undefer(LookBackPlan.frame), *people)
    plan = db.session.scalars(query).first()
    if plan is None:
        raise NotFoundError
    return plan


def plan_page(plan_id: int) -> PlanPage:
    """Return the page of a plan; its sample is drawn again and compared."""
    plan = plan_seen(plan_id)
    rules, candidates = Rules.from_dict(plan.rules), candidates_of(plan.frame)
    found = cells(rules, candidates)
    kept = select(LookBack).where(LookBack.plan_id == plan_id).order_by(LookBack.id)
    rows = db.session.scalars(kept.options(joinedload(LookBack.issue).joinedload(Issue.location))).all()
    counts: dict[LookBackState, int] = {}
    for row in rows:
        counts[row.state] = counts.get(row.state, 0) + 1
    again = sample(plan.seed, rules, candidates)
    return PlanPage(
        PlanLine(plan, counts), found, stratum_names([(one.township, one.star) for one in found]), rows[:MOST_ROWS],
        sorted(map(_key, again)) == sorted(map(_kept_key, rows)),
    )  # fmt: skip


def _key(pick: Pick) -> tuple[Any, ...]:
    return (pick.issue, pick.township, pick.star, pick.reason.value, pick.population, pick.rank)


def _kept_key(row: LookBack) -> tuple[Any, ...]:
    reason = row.reason.value if row.reason else ""
    return (row.issue_id, row.township_id or EVERY, row.star_id or EVERY, reason, row.population, row.rank)


@dataclass(frozen=True)
class FrameRow:
    """One issue of what a sample was drawn from; ``lot`` is its lot, ``rank`` its place in its stratum, 0 if taken."""

    issue_id: int
    number: str
    township: str
    star: str
    is_major: bool
    lot: float
    rank: int
    population: int
    is_drawn: bool


def frame_rows(plan: LookBackPlan) -> Iterator[FrameRow]:
    """Yield what the sample was drawn from, by stratum and rank, with everything to draw it again by hand."""
    rules, candidates = Rules.from_dict(plan.rules), candidates_of(plan.frame)
    drawn = {pick.issue for pick in sample(plan.seed, rules, candidates)}
    numbers = _numbers([one.issue for one in candidates])
    strata: dict[Stratum, list[Candidate]] = {}
    for one in candidates:
        strata.setdefault((one.township, one.star), []).append(one)
    names = stratum_names(list(strata))
    for stratum, members in sorted(strata.items()):
        lots = [one.issue for one in members if not (one.is_major and rules.every_major)]
        ranks = {issue: rank for rank, issue in enumerate(ranked(plan.seed, lots), 1)}
        for one in sorted(members, key=lambda member: (ranks.get(member.issue, 0), member.issue)):
            yield FrameRow(
                one.issue, numbers.get(one.issue, ""), *names[stratum], one.is_major, ticket(plan.seed, one.issue),
                ranks.get(one.issue, 0), len(lots), one.issue in drawn,
            )  # fmt: skip


def _numbers(ids: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for start in range(0, len(ids), 500):
        query = select(Issue.id, Issue.number).where(Issue.id.in_(ids[start : start + 500])).order_by(Issue.id)
        found |= {row.id: row.number or "" for row in db.session.execute(query)}
    return found

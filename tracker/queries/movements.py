"""How issues move: how old the open ones are, what came and went in a period, how long they stayed in each state."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import aliased

from tracker.database import DaysBetween, db
from tracker.models import Issue, IssueEvent
from tracker.policy import IS_OPEN, Actor
from tracker.queries.closing import IS_REOPENING, closed_since, closed_until, end_of, is_standing, start_of
from tracker.queries.filters import IssueFilter, singly_seen_by, standing_seen_by
from workflows.issue import OPEN_STATES, IssueState
from workflows.periods import Span

LOOKED = 10_000  # of a period's latest events: so what issues waited for costs the same in a county of any size
AGES = ((0, 7), (8, 30), (31, 90), (91, 180), (181, None))
WAITING = tuple(state for state in IssueState if state in OPEN_STATES)


@dataclass(frozen=True)
class Age:
    """How many open issues were found so many days ago, both inclusive; ``most`` is ``None`` without an end.

    ``first`` and ``last`` are the days between which they were found, ``first`` is ``None`` without an end.
    """

    least: int
    most: int | None
    first: date | None
    last: date
    number: int


@dataclass(frozen=True)
class Flow:
    """What was found, signed off (and still is) and reopened in a span of days."""

    span: Span
    found: int
    closed: int
    reopened: int


@dataclass(frozen=True)
class Stay:
    """How long issues stayed in a state that they left in the period, in natural days, begun days not counted.

    ``issues`` left it ``number`` times.
    """

    state: IssueState
    issues: int
    number: int
    median: int
    ninth: int
    longest: int


def ages(actor: Actor, chosen: IssueFilter) -> list[Age]:
    """Return the open issues that ``chosen`` finds by how many days ago they were found."""
    found = _by_day([IS_OPEN, Issue.found_on.is_not(None), *standing_seen_by(actor, chosen)])
    return [_age(actor.today, least, most, found) for least, most in AGES]


def _age(today: date, least: int, most: int | None, found: Mapping[date, int]) -> Age:
    first, last = None if most is None else today - timedelta(days=most), today - timedelta(days=least)
    # What is dated ahead counts as found today.
    number = sum(n for day, n in found.items() if (first is None or day >= first) and (day <= last or not least))
    return Age(least, most, first, last, number)


def _by_day(conditions: Sequence[ColumnElement[bool]]) -> dict[date, int]:
    """Return how many issues were found each day: days come in the order of an index, so none has to be sorted."""
    query = select(Issue.found_on, func.count()).where(*conditions).group_by(Issue.found_on)
    return {day: number for day, number in db.session.execute(query) if day is not None}


def flows(actor: Actor, chosen: IssueFilter, spans: Sequence[Span]) -> list[Flow]:
    """Return what came, went and came back in each of ``spans``, which follow one another."""
    first, last = spans[0].first, spans[-1].last
    seen = standing_seen_by(actor, chosen)
    found = [is_standing(), Issue.found_on.between(first, last), *seen]
    came: Counter[int] = Counter()
    for day, number in _by_day(found).items():
        came[bisect_left(spans, day, key=attrgetter("last"))] += number
    begin, end, ends = start_of(first), end_of(last), [end_of(span.last) - timedelta.resolution for span in spans]
    closed = [closed_since(first), closed_until(last), *seen]
    went = _counted(spans, Issue.signed_off_at, ends, closed)
    back = [Issue.id == IssueEvent.issue_id, IS_REOPENING, IssueEvent.at >= begin, IssueEvent.at < end]
    came_back = _counted(spans, IssueEvent.at, ends, [*back, *singly_seen_by(actor, chosen)])
    return [Flow(span, came.get(n, 0), went.get(n, 0), came_back.get(n, 0)) for n, span in enumerate(spans)]


def _counted(
    spans: Sequence[Span], column: Any, ends: Sequence[Any], conditions: Sequence[ColumnElement[bool]]
) -> dict[int, int]:
    """Return how many issues fall into each of ``spans``, by its number: ``ends`` are the last values of ``column``."""
    span = case(*((column <= end, n) for n, end in enumerate(ends)), else_=len(spans))
    query = select(span.label("span"), func.count(Issue.id.distinct())).where(*conditions).group_by(span)
    return {row[0]: row[1] for row in db.session.execute(query)}


def stays_since(period: Span) -> datetime | None:
    """Return the instant after which ``stays`` is to look at events of ``period``, ``None`` where it looks at all."""
    latest = select(IssueEvent.at).where(*_during(period)).order_by(IssueEvent.at.desc(), IssueEvent.id.desc())
    return db.session.scalar(latest.offset(LOOKED).limit(1))


def _during(period: Span, of: Any = IssueEvent) -> list[ColumnElement[bool]]:
    return [of.at >= start_of(period.first), of.at < end_of(period.last)]


def stays(actor: Actor, chosen: IssueFilter, period: Span, after: datetime | None = None) -> list[Stay]:
    """Return how long issues stayed in each state they left in ``period``; what was imported counts from then on.

    With ``after`` (see ``stays_since``) only what was left later than that.
    """
    left, entered = aliased(IssueEvent), aliased(IssueEvent)
    since = (
        select(entered.at)
        .where(entered.issue_id == left.issue_id, entered.seq < left.seq, entered.dest == left.source)
        .where(entered.source != entered.dest)
        .order_by(entered.seq.desc()).limit(1).correlate(left).scalar_subquery()
    )  # fmt: skip
    days = DaysBetween(since, left.at)
    which = [*_during(period, left), left.source.in_(WAITING), left.source != left.dest]
    which += singly_seen_by(actor, chosen) if after is None else [left.at > after, *singly_seen_by(actor, chosen)]
    query = select(left.source, days.label("days"), func.count()).join(Issue, Issue.id == left.issue_id).where(*which)
    found: dict[str, dict[int, int]] = defaultdict(dict)
    for state, stayed, number in db.session.execute(query.group_by(left.source, days)):
        if stayed is not None:
            found[state][stayed] = number
    several = select(left.source, func.count(left.issue_id.distinct())).join(Issue, Issue.id == left.issue_id)
    issues = {row[0]: row[1] for row in db.session.execute(several.where(*which).group_by(left.source))}
    return [_stay(state, issues[state], found[state]) for state in WAITING if state in found]


def _stay(state: IssueState, issues: int, numbers: dict[int, int]) -> Stay:
    whole = sum(numbers.values())
    return Stay(state, issues, whole, _at(numbers, whole, 1, 2), _at(numbers, whole, 9, 10), max(numbers))


def _at(numbers: dict[int, int], whole: int, part: int, of: int) -> int:
    """Return the least number of days within which ``part`` of ``of`` stays had ended."""
    reached = 0
    for days in sorted(numbers):
        reached += numbers[days]
        if reached * of >= whole * part:
            return days
    return max(numbers)

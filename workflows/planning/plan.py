"""Makes a plan of what is due: who goes where on which day, what for, and why the rest stays out; repeatably."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from workflows.planning.assign import Bundle, Market, Solution
from workflows.planning.route import Place, in_days, tour
from workflows.planning.terms import LeftOutWhy, TaskKind

Pair = tuple[int, int]  # a group and a village, by their ids


@dataclass(frozen=True)
class Due:
    """One reason to go to a village; ``barred`` names the groups that may not do this one, and why."""

    village: int
    kind: TaskKind
    reason: str
    need: int
    issue: int | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    barred: Mapping[int, LeftOutWhy] = field(default_factory=dict)

    @property
    def order(self) -> tuple[int, str, int]:
        """Return what the tasks of a stop are ordered by: the greatest need first."""
        return (-self.need, self.kind, self.issue or 0)


@dataclass(frozen=True)
class Team:
    """A group that goes out: on which days, and how many stops it makes on each."""

    group: int
    days: tuple[date, ...]
    stops_a_day: int


@dataclass(frozen=True)
class PlannedStop:
    """One stop; ``position`` counts from 1 within the group's day."""

    group: int
    village: int
    day: date
    position: int
    tasks: tuple[Due, ...] = ()
    is_locked: bool = False


@dataclass(frozen=True)
class LeftOut:
    """Something due that is not in the plan; ``group`` is the one it failed with, where it is one."""

    due: Due
    why: LeftOutWhy
    group: int | None = None


@dataclass(frozen=True)
class PlanInput:
    """All that a plan depends on; ``roster`` holds the days on which a group may go to a village.

    ``barred`` are pairs that the rules forbid; ``locked`` stops stay as they are; ``removed`` villages stay out.
    """

    dues: Sequence[Due]
    places: Mapping[int, Place]
    teams: Sequence[Team]
    roster: Mapping[Pair, frozenset[date]]
    barred: Mapping[Pair, LeftOutWhy] = field(default_factory=dict)
    locked: Sequence[PlannedStop] = ()
    removed: frozenset[int] = frozenset()
    visits_a_village: int = 1


@dataclass(frozen=True)
class Plan:
    """The stops in order, what stayed out, and how good the choice of villages is known to be."""

    stops: tuple[PlannedStop, ...]
    left_out: tuple[LeftOut, ...]
    solution: Solution


def make_plan(given: PlanInput, solve: Callable[[Market], Solution]) -> Plan:
    """Return the plan; the same input with the same ``solve`` gives the same plan, in whatever order it came."""
    dues = _by_village(given)
    solution = solve(market_of(given, dues))
    placed = _in_days(given, solution.chosen)
    tasks, open_dues = _share(given, dues, {(stop.group, stop.village) for stop in placed})
    stops = [_with_tasks(stop, tuple(tasks[stop.group, stop.village])) for stop in placed]
    going = defaultdict(list)
    for stop in stops:
        going[stop.village].append(stop.group)
    left_out = [_left_out(given, due, going[due.village]) for due in open_dues]
    ordered = sorted(left_out, key=lambda one: (one.due.village, one.due.order))
    return Plan(tuple(sorted(stops, key=lambda s: (s.group, s.day, s.position))), tuple(ordered), solution)


def market_of(given: PlanInput, dues: Mapping[int, Sequence[Due]]) -> Market:
    """Return the choice to be made: bundles of due items that the same groups can do, and the room of each group."""
    room = {team.group: team.stops_a_day * len(team.days) for team in given.teams}
    locked = {(stop.group, stop.village) for stop in given.locked}
    for group, _village in locked:
        room[group] = max(room.get(group, 0) - 1, 0)
    needs: dict[tuple[int, tuple[int, ...]], int] = defaultdict(int)
    for village in sorted(dues):
        for due in dues[village]:
            groups = tuple(sorted(g for g in room if (room[g] or (g, village) in locked) and _may(given, g, due)))
            if groups and village not in given.removed:
                needs[village, groups] += max(due.need, 1)
    bundles = tuple(Bundle(village, groups, need) for (village, groups), need in sorted(needs.items()))
    return Market(room, bundles, frozenset(locked), given.visits_a_village)


def _by_village(given: PlanInput) -> dict[int, list[Due]]:
    found: dict[int, list[Due]] = defaultdict(list)
    for due in given.dues:
        found[due.village].append(due)
    return {village: sorted(found[village], key=lambda due: due.order) for village in sorted(found)}


def _may(given: PlanInput, group: int, due: Due) -> bool:
    return _refusal(given, group, due) is None


def _refusal(given: PlanInput, group: int, due: Due) -> LeftOutWhy | None:
    """Return why the group may not do it; what was set by hand needs no roster."""
    pair = (group, due.village)
    if group in due.barred:
        return due.barred[group]
    if any((stop.group, stop.village) == pair for stop in given.locked):
        return None
    if not given.roster.get(pair):
        return LeftOutWhy.NO_GROUP
    return given.barred.get(pair)


def _in_days(given: PlanInput, chosen: frozenset[Pair]) -> list[PlannedStop]:
    """Give every chosen village a day and a place in it, unless none of its days has room left."""
    stops: list[PlannedStop] = []
    locked = {(stop.group, stop.village) for stop in given.locked}
    for team in sorted(given.teams, key=lambda one: one.group):
        kept = [stop for stop in given.locked if stop.group == team.group]
        room = {day: team.stops_a_day - sum(stop.day == day for stop in kept) for day in sorted(team.days)}
        mine = sorted(village for group, village in chosen - locked if group == team.group)
        order = tour([given.places[village] for village in mine])
        days, _rest = in_days(order, room, {v: given.roster[team.group, v] for v in mine})
        for day in sorted({*days, *(stop.day for stop in kept)}):
            stops += _day(team.group, day, days.get(day, []), [stop for stop in kept if stop.day == day])
    return stops


def _day(group: int, day: date, villages: list[int], kept: list[PlannedStop]) -> list[PlannedStop]:
    """Return the stops of a day: what is locked keeps its position as far as the day reaches."""
    order: list[PlannedStop | int] = list(villages)
    for stop in sorted(kept, key=lambda one: (one.position, one.village)):
        order.insert(min(stop.position - 1, len(order)), stop)
    return [
        PlannedStop(group, one.village, day, position, is_locked=True)
        if isinstance(one, PlannedStop)
        else PlannedStop(group, one, day, position)
        for position, one in enumerate(order, 1)
    ]


def _share(
    given: PlanInput, dues: Mapping[int, Sequence[Due]], pairs: set[Pair]
) -> tuple[dict[Pair, list[Due]], list[Due]]:
    """Give each due item to the first group that goes there and may do it; return the rest too."""
    tasks: dict[Pair, list[Due]] = defaultdict(list)
    rest: list[Due] = []
    going: dict[int, list[int]] = defaultdict(list)
    for group, village in sorted(pairs):
        going[village].append(group)
    for village, items in dues.items():
        for due in items:
            able = [group for group in going[village] if _may(given, group, due)]
            if able:
                tasks[able[0], village].append(due)
            else:
                rest.append(due)
    return tasks, rest


def _with_tasks(stop: PlannedStop, tasks: tuple[Due, ...]) -> PlannedStop:
    return PlannedStop(stop.group, stop.village, stop.day, stop.position, tasks, stop.is_locked)


def _left_out(given: PlanInput, due: Due, going: Sequence[int]) -> LeftOut:
    """Say why: somebody goes there and may not do it, nobody may, or nobody has room left."""
    if due.village in given.removed:
        return LeftOut(due, LeftOutWhy.REMOVED)
    for group in sorted(going):
        why = _refusal(given, group, due)
        if why is not None:
            return LeftOut(due, why, group)
    on_roster = [team.group for team in given.teams if given.roster.get((team.group, due.village))]
    able = sorted(group for group in on_roster if _may(given, group, due))
    if able:
        return LeftOut(due, LeftOutWhy.CAPACITY, able[0])
    for group in sorted(on_roster):
        return LeftOut(due, _refusal(given, group, due) or LeftOutWhy.CAPACITY, group)
    return LeftOut(due, LeftOutWhy.NO_GROUP)

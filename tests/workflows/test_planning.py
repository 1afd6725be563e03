"""A plan keeps every rule, accounts for everything that is due, and is the same for the same input."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import chain, combinations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.services.planning.solver import OPTIMAL, solve
from workflows.planning.assign import Bundle, Market, greedy
from workflows.planning.draw import draw, ticket
from workflows.planning.plan import Due, Plan, PlanInput, PlannedStop, Team, make_plan
from workflows.planning.route import Place, distance, in_days, length, tour
from workflows.planning.terms import LeftOutWhy, TaskKind

DAY = date(2026, 3, 2)
DAYS = tuple(DAY + timedelta(days=n) for n in range(3))
VILLAGES, GROUPS = range(101, 113), range(1, 4)


@st.composite
def inputs(draw_one: st.DrawFn) -> PlanInput:
    rng = Random(draw_one(st.integers(0, 10**6)))  # noqa: S311
    places = {v: Place(v, v % 3, 113 + rng.random() / 5, 35 + rng.random() / 5) for v in VILLAGES}
    dues = []
    for n in range(draw_one(st.integers(0, 40))):
        found_by = rng.choice([None, *GROUPS])
        barred = {found_by: LeftOutWhy.FINDER} if found_by else {}
        dues.append(Due(rng.choice(VILLAGES), rng.choice(list(TaskKind)), "late", rng.randint(1, 200), n, {}, barred))
    pairs = [(g, v) for g in GROUPS for v in VILLAGES]
    roster = {pair: frozenset(rng.sample(DAYS, rng.randint(1, 3))) for pair in pairs if rng.random() < 0.5}
    barred_pairs = {pair: LeftOutWhy.RECUSAL for pair in roster if rng.random() < 0.15}
    teams = [Team(g, DAYS[: rng.randint(1, 3)], rng.randint(1, 2)) for g in GROUPS]
    locked = [
        PlannedStop(t.group, v, t.days[0], 1, is_locked=True)
        for t, v in zip(teams, rng.sample(list(VILLAGES), 3), strict=True)
        if rng.random() < 0.3
    ]
    return PlanInput(dues, places, teams, roster, barred_pairs, locked, frozenset(), rng.randint(1, 2))


def checked(given_input: PlanInput) -> Plan:
    plan = make_plan(given_input, solve)
    teams = {team.group: team for team in given_input.teams}
    locked = {(s.group, s.village, s.day) for s in given_input.locked}
    for stop in plan.stops:
        pair = (stop.group, stop.village)
        assert stop.day in teams[stop.group].days
        assert (stop.is_locked and (*pair, stop.day) in locked) or (
            stop.day in given_input.roster[pair] and pair not in given_input.barred
        )
        assert all(stop.group not in due.barred for due in stop.tasks)
    return plan


@settings(max_examples=25, deadline=None)
@given(inputs())
def test_a_plan_keeps_the_rules_and_loses_nothing(given_input: PlanInput) -> None:
    plan = checked(given_input)
    for team in given_input.teams:
        for day in team.days:
            mine = [s for s in plan.stops if (s.group, s.day) == (team.group, day)]
            assert len(mine) <= max(team.stops_a_day, sum(s.is_locked for s in mine))
            assert [s.position for s in mine] == list(range(1, len(mine) + 1))
    for village in VILLAGES:
        here = [s for s in plan.stops if s.village == village]
        assert len(here) <= max(given_input.visits_a_village, sum(s.is_locked for s in here))
    told = [due.issue for s in plan.stops for due in s.tasks] + [one.due.issue for one in plan.left_out]
    assert sorted(told) == sorted(due.issue for due in given_input.dues)  # type: ignore[type-var]
    assert {(s.group, s.village) for s in given_input.locked} <= {(s.group, s.village) for s in plan.stops}


@settings(max_examples=12, deadline=None)
@given(inputs(), st.randoms(use_true_random=False))
def test_the_same_input_gives_the_same_plan_in_whatever_order(given_input: PlanInput, rng: Random) -> None:
    dues, teams = list(given_input.dues), list(given_input.teams)
    rng.shuffle(dues)
    rng.shuffle(teams)
    assert make_plan(given_input, solve) == make_plan(replace(given_input, dues=dues, teams=teams), solve)


@settings(max_examples=15, deadline=None)
@given(inputs())
def test_the_solver_is_never_worse_than_greedy_and_proves_it(given_input: PlanInput) -> None:
    solution = make_plan(given_input, solve).solution
    assert solution.worth >= solution.greedy
    assert solution.method == OPTIMAL
    assert solution.gap == pytest.approx(0)


def best_by_trying(market: Market) -> int:
    pairs = market.pairs
    every = chain.from_iterable(combinations(pairs, n) for n in range(len(pairs) + 1))
    return max(
        market.worth(frozenset(chosen))
        for chosen in every
        if all(sum(g == group for g, _ in chosen) <= room for group, room in market.room.items())
        and all(sum(v == village for _, v in chosen) <= market.visits_a_village for _g, village in pairs)
    )


@pytest.mark.parametrize("seed", range(6))
def test_no_other_choice_is_better(seed: int) -> None:
    rng = Random(seed)  # noqa: S311
    bundles = tuple(
        Bundle(v, tuple(sorted(rng.sample((1, 2), rng.randint(1, 2)))), rng.randint(2, 9)) for v in range(6)
    )
    market = Market({1: 2, 2: 2}, bundles, frozenset(), 1)
    assert solve(market).worth == best_by_trying(market)


def test_greedy_leaves_due_work_undone_where_the_solver_does_not() -> None:
    market = Market({1: 1, 2: 1}, (Bundle(10, (1, 2), 50), Bundle(11, (1,), 49)))
    assert greedy(market).worth == 50 - 1
    assert solve(market).worth == 50 + 49 - 2


VILLAGE = Place(101, 1)


@pytest.mark.parametrize(
    ("roster", "barred", "due_barred", "stops", "why"),
    [
        ({}, {}, {}, 1, LeftOutWhy.NO_GROUP),
        ({(1, 101): frozenset(DAYS)}, {(1, 101): LeftOutWhy.RECUSAL}, {}, 1, LeftOutWhy.RECUSAL),
        ({(1, 101): frozenset(DAYS)}, {(1, 101): LeftOutWhy.CONSECUTIVE}, {}, 1, LeftOutWhy.CONSECUTIVE),
        ({(1, 101): frozenset(DAYS)}, {}, {1: LeftOutWhy.FINDER}, 1, LeftOutWhy.FINDER),
        ({(1, 101): frozenset(DAYS)}, {}, {}, 0, LeftOutWhy.CAPACITY),
    ],
)
def test_what_is_left_out_says_why(
    roster: dict[tuple[int, int], frozenset[date]], barred: dict[tuple[int, int], LeftOutWhy],
    due_barred: dict[int, LeftOutWhy], stops: int, why: LeftOutWhy,
) -> None:  # fmt: skip
    due = Due(101, TaskKind.RECHECK, "recheck", 100, 7, {}, due_barred)
    plan = make_plan(PlanInput([due], {101: VILLAGE}, [Team(1, DAYS, stops)], roster, barred), solve)
    assert not plan.stops
    assert [(one.due.issue, one.why) for one in plan.left_out] == [(7, why)]


def test_a_way_does_not_cross_itself_and_finishes_a_township() -> None:
    square = [Place(n, 1, 113.0 + x, 35.0 + y) for n, (x, y) in enumerate([(0, 0), (0.1, 0.1), (0.1, 0), (0, 0.1)])]
    by_number = {place.village: place for place in square}
    assert length([by_number[n] for n in tour(square)]) < length(square)
    unknown = [Place(n, n % 2) for n in range(6)]
    assert [n % 2 for n in tour(unknown)] == [0, 0, 0, 1, 1, 1]
    assert distance(Place(1, 1, 113.0, 35.0), Place(2, 1, 113.0, 36.0)) == pytest.approx(111.2, abs=0.1)


def test_a_village_gets_a_day_on_which_it_may_be_visited() -> None:
    allowed = {1: frozenset(DAYS), 2: frozenset(DAYS[:1]), 3: frozenset(DAYS)}
    days, rest = in_days([1, 2, 3], {DAYS[0]: 1, DAYS[1]: 1}, allowed)
    assert days == {DAYS[0]: [2], DAYS[1]: [1]}
    assert rest == [3]


def test_lots_depend_on_nothing_but_the_seed() -> None:
    assert draw(7, range(100), 5) == draw(7, reversed(range(100)), 5)
    assert draw(7, range(100), 5) != draw(8, range(100), 5)
    assert draw(7, range(3), 5) == [0, 1, 2]
    assert 0.4 < sum(ticket(7, n) for n in range(1000)) / 1000 < 0.6

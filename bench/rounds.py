"""Measure how a round is planned: ``python -m bench.rounds``; how long it takes and how far from the best it can be.

A county of villages in townships, groups with overlapping rosters and due items is made up from a seed. Each plan is
made twice and must be the same. ``bound`` is what the solver proves no choice can exceed.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from bench.spine import machine
from tracker.services.planning.solver import solve
from workflows.planning.assign import greedy
from workflows.planning.plan import Due, Plan, PlanInput, Team, make_plan
from workflows.planning.route import Place
from workflows.planning.terms import NEED, LeftOutWhy, TaskKind

FIRST = date(2026, 3, 2)
KINDS = (TaskKind.RECHECK, TaskKind.LATE, TaskKind.DUE_SOON, TaskKind.LOOK_BACK)


def county(seed: int, villages: int, groups: int, items: int, days: int, stops: int) -> PlanInput:
    """Return a made-up county: 16 townships, each village on the rosters of one to three groups."""
    rng = Random(seed)  # noqa: S311  # a made-up county
    numbers = range(1, villages + 1)
    towns = {town: (113.2 + rng.random() / 2, 34.9 + rng.random() / 3) for town in range(16)}
    places = {}
    for village in numbers:
        longitude, latitude = towns[village % 16]
        places[village] = Place(village, village % 16, longitude + rng.gauss(0, 0.02), latitude + rng.gauss(0, 0.02))
    out = tuple(FIRST + timedelta(days=n) for n in range(days))
    roster = {
        (group, village): frozenset(out)
        for village in numbers
        for group in {(village % 16 + extra) % groups + 1 for extra in range(rng.choice((1, 2, 2, 3)))}
    }
    barred = {pair: LeftOutWhy.RECUSAL for pair in roster if rng.random() < 0.05}
    dues = list(_dues(rng, villages, groups, items))
    teams = [Team(group, out, stops) for group in range(1, groups + 1)]
    return PlanInput(dues, places, teams, roster, barred)


def _dues(rng: Random, villages: int, groups: int, items: int) -> Iterator[Due]:
    for number in range(items):
        village = min(int(rng.paretovariate(0.7) * 5), villages) if rng.random() < 0.4 else rng.randint(1, villages)
        kind = rng.choice(KINDS)
        finder = {rng.randint(1, groups): LeftOutWhy.FINDER} if kind is TaskKind.RECHECK else {}
        yield Due(village, kind, kind.value, NEED[kind] * rng.choice((1, 1, 1, 2)), number, {}, finder)


def _covered(plan: Plan) -> int:
    return sum(len(stop.tasks) for stop in plan.stops)


def row(given: PlanInput) -> str:
    """Plan once with each method, and once more to compare; return a line of the table."""
    start = time.perf_counter()
    simple = make_plan(given, greedy)
    between = time.perf_counter()
    plan = make_plan(given, solve)
    end = time.perf_counter()
    assert make_plan(given, solve) == plan
    room = sum(team.stops_a_day * len(team.days) for team in given.teams)
    found = plan.solution
    short = 100 * ((found.bound or found.worth) - found.greedy) / (found.bound or found.worth)
    cells = (
        f"{len(given.places):,}", str(len(given.teams)), f"{len(given.dues):,}", f"{room:,}", f"{end - between:.2f}",
        f"{found.worth:,}", f"{found.bound or 0:,.0f}", f"{100 * (found.gap or 0):.2f} %", f"{_covered(plan):,}",
        f"{between - start:.2f}", f"{found.greedy:,}", f"{short:.2f} %", f"{_covered(simple):,}",
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--villages", type=int, default=366)
    parser.add_argument("--groups", type=int, default=10)
    parser.add_argument("--items", type=int, default=2000)
    parser.add_argument("--days", type=int, default=4)
    parser.add_argument("--stops", type=int, nargs="*", default=[2, 3, 4, 6], help="stops a group makes on a day")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    print(machine())
    print("| villages | groups | due items | stops there is room for | plan s | worth | bound | gap | items in it "
          "| greedy s | worth | short of bound | items in it |")  # fmt: skip
    print("|" + "--:|" * 13)
    make_plan(county(0, 20, 2, 9, 1, 1), solve)  # the libraries are loaded before anything is timed
    for stops in given.stops:
        print(row(county(given.seed, given.villages, given.groups, given.items, given.days, stops)), flush=True)


if __name__ == "__main__":
    main()

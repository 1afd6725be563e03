"""Measure how a round is planned: ``python -m bench.rounds``; how long it takes and how far from the best it can be.

A county of villages in townships, groups with overlapping rosters and due items is made up from a seed. Each plan is
made twice and must be the same. ``bound`` is what the solver proves no choice can exceed. With ``--backend`` also how
long it takes to gather what is due from a full database, and to keep the plan in it.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from random import Random

from bench import round_store
from bench.spine import machine
from tracker.services.planning.solver import solve
from workflows.planning.assign import Market, Solution, greedy
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


def _timed(given: PlanInput, method: Callable[[Market], Solution], rounds: int) -> tuple[float, Plan]:
    """Return the median of the seconds, and the plan, which must be the same each time."""
    plans, took = [], []
    for _n in range(max(rounds, 2)):
        start = time.perf_counter()
        plans.append(make_plan(given, method))
        took.append(time.perf_counter() - start)
    assert all(plan == plans[0] for plan in plans)
    return statistics.median(took), plans[0]


def row(given: PlanInput, rounds: int) -> str:
    """Plan with each method; return a line of the table."""
    simple_took, simple = _timed(given, greedy, rounds)
    took, plan = _timed(given, solve, rounds)
    room = sum(team.stops_a_day * len(team.days) for team in given.teams)
    found = plan.solution
    short = 100 * ((found.bound or found.worth) - found.greedy) / (found.bound or found.worth)
    cells = (
        f"{len(given.places):,}", str(len(given.teams)), f"{len(given.dues):,}", f"{room:,}", f"{took:.2f}",
        f"{found.worth:,}", f"{found.bound or 0:,.0f}", f"{100 * (found.gap or 0):.2f} %", f"{_covered(plan):,}",
        f"{simple_took:.2f}", f"{found.greedy:,}", f"{short:.2f} %", f"{_covered(simple):,}",
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
    parser.add_argument("--rounds", type=int, default=5, help="how often each is done; the median is shown")
    parser.add_argument("--backend", choices=("sqlite", "postgresql", "both"))
    parser.add_argument("--issues", type=int, default=100_000, help="in the database")
    parser.add_argument("--open", type=int, nargs="*", default=[20, 240], help="issues that are open, of 1,000")
    given = parser.parse_args()
    print(machine())
    print("| villages | groups | due items | stops there is room for | plan s | worth | bound | gap | items in it "
          "| greedy s | worth | short of bound | items in it |")  # fmt: skip
    print("|" + "--:|" * 13)
    make_plan(county(0, 20, 2, 9, 1, 1), solve)  # the libraries are loaded before anything is timed
    for stops in given.stops:
        print(row(county(given.seed, given.villages, given.groups, given.items, given.days, stops), given.rounds),
              flush=True)  # fmt: skip
    if given.backend:
        print(f"\n{round_store.HEAD}")
    for backend in {"both": ("sqlite", "postgresql")}.get(given.backend, (given.backend,) if given.backend else ()):
        for open_in_1000 in given.open:
            print(round_store.row(backend, given.issues, open_in_1000, 3, given.rounds), flush=True)


if __name__ == "__main__":
    main()

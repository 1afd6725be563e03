"""The best choice of villages for groups, by integer programming; the greedy one where no better is found in time."""

from __future__ import annotations

from collections.abc import Iterable

from workflows.planning.assign import VISIT, Market, Solution, greedy

SECONDS = 6.0  # for the solver alone; what it has found by then counts, with the gap it can prove
OPTIMAL, BEST = "optimal", "best"
_Row = tuple[list[tuple[int, float]], float]


def solve(market: Market, seconds: float = SECONDS) -> Solution:
    """Return the choice that covers most need within everybody's room.

    Visits are yes or no; a bundle is covered as soon as one of its groups goes. The time limit is a last resort: on
    the sizes of a county the solver ends by itself, and then the same input gives the same choice.
    """
    start = greedy(market)
    pairs = market.pairs
    if not pairs or not market.bundles:
        return Solution(start.chosen, start.worth, start.worth, float(start.worth), OPTIMAL)
    found = _milp(market, pairs, seconds)
    if found is None:
        return start
    chosen, bound, proven = found
    best = max((frozenset(chosen), start.chosen), key=market.worth)
    worth = market.worth(best)
    return Solution(best, worth, start.worth, max(bound, float(worth)), OPTIMAL if proven else BEST)


def _rows(market: Market, pairs: list[tuple[int, int]]) -> Iterable[_Row]:
    """Yield the constraints as (column, factor) with their upper limit: pairs are the first columns, then bundles."""
    column = {pair: number for number, pair in enumerate(pairs)}
    for group in sorted(market.room):
        mine = [column[p] for p in pairs if p[0] == group and p not in market.locked]
        yield [(number, 1.0) for number in mine], float(market.room[group])
    for village in sorted({village for _group, village in pairs}):
        here = [(column[p], 1.0) for p in pairs if p[1] == village]
        yield here, float(market.most_visits(village))
    for number, bundle in enumerate(market.bundles, len(pairs)):
        going = [(column[group, bundle.village], -1.0) for group in bundle.groups]
        yield [(number, 1.0), *going], 0.0


def _milp(
    market: Market, pairs: list[tuple[int, int]], seconds: float
) -> tuple[list[tuple[int, int]], float, bool] | None:
    """Return the chosen pairs, the proven upper bound and whether it was reached, or ``None`` without an answer."""
    # Loaded only where a plan is made: it takes a third of a second and forty megabytes.
    import numpy as np  # noqa: PLC0415
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415
    from scipy.sparse import csr_array  # noqa: PLC0415

    rows = list(_rows(market, pairs))
    places = [(row, column, factor) for row, (terms, _limit) in enumerate(rows) for column, factor in terms]
    size = len(pairs) + len(market.bundles)
    row_at, column_at, factors = (np.array(one) for one in zip(*places, strict=True))
    matrix = csr_array((factors, (row_at, column_at)), shape=(len(rows), size))
    value = np.array([float(VISIT)] * len(pairs) + [-float(bundle.need) for bundle in market.bundles])
    low = np.array([float(pair in market.locked) for pair in pairs] + [0.0] * len(market.bundles))
    answer = milp(
        value,
        integrality=np.array([1] * len(pairs) + [0] * len(market.bundles)),
        bounds=Bounds(low, np.ones(size)),
        constraints=LinearConstraint(matrix, -np.inf, np.array([limit for _terms, limit in rows])),
        options={"time_limit": seconds, "mip_rel_gap": 0.0},
    )
    if answer.x is None:
        return None
    chosen = [pair for pair, level in zip(pairs, answer.x, strict=False) if level > 0.5]
    bound = answer.mip_dual_bound if answer.mip_dual_bound is not None else answer.fun
    return chosen, -float(bound), answer.status == 0

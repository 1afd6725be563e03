"""Which group goes to which village: the choice as plain numbers, what a choice is worth, and the greedy answer."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

GREEDY = "greedy"
VISIT = 1  # what a visit costs: of two choices that do the same work, the one with fewer visits is better


@dataclass(frozen=True)
class Bundle:
    """Due items of one village that the same groups can do; ``need`` is their sum."""

    village: int
    groups: tuple[int, ...]
    need: int


@dataclass(frozen=True)
class Market:
    """The choice: ``room`` is how many more villages a group can take, ``locked`` pairs are chosen already.

    A village is visited by at most ``visits_a_village`` groups, unless more are locked.
    """

    room: Mapping[int, int]
    bundles: tuple[Bundle, ...]
    locked: frozenset[tuple[int, int]] = frozenset()
    visits_a_village: int = 1

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """Return every (group, village) that could do something, and what is locked, in order."""
        return sorted({(group, b.village) for b in self.bundles for group in b.groups} | self.locked)

    def most_visits(self, village: int) -> int:
        """Return by how many groups the village may be visited."""
        return max(self.visits_a_village, sum(v == village for _group, v in self.locked))

    def worth(self, chosen: frozenset[tuple[int, int]]) -> int:
        """Return the need that a choice covers, less what its visits cost."""
        covered = sum(b.need for b in self.bundles if any((group, b.village) in chosen for group in b.groups))
        return covered - VISIT * len(chosen)


@dataclass(frozen=True)
class Solution:
    """A choice; ``bound`` is what no choice can exceed, ``None`` where nobody proved one.

    ``greedy`` is the worth of the greedy choice on the same input, ``method`` what made this one.
    """

    chosen: frozenset[tuple[int, int]]
    worth: int
    greedy: int
    bound: float | None = None
    method: str = GREEDY

    @property
    def gap(self) -> float | None:
        """Return how far below the bound the choice may be, as a share of it, or ``None`` without a bound."""
        if self.bound is None:
            return None
        return max(self.bound - self.worth, 0.0) / max(self.bound, 1.0)


def greedy(market: Market) -> Solution:
    """Take the visit that covers most of what is still open, until no group has room or nothing is open."""
    of_pair: dict[tuple[int, int], list[int]] = defaultdict(list)
    for number, bundle in enumerate(market.bundles):
        for group in bundle.groups:
            of_pair[group, bundle.village].append(number)
    chosen = set(market.locked)
    done = {number for pair in chosen for number in of_pair[pair]}
    room = dict(market.room)
    visits: dict[int, int] = defaultdict(int)
    for _group, village in chosen:
        visits[village] += 1

    def gain(pair: tuple[int, int]) -> int:
        return sum(market.bundles[n].need for n in of_pair[pair] if n not in done)

    heap = [(-gain(pair), pair[1], pair[0]) for pair in sorted(of_pair) if pair not in chosen]
    heapq.heapify(heap)
    while heap:
        negative, village, group = heapq.heappop(heap)
        now = gain((group, village))
        if now <= VISIT or room[group] <= 0 or visits[village] >= market.most_visits(village):
            continue
        if now < -negative:
            heapq.heappush(heap, (-now, village, group))
            continue
        chosen.add((group, village))
        done.update(of_pair[group, village])
        room[group] -= 1
        visits[village] += 1
    picked = frozenset(chosen)
    worth = market.worth(picked)
    return Solution(picked, worth, worth)

"""Ranking by a rate: who stands where, who shares a place, who has nothing to be judged by.

A rate is a fraction of two counts, compared exactly. The highest comes first; equal rates share a place, and the next
place is counted on from all before it (1, 2, 2, 4). Whoever has nothing to be judged by has no place; that is not the
last one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Place:
    """A place in a ranking from 1; ``is_shared`` with others of the same rate."""

    number: int
    is_shared: bool


def rate(part: int, whole: int) -> Fraction | None:
    """Return ``part`` of ``whole``, ``None`` where there is nothing to divide by."""
    return Fraction(part, whole) if whole else None


def places(rates: Sequence[Fraction | None]) -> list[Place | None]:
    """Return the place of each rate, in the order given; ``None`` for those without a rate."""
    judged = [one for one in rates if one is not None]
    return [
        None if one is None else Place(1 + sum(other > one for other in judged), judged.count(one) > 1)
        for one in rates
    ]  # fmt: skip

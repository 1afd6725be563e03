"""Whether two tables look like each other, so that what was settled for one can be offered for the next."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import fuzz

from tracker.reading.heading_sense import is_of_one_kind
from tracker.reading.heading_words import normalise

_ALIKE = 0.75


def _closeness(one: str, other: str) -> float:
    ratio = fuzz.ratio(one, other) / 100
    return ratio if ratio >= _ALIKE and is_of_one_kind(one, other) else 0.0


def likeness(a: Sequence[str], b: Sequence[str]) -> float:
    """Return how much of two tables' headings is the same, 0 to 1; a near spelling counts for its part."""
    ours, theirs = {normalise(words) for words in a}, {normalise(words) for words in b}
    if not ours or not theirs:
        return float(not ours and not theirs)
    same = ours & theirs
    pairs = sorted(
        (-_closeness(one, other), min(one, other), max(one, other)) for one in ours - same for other in theirs - same
    )
    return 2 * (len(same) + _matched(pairs)) / (len(ours) + len(theirs))


def _matched(pairs: Sequence[tuple[float, str, str]]) -> float:
    """Return the closeness of all pairs taken, the closest first, each heading once."""
    taken: set[str] = set()
    total = 0.0
    for distance, one, other in pairs:
        if distance and one not in taken and other not in taken:
            taken |= {one, other}
            total -= distance
    return total

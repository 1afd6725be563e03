"""A stratified sample of what was signed off, for look-backs: anybody can draw it again from what is kept.

Strata are a township and a star each. Within one, lots decide: SHA-256 of the seed and the number of the issue, so that
the same input and the same seed give the same sample, in whatever order the input came.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from workflows.planning.draw import ticket

EVERY = 0  # of a township or a star in a rule: whichever; in a stratum: none
Stratum = tuple[int, int]


class PickReason(StrEnum):
    """Why an issue is in the sample."""

    LOT = "lot"
    MAJOR = "major"


@dataclass(frozen=True)
class Candidate:
    """An issue that could be drawn, with the ids of its township and star."""

    issue: int
    township: int = EVERY
    star: int = EVERY
    is_major: bool = False


@dataclass(frozen=True)
class Share:
    """The per cent for one township, one star, or both; the other is ``EVERY``."""

    township: int
    star: int
    per_cent: int


@dataclass(frozen=True)
class Rules:
    """How much is drawn: per cent of each stratum, rounded up, but at least and at most so many where any is drawn.

    ``most`` 0 is no limit. With ``every_major`` severe issues are all taken, besides the lots of the others.
    """

    per_cent: int
    least: int = 1
    most: int = 0
    every_major: bool = True
    shares: tuple[Share, ...] = ()

    def share(self, township: int, star: int) -> int:
        """Return the per cent of a stratum: the rule for both goes first, then the greater of those for one."""
        given = {(one.township, one.star): one.per_cent for one in self.shares}
        if (township, star) in given:
            return given[township, star]
        single = [given[pair] for pair in ((township, EVERY), (EVERY, star)) if pair in given]
        return max(single) if single else self.per_cent

    def wanted(self, stratum: Stratum, population: int) -> int:
        """Return how many of a stratum with that many are drawn by lot."""
        per_cent = self.share(*stratum)
        if per_cent <= 0 or population <= 0:
            return 0
        number = max(-(-population * per_cent // 100), self.least)
        return min(number, population, self.most or population)

    def to_dict(self) -> dict[str, Any]:
        """Return the rules as plain values; ``from_dict`` reads them back."""
        return asdict(self) | {"shares": [asdict(one) for one in self.shares]}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Rules:
        """Return the rules that were kept."""
        return cls(**{**data, "shares": tuple(Share(**one) for one in data.get("shares", ()))})


@dataclass(frozen=True)
class Cell:
    """What a sample takes of one stratum; ``population`` counts those that lots decide about."""

    township: int
    star: int
    per_cent: int
    population: int
    majors: int
    wanted: int

    @property
    def drawn(self) -> int:
        """Return how many are in the sample."""
        return self.wanted + self.majors

    @property
    def size(self) -> int:
        """Return how many there are."""
        return self.population + self.majors


@dataclass(frozen=True)
class Pick:
    """One issue of a sample: drawn as the ``rank``-th (from 1) of ``population``, or taken because it is severe."""

    issue: int
    township: int
    star: int
    reason: PickReason
    population: int
    rank: int


def cells(rules: Rules, candidates: Iterable[Candidate]) -> list[Cell]:
    """Return what will be drawn of each stratum; no seed changes these numbers."""
    found = []
    for stratum, (lots, majors) in sorted(_strata(rules, candidates).items()):
        wanted = rules.wanted(stratum, len(lots))
        found.append(Cell(*stratum, rules.share(*stratum), len(lots), len(majors), wanted))
    return found


def sample(seed: int, rules: Rules, candidates: Iterable[Candidate]) -> list[Pick]:
    """Return the sample, by stratum: what is taken first, then what was drawn by rank."""
    picks: list[Pick] = []
    for stratum, (lots, majors) in sorted(_strata(rules, candidates).items()):
        picks += [Pick(issue, *stratum, PickReason.MAJOR, len(majors), 0) for issue in sorted(majors)]
        order = ranked(seed, lots)[: rules.wanted(stratum, len(lots))]
        picks += [Pick(issue, *stratum, PickReason.LOT, len(lots), rank) for rank, issue in enumerate(order, 1)]
    return picks


def ranked(seed: int, issues: Iterable[int]) -> list[int]:
    """Return the issues in the order of their lots."""
    return sorted(set(issues), key=lambda issue: (ticket(seed, issue), issue))


def _strata(rules: Rules, candidates: Iterable[Candidate]) -> dict[Stratum, tuple[list[int], list[int]]]:
    """Return by stratum the issues that lots decide about, and those that are taken in any case."""
    found: dict[Stratum, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for one in {candidate.issue: candidate for candidate in candidates}.values():
        lots, majors = found[one.township, one.star]
        (majors if one.is_major and rules.every_major else lots).append(one.issue)
    return found


def look_back_due(signed_off_on: date, window_days: int, first_day: date, last_day: date) -> date:
    """Return the last day for a look-back, inclusive: the end of its window, but within the period of the plan."""
    return min(max(signed_off_on + timedelta(days=window_days), first_day), last_day)


_PRESSING = 40  # days before its last day from which on a look-back grows more urgent


def pressing(due_on: date, first_day: date) -> int:
    """Return how much a look-back weighs on top in a round that begins on ``first_day``: the more, the less is left."""
    return min(max(_PRESSING - (due_on - first_day).days, 0), 2 * _PRESSING)


def rows_of(candidates: Sequence[Candidate]) -> list[list[int]]:
    """Return the candidates as plain numbers, to be kept with the sample, by issue."""
    ordered = sorted(candidates, key=lambda one: one.issue)
    return [[one.issue, one.township, one.star, int(one.is_major)] for one in ordered]


def candidates_of(rows: Iterable[Sequence[int]]) -> list[Candidate]:
    """Return the candidates that were kept."""
    return [Candidate(issue, township, star, bool(major)) for issue, township, star, major in rows]

"""The words of a plan: what a stop is for, why something stays out of it, and the numbers it is made with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any


class TaskKind(StrEnum):
    """What a stop is for."""

    RECHECK = "recheck"
    LATE = "late"
    DUE_SOON = "due_soon"
    LOOK_BACK = "look_back"
    VETO = "veto"
    UNVISITED = "unvisited"
    LAX = "lax"
    RANDOM = "random"
    LEFTOVER = "leftover"
    BY_HAND = "by_hand"


class LeftOutWhy(StrEnum):
    """Why something due is not in the plan."""

    NO_GROUP = "no_group"
    RECUSAL = "recusal"
    OWN_UNIT = "own_unit"
    CONSECUTIVE = "consecutive"
    FINDER = "finder"
    VERIFIER = "verifier"
    CAPACITY = "capacity"
    REMOVED = "removed"


# How much one reason counts for; a random share that need could push aside would be no sample.
NEED: Mapping[str, int] = {
    TaskKind.RANDOM: 300,
    TaskKind.VETO: 120,
    TaskKind.RECHECK: 100,
    TaskKind.LEFTOVER: 90,
    TaskKind.LATE: 80,
    TaskKind.LOOK_BACK: 60,
    TaskKind.DUE_SOON: 50,
    TaskKind.LAX: 40,
    TaskKind.UNVISITED: 30,
}


@dataclass(frozen=True)
class Parameters:
    """The numbers of one round; shares are per cent, ``unvisited_days`` calendar days.

    ``team_size`` people make one visit together; a team makes ``visits_a_day``. ``same_group_rounds`` is how many
    rounds running a group may go to the same village.
    """

    visits_a_day: int = 3
    team_size: int = 2
    random_share: int = 5
    unvisited_days: int = 60
    same_group_rounds: int = 3
    visits_a_village: int = 1
    other_group_rechecks: bool = False
    need: Mapping[str, int] = field(default_factory=lambda: dict(NEED))

    def to_dict(self) -> dict[str, Any]:
        """Return the parameters as plain values; ``from_dict`` reads them back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Parameters:
        """Return the parameters that were kept; what they leave out has its default."""
        known = {one.name for one in fields(cls)}
        given = {name: value for name, value in data.items() if name in known}
        return cls(**{**given, "need": {**NEED, **given.get("need", {})}})

    def stops_a_day(self, people: int) -> int:
        """Return how many stops so many people can make on one day."""
        teams = max(people // self.team_size, 1) if people else 0
        return teams * self.visits_a_day

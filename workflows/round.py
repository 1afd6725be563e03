"""An inspection round 巡查轮次 and one stop of it: planned by the office, published to the groups, walked, reported.

The facts of a round say how far its groups have come; those of a stop, what one group did in one village.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from workflows.issue import Capacity
from workflows.spec import Guard, Transition, Workflow


class RoundState(StrEnum):
    """Where a round stands."""

    PLANNED = "planned"
    PUBLISHED = "published"
    UNDER_WAY = "under_way"
    REPORTED = "reported"
    ARCHIVED = "archived"


class StopState(StrEnum):
    """Where one stop of a round stands."""

    PLANNED = "planned"
    STARTED = "started"
    DONE = "done"
    MISSED = "missed"
    ROLLED_OVER = "rolled_over"


@dataclass(frozen=True)
class RoundFacts:
    """Everything the rules of a round look at.

    ``over_ceiling`` counts the villages of which it would ask more than they may be asked in a month 减负.
    """

    capacities: frozenset[Capacity]
    has_stops: bool = False
    is_being_planned: bool = False
    has_begun: bool = False
    is_over: bool = False
    first_day_came: bool = False
    has_reason: bool = False
    over_ceiling: int = 0
    is_burden_answered: bool = False
    open_groups: int = 0


@dataclass(frozen=True)
class StopFacts:
    """Everything the rules of a stop look at; ``is_recused`` is about the person, not the group."""

    capacities: frozenset[Capacity]
    round_is_out: bool = False
    is_recused: bool = False
    open_tasks: int = 0
    has_reason: bool = False


ceilings_answered = Guard("round_burden", lambda f: f.over_ceiling == 0 or f.is_burden_answered)
has_stops = Guard("round_empty", lambda f: f.has_stops)
settled = Guard("round_being_planned", lambda f: not f.is_being_planned)
not_over = Guard("round_over", lambda f: not f.is_over)
not_begun = Guard("round_begun", lambda f: not f.has_begun)
first_day_came = Guard("round_not_yet", lambda f: f.first_day_came)
groups_reported = Guard("round_groups_open", lambda f: f.open_groups == 0)
has_round_reason = Guard("round_no_reason", lambda f: f.has_reason)
is_out = Guard("stop_round_not_out", lambda f: f.round_is_out)
not_recused = Guard("stop_recused", lambda f: not f.is_recused)
tasks_answered = Guard("stop_tasks_open", lambda f: f.open_tasks == 0)

R, S, C, T = RoundState, StopState, Capacity, Transition
_GROUP = (C.GROUP, C.GROUP_LEAD)
ROUND = Workflow(
    name="round",
    states=RoundState,
    initial=R.PLANNED,
    transitions=(
        T("publish", R.PLANNED, R.PUBLISHED, (C.OFFICE,), (settled, has_stops, not_over, ceilings_answered)),
        T("withdraw", R.PUBLISHED, R.PLANNED, (C.OFFICE,), (not_begun, has_round_reason)),
        T("begin", R.PUBLISHED, R.UNDER_WAY, (*_GROUP, C.OFFICE), (first_day_came,)),
        T("report", R.UNDER_WAY, R.REPORTED, (C.GROUP_LEAD, C.OFFICE), (groups_reported,)),
        T("archive", R.REPORTED, R.ARCHIVED, (C.OFFICE,)),
        # A plan that nobody was told of may be given up; it stays readable with the reason.
        T("give_up", R.PLANNED, R.ARCHIVED, (C.OFFICE,), (settled, has_round_reason)),
    ),
)
STOP = Workflow(
    name="stop",
    states=StopState,
    initial=S.PLANNED,
    transitions=(
        T("start", S.PLANNED, S.STARTED, _GROUP, (is_out, not_recused)),
        T("finish", S.STARTED, S.DONE, _GROUP, (tasks_answered,)),
        T("miss", S.PLANNED, S.MISSED, (*_GROUP, C.OFFICE), (is_out, has_round_reason)),
        T("miss", S.STARTED, S.MISSED, (*_GROUP, C.OFFICE), (has_round_reason,)),
        T("roll_over", S.PLANNED, S.ROLLED_OVER, (C.OFFICE,)),
        T("roll_over", S.MISSED, S.ROLLED_OVER, (C.OFFICE,)),
        T("take_back", S.ROLLED_OVER, S.MISSED, (C.OFFICE,)),
    ),
)
# A group may see and walk its list in these; before, the plan is the office's own.
OUT = frozenset({R.PUBLISHED, R.UNDER_WAY, R.REPORTED, R.ARCHIVED})
WALKABLE = frozenset({R.PUBLISHED, R.UNDER_WAY})

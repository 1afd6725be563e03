"""The law of a round and of its stops."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from workflows.engine import available, fire
from workflows.issue import Capacity
from workflows.planning.terms import NEED, Parameters, TaskKind
from workflows.round import OUT, ROUND, STOP, WALKABLE, RoundFacts, RoundState, StopFacts, StopState
from workflows.spec import TransitionRefusedError, Workflow

C, R, S = Capacity, RoundState, StopState
READY = RoundFacts(capacities=frozenset(C), has_stops=True, first_day_came=True, has_reason=True)
WALKING = StopFacts(capacities=frozenset(C), round_is_out=True, has_reason=True)
BOTH: list[tuple[Workflow[Any], Any]] = [(ROUND, READY), (STOP, WALKING)]


@pytest.mark.parametrize(("table", "facts"), BOTH)
def test_rows_are_unique_every_state_is_reached_and_the_rest_is_refused(table: Workflow[Any], facts: Any) -> None:
    rows = [(row.trigger, row.source) for row in table.transitions]
    assert len(rows) == len(set(rows))
    assert {row.dest for row in table.transitions} | {table.initial} == set(table.states)
    for state, trigger in product(table.states, table.triggers):
        row = table.row(trigger, state)
        if row is not None:
            assert fire(table, state, trigger, facts).dest is row.dest
            continue
        with pytest.raises(TransitionRefusedError) as refused:
            fire(table, state, trigger, facts)
        assert refused.value.code == "not_from_here"


@pytest.mark.parametrize(
    ("given", "state", "trigger", "code"),
    [
        ({"has_stops": False}, R.PLANNED, "publish", "round_empty"),
        ({"is_being_planned": True}, R.PLANNED, "publish", "round_being_planned"),
        ({"is_over": True}, R.PLANNED, "publish", "round_over"),
        ({"over_ceiling": 1}, R.PLANNED, "publish", "round_burden"),
        ({"has_begun": True}, R.PUBLISHED, "withdraw", "round_begun"),
        ({"has_reason": False}, R.PUBLISHED, "withdraw", "round_no_reason"),
        ({"first_day_came": False}, R.PUBLISHED, "begin", "round_not_yet"),
        ({"open_groups": 1}, R.UNDER_WAY, "report", "round_groups_open"),
        ({"has_reason": False}, R.PLANNED, "give_up", "round_no_reason"),
    ],
)
def test_a_round_is_refused_by_name(given: dict[str, Any], state: RoundState, trigger: str, code: str) -> None:
    assert available(ROUND, state, replace(READY, **given))[trigger] == code
    assert available(ROUND, state, READY)[trigger] is None


@pytest.mark.parametrize(
    ("given", "state", "trigger", "code"),
    [
        ({"round_is_out": False}, S.PLANNED, "start", "stop_round_not_out"),
        ({"is_recused": True}, S.PLANNED, "start", "stop_recused"),
        ({"open_tasks": 1}, S.STARTED, "finish", "stop_tasks_open"),
        ({"has_reason": False}, S.STARTED, "miss", "round_no_reason"),
    ],
)
def test_a_stop_is_refused_by_name(given: dict[str, Any], state: StopState, trigger: str, code: str) -> None:
    assert available(STOP, state, replace(WALKING, **given))[trigger] == code
    assert available(STOP, state, WALKING)[trigger] is None


@pytest.mark.parametrize("capacity", C)
def test_the_office_plans_and_the_groups_walk(capacity: Capacity) -> None:
    plans = available(ROUND, R.PLANNED, replace(READY, capacities=frozenset({capacity})))
    walks = available(STOP, S.PLANNED, replace(WALKING, capacities=frozenset({capacity})))
    assert (plans["publish"] is None) == (capacity is C.OFFICE)
    assert (walks["start"] is None) == (capacity in (C.GROUP, C.GROUP_LEAD))


def test_a_plan_that_asks_too_much_is_published_once_that_was_answered() -> None:
    answered = replace(READY, over_ceiling=3, is_burden_answered=True)
    assert available(ROUND, R.PLANNED, answered)["publish"] is None


def test_a_plan_is_out_from_its_publication() -> None:
    assert R.PLANNED not in OUT
    assert WALKABLE < OUT


def test_parameters_come_back_as_they_were_and_old_ones_get_what_is_new() -> None:
    given = Parameters(visits_a_day=4, need={**NEED, TaskKind.LATE: 7})
    assert Parameters.from_dict(given.to_dict()) == given
    assert Parameters.from_dict({"visits_a_day": 4, "gone": 1, "need": {"late": 7}}) == given


@pytest.mark.parametrize(("people", "stops"), [(0, 0), (1, 3), (2, 3), (3, 3), (4, 6), (5, 6)])
def test_people_go_in_teams(people: int, stops: int) -> None:
    assert Parameters(visits_a_day=3, team_size=2).stops_a_day(people) == stops

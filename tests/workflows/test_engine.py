"""The engine, on a table of its own."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import pytest

from workflows.engine import available, fire, first_refusal, row_refusal
from workflows.spec import Guard, Transition, TransitionRefusedError, Workflow


class Lamp(StrEnum):
    OFF = "off"
    ON = "on"


class Hand(StrEnum):
    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True)
class LampFacts:
    capacities: frozenset[Hand]
    powered: bool = True
    dry: bool = True


powered = Guard("no_power", lambda f: f.powered)
dry = Guard("wet", lambda f: f.dry)
LAMP = Workflow(
    name="lamp",
    states=Lamp,
    initial=Lamp.OFF,
    transitions=(
        Transition("switch", Lamp.OFF, Lamp.ON, (Hand.LEFT, Hand.RIGHT), (powered, dry)),
        Transition("switch", Lamp.ON, Lamp.OFF, (Hand.LEFT,)),
        Transition("dim", Lamp.ON, Lamp.ON, (Hand.RIGHT,), (dry,)),
    ),
)
BOTH = LampFacts(frozenset(Hand))
RIGHT = LampFacts(frozenset({Hand.RIGHT}))


def test_fire_returns_the_step() -> None:
    step = fire(LAMP, Lamp.OFF, "switch", RIGHT)
    assert (step.trigger, step.source, step.dest) == ("switch", Lamp.OFF, Lamp.ON)


def test_same_trigger_leads_elsewhere_from_elsewhere() -> None:
    assert fire(LAMP, Lamp.ON, "switch", BOTH).dest is Lamp.OFF


def test_step_may_stay_where_it_is() -> None:
    assert fire(LAMP, Lamp.ON, "dim", BOTH).dest is Lamp.ON


@pytest.mark.parametrize("trigger", ["dim", "explode", "to_on", "trigger", "__class__", ""])
def test_what_the_table_does_not_know_is_refused(trigger: str) -> None:
    with pytest.raises(TransitionRefusedError) as refused:
        fire(LAMP, Lamp.OFF, trigger, BOTH)
    assert (refused.value.code, refused.value.trigger, refused.value.state) == ("not_from_here", trigger, "off")
    assert str(refused.value) == f"not_from_here: {trigger} from off"


def test_wrong_capacity_is_refused_before_any_guard() -> None:
    nobody = LampFacts(frozenset(), powered=False)
    with pytest.raises(TransitionRefusedError) as refused:
        fire(LAMP, Lamp.OFF, "switch", nobody)
    assert refused.value.code == "not_by_you"
    assert available(LAMP, Lamp.ON, RIGHT) == {"switch": "not_by_you", "dim": None}


def test_first_guard_that_fails_gives_the_code() -> None:
    assert available(LAMP, Lamp.OFF, LampFacts(frozenset(Hand), powered=False, dry=False)) == {"switch": "no_power"}
    assert available(LAMP, Lamp.OFF, LampFacts(frozenset(Hand), dry=False)) == {"switch": "wet"}
    assert first_refusal((dry, powered), LampFacts(frozenset(), powered=False, dry=False)) == "wet"
    assert first_refusal((), BOTH) is None


def test_workflow_finds_its_rows() -> None:
    row = LAMP.row("switch", Lamp.ON)
    assert row is LAMP.transitions[1]
    assert row_refusal(row, RIGHT) == "not_by_you"
    assert LAMP.row("dim", Lamp.OFF) is None
    assert LAMP.triggers == ("switch", "dim")
    assert LAMP.codes == {"no_power", "wet"}


def test_two_subjects_share_nothing() -> None:
    first = fire(LAMP, Lamp.OFF, "switch", BOTH)
    second = fire(LAMP, Lamp.OFF, "switch", BOTH)
    assert first == second
    assert first is not second

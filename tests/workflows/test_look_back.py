"""The law of a look-back: it ends once, and nobody vouches for what they closed."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from workflows.engine import available, fire
from workflows.issue import Capacity
from workflows.look_back import LOOK_BACK, FoundAgain, LookBackFacts, LookBackState, found_again_way
from workflows.spec import TransitionRefusedError

S, C = LookBackState, Capacity
READY = LookBackFacts(capacities=frozenset(C), is_signed_off=True, has_recheck_finding=True, has_reason=True)


@pytest.mark.parametrize(("state", "trigger"), list(product(S, LOOK_BACK.triggers)))
def test_what_waits_ends_once(state: LookBackState, trigger: str) -> None:
    row = LOOK_BACK.row(trigger, state)
    assert (row is not None) == (state is S.WAITING)
    if row is not None:
        assert fire(LOOK_BACK, state, trigger, READY).dest is row.dest
        return
    with pytest.raises(TransitionRefusedError) as refused:
        fire(LOOK_BACK, state, trigger, READY)
    assert refused.value.code == "not_from_here"


@pytest.mark.parametrize(
    ("given", "hold", "find_again"),
    [
        ({"is_signed_off": False}, "look_back_not_signed_off", "look_back_not_signed_off"),
        ({"has_recheck_finding": False}, "no_finding", "no_finding"),
        ({"actor_submitted": True}, "you_submitted", None),
        ({"actor_uploaded_after": True}, "you_uploaded", None),
        ({"actor_in_submitting_unit": True}, "your_unit_submitted", None),
        ({"actor_verified": True}, "you_verified", None),
        ({"actor_signed_off": True}, "you_signed_off", None),
        ({"actor_in_verifying_group": True}, None, None),
        ({"actor_in_verifying_group": True, "other_group_must_recheck": True}, "your_group_verified", None),
        ({"capacities": frozenset({C.RESPONSIBLE, C.LEADER, C.FINDER})}, "not_by_you", "not_by_you"),
    ],
)
def test_who_closed_it_may_say_it_came_back_and_not_that_it_held(
    given: dict[str, object], hold: str | None, find_again: str | None
) -> None:
    offers = available(LOOK_BACK, S.WAITING, replace(READY, **given))  # type: ignore[arg-type]
    assert (offers["hold"], offers["find_again"]) == (hold, find_again)


def test_the_office_calls_off_with_a_reason() -> None:
    for capacity in C:
        offer = available(LOOK_BACK, S.WAITING, replace(READY, capacities=frozenset({capacity})))["drop"]
        assert (offer is None) == (capacity is C.OFFICE)
    assert available(LOOK_BACK, S.WAITING, replace(READY, has_reason=False))["drop"] == "no_reason"


@pytest.mark.parametrize(
    ("policy", "is_confidential", "has_holder", "way"),
    [
        ("reopen", False, True, FoundAgain.REOPEN), ("linked", False, True, FoundAgain.LINKED),
        ("reopen", False, False, FoundAgain.LINKED), ("linked", True, True, FoundAgain.REOPEN),
    ],
)  # fmt: skip
def test_what_becomes_of_what_came_back(policy: str, is_confidential: bool, has_holder: bool, way: FoundAgain) -> None:
    assert found_again_way(policy, is_confidential=is_confidential, has_holder=has_holder) is way

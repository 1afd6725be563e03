"""A handover's own law: two people confirm, and nobody speaks for somebody who is still there."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from workflows.engine import available, fire
from workflows.handover import (
    HANDOVER,
    HandoverCapacity,
    HandoverFacts,
    HandoverState,
    handover_request_refusal,
)
from workflows.spec import TransitionRefusedError

S, C = HandoverState, HandoverCapacity
READY = HandoverFacts(capacities=frozenset(C), receiver_fits=True, holds_something=True, has_reason=True)
FLAGS = ("giver_is_gone", "receiver_fits", "receiver_is_actor", "actor_proposed", "is_pending", "holds_something",
         "has_reason")  # fmt: skip


@pytest.mark.parametrize(("state", "trigger"), list(product(S, HANDOVER.triggers)))
def test_what_the_table_does_not_name_is_refused(state: HandoverState, trigger: str) -> None:
    row = HANDOVER.row(trigger, state)
    if row is None:
        with pytest.raises(TransitionRefusedError) as refused:
            fire(HANDOVER, state, trigger, READY)
        assert refused.value.code == "not_from_here"
        return
    assert fire(HANDOVER, state, trigger, READY).dest is row.dest


def test_in_no_situation_does_one_person_confirm_twice_or_speak_for_who_is_there() -> None:
    allowed = 0
    for held, *values in product([frozenset({c}) for c in C] + [frozenset(C)], *[(False, True)] * len(FLAGS)):
        facts = HandoverFacts(capacities=held, **dict(zip(FLAGS, values, strict=True)))
        if handover_request_refusal(facts) is None:
            allowed += 1
            assert (facts.holds_something, facts.receiver_fits) == (True, True)
            assert (facts.receiver_is_actor, facts.is_pending) == (False, False)
            assert C.GIVER in held or (C.STEWARD in held and facts.giver_is_gone and facts.has_reason)
        offers = available(HANDOVER, S.PROPOSED, facts)
        if offers["accept"] is None:
            allowed += 1
            assert C.RECEIVER in held
            assert (facts.receiver_fits, facts.actor_proposed) == (True, False)
        assert (offers["withdraw"] is None) == bool(held & {C.GIVER, C.STEWARD})
        assert (offers["decline"] is None) == (C.RECEIVER in held and facts.has_reason)
    assert allowed


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"holds_something": False}, "handover_empty"),
        ({"capacities": frozenset({C.STEWARD})}, "handover_giver_is_here"),
        ({"capacities": frozenset({C.STEWARD}), "giver_is_gone": True, "has_reason": False}, "no_reason"),
        ({"receiver_is_actor": True}, "handover_to_yourself"),
        ({"receiver_fits": False}, "handover_misfit"),
        ({"is_pending": True}, "handover_pending"),
        ({"capacities": frozenset({C.RECEIVER})}, "not_by_you"),
        ({"has_reason": False}, None),
    ],
)
def test_a_request_is_refused_with_its_reason(given: dict[str, object], code: str | None) -> None:
    assert handover_request_refusal(replace(READY, **given)) == code  # type: ignore[arg-type]


def test_the_receiver_must_still_fit_when_accepting() -> None:
    assert available(HANDOVER, S.PROPOSED, replace(READY, receiver_fits=False))["accept"] == "handover_misfit"
    assert available(HANDOVER, S.PROPOSED, replace(READY, actor_proposed=True))["accept"] == "handover_you_proposed"

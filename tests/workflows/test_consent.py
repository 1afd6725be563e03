"""A leader's consent: asked by the office, answered by a leader who had no part in it."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from workflows.consent import (
    CONSENT,
    CONSENT_AT,
    CONSENT_REQUEST_CODES,
    ConsentFacts,
    ConsentKind,
    ConsentState,
    consent_request_refusal,
)
from workflows.engine import available, fire
from workflows.issue import Capacity, IssueState
from workflows.spec import TransitionRefusedError

S, C = ConsentState, Capacity
READY = ConsentFacts(
    capacities=frozenset({C.LEADER}), kind=ConsentKind.SIGN_OFF, issue_state=IssueState.VERIFIED, has_reason=True
)
OFFICE = frozenset({C.OFFICE})


@pytest.mark.parametrize("kind", ConsentKind)
@pytest.mark.parametrize("state", IssueState)
def test_consent_is_asked_and_given_only_where_it_is_needed(kind: ConsentKind, state: IssueState) -> None:
    fits = (kind, state) in {("sign_off", "verified"), ("suspend", "rectifying")}
    facts = replace(READY, kind=kind, issue_state=state)
    code = None if fits else "consent_out_of_place"
    assert consent_request_refusal(replace(facts, capacities=OFFICE)) == code
    assert available(CONSENT, S.REQUESTED, facts)["give"] == code
    assert available(CONSENT, S.REQUESTED, facts)["decline"] is None


def test_consent_has_a_place_for_every_kind() -> None:
    assert set(CONSENT_AT) == set(ConsentKind)


@pytest.mark.parametrize("capacity", Capacity)
def test_the_office_asks_and_withdraws_and_a_leader_answers(capacity: Capacity) -> None:
    facts = replace(READY, capacities=frozenset({capacity}))
    by_office = None if capacity is C.OFFICE else "not_by_you"
    by_leader = None if capacity is C.LEADER else "not_by_you"
    assert consent_request_refusal(facts) == by_office
    assert available(CONSENT, S.REQUESTED, facts) == {"give": by_leader, "decline": by_leader, "withdraw": by_office}


def test_one_request_at_a_time() -> None:
    facts = replace(READY, capacities=OFFICE, request_pending=True)
    assert consent_request_refusal(facts) == "consent_pending"
    assert {"consent_pending", "consent_out_of_place"} == CONSENT_REQUEST_CODES


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ("actor_asked", "you_asked"),
        ("actor_submitted", "you_submitted"),
        ("actor_uploaded_after", "you_uploaded"),
        ("actor_in_submitting_unit", "your_unit_submitted"),
        ("actor_verified", "you_verified"),
    ],
)
def test_who_had_a_part_in_it_does_not_consent(part: str, code: str) -> None:
    facts = replace(READY, capacities=frozenset(Capacity), **{part: True})
    assert available(CONSENT, S.REQUESTED, facts)["give"] == code


def test_who_asked_does_not_decline_either() -> None:
    facts = replace(READY, actor_asked=True)
    assert available(CONSENT, S.REQUESTED, facts)["decline"] == "you_asked"


def test_only_a_refusal_needs_a_reason() -> None:
    facts = replace(READY, capacities=frozenset(Capacity), has_reason=False)
    assert available(CONSENT, S.REQUESTED, facts) == {"give": None, "decline": "no_reason", "withdraw": None}


@pytest.mark.parametrize(("trigger", "dest"), [("give", S.GIVEN), ("decline", S.DECLINED), ("withdraw", S.WITHDRAWN)])
def test_rows_of_consent_lead_where_they_say(trigger: str, dest: ConsentState) -> None:
    facts = replace(READY, capacities=frozenset(Capacity))
    assert CONSENT.initial is S.REQUESTED
    assert fire(CONSENT, S.REQUESTED, trigger, facts).dest is dest


@pytest.mark.parametrize("state", [S.GIVEN, S.DECLINED, S.WITHDRAWN])
@pytest.mark.parametrize("trigger", CONSENT.triggers)
def test_an_answer_stands(state: ConsentState, trigger: str) -> None:
    with pytest.raises(TransitionRefusedError) as refused:
        fire(CONSENT, state, trigger, replace(READY, capacities=frozenset(Capacity)))
    assert refused.value.code == "not_from_here"


def test_facts_of_a_consent_default_to_no_part_and_no_reason() -> None:
    empty = ConsentFacts(capacities=frozenset(), kind=ConsentKind.SIGN_OFF, issue_state=IssueState.VERIFIED)
    assert not any(getattr(empty, field.name) is True for field in fields(empty))

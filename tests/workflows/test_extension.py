"""Extensions: asked in time, decided on the right level by somebody else."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any

import pytest

from workflows.engine import available, fire
from workflows.extension import (
    EXTENSION,
    EXTENSION_REQUEST,
    REQUEST_CODES,
    ExtensionFacts,
    ExtensionState,
    deciding_capacity,
    request_refusal,
)
from workflows.issue import Capacity
from workflows.spec import TransitionRefusedError

TODAY = date(2026, 3, 2)
DAY = timedelta(days=1)
S, C = ExtensionState, Capacity
READY = ExtensionFacts(
    capacities=frozenset({C.RESPONSIBLE}),
    asked_on=TODAY,
    deadline=TODAY,
    new_deadline=TODAY + DAY,
    has_reason=True,
)
OFFICE, LEADER = frozenset({C.OFFICE}), frozenset({C.LEADER})

UNASKABLE = [
    ({"rectifying": False}, "extension_not_now"),
    ({"deadline": None}, "extension_undated"),
    ({"deadline": TODAY - DAY}, "extension_late"),
    ({"approved_before": 2}, "extension_limit"),
    ({"approved_before": 1, "max_extensions": 1}, "extension_limit"),
    ({"max_extensions": 0}, "extension_limit"),
    ({"new_deadline": None}, "no_new_deadline"),
    ({"new_deadline": TODAY}, "extension_not_later"),
    ({"new_deadline": TODAY - DAY}, "extension_not_later"),
    ({"has_reason": False}, "no_reason"),
    ({"request_pending": True}, "extension_pending"),
]


@pytest.mark.parametrize(("change", "code"), UNASKABLE)
def test_request_is_refused(change: dict[str, Any], code: str) -> None:
    assert request_refusal(replace(READY, **change)) == code


def test_every_code_of_a_request_is_seen() -> None:
    assert {code for _, code in UNASKABLE} == REQUEST_CODES


@pytest.mark.parametrize("change", [{}, {"deadline": TODAY + DAY, "new_deadline": TODAY + 2 * DAY}])
@pytest.mark.parametrize("approved", [0, 1])
def test_request_on_or_before_the_day_is_in_time(change: dict[str, Any], approved: int) -> None:
    assert request_refusal(replace(READY, approved_before=approved, **change)) is None


@pytest.mark.parametrize("capacity", Capacity)
def test_only_the_responsible_ask(capacity: Capacity) -> None:
    code = request_refusal(replace(READY, capacities=frozenset({capacity})))
    assert code == (None if capacity is C.RESPONSIBLE else "not_by_you")


@pytest.mark.parametrize(
    ("trigger", "approved", "capacities", "code"),
    [
        ("approve", 0, OFFICE, None),
        ("approve", 0, LEADER, "extension_by_office"),
        ("approve", 0, OFFICE | LEADER, None),
        ("approve", 1, OFFICE, "extension_by_leader"),
        ("approve", 1, LEADER, None),
        ("approve", 1, OFFICE | LEADER, None),
        ("approve", 2, LEADER, "extension_limit"),
        ("approve", 0, READY.capacities, "not_by_you"),
        ("refuse", 0, OFFICE, None),
        ("refuse", 0, LEADER, "extension_by_office"),
        ("refuse", 1, OFFICE, "extension_by_leader"),
        ("refuse", 1, LEADER, None),
        ("refuse", 2, LEADER, None),
        ("refuse", 0, frozenset({C.GROUP, C.DEPARTMENT}), "not_by_you"),
        ("withdraw", 0, READY.capacities, None),
        ("withdraw", 0, OFFICE | LEADER, "not_by_you"),
    ],
)
def test_decision_needs_the_right_level(trigger: str, approved: int, capacities: Any, code: str | None) -> None:
    facts = replace(READY, approved_before=approved, capacities=capacities)
    assert available(EXTENSION, S.REQUESTED, facts)[trigger] == code


@pytest.mark.parametrize("trigger", ["approve", "refuse"])
@pytest.mark.parametrize(
    ("change", "code"), [("actor_asked", "you_asked"), ("actor_in_asking_unit", "your_unit_asked")]
)
def test_nobody_decides_for_themselves(trigger: str, change: str, code: str) -> None:
    facts = replace(READY, capacities=OFFICE, **{change: True})
    assert available(EXTENSION, S.REQUESTED, facts)[trigger] == code


@pytest.mark.parametrize(
    ("change", "code"), [row for row in UNASKABLE if row[1] not in ("no_reason", "extension_pending")]
)
def test_approval_looks_again_at_what_was_asked(change: dict[str, Any], code: str) -> None:
    facts = replace(READY, capacities=OFFICE | LEADER, **change)
    assert available(EXTENSION, S.REQUESTED, facts)["approve"] == code


def test_refusal_needs_a_reason_and_approval_none() -> None:
    facts = replace(READY, capacities=OFFICE, has_reason=False)
    assert available(EXTENSION, S.REQUESTED, facts) == {
        "approve": None,
        "refuse": "no_reason",
        "withdraw": "not_by_you",
    }


def test_a_bad_request_can_still_be_refused_and_withdrawn() -> None:
    late = replace(READY, capacities=frozenset(Capacity), deadline=TODAY - DAY, rectifying=False)
    assert available(EXTENSION, S.REQUESTED, late)["refuse"] is None
    assert available(EXTENSION, S.REQUESTED, late)["withdraw"] is None


@pytest.mark.parametrize(
    ("trigger", "dest"), [("approve", S.APPROVED), ("refuse", S.REFUSED), ("withdraw", S.WITHDRAWN)]
)
def test_rows_lead_where_they_say(trigger: str, dest: ExtensionState) -> None:
    facts = replace(READY, capacities=frozenset(Capacity))
    assert EXTENSION.initial is S.REQUESTED
    assert fire(EXTENSION, S.REQUESTED, trigger, facts).dest is dest


@pytest.mark.parametrize("state", [S.APPROVED, S.REFUSED, S.WITHDRAWN])
@pytest.mark.parametrize("trigger", EXTENSION.triggers)
def test_what_is_decided_stays_decided(state: ExtensionState, trigger: str) -> None:
    with pytest.raises(TransitionRefusedError) as refused:
        fire(EXTENSION, state, trigger, replace(READY, capacities=frozenset(Capacity)))
    assert refused.value.code == "not_from_here"


def test_who_decides_follows_from_what_was_approved_before() -> None:
    assert [deciding_capacity(n) for n in (0, 1, 2)] == [C.OFFICE, C.LEADER, C.LEADER]


def test_every_guard_of_an_extension_stands_on_its_own() -> None:
    empty = ExtensionFacts(capacities=frozenset(), asked_on=TODAY)
    dated = replace(empty, deadline=TODAY)
    held = {g.code for g in EXTENSION_REQUEST if g.holds(empty)}
    assert held == REQUEST_CODES - {"extension_undated", "no_new_deadline", "no_reason"}
    assert {g.code for g in EXTENSION_REQUEST if g.holds(dated)} == held | {"extension_undated"}


def test_facts_of_an_extension_default_to_nobody_having_asked() -> None:
    empty = ExtensionFacts(capacities=frozenset(), asked_on=TODAY)
    assert {f.name for f in fields(empty) if getattr(empty, f.name) is True} == {"rectifying"}
    assert (empty.approved_before, empty.max_extensions) == (0, 2)


def test_facts_of_an_extension_say_no_unless_told_otherwise() -> None:
    assert request_refusal(ExtensionFacts(capacities=READY.capacities, asked_on=TODAY)) == "extension_undated"

"""The issue workflow, without database or web."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any

import pytest

from workflows.engine import available, fire
from workflows.issue import (
    FINAL_STATES,
    ISSUE,
    OPEN_STATES,
    WAITING,
    Capacity,
    Clock,
    IssueFacts,
    IssueState,
    is_overdue,
)
from workflows.spec import TransitionRefusedError

TODAY = date(2026, 3, 2)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
S, C = IssueState, Capacity

# The table of the rules, written a second time and in another form: trigger, from, to, who.
TABLE = """
register draft registered finder,office
assign registered assigned office,group_lead
contest assigned registered responsible
accept assigned rectifying responsible
reassign assigned assigned office
reassign rectifying assigned office
progress rectifying rectifying responsible
submit rectifying submitted responsible
fail submitted rectifying group
verify submitted verified group
refuse verified rectifying office
sign_off verified signed_off office
dismiss registered dismissed office
reopen signed_off rectifying group,office
suspend rectifying suspended office
resume suspended rectifying office
"""
ROWS = [tuple(line.split()) for line in TABLE.strip().splitlines()]

# Everything present, nothing in the way.
READY = IssueFacts(
    capacities=frozenset(Capacity),
    today=TODAY,
    has_place=True,
    has_star_or_category=True,
    has_source=True,
    has_description=True,
    has_responsible_unit=True,
    has_responsible_person=True,
    deadline=TODAY,
    has_reason=True,
    has_note=True,
    has_result=True,
    has_recheck_finding=True,
    review_date=TOMORROW,
    measures=1,
    evidence_after=1,
    leader_consented=True,
)


def refusal(state: str, trigger: str, facts: IssueFacts) -> str | None:
    """Return the code that ``fire`` raises, after checking that ``available`` says the same."""
    shown = available(ISSUE, S(state), facts).get(trigger, "not_from_here")
    if shown is None:
        fire(ISSUE, S(state), trigger, facts)
        return None
    with pytest.raises(TransitionRefusedError) as refused:
        fire(ISSUE, S(state), trigger, facts)
    assert (refused.value.code, refused.value.trigger, refused.value.state) == (shown, trigger, state)
    return shown


def test_table_is_the_one_of_the_rules() -> None:
    written = {(t.trigger, t.source.value, t.dest.value, ",".join(t.by)) for t in ISSUE.transitions}
    assert written == set(ROWS)
    assert len(ISSUE.transitions) == len(ROWS)
    assert ISSUE.initial is S.DRAFT


def test_rows_are_unique() -> None:
    keys = [(t.trigger, t.source) for t in ISSUE.transitions]
    assert len(keys) == len(set(keys))


def test_every_state_is_reachable() -> None:
    reached = {ISSUE.initial}
    for _ in IssueState:
        reached |= {t.dest for t in ISSUE.transitions if t.source in reached}
    assert reached == set(IssueState)


def test_triggers_come_once_in_the_order_of_the_table() -> None:
    assert len(ISSUE.triggers) == len(set(ISSUE.triggers)) == 15
    assert (ISSUE.triggers[0], ISSUE.triggers[-1]) == ("register", "reopen")


@pytest.mark.parametrize(("trigger", "source", "dest", "by"), ROWS)
def test_row_leads_where_the_table_says(trigger: str, source: str, dest: str, by: str) -> None:
    step = fire(ISSUE, S(source), trigger, READY)
    assert (step.trigger, step.source, step.dest) == (trigger, S(source), S(dest))


@pytest.mark.parametrize("capacity", Capacity)
@pytest.mark.parametrize(("trigger", "source", "dest", "by"), ROWS)
def test_only_the_named_capacities_may(trigger: str, source: str, dest: str, by: str, capacity: Capacity) -> None:
    facts = replace(READY, capacities=frozenset({capacity}), group_lead_may_assign=True)
    assert refusal(source, trigger, facts) == (None if capacity in by.split(",") else "not_by_you")


@pytest.mark.parametrize("state", IssueState)
@pytest.mark.parametrize("trigger", ISSUE.triggers)
def test_everything_outside_the_table_is_refused(state: IssueState, trigger: str) -> None:
    in_table = any(row[:2] == (trigger, state.value) for row in ROWS)
    assert refusal(state, trigger, READY) == (None if in_table else "not_from_here")


REFUSED = [
    ("draft", "register", {"has_place": False}, "no_place"),
    ("draft", "register", {"has_star_or_category": False}, "no_category"),
    ("draft", "register", {"has_source": False}, "no_source"),
    ("draft", "register", {"has_description": False}, "no_description"),
    ("registered", "assign", {"capacities": frozenset({C.GROUP_LEAD})}, "group_lead_may_not_assign"),
    ("registered", "assign", {"has_responsible_unit": False}, "no_responsible_unit"),
    ("registered", "assign", {"has_responsible_person": False}, "no_responsible_person"),
    ("registered", "assign", {"deadline": None}, "no_deadline"),
    ("registered", "assign", {"deadline": YESTERDAY}, "deadline_in_past"),
    ("registered", "assign", {"deadline": YESTERDAY, "deadline_required": False}, "deadline_in_past"),
    ("registered", "dismiss", {"has_reason": False}, "no_reason_or_original"),
    ("assigned", "contest", {"has_reason": False}, "no_reason"),
    ("assigned", "contest", {"contested_before": True}, "contested_before"),
    ("assigned", "accept", {"measures": 0}, "no_measures"),
    ("assigned", "accept", {"measures": 2, "undated_measures": 1}, "undated_measures"),
    ("assigned", "reassign", {"has_reason": False}, "no_reason"),
    ("assigned", "reassign", {"has_responsible_unit": False}, "no_responsible_unit"),
    ("assigned", "reassign", {"has_responsible_person": False}, "no_responsible_person"),
    ("rectifying", "reassign", {"has_reason": False}, "no_reason"),
    ("rectifying", "reassign", {"has_responsible_unit": False}, "no_responsible_unit"),
    ("rectifying", "reassign", {"has_responsible_person": False}, "no_responsible_person"),
    ("rectifying", "reassign", {"extension_pending": True}, "extension_pending"),
    ("rectifying", "progress", {"has_note": False}, "no_note"),
    ("rectifying", "submit", {"has_result": False}, "no_result"),
    ("rectifying", "submit", {"evidence_after": 0}, "not_enough_evidence"),
    ("rectifying", "submit", {"evidence_after": 1, "evidence_needed": 2}, "not_enough_evidence"),
    ("rectifying", "submit", {"open_stages": 1}, "open_stages"),
    ("rectifying", "submit", {"extension_pending": True}, "extension_pending"),
    ("rectifying", "suspend", {"has_reason": False}, "no_reason"),
    ("rectifying", "suspend", {"review_date": None}, "no_review_date"),
    ("rectifying", "suspend", {"review_date": TODAY}, "review_date_not_ahead"),
    ("rectifying", "suspend", {"leader_consented": False}, "no_leader_consent"),
    ("rectifying", "suspend", {"actor_consented": True}, "you_consented"),
    ("rectifying", "suspend", {"extension_pending": True}, "extension_pending"),
    ("suspended", "resume", {"has_reason": False}, "no_reason"),
    ("submitted", "fail", {"has_reason": False}, "no_reason"),
    ("submitted", "fail", {"actor_submitted": True}, "you_submitted"),
    ("submitted", "fail", {"actor_uploaded_after": True}, "you_uploaded"),
    ("submitted", "fail", {"actor_in_submitting_unit": True}, "your_unit_submitted"),
    ("submitted", "verify", {"has_recheck_finding": False}, "no_finding"),
    ("submitted", "verify", {"actor_submitted": True}, "you_submitted"),
    ("submitted", "verify", {"actor_uploaded_after": True}, "you_uploaded"),
    ("submitted", "verify", {"actor_in_submitting_unit": True}, "your_unit_submitted"),
    ("submitted", "verify", {"actor_in_finder_group": True}, "your_group_found"),
    ("verified", "refuse", {"has_reason": False}, "no_reason"),
    ("verified", "sign_off", {"actor_submitted": True}, "you_submitted"),
    ("verified", "sign_off", {"actor_uploaded_after": True}, "you_uploaded"),
    ("verified", "sign_off", {"actor_verified": True}, "you_verified"),
    ("verified", "sign_off", {"actor_in_submitting_unit": True}, "your_unit_submitted"),
    ("verified", "sign_off", {"major": True, "leader_consented": False}, "no_leader_consent"),
    ("verified", "sign_off", {"actor_found": True, "leader_consented": False}, "finder_alone"),
    ("verified", "sign_off", {"actor_consented": True}, "you_consented"),
    ("signed_off", "reopen", {"has_recheck_finding": False}, "no_finding"),
    ("signed_off", "reopen", {"deadline": None}, "no_deadline"),
    ("signed_off", "reopen", {"deadline": YESTERDAY}, "deadline_in_past"),
]


@pytest.mark.parametrize(("state", "trigger", "change", "code"), REFUSED)
def test_guard_refuses(state: str, trigger: str, change: dict[str, Any], code: str) -> None:
    assert refusal(state, trigger, replace(READY, **change)) == code


def test_every_guard_of_every_row_is_seen_to_refuse() -> None:
    seen = {(trigger, state, code) for state, trigger, _, code in REFUSED}
    assert seen == {(t.trigger, t.source.value, g.code) for t in ISSUE.transitions for g in t.guards}


ALLOWED = [
    ("registered", "assign", {"capacities": frozenset({C.GROUP_LEAD}), "group_lead_may_assign": True}),
    ("registered", "assign", {"deadline": None, "deadline_required": False}),
    ("registered", "assign", {"deadline": TOMORROW}),
    ("registered", "dismiss", {"has_reason": False, "duplicates_other": True}),
    ("assigned", "accept", {"measures": 1, "undated_measures": 1}),
    ("assigned", "accept", {"measures": 2, "undated_measures": 0}),
    ("rectifying", "submit", {"evidence_after": 3, "evidence_needed": 2}),
    ("rectifying", "submit", {"evidence_after": 2, "evidence_needed": 2}),
    ("rectifying", "submit", {"deadline": YESTERDAY}),
    ("rectifying", "progress", {"extension_pending": True, "open_stages": 2, "deadline": YESTERDAY}),
    ("suspended", "resume", {"deadline": YESTERDAY}),
    ("submitted", "verify", {"actor_in_finder_group": True, "other_group_must_recheck": False}),
    ("submitted", "fail", {"actor_in_finder_group": True}),
    ("verified", "sign_off", {"leader_consented": False}),
    ("verified", "sign_off", {"major": True}),
    ("verified", "sign_off", {"actor_found": True}),
    ("signed_off", "reopen", {"deadline": None, "deadline_required": False}),
]


@pytest.mark.parametrize(("state", "trigger", "change"), ALLOWED)
def test_guard_lets_pass(state: str, trigger: str, change: dict[str, Any]) -> None:
    assert refusal(state, trigger, replace(READY, **change)) is None


def test_facts_say_no_unless_told_otherwise() -> None:
    silent = IssueFacts(capacities=frozenset(Capacity), today=TODAY)
    passing = {(s.value, t) for s in IssueState for t, code in available(ISSUE, s, silent).items() if code is None}
    assert passing == {("verified", "sign_off")}


def test_facts_of_an_issue_default_to_the_strict_side() -> None:
    silent = IssueFacts(capacities=frozenset(), today=TODAY)
    said = {field.name for field in fields(silent) if getattr(silent, field.name) is True}
    assert said == {"deadline_required", "other_group_must_recheck"}
    assert (silent.measures, silent.undated_measures, silent.open_stages) == (0, 0, 0)
    assert (silent.evidence_after, silent.evidence_needed) == (0, 1)


def test_every_guard_of_an_issue_stands_on_its_own() -> None:
    silent = IssueFacts(capacities=frozenset(), today=TODAY)
    guards = {g for row in ISSUE.transitions for g in row.guards}
    held = {g.code for g in guards if g.holds(silent)}
    assert {"deadline_in_past", "review_date_not_ahead", "undated_measures"} <= held
    assert {"no_deadline", "no_review_date", "no_measures"}.isdisjoint(held)


def test_available_lists_exactly_what_leaves_the_state() -> None:
    for state in IssueState:
        assert set(available(ISSUE, state, READY)) == {row[0] for row in ROWS if row[1] == state}


WAITS = """
draft finder -
registered office assign
assigned responsible accept
rectifying responsible deadline
submitted group recheck
verified office sign_off
signed_off - lookback
suspended office review
dismissed - -
"""


@pytest.mark.parametrize("line", WAITS.strip().splitlines())
def test_every_state_says_whose_move_it_is_and_which_clock_runs(line: str) -> None:
    state, movers, clock = line.split()
    waiting = WAITING[S(state)]
    assert waiting.movers == tuple(C(m) for m in movers.split(",") if m != "-")
    assert waiting.clock == (None if clock == "-" else Clock(clock))


def test_every_state_but_the_first_waits_with_a_clock_or_is_final() -> None:
    assert set(WAITING) == set(IssueState)
    assert {s for s, w in WAITING.items() if not w.movers} == FINAL_STATES
    assert {s for s, w in WAITING.items() if w.movers and w.clock is None} == {S.DRAFT}


@pytest.mark.parametrize("state", IssueState)
@pytest.mark.parametrize(("deadline", "late"), [(YESTERDAY, True), (TODAY, False), (TOMORROW, False), (None, False)])
def test_overdue_is_open_and_past_its_deadline(state: IssueState, deadline: date | None, late: bool) -> None:
    open_states = {"registered", "assigned", "rectifying", "submitted", "verified"}
    assert is_overdue(state, deadline, TODAY) == (late and state.value in open_states)
    assert {s.value for s in OPEN_STATES} == open_states

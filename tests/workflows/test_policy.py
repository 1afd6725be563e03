"""Policy: defaults, colours, and what a county may not set."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.issue import Severity
from workflows.look_back import FoundAgain
from workflows.policy import Colour, Policy, PolicyError, Terms, Urgency, policy_errors
from workflows.policy_rules import POLICY_CODES, RULES, OneOf, WallTime, Words

DEFAULT = Policy()


def test_defaults_are_those_of_the_rules() -> None:
    assert DEFAULT.to_dict() == {
        "assign_days": 1,
        "accept_days": 2,
        "recheck_days": 3,
        "sign_off_days": 2,
        "lookback_days": 90,
        "max_extensions": 2,
        **dict.fromkeys(("blue_name", "yellow_name", "red_name", "blue_advice", "yellow_advice", "red_advice"), ""),
        "group_lead_may_assign": False,
        "other_group_must_recheck": False,
        "lookback_found_again": "reopen",
        "lookback_all_major": True,
        "same_group_rounds": 3,
        "visits_per_month": 4,
        "forms_per_month": 2,
        "photos_per_month": 20,
        "visits_anywhere": False,
        "letters_await_office": True,
        "letter_receive_days": 1,
        "remind_letter_reply_days": 3,
        "supervise_letter_reply_days": 5,
        "interview_letter_reply_days": 5,
        "order_reply_days": 5,
        "instruction_reply_days": 5,
        "remind_letter_level": 0,
        "supervise_letter_level": 1,
        "interview_letter_level": 2,
        "clock_remind_before": [1, 0],
        "digest_at": "08:30",
        "quiet_from": "20:00",
        "quiet_to": "08:00",
        "general": {**COMMON, "rectify_days": 10, "evidence_needed": 1},
        "serious": {**COMMON, "rectify_days": 15, "evidence_needed": 1},
        "major": {**COMMON, "rectify_days": 20, "evidence_needed": 2, "urgent_from": "red"},
    }


COMMON = {
    "remind_before": [7, 3, 1, 0],
    "blue_within": 7,
    "yellow_from": 1,
    "red_from": 5,
    "interview_from": 10,
    "interview_every": 5,
    "remind_letter_from": 1,
    "supervise_letter_from": 5,
    "points_yellow": 0,
    "points_red": 1,
    "points_remind": 0,
    "points_supervise": 1,
    "points_interview": 2,
    "late_every": 5,
    "urgent_from": "none",
    "in_digest": True,
}


@pytest.mark.parametrize("severity", Severity)
def test_each_severity_has_its_own_terms(severity: Severity) -> None:
    policy = Policy(general=Terms(1), serious=Terms(2), major=Terms(3))
    assert policy.for_severity(severity).rectify_days == list(Severity).index(severity) + 1


@pytest.mark.parametrize(
    ("late", "left", "colour"),
    [
        (0, None, Colour.NONE),
        (9, None, Colour.NONE),
        (0, 8, Colour.NONE),
        (0, 7, Colour.BLUE),
        (0, 0, Colour.BLUE),
        (1, -1, Colour.YELLOW),
        (4, -4, Colour.YELLOW),
        (5, -5, Colour.RED),
        (50, -50, Colour.RED),
    ],
)
def test_colour_follows_lateness(late: int, left: int | None, colour: Colour) -> None:
    assert DEFAULT.general.colour(late, left) is colour


def test_colour_is_that_of_the_severity() -> None:
    policy = replace(DEFAULT, major=Terms(yellow_from=1, red_from=2))
    assert policy.colour(Severity.MAJOR, 2, -2) is Colour.RED
    assert policy.colour(Severity.GENERAL, 2, -2) is Colour.YELLOW


@pytest.mark.parametrize(("late", "due"), [(0, 0), (9, 0), (10, 1), (14, 1), (15, 2), (19, 2), (20, 3)])
def test_interviews_come_from_ten_and_every_five_after(late: int, due: int) -> None:
    assert DEFAULT.general.interviews_due(late) == due


FALLING = st.lists(st.integers(0, 60), unique=True, max_size=5).map(lambda days: tuple(sorted(days, reverse=True)))
TERMS = st.builds(
    lambda yellow, to_red, to_interview, **rest: Terms(
        yellow_from=yellow, red_from=yellow + to_red, interview_from=yellow + to_red + to_interview, **rest
    ),
    st.integers(1, 30),
    st.integers(1, 30),
    st.integers(0, 30),
    rectify_days=st.integers(1, 3660),
    evidence_needed=st.integers(1, 20),
    remind_before=FALLING,
    blue_within=st.integers(0, 366),
    interview_every=st.integers(1, 366),
    late_every=st.integers(1, 366),
    urgent_from=st.sampled_from(Urgency),
    in_digest=st.booleans(),
)
POLICIES = st.builds(
    Policy,
    assign_days=st.integers(1, 366),
    accept_days=st.integers(1, 366),
    recheck_days=st.integers(1, 366),
    sign_off_days=st.integers(1, 366),
    lookback_days=st.integers(1, 3660),
    max_extensions=st.integers(0, 10),
    group_lead_may_assign=st.booleans(),
    other_group_must_recheck=st.booleans(),
    lookback_found_again=st.sampled_from(FoundAgain),
    lookback_all_major=st.booleans(),
    clock_remind_before=FALLING,
    digest_at=st.sampled_from(["07:00", "12:00", "18:59"]),
    quiet_from=st.sampled_from(["19:00", "23:30"]),
    quiet_to=st.sampled_from(["00:00", "06:30"]),
    general=TERMS,
    serious=TERMS,
    major=TERMS,
)


@given(POLICIES)
def test_a_policy_survives_the_way_through_json(policy: Policy) -> None:
    assert Policy.from_dict(json.loads(json.dumps(policy.to_dict()))) == policy


def test_what_is_left_out_keeps_its_default() -> None:
    assert Policy.from_dict({}) == DEFAULT
    assert Policy.from_dict({"accept_days": 4, "major": {"red_from": 3}}) == replace(
        DEFAULT, accept_days=4, major=replace(DEFAULT.major, red_from=3)
    )


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"colour": 1}, "colour", "policy_unknown"),
    ({"general": {"colour": 1}}, "general.colour", "policy_unknown"),
    ({"assign_days": "1"}, "assign_days", "policy_not_whole"),
    ({"assign_days": 1.0}, "assign_days", "policy_not_whole"),
    ({"assign_days": True}, "assign_days", "policy_not_whole"),
    ({"assign_days": None}, "assign_days", "policy_not_whole"),
    ({"assign_days": 0}, "assign_days", "policy_too_small"),
    ({"assign_days": 367}, "assign_days", "policy_too_large"),
    ({"max_extensions": 11}, "max_extensions", "policy_too_large"),
    ({"group_lead_may_assign": 1}, "group_lead_may_assign", "policy_not_yes_no"),
    ({"major": {"evidence_needed": 0}}, "major.evidence_needed", "policy_too_small"),
    ({"major": {"remind_before": 3}}, "major.remind_before", "policy_not_list"),
    ({"major": {"remind_before": [3, "1"]}}, "major.remind_before", "policy_not_whole"),
    ({"major": {"remind_before": [3, -1]}}, "major.remind_before", "policy_too_small"),
    ({"major": {"remind_before": [1, 3]}}, "major.remind_before", "policy_not_falling"),
    ({"major": {"remind_before": [3, 3]}}, "major.remind_before", "policy_not_falling"),
    ({"serious": 5}, "serious", "policy_not_terms"),
    ({"serious": {"red_from": 1}}, "serious.red_from", "policy_red_before_yellow"),
    ({"serious": {"yellow_from": 6}}, "serious.red_from", "policy_red_before_yellow"),
    ({"digest_at": "07:59"}, "digest_at", "policy_digest_in_quiet"),
    ({"quiet_from": "08:30"}, "digest_at", "policy_digest_in_quiet"),
    ({"quiet_from": "08:00", "quiet_to": "09:00"}, "digest_at", "policy_digest_in_quiet"),
    ({"serious": {"interview_from": 4}}, "serious.interview_from", "policy_interview_before_red"),
]


@pytest.mark.parametrize(("data", "field", "code"), REFUSED)
def test_a_field_that_cannot_be_used_is_named(data: dict[str, Any], field: str, code: str) -> None:
    assert policy_errors(data) == {field: code}
    with pytest.raises(PolicyError) as error:
        Policy.from_dict(data)
    assert (error.value.field, error.value.code) == (field, code)
    assert str(error.value) == f"{field}: {code}"


KINDS: list[tuple[WallTime | OneOf | Words, Any, str | None]] = [
    *((WallTime(), good, None) for good in ("00:00", "08:30", "19:59", "23:59")),
    *((WallTime(), bad, "policy_not_time") for bad in ("24:00", "08:60", "8:30", "08:30:00", "08:30\n", "", 830, None)),
    *((OneOf(("none", "red")), good, None) for good in ("none", "red")),
    *((Words(3), good, None) for good in ("", "黄牌", "a b")),
    *((Words(3), bad, "policy_not_words") for bad in (None, 3, "a\nb", "\x00")),
    (Words(3), "四个字了", "policy_words_too_long"),
    *((OneOf(("none", "red")), bad, "policy_not_choice") for bad in ("", "blue", 0, None, ["red"])),
]


@pytest.mark.parametrize(("rule", "value", "code"), KINDS)
def test_times_and_choices_are_what_they_say(rule: WallTime | OneOf | Words, value: Any, code: str | None) -> None:
    assert rule.refusal(value) == code


def test_every_code_of_a_policy_is_seen() -> None:
    assert {code for _, _, code in REFUSED} | {code for _, _, code in KINDS if code} == POLICY_CODES


def test_all_errors_are_named_at_once() -> None:
    data = {"assign_days": 0, "major": {"red_from": 0, "blue_within": -1}, "general": {"red_from": 1}}
    assert policy_errors(data) == {
        "assign_days": "policy_too_small",
        "major.red_from": "policy_too_small",
        "major.blue_within": "policy_too_small",
        "general.red_from": "policy_red_before_yellow",
    }


LIMITS = [
    ("assign_days", 1, 366),
    ("accept_days", 1, 366),
    ("recheck_days", 1, 366),
    ("sign_off_days", 1, 366),
    ("lookback_days", 1, 3660),
    ("max_extensions", 0, 10),
    ("major.rectify_days", 1, 3660),
    ("major.evidence_needed", 1, 20),
    ("major.blue_within", 0, 366),
    ("major.interview_every", 1, 366),
]


@pytest.mark.parametrize(("field", "least", "most"), LIMITS)
def test_numbers_stay_between_their_limits(field: str, least: int, most: int) -> None:
    def codes(value: int) -> dict[str, str]:
        severity, _, name = field.rpartition(".")
        return policy_errors({severity: {name: value}} if severity else {name: value})

    assert codes(least) == codes(most) == {}
    assert codes(least - 1) == {field: "policy_too_small"}
    assert codes(most + 1) == {field: "policy_too_large"}


@pytest.mark.parametrize("name", ["yellow_from", "red_from", "interview_from"])
def test_steps_of_lateness_stay_between_their_limits(name: str) -> None:
    assert policy_errors({"major": {name: 0}}) == {f"major.{name}": "policy_too_small"}
    assert policy_errors({"major": {name: 367}}) == {f"major.{name}": "policy_too_large"}
    widest = {"yellow_from": 365, "red_from": 366, "interview_from": 366}
    narrowest = {"yellow_from": 1, "red_from": 2, "interview_from": 2}
    assert policy_errors({"major": widest, "general": narrowest}) == {}


def test_reminders_stay_between_their_limits() -> None:
    assert policy_errors({"major": {"remind_before": [366, 0]}}) == {}
    assert policy_errors({"major": {"remind_before": [367]}}) == {"major.remind_before": "policy_too_large"}


def test_the_limits_themselves_are_allowed() -> None:
    limits = {"assign_days": 366, "lookback_days": 3660, "max_extensions": 0, "general": {"remind_before": []}}
    terms = {"red_from": 5, "interview_from": 5, "blue_within": 0, "evidence_needed": 20, "rectify_days": 3660}
    assert policy_errors({**limits, "major": terms}) == {}


def test_every_field_has_its_rule() -> None:
    assert set(RULES["policy"]) == {f.name for f in fields(Policy)} - set(Severity)
    assert set(RULES["terms"]) == {f.name for f in fields(Terms)}

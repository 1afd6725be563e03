"""The law of letters and instructions: every state, trigger, capacity and fact tried; the ladder and its days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date, timedelta
from itertools import product

import pytest

from workflows.calendar import WorkCalendar
from workflows.engine import fire
from workflows.instruction import GIVING_CODES, INSTRUCTION, GivingFacts, giving_refusal, machine_of
from workflows.issue import IssueState
from workflows.ladder import Step, addressee, climbing_from, colour_reached, highest, next_step_after, steps_reached
from workflows.letter import LETTER, LetterCapacity, LetterFacts, LetterKind, LetterState, reminding
from workflows.policy import Terms
from workflows.spec import TransitionRefusedError, Workflow

S, C = LetterState, LetterCapacity
WEEK = WorkCalendar((), frozenset({2026}))
LAWS = pytest.mark.parametrize("law", [LETTER, INSTRUCTION], ids=lambda law: law.name)


def every_fact() -> Iterator[LetterFacts]:
    names = [field.name for field in fields(LetterFacts) if field.name != "capacities"]
    for capacity in C:
        for values in product((False, True), repeat=len(names)):
            yield LetterFacts(frozenset({capacity}), **dict(zip(names, values, strict=True)))


def explored(law: Workflow[LetterState]) -> dict[tuple[LetterState, str, LetterFacts], LetterState | str]:
    found: dict[tuple[LetterState, str, LetterFacts], LetterState | str] = {}
    for state, trigger, facts in product(S, law.triggers, every_fact()):
        try:
            found[state, trigger, facts] = fire(law, state, trigger, facts).dest
        except TransitionRefusedError as refusal:
            found[state, trigger, facts] = refusal.code
    return found


@LAWS
def test_every_promise_holds_whatever_anybody_tries(law: Workflow[LetterState]) -> None:
    cells = explored(law)
    passed = {key: dest for key, dest in cells.items() if isinstance(dest, S)}
    assert len(cells) > 9_000
    assert set(law.met) == {law.initial} | set(passed.values())
    for (state, trigger, facts), dest in passed.items():
        who = next(iter(facts.capacities))
        assert state not in (S.SETTLED, S.WITHDRAWN)  # the ends
        if dest is S.SETTLED:
            assert who not in (C.RECIPIENT, C.CLOCK)
            assert not facts.actor_replied
        if trigger in ("receive", "reply"):
            assert who is C.RECIPIENT
        if trigger in ("withdraw", "return"):
            assert facts.has_reason
            assert who is not C.RECIPIENT
        if trigger == "issue":
            assert min(facts.has_recipient, facts.has_matter, facts.is_reply_due_ahead)
        if who is C.CLOCK:
            assert state is S.PROPOSED


@LAWS
def test_rows_are_unique_and_every_state_has_a_way_to_the_end(law: Workflow[LetterState]) -> None:
    rows = [(row.trigger, row.source) for row in law.transitions]
    assert len(rows) == len(set(rows))
    ends = {S.SETTLED, S.WITHDRAWN}
    reaching = set(ends)
    for _turn in S:
        reaching |= {row.source for row in law.transitions if row.dest in reaching}
    assert reaching == set(law.met)


def test_kinds_follow_their_law() -> None:
    assert {kind: machine_of(kind).name for kind in LetterKind} == {
        LetterKind.REMIND: "letter", LetterKind.SUPERVISE: "letter", LetterKind.INTERVIEW: "letter",
        LetterKind.ORDER: "instruction", LetterKind.INSTRUCTION: "instruction",
    }  # fmt: skip


GOOD = GivingFacts(is_leader=False, is_office=True, has_words=True, names_leader=True)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, None),
        ({"is_leader": True, "is_office": False, "names_leader": False}, None),
        ({"names_leader": False}, "instruction_no_leader"),
        ({"has_words": False}, "instruction_no_words"),
        ({"has_recipient": False}, "letter_no_recipient"),
        ({"is_reply_due_ahead": False}, "letter_due_past"),
        ({"is_office": False}, "not_by_you"),
    ],
)
def test_leaders_give_and_the_office_registers_for_one_it_names(given: dict[str, bool], code: str | None) -> None:
    assert giving_refusal(replace(GOOD, **given)) == code
    assert code in GIVING_CODES | {None, "not_by_you"}


@pytest.mark.parametrize(
    ("late", "steps", "following"),
    [
        (0, [], 1),
        (1, ["remind:1"], 5),
        (5, ["remind:1", "supervise:1"], 10),
        (10, ["remind:1", "supervise:1", "interview:1"], 15),
        (19, ["remind:1", "supervise:1", "interview:1", "interview:2"], 20),
    ],
)
def test_steps_come_by_working_days_late(late: int, steps: list[str], following: int) -> None:
    reached = steps_reached(Terms(), late)
    assert [step.code for step in reached] == steps
    assert next_step_after(Terms(), late) == following
    if reached:
        assert highest(reached).code == steps[-1]


def test_a_step_of_no_days_is_left_out_and_an_early_interview_still_counts_more() -> None:
    terms = Terms(remind_letter_from=0, supervise_letter_from=7, interview_from=5)
    assert [step.code for step in steps_reached(terms, 7)] == ["supervise:1", "interview:1"]
    assert highest(steps_reached(terms, 7)) == Step(LetterKind.INTERVIEW, 5)


@pytest.mark.parametrize(("late", "colours"), [(0, []), (1, ["yellow"]), (5, ["yellow", "red"])])
def test_colours_come_by_working_days_late(late: int, colours: list[str]) -> None:
    assert list(colour_reached(Terms(), late)) == colours


@pytest.mark.parametrize("state", IssueState)
def test_the_ladder_rests_while_somebody_else_has_to_move(state: IssueState) -> None:
    climbs = state in (IssueState.ASSIGNED, IssueState.RECTIFYING)
    assert (climbing_from(state, date(2026, 3, 2)) is not None) is climbs
    assert climbing_from(state, None) is None


@pytest.mark.parametrize(
    ("line", "levels", "found"),
    [
        ([3], 0, (3, False)), ([3], 1, (3, True)), ([9, 3], 1, (3, False)), ([9, 3], 2, (3, True)),
        ([9, 5, 3], 2, (3, False)),
    ],
)  # fmt: skip
def test_a_letter_climbs_until_the_way_ends(line: list[int], levels: int, found: tuple[int, bool]) -> None:
    assert addressee(line, levels) == found


@pytest.mark.parametrize("due", [date(2026, 3, 4), date(2026, 3, 7)])  # a Wednesday, a Saturday
def test_reminders_fall_on_working_days_and_never_stop_or_stand_still(due: date) -> None:
    day, parts = date(2026, 3, 1), []
    for _turn in range(8):
        following, part = reminding(WEEK, due, day, 2)
        assert following > day
        assert WEEK.is_workday(following)
        assert (part == "late") == (following > due)
        parts.append(part)
        day = following
    assert parts[:3] == ["due", "due", "late"]
    assert day - due > timedelta(days=10)

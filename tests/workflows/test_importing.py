"""An import's own law: who stores it when, when it goes back, and where an issue of an old ledger may start."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, datetime, time
from itertools import product

import pytest

from workflows.engine import available, fire
from workflows.importing import (
    IMPORT,
    START_NOT_HERE,
    STARTS,
    ImportCapacity,
    ImportFacts,
    ImportState,
    StartFacts,
    start_refusal,
)
from workflows.issue import IssueState, closed_late
from workflows.spec import TransitionRefusedError

S, C = ImportState, ImportCapacity
READY = ImportFacts(capacities=frozenset(C), is_read=True, good_rows=3)


def test_rows_are_unique_and_every_state_is_reached() -> None:
    rows = [(row.trigger, row.source) for row in IMPORT.transitions]
    assert len(rows) == len(set(rows))
    assert {row.dest for row in IMPORT.transitions} | {IMPORT.initial} == set(S)


@pytest.mark.parametrize(("state", "trigger"), list(product(S, IMPORT.triggers)))
def test_what_the_table_does_not_name_is_refused(state: ImportState, trigger: str) -> None:
    row = IMPORT.row(trigger, state)
    if row is None:
        with pytest.raises(TransitionRefusedError) as refused:
            fire(IMPORT, state, trigger, READY)
        assert refused.value.code == "not_from_here"
        return
    needs = trigger in ("ask", "confirm")
    assert fire(IMPORT, state, trigger, replace(READY, needs_second=needs)).dest is row.dest


@pytest.mark.parametrize("capacity", C)
def test_only_the_second_person_confirms_and_only_the_importer_does_the_rest(capacity: ImportCapacity) -> None:
    facts = replace(READY, capacities=frozenset({capacity}))
    mine = capacity is C.IMPORTER
    assert (available(IMPORT, S.PROPOSED, facts)["store"] is None) == mine
    assert (available(IMPORT, S.ASKED, facts)["confirm"] is None) != mine
    assert available(IMPORT, S.ASKED, facts)["decline"] is None
    assert (available(IMPORT, S.STORED, facts)["undo"] is None) == mine


@pytest.mark.parametrize(
    ("given", "store", "ask"),
    [
        ({}, None, "import_needs_none"),
        ({"good_rows": 0}, "import_empty", "import_empty"),
        ({"faulty_rows": 1}, "import_faulty", "import_faulty"),
        ({"faulty_rows": 1, "good_only": True}, None, "import_needs_none"),
        ({"needs_second": True}, "import_needs_second", None),
    ],
)
def test_what_is_faulty_or_arrives_signed_off_is_not_simply_stored(
    given: dict[str, object], store: str | None, ask: str | None
) -> None:
    offers = available(IMPORT, S.PROPOSED, replace(READY, **given))
    assert (offers["store"], offers["ask"]) == (store, ask)


def test_who_asked_does_not_confirm_and_what_was_asked_long_ago_is_asked_anew() -> None:
    assert available(IMPORT, S.ASKED, replace(READY, actor_asked=True))["confirm"] == "import_you_asked"
    assert available(IMPORT, S.ASKED, replace(READY, is_recent=False))["confirm"] == "import_asked_long_ago"


def test_an_import_goes_back_only_while_nobody_has_worked_on_it() -> None:
    assert available(IMPORT, S.STORED, replace(READY, is_untouched=False))["undo"] == "import_worked_on"
    assert available(IMPORT, S.STORED, replace(READY, can_go_back=False))["undo"] == "import_stays"


ALL = StartFacts(**{one.name: True for one in fields(StartFacts)})


@pytest.mark.parametrize("state", IssueState)
def test_every_state_but_a_draft_may_be_a_start(state: IssueState) -> None:
    assert start_refusal(state, ALL) == (START_NOT_HERE if state is IssueState.DRAFT else None)


@pytest.mark.parametrize(
    ("part", "code", "states"),
    [
        ("has_description", "no_description", set(STARTS)),
        (
            "has_responsible_unit",
            "no_responsible_unit",
            {"assigned", "rectifying", "submitted", "verified", "suspended"},
        ),
        ("has_sign_off_day", "no_sign_off_day", {"signed_off"}),
        ("has_review_date", "no_review_date", {"suspended"}),
    ],
)
def test_a_start_needs_what_the_steps_before_it_would_have_left(part: str, code: str, states: set[IssueState]) -> None:
    facts = replace(ALL, **{part: False})
    assert {state for state in STARTS if start_refusal(state, facts) == code} == states


@pytest.mark.parametrize(
    ("deadline", "hour", "at", "late"),
    [
        (None, None, "2026-01-01", False),
        (date(2017, 1, 18), None, "2017-01-18T23:59", False),
        (date(2017, 1, 18), None, "2017-01-19", True),
        (date(2017, 1, 18), time(3, 30), "2017-01-18T03:30", False),
        (date(2017, 1, 18), time(3, 30), "2017-01-18T04:45:58", True),
        (date(2017, 1, 18), time(3, 30), "2017-01-17T23:00", False),
    ],
)
def test_late_means_after_the_day_or_after_its_hour(
    deadline: date | None, hour: time | None, at: str, late: bool
) -> None:
    assert closed_late(deadline, hour, datetime.fromisoformat(at)) is late

"""The law of exports: who gives them up, when they are made again, and that nobody gets what they may not have."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from workflows.engine import fire
from workflows.exporting import EXPORT, ExportCapacity, ExportFacts, ExportState
from workflows.spec import TransitionRefusedError

S, C = ExportState, ExportCapacity
READY = ExportFacts(capacities=frozenset(C), is_abandoned=True, is_over=True)


def test_rows_are_unique_and_every_state_is_reached() -> None:
    rows = [(row.trigger, row.source) for row in EXPORT.transitions]
    assert len(rows) == len(set(rows))
    assert {row.dest for row in EXPORT.transitions} == set(S)


@pytest.mark.parametrize(("state", "trigger"), list(product(S, EXPORT.triggers)))
def test_what_the_table_does_not_name_is_refused(state: ExportState, trigger: str) -> None:
    row = EXPORT.row(trigger, state)
    if row is not None:
        assert fire(EXPORT, state, trigger, READY).dest is row.dest
        return
    with pytest.raises(TransitionRefusedError) as refused:
        fire(EXPORT, state, trigger, READY)
    assert refused.value.code == "not_from_here"


@pytest.mark.parametrize(
    ("state", "trigger", "without", "code"),
    [
        (S.RUNNING, "start", {"is_abandoned": False}, "export_being_made"),
        (S.RUNNING, "start", {"has_tries_left": False}, "export_no_more_tries"),
        (S.RUNNING, "finish", {"may_have": False}, "export_not_yours_now"),
        (S.READY, "expire", {"is_over": False}, "export_still_kept"),
        (S.RUNNING, "finish", {"capacities": frozenset({C.ASKER})}, "not_by_you"),
        (S.RUNNING, "cancel", {"capacities": frozenset({C.MAKER})}, "not_by_you"),
    ],
)
def test_what_is_missing_is_said(state: ExportState, trigger: str, without: dict[str, object], code: str) -> None:
    with pytest.raises(TransitionRefusedError) as refused:
        fire(EXPORT, state, trigger, replace(READY, **without))
    assert refused.value.code == code

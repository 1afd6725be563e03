"""Stages of a long-term issue."""

from __future__ import annotations

from datetime import date

import pytest

from workflows.stage import Stage, finish_refusal, next_due, open_stages, plan_refusal

MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)


@pytest.mark.parametrize(
    ("dues", "deadline", "code"),
    [
        ([], JUNE, None),
        ([], None, None),
        ([JUNE], JUNE, None),
        ([MAY, JUNE], JUNE, None),
        ([MAY, JUNE, JULY], None, None),
        ([JUNE, MAY], JULY, "stage_dates_disordered"),
        ([MAY, MAY], JULY, "stage_dates_disordered"),
        ([MAY, JULY, JUNE], JULY, "stage_dates_disordered"),
        ([MAY, JULY], JUNE, "stage_after_deadline"),
    ],
)
def test_plan_rises_and_ends_by_the_deadline(dues: list[date], deadline: date | None, code: str | None) -> None:
    assert plan_refusal(dues, deadline) == code


@pytest.mark.parametrize(
    ("index", "code"),
    [(0, "stage_finished"), (1, None), (2, "stage_out_of_order"), (3, "stage_unknown"), (-1, "stage_unknown")],
)
def test_stages_are_finished_one_after_the_other(index: int, code: str | None) -> None:
    stages = [Stage(MAY, finished=True), Stage(JUNE), Stage(JULY)]
    assert finish_refusal(stages, index) == code


def test_open_stages_and_the_next_date() -> None:
    stages = [Stage(MAY, finished=True), Stage(JUNE), Stage(JULY)]
    assert (open_stages(stages), next_due(stages)) == (2, JUNE)
    assert (open_stages(stages[:1]), next_due(stages[:1])) == (0, None)
    assert (open_stages([]), next_due([])) == (0, None)

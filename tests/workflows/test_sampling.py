"""The sample of look-backs: stratified, repeatable from what is kept, and by nothing but the lots."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.sampling import (
    EVERY,
    Candidate,
    PickReason,
    Rules,
    Share,
    candidates_of,
    cells,
    look_back_due,
    pressing,
    rows_of,
    sample,
)

CANDIDATES = st.lists(
    st.builds(
        Candidate, issue=st.integers(1, 10_000), township=st.integers(0, 4), star=st.integers(0, 3),
        is_major=st.booleans(),
    ),
    unique_by=lambda one: one.issue, max_size=80,
)  # fmt: skip
RULES = st.builds(
    Rules, per_cent=st.integers(0, 100), least=st.integers(0, 4), most=st.integers(0, 6), every_major=st.booleans(),
    shares=st.lists(
        st.builds(Share, township=st.integers(0, 4), star=st.integers(0, 3), per_cent=st.integers(0, 100)),
        unique_by=lambda one: (one.township, one.star), max_size=4,
    ).map(tuple),
)  # fmt: skip
SEEDS = st.integers(0, 2**31 - 1)


@given(SEEDS, RULES, CANDIDATES, st.randoms(use_true_random=False))
def test_the_same_input_and_seed_give_the_same_sample(
    seed: int, rules: Rules, candidates: list[Candidate], rng: Random
) -> None:
    drawn = sample(seed, rules, candidates)
    shuffled = list(candidates)
    rng.shuffle(shuffled)
    kept = json.loads(json.dumps([rules.to_dict(), rows_of(shuffled)]))
    assert sample(seed, Rules.from_dict(kept[0]), candidates_of(kept[1])) == drawn


@given(SEEDS, RULES, CANDIDATES)
def test_each_stratum_gives_what_the_preview_says(seed: int, rules: Rules, candidates: list[Candidate]) -> None:
    drawn = sample(seed, rules, candidates)
    assert len({pick.issue for pick in drawn}) == len(drawn)
    by_stratum = Counter((pick.township, pick.star) for pick in drawn)
    for cell in cells(rules, candidates):
        assert by_stratum[cell.township, cell.star] == cell.drawn <= cell.size
        if cell.per_cent > 0 and cell.population and rules.least:
            assert cell.wanted >= 1
        if cell.per_cent == 0:
            assert cell.wanted == 0
    majors = {one.issue for one in candidates if one.is_major}
    taken = {pick.issue for pick in drawn if pick.reason is PickReason.MAJOR}
    assert taken == (majors if rules.every_major else set())
    ranks = Counter((pick.township, pick.star, pick.rank) for pick in drawn if pick.reason is PickReason.LOT)
    assert set(ranks.values()) <= {1}


@pytest.mark.parametrize(
    ("rules", "population", "wanted"),
    [
        (Rules(10), 25, 3), (Rules(10), 3, 1), (Rules(0), 25, 0), (Rules(100), 7, 7), (Rules(10, least=4), 25, 4),
        (Rules(10, least=4), 2, 2), (Rules(50, most=5), 25, 5), (Rules(1, least=0), 25, 1), (Rules(10), 0, 0),
    ],
)  # fmt: skip
def test_how_many_of_a_stratum(rules: Rules, population: int, wanted: int) -> None:
    assert rules.wanted((1, 1), population) == wanted


def test_the_rule_for_both_goes_before_the_greater_of_those_for_one() -> None:
    rules = Rules(10, shares=(Share(1, EVERY, 20), Share(EVERY, 2, 50), Share(1, 2, 0), Share(3, EVERY, 5)))
    assert [rules.share(*stratum) for stratum in ((1, 2), (1, 1), (3, 2), (3, 1), (9, 9))] == [0, 20, 50, 5, 10]


def test_no_issue_is_preferred_by_its_number() -> None:
    candidates = [Candidate(issue, 1, 1) for issue in range(1, 21)]
    times = Counter(pick.issue for seed in range(400) for pick in sample(seed, Rules(25), candidates))
    assert sum(times.values()) == 400 * 5
    assert set(times) == set(range(1, 21))
    assert 60 <= min(times.values()) <= max(times.values()) <= 140  # 100 each, by the same seeds each time


DAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("closed", "due"),
    [(-10, 30), (-80, 10), (-90, 0), (-95, 0)],
)
def test_the_last_day_is_the_end_of_the_window_within_the_period(closed: int, due: int) -> None:
    days: dict[str, Any] = {"window_days": 90, "first_day": DAY, "last_day": DAY + timedelta(days=30)}
    assert look_back_due(DAY + timedelta(days=closed), **days) == DAY + timedelta(days=due)


def test_what_is_nearer_its_last_day_weighs_more() -> None:
    weights = [pressing(DAY + timedelta(days=days), DAY) for days in (60, 40, 20, 0, -20, -400)]
    assert weights == [0, 0, 20, 40, 60, 80]

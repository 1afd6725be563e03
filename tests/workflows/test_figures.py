"""Rankings and periods: the rules that figures rest on."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.periods import Span, cut
from workflows.ranking import Place, places, rate


def test_equal_rates_share_a_place_and_nothing_is_not_the_last() -> None:
    rates = [rate(1, 2), rate(2, 3), rate(4, 6), rate(0, 5), rate(0, 0)]
    assert places(rates) == [Place(3, False), Place(1, True), Place(1, True), Place(4, False), None]


@given(st.lists(st.one_of(st.none(), st.fractions(0, 1, max_denominator=6)), max_size=12))
def test_places_follow_the_rates(rates: list[Fraction | None]) -> None:
    judged = sorted(
        (one, place.number) for one, place in zip(rates, places(rates), strict=True) if one is not None and place
    )
    assert [place for _rate, place in judged] == sorted((place for _rate, place in judged), reverse=True)
    assert all((a == b) is (p == q) for a, p in judged for b, q in judged)


@pytest.mark.parametrize(
    ("first", "last", "count", "second"),
    [
        ("2026-03-02", "2026-03-08", 7, "2026-03-03"),
        ("2026-03-04", "2026-04-30", 9, "2026-03-09"),  # a Wednesday: the first week ends on its Sunday
        ("2026-01-15", "2026-12-31", 12, "2026-02-01"),
        ("2026-03-02", "2026-03-02", 1, None),
    ],
)
def test_a_period_is_cut_by_its_length(first: str, last: str, count: int, second: str | None) -> None:
    spans = cut(Span(date.fromisoformat(first), date.fromisoformat(last)))
    assert len(spans) == count
    if second:
        assert spans[1].first == date.fromisoformat(second)


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 800))
def test_spans_follow_one_another(first: date, days: int) -> None:
    period = Span(first, first + timedelta(days=days))
    spans = cut(period)
    assert (spans[0].first, spans[-1].last) == (period.first, period.last)
    assert all(a.last + timedelta(days=1) == b.first for a, b in zip(spans, spans[1:], strict=False))

"""The columns of a table on paper: wide enough for what is never broken, and fair to the rest."""

from __future__ import annotations

import pytest

from tracker.papers.tables import column_shares, is_whole

TIMELINE = (("时间", "经办", "事项", "内容"), ("2026-03-01 10:00", "张示例（示例镇）", "填报进展", "示" * 300))


MANY = (tuple("甲乙丙丁戊己庚辛"), ("2026-03-01 10:00",) * 8)


@pytest.mark.parametrize("rows", [TIMELINE, MANY, (("序号", "乡镇"), ("1", "示例镇")), (("甲",),)])
def test_the_columns_fill_the_table(rows: tuple[tuple[str, ...], ...]) -> None:
    shares = column_shares(rows)
    assert (len(shares), sum(shares)) == (len(rows[0]), pytest.approx(100, abs=0.1))


def test_a_day_is_never_broken_and_long_words_get_the_rest() -> None:
    time, who, what, words = column_shares(TIMELINE)
    assert time * 156 / 100 >= 8 * 4.233 + 3  # half letters of 12 pt, and what surrounds them
    assert words > 50 > time > who
    assert what * 156 / 100 >= 4 * 4.233 + 3


@pytest.mark.parametrize(
    ("word", "expected"), [("2026-03-01 10:00", True), ("填报进展", True), ("填报进展了", False), ("a" * 19, False)]
)
def test_what_is_never_broken(word: str, expected: bool) -> None:
    assert is_whole(word) is expected

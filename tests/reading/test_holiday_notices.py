"""A holiday notice as it is pasted: its own sentences, a table, and what is wrong line by line."""

from __future__ import annotations

from datetime import date

import pytest

from tests.conftest import ROOT
from tracker.reading.holiday_notices import missing_holidays, notice_lines
from workflows.calendar import DayKind, parse_calendar

NOTICE = """
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
"""


def test_the_sentences_of_the_notice_of_2026_come_to_the_days_that_are_known_of_it() -> None:
    shipped = (ROOT / "tracker" / "data" / "state_council_calendar.csv").read_text(encoding="utf-8")
    known = {row.date: row.kind is DayKind.WORKDAY for row in parse_calendar(shipped) if row.date.year == 2026}
    lines = notice_lines(NOTICE, 2026, "国办发明电〔2025〕7号")
    assert {day: line.is_workday for line in lines for day in line.days} == known
    assert missing_holidays(lines) == []
    assert missing_holidays(lines[:-4]) == ["中秋", "国庆"]


@pytest.mark.parametrize(
    ("line", "first", "last", "is_workday", "source"),
    [
        ("2027-01-01,2027-01-03,放假,元旦,甲号", (1, 1), (1, 3), False, "甲号"),
        ("2027年2月5日\t2月13日\t休\t春节", (2, 5), (2, 13), False, "乙号"),
        ("2027/2/6至2027/2/12\t放假\t春节", (2, 6), (2, 12), False, "乙号"),
        ("１月９日,上班,元旦", (1, 9), (1, 9), True, "乙号"),
        ("2027-05-01,,Day off,劳动节", (5, 1), (5, 1), False, "乙号"),
    ],
)  # fmt: skip
def test_a_row_says_days_kind_name_and_source(
    line: str, first: tuple[int, int], last: tuple[int, int], is_workday: bool, source: str
) -> None:
    (read,) = notice_lines("日期,截止日期,安排,名称,依据\n" + line, 2027, "乙号")
    assert (read.number, read.fault) == (2, "")
    assert (read.first, read.last) == (date(2027, *first), date(2027, *last))
    assert (read.is_workday, read.source) == (is_workday, source)


def test_days_across_the_turn_of_the_year_begin_in_the_december_before() -> None:
    (read,) = notice_lines("元旦：12月31日至1月2日放假，共3天。", 2027, "乙号")
    assert (read.first, read.last) == (date(2026, 12, 31), date(2027, 1, 2))


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("2027-01-01,元旦", "no_kind"),
        ("2027-02-30,放假,春节", "no_day"),
        ("下周,放假,春节", "no_day"),
        ("2027-03-05,2027-03-01,放假,春节", "reversed"),
        ("2027-03-01,2027-05-01,放假,春节", "long"),
        ("2026-11-30,放假,元旦", "out_of_year"),
        ("2027-10-01,放假,", "no_name"),
        ("2027-10-01,放假," + "长" * 61, "too_long"),
        ("2027-01-04,上班,元旦", "idle"),
        ("2027-10-01,放假,国庆\n2027-09-30,2027-10-02,放假,国庆", "twice"),
    ],
)
def test_a_wrong_line_says_what_is_wrong(line: str, fault: str) -> None:
    assert notice_lines(line, 2027, "乙号")[-1].fault == fault
    assert notice_lines(line, 2027, "乙号")[-1].days == []


def test_a_line_needs_a_source_of_its_own_or_that_of_all() -> None:
    assert [line.fault for line in notice_lines("2027-10-01,放假,国庆\n2027-10-02,放假,国庆,甲号", 2027)] == [
        "no_source", "",
    ]  # fmt: skip

"""Days as ledgers write them. The ledger is of Tuesday 2020-07-21, what is to be rectified was found the day before."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from tracker.reading.days import DOUBTS, RULES, DayRead, DayTerms, read_day
from workflows.calendar import WorkCalendar

REFERENCE, FOUND = date(2020, 7, 21), date(2020, 7, 20)
CALENDAR = WorkCalendar((), frozenset({2020}))
PAST = DayTerms(REFERENCE)
DEADLINE = DayTerms(REFERENCE, found_on=FOUND, ahead=True, calendar=CALENDAR)

CLEAR = [
    (date(2020, 7, 20), "2020-07-20", "cell"),
    (datetime(2020, 7, 20), "2020-07-20", "cell"),  # noqa: DTZ001  # as a spreadsheet gives it
    (44031, "2020-07-19", "serial"),
    (44032.0, "2020-07-20", "serial"),
    ("44031", "2020-07-19", "serial"),
    (20220316, "2022-03-16", "digits"),
    (20220316.0, "2022-03-16", "digits"),
    ("20220316", "2022-03-16", "digits"),
    ("20200422 00:00:00", "2020-04-22", "digits"),
    ("2022-03-16", "2022-03-16", "full"),
    ("2022/3/16", "2022-03-16", "full"),
    ("2020.7.20", "2020-07-20", "full"),
    ("2020. 7. 20", "2020-07-20", "full"),
    ("2020、7、20", "2020-07-20", "full"),
    ("2020 7 20", "2020-07-20", "full"),
    ("2020年7月20日", "2020-07-20", "full"),
    ("2020 年 7 月 20 日", "2020-07-20", "full"),
    ("2020年7月20", "2020-07-20", "full"),
    ("2020年7.20", "2020-07-20", "full"),
    ("2020-7月20号", "2020-07-20", "full"),
    ("２０２０／７／２０", "2020-07-20", "full"),
    ("2020—07—20", "2020-07-20", "full"),
    ("2020-07-20\u200b", "2020-07-20", "full"),
    ("二〇二〇年七月二十日", "2020-07-20", "full"),
    ("二零二零年十二月三十一日", "2020-12-31", "full"),
    ("二O二O年元月廿五日", "2020-01-25", "full"),
    ("2020年7月20日（周一）", "2020-07-20", "full"),
    ("2020-07-20 星期一", "2020-07-20", "full"),
    ("截至2020年7月20日止", "2020-07-20", "full"),
    ("2020年7月20日前全部整改到位。", "2020-07-20", "full"),
    ("整改时限：2020年7月20日", "2020-07-20", "full"),
    ("17/4/2021", "2021-04-17", "day_first"),
    ("4/17/2021", "2021-04-17", "month_first"),
    ("5/5/2021", "2021-05-05", "month_first"),
    ("20 Jul 2020", "2020-07-20", "english"),
    ("July 20, 2020", "2020-07-20", "english"),
    ("2020年底", "2020-12-31", "period"),
    ("2020年第三季度末", "2020-09-30", "period"),
    ("去年12月底", "2019-12-31", "month"),
]
DOUBTFUL = [
    ("7月20日", "2020-07-20", "month_day", "year"),
    ("7月20号前", "2020-07-20", "month_day", "year"),
    ("7.20", "2020-07-20", "month_day", "year"),
    ("7-20", "2020-07-20", "month_day", "year"),
    ("7/20", "2020-07-20", "month_day", "year"),
    ("七月二十日", "2020-07-20", "month_day", "year"),
    ("十月三日", "2019-10-03", "month_day", "year"),
    (7.19, "2020-07-19", "decimal", "year"),
    ("7月20日（周二）", "2020-07-20", "month_day", "year weekday"),
    ("15日", "2020-07-15", "day_alone", "month"),
    ("21.3.4", "2021-03-04", "full", "century"),
    ("20年7月20日", "2020-07-20", "full", "century"),
    ("27/01/95", "1995-01-27", "day_first", "century"),
    ("95-1-27", "1995-01-27", "full", "century"),
    ("2020年7月", "2020-07-01", "month", "range"),
    ("2020.7", "2020-07-01", "month", "range"),
    ("二零二六年三月", "2026-03-01", "month", "range"),
    ("2020-07-27/2020-07-29", "2020-07-27", "range", "range"),
    ("2020年7月27日至29日", "2020-07-27", "range", "range"),
    ("20200720-20200722", "2020-07-20", "range", "range"),
    ("2020.7.19~7.20", "2020-07-19", "range", "range"),
    ("7月19日、20日", "2020-07-19", "range", "year range"),
    ("7.19-20", "2020-07-19", "range", "year range"),
    ("12月30日-1月2日", "2019-12-30", "range", "year range"),
    ("检查发现7月20日垃圾未清", "2020-07-20", "month_day", "year words"),
]
AHEAD = [
    ("7月25日", "2020-07-25"),
    ("7月19日", "2021-07-19"),
    ("十月三日", "2020-10-03"),
    ("7月27日-29日", "2020-07-29"),
    ("12月30日-1月2日", "2021-01-02"),
    ("10月底", "2020-10-31"),
    ("10月底前完成方案", "2020-10-31"),
    ("10月份", "2020-10-31"),
    ("10月上旬", "2020-10-10"),
    ("10月中旬前", "2020-10-20"),
    ("2月下旬", "2021-02-28"),
    ("6-8月", "2020-08-31"),
    ("三季度末", "2020-09-30"),
    ("下半年", "2020-12-31"),
    ("明年3月底", "2021-03-31"),
    ("25日前", "2020-07-25"),
    ("2020年9月30日，长期坚持", "2020-09-30"),
]
RELATIVE = [
    ("三天内", "2020-07-23"),
    ("3日内", "2020-07-23"),
    ("3-5天内", "2020-07-25"),
    ("十五日以内", "2020-08-04"),
    ("承诺三天内", "2020-07-23"),
    ("收到通知之日起15日内", "2020-08-04"),
    ("48小时内", "2020-07-22"),
    ("一周内", "2020-07-27"),
    ("两周内", "2020-08-03"),
    ("半个月内", "2020-08-04"),
    ("一个月内", "2020-08-20"),
    ("半年内", "2021-01-20"),
    ("一年内", "2021-07-20"),
    ("3个工作日内", "2020-07-23"),
    ("五个工作日", "2020-07-27"),
    ("当天", "2020-07-20"),
    ("当日完成", "2020-07-20"),
    ("次日", "2020-07-21"),
    ("明天中午前", "2020-07-21"),
    ("周五前", "2020-07-24"),
    ("本周内", "2020-07-26"),
    ("下周五前", "2020-07-31"),
    ("月底前", "2020-07-31"),
    ("本月底", "2020-07-31"),
    ("下月10日", "2020-08-10"),
    ("季度末", "2020-09-30"),
    ("年底前", "2020-12-31"),
    ("本年底", "2020-12-31"),
]
HOURS = [
    ("10月3日下午6时之前", "2020-10-03", time(18)),
    ("10月3日18:00前", "2020-10-03", time(18)),
    ("2020年10月3日中午12点前", "2020-10-03", time(12)),
    ("2020年10月3日上午九点半", "2020-10-03", time(9, 30)),
    ("2020年10月3日24时", "2020-10-03", None),
    ("2020年10月3日晚12点", "2020-10-03", None),
    ("2020年10月3日下班前", "2020-10-03", None),
    ("2017-01-04 03:30:00", "2017-01-04", time(3, 30)),
    ("2017-01-04T03:30:00", "2017-01-04", time(3, 30)),
    ("2017/1/4 3:30 PM", "2017-01-04", time(15, 30)),
    ("2020-07-20T16:30:00Z", "2020-07-21", time(0, 30)),
    ("2020-07-20T16:30:00-0500", "2020-07-21", time(5, 30)),
    ("2020-07-27 08:00 - 2020-07-29 18:00", "2020-07-29", time(18)),
    (44031.75, "2020-07-19", time(18)),
    (datetime(2020, 7, 20, 16, 30, tzinfo=UTC), "2020-07-21", time(0, 30)),
]
NO_DAY = [
    *((value, "empty") for value in (None, "", "  ", "/", "——", "无", "N/A")),
    *((value, "none") for value in ("2019", "1.5公里", "12.5%", "1-2次", "3.2.15", "7、20、21", "统一整改", "3天前")),
    *((value, "none") for value in (True, 7, 45.6, 13800000000, float("nan"), float("inf"), time(3), b"7.20")),
    *((value, "none") for value in ("12:30", "1" * 70, "66123456", "7月20日，8月5日", "2020年7月20日第3次检查")),
    *((value, "undated") for value in ("立即整改", "立行立改", "尽快", "长期坚持", "常态化", "待定", "暂缓")),
    *((value, "undated") for value in ("2013年度节点", "每月20日前", "每年3月底前")),
    *((value, "impossible") for value in ("2月30日", "2月29日前", "31 Feb", "2026-02-29", "13月", "13/13/2021")),
    *((value, "impossible") for value in (20201301, 20001, "1985年3月1日", "2101-01-01", date(1899, 12, 30))),
    ("10月3日25时", "impossible"),
    ("农历八月十五", "lunar"),
]  # fmt: skip


def _iso(read: DayRead) -> str | None:
    return read.day.isoformat() if read.day else None


@pytest.mark.parametrize(("value", "day", "rule"), CLEAR)
def test_a_whole_day_is_read_without_doubt(value: object, day: str, rule: str) -> None:
    for terms in (PAST, DEADLINE):
        assert read_day(value, terms) == DayRead(date.fromisoformat(day), None, rule)


@pytest.mark.parametrize(("value", "day", "rule", "doubts"), DOUBTFUL)
def test_what_is_supplied_or_chosen_is_said(value: object, day: str, rule: str, doubts: str) -> None:
    read = read_day(value, PAST)
    assert (_iso(read), read.rule, read.doubts) == (day, rule, tuple(doubts.split()))


@pytest.mark.parametrize(("value", "day"), AHEAD)
def test_a_deadline_lies_ahead_of_the_finding(value: str, day: str) -> None:
    assert _iso(read_day(value, DEADLINE)) == day


@pytest.mark.parametrize(("value", "day"), RELATIVE)
def test_a_term_runs_from_the_finding(value: str, day: str) -> None:
    read = read_day(value, DEADLINE)
    assert _iso(read) == day
    assert "relative" in read.doubts
    assert read_day(value, PAST).rule == "relative_needs_found"


@pytest.mark.parametrize(("value", "day", "hour"), HOURS)
def test_an_hour_is_kept(value: object, day: str, hour: time | None) -> None:
    read = read_day(value, DEADLINE)
    assert (_iso(read), read.time) == (day, hour)


@pytest.mark.parametrize(("value", "rule"), NO_DAY)
def test_what_names_no_day_says_why(value: object, rule: str) -> None:
    assert read_day(value, DEADLINE) == DayRead(None, rule=rule)


def test_every_rule_and_doubt_has_its_words() -> None:
    tables = [CLEAR, DOUBTFUL, NO_DAY]
    assert {row[2 if table is not NO_DAY else 1] for table in tables for row in table} <= RULES.keys()
    assert {doubt for row in DOUBTFUL for doubt in row[3].split()} <= DOUBTS

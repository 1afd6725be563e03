"""What ledgers call the states, severities and sources, and how they write numbers."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.labels import SEVERITY, SOURCE, STATE
from tracker.reading.words import (
    percent_of,
    points_of,
    severity_of,
    source_of,
    state_of,
    whole_of,
    yes_no,
)

STATES = [
    ("signed_off", 1.0, "已销号 销号 已办结 办结 closed CLOSED"),
    ("submitted", 0.6, "已整改 已完成 整改到位 完成 是 √ 已整改（附照片） 已整改。"),
    ("submitted", 1.0, "待复核 待复查 申请销号"),
    ("verified", 1.0, "待销号 复核通过"),
    ("rectifying", 1.0, "整改中 正在整改 推进中 未完成 复查不合格"),
    ("rectifying", 0.9, "长期 长期坚持"),
    ("rectifying", 0.7, "未整改 否 未办结 open"),
    ("suspended", 1.0, "挂账"),
    ("dismissed", 0.7, "不属实 不予立案"),
    ("assigned", 1.0, "已交办 未签收"),
    ("registered", 1.0, "已登记"),
    ("rectifying", 0.6, "回访仍未整治到位 多次整改不到位 未动工"),
    ("rectifying", 0.7, "进展缓慢 部分路段仍在施工 仅完成1.5公里"),
    ("submitted", 0.5, "当日整改完毕 回访基本清理 已全部清理并加强巡查"),
    ("signed_off", 0.8, "2020年8月已销号"),
]


@pytest.mark.parametrize(("state", "sureness", "words"), STATES)
def test_words_propose_a_state(state: str, sureness: float, words: str) -> None:
    for word in words.split():
        assert state_of(word) == (state, sureness)


@pytest.mark.parametrize("words", ["", "通报扣分", "列入督办逐村通报", "/", "张三"])
def test_other_words_propose_no_state(words: str) -> None:
    assert state_of(words) == (None, 0.0)


def test_our_own_words_mean_what_they_say() -> None:
    assert {code: str(state_of(words)[0]) for code, words in STATE.items()} == {code: code for code in STATE}
    assert {code: severity_of(words) for code, words in SEVERITY.items()} == {code: (code, 1.0) for code in SEVERITY}
    assert {code: source_of(words) for code, words in SOURCE.items()} == {code: (code, 1.0) for code in SOURCE}


@pytest.mark.parametrize(
    ("words", "severity"),
    [
        ("一般", "general"), ("低", "general"), ("较重", "serious"), ("较大", "serious"), ("中", "serious"),
        ("重大", "major"), ("严重", "major"), ("高", "major"), (" 重大隐患 ", "major"), ("", None), ("乡级", None),
    ],
)  # fmt: skip
def test_words_propose_a_severity(words: str, severity: str | None) -> None:
    assert severity_of(words)[0] == severity


@pytest.mark.parametrize(
    ("words", "source", "sureness"),
    [
        ("县委督查室督查", "supervision", 0.8), ("日常巡查", "inspection", 0.8), ("专项检查", "inspection", 0.8),
        ("逐星研判会商", "meeting", 0.8), ("督查通报", "bulletin", 0.6), ("党建述职评议", "appraisal", 0.8),
        ("12345热线", "report", 0.8), ("群众举报", "report", 0.8), ("村级自查", "self_check", 0.8), ("其他", None, 0.0),
    ],
)  # fmt: skip
def test_words_propose_a_source(words: str, source: str | None, sureness: float) -> None:
    assert source_of(words) == (source, sureness)


@pytest.mark.parametrize(
    ("cells", "meaning"),
    [
        (("是", "√", "Y", "yes", "有", "逾期", "OVERDUE", True, 1), True),
        (("否", "×", "N", "No", "无", "未逾期", "ONTIME", "on time", False, 0), False),
        (("", "待定", None, 2, 0.5, 10**5000), None),
    ],
)
def test_yes_and_no(cells: tuple[object, ...], meaning: bool | None) -> None:
    assert {yes_no(cell) for cell in cells} == {meaning}


@pytest.mark.parametrize(
    ("cells", "percent"),
    [
        ((0.8, 80, 80.0, "80%", "80％", "0.8", "80", "已完成80%", "八成", "百分之八十"), 80),
        ((1, 1.0, "1", "1.0", 100, "100%", "100"), 100),
        (("1%", "0.01", 0.01), 1),
        ((0, "0%", "0"), 0),
        ((0.855, 85.5, "85.5%"), 86),
        (("", None, True, -1, 101, "120%", "50%或60%", "八十", "完成", float("nan"), float("inf"), 10**400), None),
    ],
)
def test_shares(cells: tuple[object, ...], percent: int | None) -> None:
    assert [percent_of(cell) for cell in cells] == [percent] * len(cells)


@pytest.mark.parametrize(
    ("cells", "count"),
    [
        ((3, 3.0, "3", "3.0", "３次", "三", "三次", "第3次"), 3),
        (("无", 0, "0", "零"), 0),
        ((3.5, "3.5", -1, True, None, "", "三五次吧", float("nan"), float("inf"), 10**400), None),
    ],
)
def test_counts(cells: tuple[object, ...], count: int | None) -> None:
    assert [whole_of(cell) for cell in cells] == [count] * len(cells)


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("扣经费2000元、扣2分", ("扣2分",)),
        ("预警(扣经费2000元、扣2分)或督办(扣1000元、扣1分)", ("扣2分", "扣1分")),
        ("乡镇扣6分、保洁公司扣0.5分", ("乡镇扣6分", "保洁公司扣0.5分")),
        ("罚款1000元、扣乡镇1分", ("扣乡镇1分",)),
        ("乡镇扣6.5分(保洁公司分值被截断)", ("乡镇扣6.5分",)),
        ("罚款300元", ()),
        ("", ()),
    ],
)
def test_points_taken_off(text: str, points: tuple[str, ...]) -> None:
    assert points_of(text) == points


@given(st.text(max_size=60), st.none() | st.integers() | st.floats() | st.booleans() | st.text(max_size=10))
def test_nothing_breaks_the_readers(text: str, cell: object) -> None:
    for _, sureness in (state_of(text), severity_of(text), source_of(text)):
        assert 0 <= sureness <= 1
    assert percent_of(cell) in (None, *range(101))
    assert (whole_of(cell) or 0) >= 0
    assert yes_no(cell) in (True, False, None)
    assert all(point in text for point in points_of(text))


@pytest.mark.parametrize("text", ["扣" * 100_000, "已" * 100_000, "整改" * 50_000, "1" * 100_000, "检查" * 50_000])
def test_no_text_takes_long(text: str) -> None:
    start = process_time()
    for read in (state_of, severity_of, source_of, yes_no, percent_of, whole_of, points_of):
        read(text)
    assert process_time() - start < 1

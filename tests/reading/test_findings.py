"""Lists of findings in one cell, and what only looks like one."""

from __future__ import annotations

from collections.abc import Callable
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.reading.findings import split_findings

HAN = "〇一二三四五六七八九"


def _chinese(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if not tens else "十" if tens == 1 else HAN[tens] + "十") + (HAN[ones] if ones else "")


STYLES: list[Callable[[int], str]] = [
    lambda n: f"{n}、",
    lambda n: f"{n}.",
    lambda n: f"{n}. ",
    lambda n: f"{n}．",
    lambda n: f"{n}）",
    lambda n: f"（{n}）",
    lambda n: f"({n})",
    lambda n: chr(0x245F + n),
    lambda n: chr(0x2473 + n),
    lambda n: f"{_chinese(n)}、",
    lambda n: f"（{_chinese(n)}）",
    lambda n: f"{_chinese(n)}是",
]
WORD = st.sampled_from(
    ["路边堆放垃圾", "围挡高1.5米", "3月2日未值班", "宣传栏破损", "第1款未落实", "水沟有杂物，异味大", "无人管理。"]
)
ITEM = st.lists(WORD, min_size=1, max_size=3).map("，".join)


@given(
    st.lists(ITEM, min_size=2, max_size=15), st.sampled_from(STYLES), st.sampled_from(["；", "\n", "；\n", " "]),
    st.sampled_from(["", "存在以下问题：", "存在问题\n"]),
)  # fmt: skip
def test_every_style_splits_back(items: list[str], style: Callable[[int], str], between: str, head: str) -> None:
    text = head + between.join(style(n) + item for n, item in enumerate(items, start=1))
    heading = head.strip("：\n")
    assert split_findings(text) == tuple(f"{heading}：{item}" if head else item for item in items)


@given(st.lists(ITEM, min_size=2, max_size=9))
def test_numbered_lines_split_back(items: list[str]) -> None:
    assert split_findings("\n".join(f"{n} 村内{item}" for n, item in enumerate(items, start=1))) == tuple(
        f"村内{item}" for item in items
    )


@given(st.text(max_size=80))
def test_nothing_is_lost_and_nothing_breaks(text: str) -> None:
    found = split_findings(text)
    assert bool(found) == bool(text.strip())
    assert all(item == item.strip() and item for item in found)


@pytest.mark.parametrize(
    "text",
    [
        "路边堆放垃圾",
        "路边堆放垃圾；宣传栏破损。",
        "围挡1.5米，缺2.5米",
        "1.5米围挡缺失；2.5米围栏倒塌",
        "3月1、2日检查发现无人值班",
        "2.3日检查，7.1、7.2复查",
        "1、2、3号楼门前有垃圾",
        "违反第1、2款，第一、二条",
        "垃圾点1、垃圾点2、垃圾点3未清",
        "周一、周二未值班",
        "一、二组未到岗",
        "统一是好，二是坏",
        "见附件（1）、附件（2）",
        "路面1处，杂物2、3处",
        "1、只有一条",
        "2、路面；3、垃圾",
        "1、路面；3、垃圾",
    ],
)
def test_what_is_no_list_stays_whole(text: str) -> None:
    assert split_findings(text) == (text,)


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("1.垃圾未清2.路面破损", ("垃圾未清", "路面破损")),
        ("１、垃圾；２、路面", ("垃圾", "路面")),
        ("1、2号楼垃圾；2、3号楼灯坏", ("2号楼垃圾", "3号楼灯坏")),
        ("主要问题一是垃圾二是路面", ("主要问题：垃圾", "主要问题：路面")),
        ("一、卫生：1、垃圾；2、杂物。二、设施：路灯不亮", ("卫生：1、垃圾；2、杂物。", "设施：路灯不亮")),
        ("路面破损。1、垃圾；2、杂物", ("路面破损。", "垃圾", "杂物")),
        ("经查，1、垃圾；2、杂物", ("经查：垃圾", "经查：杂物")),
        ("检" * 60 + "：①垃圾②杂物", ("检" * 60 + "：", "垃圾", "杂物")),
        ("1、垃圾；2、杂物；3、", ("1、垃圾；2、杂物；3、",)),
        ("  ", ()),
    ],
)
def test_heads_and_levels(text: str, items: tuple[str, ...]) -> None:
    assert split_findings(text) == items


@pytest.mark.parametrize("text", ["1、2、" * 30_000, "(1)" * 30_000, "一" * 100_000, "1 " * 50_000, "1、a" * 20_000])
def test_no_text_takes_long(text: str) -> None:
    start = process_time()
    split_findings(text)
    assert process_time() - start < 2

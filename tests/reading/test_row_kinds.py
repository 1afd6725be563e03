"""Rows below the headings: findings, and what only looks after the table."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.reading.heading_words import Heading
from tracker.reading.row_kinds import RowKind, row_kind, section_words

NAMES = ["序号", "乡镇", "村（社区）", "具体问题", "整改措施", "责任单位", "责任人", "整改时限", "备注"]
HEADINGS = [Heading(column, words) for column, words in enumerate(NAMES)]
FIELDS = dict(
    enumerate(
        [
            "order",
            "township",
            "village",
            "description",
            "measures",
            "responsible_unit",
            "responsible",
            "deadline",
            "remark",
        ]
    )
)
TEXT = "村口垃圾清运不及时，异味明显"
FULL: list[object] = [1, "三阳乡", "前村", TEXT, "当日清运", "三阳乡", "王磊", date(2026, 7, 20), None]


def row(**cells: object) -> list[object]:
    """Return a row by its columns' letters."""
    return [cells.get("ABCDEFGHI"[column]) for column in range(9)]


def kind(cells: list[object], *filled: int) -> RowKind:
    return row_kind(cells, frozenset(filled), HEADINGS, FIELDS)


@pytest.mark.parametrize(
    "cells",
    [
        FULL,
        row(D=TEXT),
        row(D="灯不亮"),
        row(D="二、接入网设备"),
        row(A=3, D="路灯不亮"),
        row(E="更换灯泡"),
        row(F="县住建局"),
        row(G="李娜"),
        row(A=7, C="前村", D="合计3处垃圾未清理，路边堆放"),
        row(D="合计3处"),
        row(C="前村", D="填表人：不明，台账未签字"),
        row(A="二", D=TEXT),
        row(C="前村", D="责任单位未落实", F="责任单位"),
    ],
)
def test_a_finding_is_data(cells: list[object]) -> None:
    assert kind(cells) is RowKind.DATA


@pytest.mark.parametrize("cells", [[], [None] * 9, ["", "  ", "\u3000", "\xa0", None], ["—", "/", "-", None]])
def test_nothing_but_blanks_and_dashes_is_empty(cells: list[object]) -> None:
    assert kind(cells) is RowKind.EMPTY


def test_what_a_merge_brings_down_is_not_the_rows_own() -> None:
    assert kind(row(B="三阳乡", C="前村"), 1, 2) is RowKind.EMPTY
    assert kind(row(A=4, B="三阳乡", C="前村"), 1, 2) is RowKind.NUMBERED_EMPTY
    assert kind(row(A=1, B="三阳乡", C="前村", F="县住建局"), 0, 1, 2) is RowKind.DATA


@pytest.mark.parametrize("number", [12, 12.0, "12", "12.", "（12）", "十二", "12、"])
def test_a_row_with_its_number_only_is_waiting_to_be_filled(number: object) -> None:
    assert kind(row(A=number)) is RowKind.NUMBERED_EMPTY


def test_a_prepared_key_is_waiting_to_be_filled_as_well() -> None:
    fields = {0: "order", 1: "key", 2: "description"}
    headings = [Heading(0, "序号"), Heading(1, "问题编号"), Heading(2, "问题")]
    assert row_kind([5, "ZG-2026-005", None], frozenset(), headings, fields) is RowKind.NUMBERED_EMPTY


@pytest.mark.parametrize(
    ("cells", "filled"),
    [
        (row(A="二、接入网设备"), ()),
        (["三阳乡"] * 9, tuple(range(1, 9))),
        (["三阳乡"] * 9, tuple(range(9))),
        (row(B="三阳乡"), ()),
        (row(C="前村"), ()),
        (row(F="（二）县直单位"), ()),
        ([None, *["一、村口垃圾清运不及时、异味明显的问题"] * 8], tuple(range(2, 9))),
        (row(A="三、", B="县直单位"), ()),
        (row(A="一", C="产业兴旺星"), ()),
        (row(A="一、产业兴旺", I="红色单元格不用填写"), (8,)),
    ],
)
def test_a_line_across_the_table_is_a_section(cells: list[object], filled: tuple[int, ...]) -> None:
    assert kind(cells, *filled) is RowKind.SECTION


def test_without_fields_the_look_decides() -> None:
    assert row_kind(row(D="县直单位"), frozenset(), HEADINGS) is RowKind.SECTION
    assert row_kind(row(D=TEXT + "，群众反映强烈"), frozenset(), HEADINGS) is RowKind.DATA


def test_a_description_merged_over_two_columns_is_no_section() -> None:
    assert kind(row(D=TEXT, E=TEXT), 4) is RowKind.DATA


def test_rows_of_a_list_with_one_column_are_no_sections() -> None:
    assert row_kind(["前村"], frozenset(), [Heading(0, "村")], {0: "village"}) is RowKind.DATA


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (["三阳乡"] * 4, "三阳乡"),
        (["一", None, "产业兴旺"], "一、产业兴旺"),
        (["（二）", "县直单位"], "（二）县直单位"),
        (["二、", "接入网 设备"], "二、接入网设备"),
        ([], ""),
    ],
)
def test_a_section_gives_its_words(cells: list[object], words: str) -> None:
    assert section_words(cells) == words


def test_the_header_of_the_next_page_is_told() -> None:
    assert kind(list(NAMES)) is RowKind.REPEATED_HEADER
    assert (
        kind(["序 号", "乡镇", "村\n（社区）", "具体问题", None, None, "责任人", "时限", None])
        is RowKind.REPEATED_HEADER
    )


def test_both_rows_of_a_joined_header_are_told() -> None:
    headings = [Heading(0, "序号"), Heading(1, "问题"), Heading(2, "责任/单位"), Heading(3, "责任/人")]
    assert row_kind(["序号", "问题", "责任", "责任"], frozenset({3}), headings) is RowKind.REPEATED_HEADER
    assert row_kind(["序号", "问题", "单位", "人"], frozenset({0, 1}), headings) is RowKind.REPEATED_HEADER


@pytest.mark.parametrize(
    "cells",
    [
        row(A="合计", D=12),
        row(A="合  计"),
        row(B="三阳乡小计", D="12"),
        row(A=9, B="总计", D=98),
        row(A="合计：12条"),
        row(A="小计：共 12 条，未办结 5，其中逾期 2，已销号 7"),
        row(D="合计", H=3),
        ["合计", "合计", "合计", 12, 3, None, None, None, None],
        row(A="Total", D=12),
    ],
)
def test_a_total_is_no_finding(cells: list[object]) -> None:
    assert kind(cells, *(c for c in (1, 2) if cells[c] == "合计" and cells[0] == "合计")) is RowKind.TOTAL


@pytest.mark.parametrize(
    "cells",
    [
        row(A="填表人：王磊        审核人：李娜"),
        row(A="填表人：王磊", D="审核人：李娜", G="2026年7月20日"),
        row(A="单位负责人（签字）：", F="填报日期：2026.7.20"),
        ["审核人：李娜"] * 9,
        row(A="注：1. 本表每周五报送。2. 一式两份。"),
        row(B="联系电话：0391-7270000"),
        row(F="（盖章）"),
    ],
)
def test_a_signature_or_a_note_is_no_finding(cells: list[object]) -> None:
    merged = tuple(range(1, 9)) if cells[0] and cells[0] == cells[8] else ()
    assert kind(cells, *merged) is RowKind.SIGNATURE


@given(
    st.lists(st.none() | st.text(max_size=20) | st.integers() | st.floats() | st.dates(), max_size=10),
    st.frozensets(st.integers(0, 9)),
)
def test_any_row_has_a_kind(cells: list[object], filled: frozenset[int]) -> None:
    assert row_kind(cells, filled, HEADINGS, FIELDS) in RowKind
    assert isinstance(section_words(cells), str)


@given(
    st.text(alphabet="村口垃圾清运不及时路灯损坏。，", min_size=1, max_size=40).filter(
        lambda text: any(map(str.isalnum, text))
    )
)
def test_a_text_in_the_column_of_problems_is_never_lost(text: str) -> None:
    assert kind(row(D=text)) is RowKind.DATA

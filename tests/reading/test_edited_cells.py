"""What table programs do to a cell by themselves is no edit; what a person typed is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time

import pytest

from tracker.reading.edited_cells import Base, is_same, said
from tracker.reading.edited_tables import Headings, edited_sheet
from tracker.spreadsheets.cells import Broken, Cell

DAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("cell", "base"),
    [
        (None, None), (None, ""), (" ", None),
        ("示例 ", "示例"), ("示例（一）", "示例(一)"),
        ("甲\r\n乙\n", "甲\n乙"), ("甲　乙", "甲 乙"), ("甲\u200b", "甲"),
        ("甲", "甲\x07"), ("'=1+1", "=1+1"), ("=1+1", "'=1+1"), ("𠮷", "𠮷"),
        (DAY, DAY), (datetime.combine(DAY, time()), DAY), ("2026-03-02", DAY), ("2026/3/2", DAY), ("2026年3月2日", DAY),
        (46083, DAY), ("3/2/2026", DAY),
        (3, 3), (3.0, 3), ("3", 3), ("３", 3),
        (12, "0012"), ("12", "0012"), ("1.23457E+17", "123456789012345678"), (0.5, "50%"),
        (DAY, "2026.3.2"), ("2026/3/2", "2026-03-02"), ("x" * 32_767, "x" * 40_000),
        (Broken("#REF!"), "#REF!"),
    ],
)  # fmt: skip
def test_the_same_in_another_dress_is_no_edit(cell: Cell, base: Base) -> None:
    assert is_same(cell, base)


@pytest.mark.parametrize(
    ("cell", "base"),
    [
        ("示例", None), (None, "示例"), ("甲\n乙", "甲乙"), ("甲", "乙"), ("𠮷", "吉"),
        (date(2026, 3, 3), DAY), ("2026-03-02至2026-04-02", DAY), (None, DAY), ("", DAY), ("三天内", DAY),
        (4, 3), ("三", 3), (True, 1), (None, 0),
        ("13", "0012"), ("1.23467E+17", "123456789012345678"), (Broken("#REF!"), "示例"), (Broken("#N/A"), DAY),
    ],
)  # fmt: skip
def test_what_says_something_else_is_an_edit(cell: Cell, base: Base) -> None:
    assert not is_same(cell, base)


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (" 甲 \r\n乙\n\n", "甲\n乙"), (3.0, "3"), (0.5, "0.5"), (DAY, "2026-03-02"), (True, "TRUE"), (None, ""),
        (datetime.combine(DAY, time(8, 30)), "2026-03-02 08:30"), ("'=1", "=1"), ("'甲'", "'甲'"),
        ("'＝1", "＝1"), ("约'-5'度", "约'-5'度"),
    ],
)  # fmt: skip
def test_what_is_kept_of_a_cell(cell: Cell, words: str) -> None:
    assert said(cell) == words


@dataclass(frozen=True)
class Row:
    number: int
    cells: tuple[Cell, ...]
    filled: frozenset[int] = field(default=frozenset())


HEADINGS = Headings({
    "zh_CN": {"number": "问题编号", "place": "村(社区)", "village": "村(社区)", "remark": "备注"},
    "en": {"number": "Number", "remark": "Remark"},
})  # fmt: skip


def test_headings_in_two_rows_and_twice_are_headings() -> None:
    both = [
        Row(1, ("台账", "台账"), frozenset({1})),
        Row(2, ("问题编号", "所在地", "其他"), frozenset()),
        Row(3, ("问题编号", "村（社区）", "备 注"), frozenset({0})),
        Row(4, ("WT-1", "甲村", "一")),
        Row(9, ("问题编号", "村(社区)", "备注")),
        Row(10, ("WT-2", "乙村")),
        Row(11, ("小计", "", "2")),
        Row(12, (None, None, "f" * 64)),
    ]
    sheet = edited_sheet("台账", both, HEADINGS)
    assert [(line.row, line.issue, dict(line.cells)) for line in sheet.lines] == [
        (4, "WT-1", {"number": "WT-1", "place": "甲村", "remark": "一"}),
        (10, "WT-2", {"number": "WT-2", "place": "乙村", "remark": None}),
    ]
    assert (sheet.language, sheet.digests, sheet.unnumbered) == ("zh_CN", ["f" * 64], 2)


def test_headings_whose_merged_cells_were_split_are_headings() -> None:
    split = [Row(3, ("问题编号", "所在地", None)), Row(4, (None, "村(社区)", "备注")), Row(5, ("WT-1", "甲村", "一"))]
    sheet = edited_sheet("台账", split, HEADINGS)
    assert [dict(line.cells) for line in sheet.lines] == [{"number": "WT-1", "place": "甲村", "remark": "一"}]
    assert (sheet.extra, sheet.unnumbered) == ([], 0)
    apart = [split[0], Row(5, (None, "村(社区)", "甲村")), split[2]]
    assert edited_sheet("台账", apart, HEADINGS).unnumbered == 1


def test_a_sheet_is_read_in_the_language_of_its_headings() -> None:
    sheet = edited_sheet("x", [Row(1, ("Remark", "number")), Row(2, ("a", "WT-1"))], HEADINGS)
    assert (sheet.language, [line.issue for line in sheet.lines]) == ("en", ["WT-1"])
    assert edited_sheet("x", [Row(1, ("甲", "乙")), Row(2, ("1", "2"))], HEADINGS).language == ""

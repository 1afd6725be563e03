"""Where the cells of an .xlsx stand: merged, hidden, far away, on which sheet."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from tests.spreadsheets.files import cell, packed, read, read_whole, sheet, workbook, xlsx
from tracker.errors import InvalidError
from tracker.storage.tables import LeftOut, SheetAbout, TableLimits, table_open, visible

EMPTY = '<row r="1"><c r="A1" s="1"/></row>'
FULL = cell("<v>1</v>")


def merged(*areas: str) -> str:
    inner = "".join(f'<mergeCell ref="{area}"/>' for area in areas)
    return f"<mergeCells>{inner}</mergeCells>"


def numbers(*rows: tuple[int, str]) -> str:
    """Return rows of whole numbers by the letters of their columns; the number of a cell is that of its row."""
    cells = {row: "".join(f'<c r="{letter}{row}"><v>{row}</v></c>' for letter in letters) for row, letters in rows}
    return "".join(f'<row r="{row}">{inner}</row>' for row, inner in cells.items())


def test_a_merged_area_shows_its_first_cell_everywhere(tmp_path: Path) -> None:
    data = numbers((1, "A"), (2, "AB"), (3, "BC"), (4, "C"))
    about, rows = read(xlsx(tmp_path, data, after=merged("A1:C1", "A2:A4", "B3:B4")))
    assert [row.cells for row in rows] == [(1, 1, 1), (2, 2), (2, 3, 3), (2, 3, 4)]
    assert [set(row.filled) for row in rows] == [{1, 2}, set(), {0}, {0, 1}]
    assert about.merged == ((1, 0, 1, 2), (2, 0, 4, 0), (3, 1, 4, 1))


def test_what_lies_under_a_merged_area_is_not_shown(tmp_path: Path) -> None:
    rows = read(xlsx(tmp_path, numbers((1, "AB"), (2, "A"), (3, "AC")), after=merged("A1:B3")))[1]
    assert [(row.number, row.cells) for row in rows] == [(1, (1, 1)), (3, (1, 1, 3))]


def test_an_area_whose_first_cell_is_empty_hides_nothing(tmp_path: Path) -> None:
    rows = read(xlsx(tmp_path, numbers((1, "B"), (2, "A")), after=merged("A1:B1", "B2:A2", "C1", "nonsense")))[1]
    assert [row.cells for row in rows] == [(None, 1), (2, 2)]


def test_an_area_over_everything_costs_nothing(tmp_path: Path) -> None:
    rows = read(xlsx(tmp_path, numbers((1, "A"), (5, "A"), (9, "AB")), after=merged("B1:XFD1048576", "A5:A1048576")))[1]
    assert [(row.number, len(row.cells)) for row in rows] == [(1, 1), (5, 1), (9, 2)]
    rows = read(xlsx(tmp_path, numbers((1, "AB"), (5, "A")), after=merged("B1:XFD1048576")))[1]
    assert [(row.cells[:3], len(row.cells), len(row.filled)) for row in rows] == [
        ((1, 1, 1), 256, 254),
        ((5, 1, 1), 256, 255),
    ]


def test_areas_that_overlap_do_not_confuse(tmp_path: Path) -> None:
    rows = read(xlsx(tmp_path, numbers((1, "A"), (2, "BD"), (3, "D")), after=merged("A1:B3", "B2:C3")))[1]
    assert [row.cells for row in rows] == [(1, 1), (1, 1, None, 2), (1, 1, None, 3)]


def test_hidden_rows_and_columns_are_told_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(path)
    table = book.add_worksheet()
    for row in range(4):
        table.write_row(row, 0, [f"{column}{row + 1}" for column in "ABCD"])
    table.set_row(1, options={"hidden": True})
    table.set_row(3, 0)
    table.set_column("B:C", options={"hidden": True})
    book.close()
    about, rows = read(path)
    assert [row.is_hidden for row in rows] == [False, True, False, True]
    assert about.hidden_columns == {1, 2}
    assert [visible(row, about) for row in rows] == [("A1", "D1"), ("A2", "D2"), ("A3", "D3"), ("A4", "D4")]


def test_rows_that_a_filter_hides_are_hidden(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(path)
    table = book.add_worksheet()
    table.write_column(0, 0, ["状态", "办结", "在办"])
    table.autofilter("A1:A3")
    table.filter_column("A", "状态 == 在办")
    table.set_row(1, options={"hidden": True})
    book.close()
    assert [row.is_hidden for row in read(path)[1]] == [False, True, False]


def test_rows_that_stand_in_a_sheet_hidden_by_default_are_seen(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(path)
    table = book.add_worksheet()
    table.set_default_row(hide_unused_rows=True)
    table.write_column(0, 0, [1, 2])
    book.close()
    assert [row.is_hidden for row in read(path)[1]] == [False, False]


def test_the_first_sheet_that_is_seen_and_has_content_is_read(tmp_path: Path) -> None:
    texts = [sheet(FULL), sheet(EMPTY), sheet(cell("<v></v>", t="str")), sheet(cell("<v>4</v>")), sheet(FULL)]
    states = ["hidden", "visible", "visible", "visible", "veryHidden"]
    path = packed(tmp_path / "a.xlsx", workbook(*texts, states=states))
    about, (row,) = read(path)
    assert (about.sheet, row.cells) == ("表4", (4,))
    assert about.sheets == (
        SheetAbout("表1", is_hidden=True, is_empty=False),
        SheetAbout("表2", is_hidden=False, is_empty=True),
        SheetAbout("表3", is_hidden=False, is_empty=True),
        SheetAbout("表4", is_hidden=False, is_empty=False),
        SheetAbout("表5", is_hidden=True, is_empty=False),
    )
    assert read(path, wanted="表1")[0].sheet == "表1"


def test_a_sheet_that_is_not_there_is_answered_with_those_that_are(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.xlsx", workbook(sheet(FULL), sheet(EMPTY)))
    with pytest.raises(InvalidError, match="没有名为“表9”的工作表，现有：表1、表2"):
        read(path, wanted="表9")
    with pytest.raises(InvalidError, match="工作表“表2”里没有内容"):
        read(path, wanted="表2")


def test_a_workbook_without_content_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match="文件里没有内容"):
        read(packed(tmp_path / "a.xlsx", workbook(sheet(EMPTY), sheet(FULL), states=["visible", "hidden"])))


def test_cells_far_to_the_right_are_counted(tmp_path: Path) -> None:
    data = '<row r="1"><c r="A1"><v>1</v></c><c r="IV1"><v>2</v></c><c r="IW1"><v>3</v></c><c r="XFD1" s="1"/></row>'
    _about, (row,), table = read_whole(xlsx(tmp_path, data))
    assert (len(row.cells), row.cells[255], table.left_out) == (256, 2, LeftOut(0, 1))


def test_a_table_ends_at_a_long_gap(tmp_path: Path) -> None:
    data = numbers((20_000, "A"), (30_000, "A"), (40_001, "AB"), (40_002, "A"))
    _about, rows, table = read_whole(xlsx(tmp_path, data))
    assert ([row.number for row in rows], table.left_out) == ([20_000, 30_000], LeftOut(2, 3))


def test_a_row_with_nothing_but_a_far_cell_ends_no_gap(tmp_path: Path) -> None:
    data = '<row r="1"><c r="A1"><v>1</v></c></row><row r="123456"><c r="QQQ123456"><v>1</v></c></row>'
    _about, rows, table = read_whole(xlsx(tmp_path, data))
    assert ([row.number for row in rows], table.left_out) == ([1], LeftOut(1, 1))


def test_rows_beyond_the_most_are_counted(tmp_path: Path) -> None:
    data = numbers(*((row, "AB") for row in range(1, 8)))
    _about, rows, table = read_whole(xlsx(tmp_path, data), rows=5)
    assert ([row.number for row in rows], table.left_out) == ([1, 2, 3, 4, 5], LeftOut(2, 4))


@pytest.mark.parametrize(
    "row",
    [
        '<row r="{row}" spans="1:20" s="3" customFormat="1"/>',
        '<row r="{row}"><c r="A{row}" s="3"/><c r="B{row}" s="3"/><c r="C{row}" s="3"/></row>',
    ],
)
def test_a_million_empty_rows_are_passed_over(tmp_path: Path, row: str) -> None:
    empty = "".join(row.format(row=number) for number in range(3, 1_048_577))
    path = xlsx(tmp_path, numbers((1, "A"), (2, "A")) + empty)
    assert [row.number for row in read(path)[1]] == [1, 2]


def test_rows_out_of_order_are_damage(tmp_path: Path) -> None:
    with (
        pytest.raises(InvalidError, match="已损坏"),
        table_open(xlsx(tmp_path, numbers((2, "A"), (1, "A"))), "a.xlsx", limits=TableLimits()) as table,
    ):
        list(table.rows())

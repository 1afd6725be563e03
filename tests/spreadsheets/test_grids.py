"""Workbooks of old Excel and OpenDocument files, by calamine."""

from __future__ import annotations

import struct
from datetime import date, datetime, time
from pathlib import Path

import pytest

from tests.spreadsheets.files import label, numeral, ods, read, read_whole, record, values, xls
from tracker.errors import InvalidError
from tracker.storage.tables import LeftOut

TEXT = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'


def row(*cells: str, repeated: int = 1) -> str:
    return f'<table:table-row table:number-rows-repeated="{repeated}">{"".join(cells)}</table:table-row>'


def test_an_old_workbook_keeps_its_places_and_merged_areas(tmp_path: Path) -> None:
    area = record(0xE5, struct.pack("<HHHHH", 1, 2, 3, 1, 1))
    path = xls(tmp_path / "a.xls", label(2, 1, "路面"), numeral(2, 3, 7), label(3, 2, "积水"), numeral(3, 3, 1.5), area)
    about, rows = read(path, "a.xls")
    assert (about.format, about.sheet, about.merged, about.modified) == ("xls", "Sheet1", ((3, 1, 4, 1),), None)
    assert [(found.number, found.cells) for found in rows] == [
        (3, (None, "路面", None, 7)),
        (4, (None, "路面", "积水", 1.5)),
    ]
    assert [set(found.filled) for found in rows] == [set(), {1}]


def test_the_content_counts_and_not_the_name(tmp_path: Path) -> None:
    assert values(xls(tmp_path / "a.xlsx", label(0, 0, "甲"))) == [("甲",)]


def test_an_old_workbook_with_a_password_is_refused(tmp_path: Path) -> None:
    path = xls(tmp_path / "a.xls", label(0, 0, "甲"), globals_=record(0x2F, b"\1\0\1\0" + bytes(50)))
    with pytest.raises(InvalidError, match="文件有密码"):
        read(path)


def test_an_old_workbook_cut_short_is_damaged(tmp_path: Path) -> None:
    path = xls(tmp_path / "a.xls", label(0, 0, "甲"))
    path.write_bytes(path.read_bytes()[:1100])
    with pytest.raises(InvalidError, match="已损坏"):
        read(path)


def test_an_open_document_tells_its_values_and_its_day(tmp_path: Path) -> None:
    cells = (
        TEXT.format("路面"),
        '<table:table-cell office:value-type="float" office:value="3"/>',
        '<table:table-cell office:value-type="date" office:date-value="2026-03-02"/>',
        '<table:table-cell office:value-type="date" office:date-value="2026-03-02T09:30:00"/>',
        '<table:table-cell office:value-type="time" office:time-value="PT09H30M00S"/>',
        '<table:table-cell office:value-type="boolean" office:boolean-value="true"/>',
    )
    path = ods(tmp_path / "a.ods", "", row(*cells), meta="<dc:date>2026-03-02T23:00:00.123456789</dc:date>")
    about, (found,) = read(path, "a.ods")
    moments = (date(2026, 3, 2), datetime.fromisoformat("2026-03-02T09:30"), time(9, 30))
    assert found.cells == ("路面", 3, *moments, True)
    assert (about.format, about.sheet, about.modified) == ("ods", "表2", date(2026, 3, 2))


def test_rows_that_are_repeated_to_the_end_of_the_sheet_are_not_there(tmp_path: Path) -> None:
    wide = '<table:table-cell table:number-columns-repeated="16384"/>'
    text = row(wide, repeated=3) + row(TEXT.format("甲")) + row(wide, repeated=30_000) + row(TEXT.format("乙"))
    _about, rows, table = read_whole(ods(tmp_path / "a.ods", text + row(wide, repeated=1_000_000)), "a.ods")
    assert ([found.number for found in rows], table.left_out) == ([4], LeftOut(1, 1))


def test_content_repeated_beyond_memory_is_refused(tmp_path: Path) -> None:
    path = ods(tmp_path / "a.ods", row(*[TEXT.format("甲")] * 200, repeated=1_048_576))
    with pytest.raises(InvalidError, match="过于复杂"):
        read(path, "a.ods")


def test_an_open_document_with_a_password_is_refused(tmp_path: Path) -> None:
    path = ods(tmp_path / "a.ods", row(TEXT.format("甲")), manifest="<manifest:encryption-data/>")
    with pytest.raises(InvalidError, match="文件有密码"):
        read(path, "a.ods")

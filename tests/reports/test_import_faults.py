"""A workbook comes back with its faults marked: the very one where that can be, else a new one of its rows."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font
from xlsxwriter import Workbook as Writer

from tests.pictures import picture
from tracker.labels.import_faults import FAULT_COLUMN, is_fault_heading
from tracker.languages import speaking
from tracker.reports import import_faults
from tracker.reports.fault_marks import FILLS
from tracker.reports.import_faults import Fault, write_faults
from tracker.spreadsheets.cells import Broken
from tracker.storage.tables import Table, table_open

UNKNOWN = Fault(4, 1, "没有叫“乡”的单位", "ask")
SHORT = Fault(4, 3, "=HYPERLINK(1) 太短", "wrong")
ODD = Fault(4, 3, "可疑", "doubt")
TWICE = Fault(6, None, "与第 3 行重复", "doubt")
FAULTS = (UNKNOWN, SHORT, ODD, TWICE)
NOON = datetime.combine(date(2026, 3, 2), time(12))  # as a spreadsheet has it, without a zone
Rows = Iterable[tuple[int, Sequence[object]]]


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A ledger as an office keeps it: a title, merged townships, days, pictures, notes, and a second sheet."""
    path = tmp_path / "ledger"
    with Writer(path) as book:
        page, other = book.add_worksheet("台账"), book.add_worksheet("其他")
        head = book.add_format({"bg_color": "#DDEEFF", "bold": True})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        page.merge_range(0, 0, 0, 5, "某县台账", head)
        for column, words in enumerate(("序号", "乡镇", "村", "问题", "照片", "日期")):
            page.write_string(1, column, words, head)
        for row in range(2, 8):
            page.write_number(row, 0, row - 1)
            page.write_string(row, 3, "=1+1" if row == 4 else f"问题{row}")
            page.write_number(row, 5, 20240131 if row == 5 else 46000, day)
        page.merge_range(2, 1, 4, 1, "青石镇")
        page.write_rich_string(6, 3, head, "红", day, "黑")
        page.write_comment(3, 3, "原来的批注", {"author": "老王"})
        page.embed_image(3, 4, "a.png", {"image_data": io.BytesIO(picture("PNG"))})
        page.insert_image(5, 4, "b.png", {"image_data": io.BytesIO(picture("PNG", size=(30, 20)))})
        page.set_column(0, 2, 23)
        page.set_column(6, 16_383, 3, None, {"hidden": True})
        page.freeze_panes(2, 1)
        other.write_string(0, 0, "别动")
        other.write_formula(1, 0, "=1+2", None, 3)
        other.activate()
    return path


def marked(source: Path, faults: Sequence[Fault] = FAULTS, *, rows: Rows = (), sheet: str = "台账") -> Path:
    target = source.with_name(source.name + "-marked")
    with target.open("wb") as file:
        write_faults(source, "台账.xlsx", sheet, faults, file, rows=rows, headings=(2, 2))
    return target


def opened(path: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl complains of the day that is none
        return load_workbook(io.BytesIO(path.read_bytes()), rich_text=True)


def colour(cell: Any) -> str:
    return str(cell.fill.fgColor.rgb)[-6:] if cell.fill.fill_type else ""


def colours(sheet: Any) -> dict[str, str]:
    """Return the colours of faults by cell."""
    cells = (cell for row in sheet.iter_rows() for cell in row)
    return {cell.coordinate: colour(cell) for cell in cells if colour(cell) in FILLS.values()}


def read(path: Path, sheet: str = "台账") -> tuple[Table, list[tuple[object, ...]]]:
    with table_open(path, "a.xlsx", sheet) as table:
        return table, [tuple(row.cells) for row in table.rows()]


def test_each_fault_is_marked_where_it_is_and_explained(ledger: Path) -> None:
    sheet = opened(marked(ledger))["台账"]
    assert colour(sheet["D4"]) == FILLS["wrong"]
    assert "错误：=HYPERLINK(1) 太短\n请留意：可疑" in sheet["D4"].comment.text
    assert sheet["G2"].value == "导入问题"
    assert sheet["G4"].value == "B4 待确认：没有叫“乡”的单位\nD4 错误：=HYPERLINK(1) 太短\nD4 请留意：可疑"
    assert colour(sheet["G4"]) == FILLS["wrong"]
    assert [row for row in range(3, 10) if sheet.cell(row, 7).value] == [4, 6]


def test_a_fault_of_a_whole_row_colours_the_row(ledger: Path) -> None:
    sheet = opened(marked(ledger, [TWICE]))["台账"]
    assert colours(sheet) == {f"{letter}6": FILLS["doubt"] for letter in "ABCDEFG"}
    assert "与第 3 行重复" in sheet["A6"].comment.text


def test_a_fault_in_a_merged_area_is_marked_in_the_cell_that_shows_it(ledger: Path) -> None:
    sheet = opened(marked(ledger, [UNKNOWN]))["台账"]
    assert colours(sheet) == {"B3": FILLS["ask"], "G4": FILLS["ask"]}
    assert "第 4 行 待确认：没有叫“乡”的单位" in sheet["B3"].comment.text


def test_a_note_that_was_there_stays_in_front(ledger: Path) -> None:
    sheet = opened(marked(ledger, [SHORT]))["台账"]
    assert sheet["D4"].comment.text.startswith("原来的批注\n\n【导入检查】\n错误")
    assert sheet["D4"].comment.author == "导入检查"


def test_everything_else_stays_as_it_was(ledger: Path) -> None:
    before, after = opened(ledger), opened(marked(ledger))
    was, now = before["台账"], after["台账"]
    assert {str(area) for area in now.merged_cells.ranges} == {str(area) for area in was.merged_cells.ranges}
    assert now.column_dimensions["A"].width == was.column_dimensions["A"].width
    assert now["D7"].value == was["D7"].value  # with the colours of its parts
    assert [colour(cell) for cell in now[1]][:6] == [colour(cell) for cell in was[1]][:6]
    assert (now["D5"].value, now["D5"].data_type) == ("=1+1", "s")
    assert [[cell.value for cell in row] for row in after["其他"]] == [["别动"], ["=1+2"]]


def test_the_importer_reads_the_same_from_the_marked_workbook(ledger: Path) -> None:
    (table, rows), (marked_table, marked_rows) = read(ledger), read(marked(ledger))
    assert [row[:6] for row in marked_rows] == [row[:6] for row in rows]
    assert rows[5][5] == 20240131  # no day at all, and openpyxl by itself would lose it
    places = [(one.row, one.column) for one in marked_table.about.pictures]
    assert places == [(one.row, one.column) for one in table.about.pictures]
    assert len(places) == 2
    assert read(marked(ledger), "其他")[1] == [("别动",), (3,)]


def test_the_pictures_of_wps_stay_in_their_cells(tmp_path: Path) -> None:
    path = tmp_path / "wps"
    with Writer(path) as book:
        page = book.add_worksheet("台账")
        page.write_row(0, 0, ("村", "照片"))
        page.write_formula(1, 1, '=_xlfn.DISPIMG("ID_1",1)', None, '=DISPIMG("ID_1",1)')
    _with_parts(path, {
        "xl/cellimages.xml": b'<a:cellImages xmlns:a="a" xmlns:r="r"><a:cellImage><a:cNvPr name="ID_1"/>'
                             b'<a:blip r:embed="rId1"/></a:cellImage></a:cellImages>',
        "xl/_rels/cellimages.xml.rels": b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
                                        b'relationships"><Relationship Id="rId1" Type="x/image" '
                                        b'Target="media/image1.png"/></Relationships>',
        "xl/media/image1.png": picture("PNG"),
    })  # fmt: skip
    table, _rows = read(marked(path, [Fault(2, 0, "没有写地点", "doubt")]))
    assert [(one.row, one.column) for one in table.about.pictures] == [(2, 1)]


def _with_parts(path: Path, parts: dict[str, bytes]) -> None:
    """Add parts to a workbook, the first of them as WPS's pictures in cells."""
    kind = b'<Override PartName="/xl/cellimages.xml" ContentType="application/vnd.wps-officedocument.cellimage+xml"/>'
    link = b'<Relationship Id="rId99" Type="http://www.wps.cn/officeDocument/2020/cellImage" Target="cellimages.xml"/>'
    _changed(path, b"</Types>", kind + b"</Types>")
    _changed(path, b"</Relationships>", link + b"</Relationships>", "xl/_rels/workbook.xml.rels")
    with zipfile.ZipFile(path, "a") as book:
        for name, content in parts.items():
            book.writestr(name, content)


def _changed(path: Path, was: bytes, now: bytes, part: str = "[Content_Types].xml") -> None:
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    assert was in parts[part]
    with zipfile.ZipFile(path, "w") as book:
        for name, content in parts.items():
            book.writestr(name, content.replace(was, now) if name == part else content)


@pytest.mark.parametrize(
    "kind",
    [
        b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
        b"application/vnd.openxmlformats-officedocument.spreadsheetml.template.main+xml",
    ],
)
def test_a_workbook_with_macros_and_a_template_come_back_as_plain_workbooks(ledger: Path, kind: bytes) -> None:
    plain = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    _changed(ledger, plain, kind)
    with zipfile.ZipFile(marked(ledger)) as book:
        types = book.read("[Content_Types].xml")
        names = book.namelist()
    assert plain in types
    assert "xl/worksheets/sheet2.xml" in names


def test_the_workbook_opens_at_its_first_fault(ledger: Path) -> None:
    book = opened(marked(ledger, [SHORT]))
    sheet = book["台账"]
    assert book.active is sheet
    assert [one.title for one in book if one.sheet_view.tabSelected] == ["台账"]
    assert {one.activeCell for one in sheet.sheet_view.selection if one.pane == "bottomRight"} == {"D4"}


def test_the_explanations_can_be_seen_although_the_columns_there_are_hidden(ledger: Path) -> None:
    columns = opened(marked(ledger))["台账"].column_dimensions
    assert (columns["G"].hidden, columns["G"].width) == (False, 60)
    assert (columns["H"].hidden, columns["H"].min) == (True, 8)


def test_what_we_write_is_no_formula(ledger: Path) -> None:
    faults = [Fault(4, 3, "=1+1", "none"), Fault(5, None, "=1+1", "none"), Fault(6, 3, "\x01坏", "wrong")]
    sheet = opened(marked(ledger, faults))["台账"]
    assert (sheet["G5"].value, sheet["G5"].data_type) == ("=1+1", "s")
    assert sheet["G6"].value == "D6 错误：坏"


def test_a_second_check_replaces_the_first(ledger: Path) -> None:
    sheet = opened(marked(marked(ledger), [Fault(5, 2, "没有写村", "doubt")]))["台账"]
    assert colours(sheet) == {"C5": FILLS["doubt"], "G5": FILLS["doubt"]}
    assert sheet["D4"].comment.text == "原来的批注"
    assert [cell.value for cell in sheet["G"]] == [
        None,
        "导入问题",
        None,
        None,
        "C5 请留意：没有写村",
        None,
        None,
        None,
    ]
    assert sheet["H2"].value is None


def test_the_column_of_explanations_is_known_in_every_language(ledger: Path) -> None:
    assert is_fault_heading(f" {FAULT_COLUMN}")
    with speaking("en"):
        assert is_fault_heading("导入问题")
    assert not is_fault_heading("问题")


def test_headings_of_two_rows_are_headed_twice(tmp_path: Path) -> None:
    path = tmp_path / "two"
    book = Workbook()
    book.active.title = "台账"
    book.active.append(["村", "整改"])
    book.active.append([None, "情况"])
    book.active["B2"].font = Font(bold=True)
    book.save(path)
    target = io.BytesIO()
    write_faults(path, "a.xlsx", "台账", [Fault(3, 0, "空", "wrong")], target, rows=[], headings=(1, 2))
    sheet = load_workbook(target)["台账"]
    assert [sheet["C1"].value, sheet["C2"].value] == ["导入问题", "导入问题"]
    assert sheet["C2"].font.bold


ROWS: list[tuple[int, list[object]]] = [
    (1, ["某县台账"]),
    (2, ["序号", "乡镇", "村", "问题", "日期"]),
    (4, [1, "青石镇", None, "=1+1", date(2026, 3, 2), 0.5, True, time(9, 30), NOON]),
    (9, [10**18, Broken("#REF!"), float("inf"), date(1880, 1, 1), "\x02"]),
]


@pytest.mark.parametrize(
    "content", [b"\xd0\xcf\x11\xe0 an old .xls", "序号,乡镇\n1,青石镇\n".encode(), b"PK\x03\x04 torn"]
)
def test_other_files_become_a_new_workbook_with_every_cell_in_its_place(tmp_path: Path, content: bytes) -> None:
    source = tmp_path / "file"
    source.write_bytes(content)
    sheet = opened(marked(source, rows=iter(ROWS)))["台账"]
    assert [cell.value for cell in sheet[2]][:5] == ["序号", "乡镇", "村", "问题", "日期"]
    assert (sheet["D4"].value, sheet["D4"].data_type) == ("=1+1", "s")
    assert sheet["E4"].value == NOON.replace(hour=0)
    assert [sheet.cell(9, column).value for column in range(1, 5)] == [str(10**18), "#REF!", "inf", "1880-01-01"]
    assert sheet["J2"].value == "导入问题"
    assert sheet["J4"].value.startswith("B4 待确认：没有叫“乡”的单位")
    assert sheet["J6"].value == "请留意：与第 3 行重复"  # a row that was not there
    assert colour(sheet["D4"]) == FILLS["wrong"]
    assert "【导入检查】\n错误：=HYPERLINK(1) 太短\n请留意：可疑" in sheet["D4"].comment.text


def test_the_new_workbook_is_read_like_the_rows_it_was_made_of(tmp_path: Path) -> None:
    source = tmp_path / "file"
    source.write_bytes(b"a,b\n")
    with table_open(marked(source, rows=ROWS[:3]), "a.xlsx") as table:
        rows = {row.number: row.cells for row in table.rows()}
    assert rows[4][:9] == tuple(ROWS[2][1])


def test_a_new_workbook_takes_the_place_of_an_earlier_column_of_explanations(tmp_path: Path) -> None:
    source = tmp_path / "file"
    source.write_bytes(b"a,b\n")
    rows: Rows = [(2, ["村", "导入问题", "备注"]), (3, ["柳林村", "旧的", "好"])]
    sheet = opened(marked(source, [Fault(4, 0, "空", "wrong")], rows=rows))["台账"]
    assert [cell.value for cell in sheet[2]] == ["村", "导入问题", "备注"]
    assert [cell.value for cell in sheet[3]] == ["柳林村", None, "好"]
    assert sheet["B4"].value == "A4 错误：空"


def test_a_sheet_that_is_not_there_and_too_many_rows_lead_to_a_new_workbook(
    ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert opened(marked(ledger, rows=ROWS, sheet="没有")).sheetnames == ["没有"]
    monkeypatch.setattr(import_faults, "_LIMITS", import_faults._LIMITS | {"rows": 5})
    assert opened(marked(ledger, rows=ROWS)).sheetnames == ["台账"]


def test_a_bomb_hurts_nobody(tmp_path: Path) -> None:
    source = tmp_path / "bomb"
    with Writer(source) as book:
        book.add_worksheet("台账")
    with zipfile.ZipFile(source, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet9.xml", b"<row>" * 20_000_000)
    assert opened(marked(source, rows=ROWS))["台账"]["J2"].value == "导入问题"


@pytest.mark.parametrize("limits", [{"bytes": 20 * 1024 * 1024}, {"seconds": 0}, {"disk": 100}])
def test_a_child_that_takes_too_much_fails_alone(
    ledger: Path, monkeypatch: pytest.MonkeyPatch, limits: dict[str, int]
) -> None:
    monkeypatch.setattr(import_faults, "_LIMITS", import_faults._LIMITS | limits)
    assert opened(marked(ledger, rows=ROWS)).sheetnames == ["台账"]


def test_a_child_that_takes_too_long_is_ended(ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_faults, "_WALL_SECONDS", 0.01)
    assert opened(marked(ledger, rows=ROWS)).sheetnames == ["台账"]


def test_the_child_learns_no_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SECRET_KEY", "GEHEIM")
    assert "GEHEIM" not in import_faults._environment(tmp_path).values()

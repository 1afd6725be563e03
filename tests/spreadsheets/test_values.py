"""What the cells of an .xlsx become."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from tests.spreadsheets.files import cell, packed, read, relations, sheet, strings, styles, values, workbook, xlsx
from tracker.storage.tables import Broken


def only(path: Path) -> Any:
    """Return the only cell of a workbook."""
    ((value,),) = values(path)
    return value


@pytest.mark.parametrize(
    ("inner", "kind", "value"),
    [
        ("<v>12</v>", "n", 12),
        ("<v>12.0</v>", "n", 12),
        ("<v>1.5E-2</v>", "n", 0.015),
        ("<v>330106199001011234</v>", "n", 330106199001011234),
        ("<v>-7</v>", "n", -7),
        ("<v>1e999</v>", "n", Broken("#NUM!")),
        ("<v>1</v>", "b", True),
        ("<v>0</v>", "b", False),
        ("<v>#REF!</v>", "e", Broken("#REF!")),
        ("<v>2026-03-02</v>", "d", date(2026, 3, 2)),
        ("<v>2026-03-02T09:30:00Z</v>", "d", datetime.fromisoformat("2026-03-02T09:30")),
        ("<v>3月2日</v>", "d", "3月2日"),
        ("<f>A2&amp;B2</f><v>合计</v>", "str", "合计"),
        ("<f>SUM(B1:C1)</f><v>3</v>", "n", 3),
        ("<f t='shared' si='0'/><v>3</v>", "n", 3),
        ("<is><t>直接写入</t></is>", "inlineStr", "直接写入"),
        ("<is><r><t>分</t></r><r><t>段</t></r><rPh sb='0' eb='1'><t>fen</t></rPh></is>", "inlineStr", "分段"),
        ("<v><![CDATA[<a> & b]]></v>", "str", "<a> & b"),
        ("<v>a&lt;b&#10;c</v>", "str", "a<b\nc"),
        ("<v>一_x000D_\n二</v>", "str", "一\n二"),
        ("<v>_x005F_x000D_</v>", "str", "_x000D_"),
        ("<v>甲_x0000_乙_xD800_丙</v>", "str", "甲乙丙"),
        ("<v>_xD83D__xDE00_</v>", "str", "😀"),
        ("<v>\u3000前\u00a0后 </v>", "str", "\u3000前\u00a0后 "),
    ],
)
def test_a_cell_becomes_what_it_says(tmp_path: Path, inner: str, kind: str, value: Any) -> None:
    found = only(xlsx(tmp_path, cell(inner, t=kind)))
    assert (found, type(found)) == (value, type(value))


def test_a_number_too_large_to_be_exact_stays_a_float(tmp_path: Path) -> None:
    assert only(xlsx(tmp_path, cell("<v>1e300</v>"))) == 1e300


def test_shared_strings_lose_readings_and_keep_runs_and_spaces(tmp_path: Path) -> None:
    table = strings(
        "<t>一</t>",
        '<t xml:space="preserve"> 二 </t><phoneticPr fontId="1"/>',
        "<r><rPr><b/></rPr><t>红</t></r><r><t>黑</t></r><rPh sb='0' eb='1'><t>hong</t></rPh>",
        "",
        "<t>a&amp;b</t>",
    )
    row = "".join(f'<c r="{letter}1" t="s"><v>{at}</v></c>' for at, letter in enumerate("ABCDE"))
    assert values(xlsx(tmp_path, f'<row r="1">{row}</row>', strings=table)) == [("一", " 二 ", "红黑", None, "a&b")]


def test_shared_strings_beyond_memory_are_found_again(tmp_path: Path) -> None:
    texts = [f"第{at}条" + "问题" * 200 for at in range(5000)]
    wanted = [0, 4999, 17, 2500, 4000, 15, 16]
    rows = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>{at}</v></c></row>' for row, at in enumerate(wanted, 1))
    path = xlsx(tmp_path, rows, strings=strings(*(f"<t>{text}</t>" for text in texts)))
    assert values(path) == [(texts[at],) for at in wanted]


@pytest.mark.parametrize(
    ("code", "serial", "value"),
    [
        (14, "44031", date(2020, 7, 19)),
        (22, "44031.5", datetime.fromisoformat("2020-07-19T12:00")),
        (58, "44031", date(2020, 7, 19)),
        (21, "0.395833333333333", time(9, 30)),
        ('yyyy"年"m"月"d"日";@', "44031", date(2020, 7, 19)),
        ("[$-804]aaaa;@", "44031", date(2020, 7, 19)),
        ("[$-F800]dddd, mmmm dd", "44031", date(2020, 7, 19)),
        ("[h]:mm", "0.5", time(12)),
        ("General", "44031", 44031),
        ("[Red]0.00", "44031", 44031),
        ('0"days"', "44031", 44031),
        (r"0\d", "44031", 44031),
        ("0.00E+00", "44031", 44031),
        ("_-* #,##0_s", "44031", 44031),
        (14, "1", date(1900, 1, 1)),
        (14, "59", date(1900, 2, 28)),
        (14, "60", date(1900, 2, 28)),
        (14, "61", date(1900, 3, 1)),
        (14, "2958465", date(9999, 12, 31)),
        (14, "2958466", 2958466),
        (14, "-1", -1),
        (22, "43831.9999999999", date(2020, 1, 2)),
    ],
)
def test_a_format_makes_a_number_a_day(tmp_path: Path, code: str | int, serial: str, value: Any) -> None:
    found = only(xlsx(tmp_path, cell(f"<v>{serial}</v>", s="1"), styles=styles(code)))
    assert (found, type(found)) == (value, type(value))


def test_a_workbook_may_count_its_days_from_1904(tmp_path: Path) -> None:
    parts = workbook(sheet(cell("<v>42569</v>", s="1")), properties='<workbookPr date1904="1"/>')
    assert only(packed(tmp_path / "a.xlsx", parts | {"xl/styles.xml": styles(14)})) == date(2020, 7, 19)


def test_cells_without_places_follow_each_other(tmp_path: Path) -> None:
    rows = (
        "<row><c><v>1</v></c><c/><c><v>3</v></c></row>"
        "<row r='4'><c r='B4'><v>5</v></c><c><v>6</v></c></row><row><c><v>7</v></c></row>"
    )
    found = [(row.number, row.cells) for row in read(xlsx(tmp_path, rows))[1]]
    assert found == [(1, (1, None, 3)), (4, (None, 5, 6)), (5, (7,))]


def test_prefixes_quotes_and_wide_letters_do_not_matter(tmp_path: Path) -> None:
    text = (
        "<?xml version='1.0' encoding='UTF-16'?><x:worksheet xmlns:x='m'>"
        "<x:cols><x:col min='2' max='2' hidden='true'/></x:cols>"
        "<x:sheetData><x:row r='2'><x:c r='A2' t='inlineStr'><x:is><x:t>甲</x:t></x:is></x:c>"
        "<x:c r='B2'><x:v>2</x:v></x:c>"
        "</x:row></x:sheetData><x:mergeCells><x:mergeCell ref='B2:C2'/></x:mergeCells></x:worksheet>"
    )
    parts = workbook("") | {"xl/worksheets/sheet1.xml": text.encode("utf-16")}
    about, (row,) = read(packed(tmp_path / "a.xlsx", parts))
    assert (row.number, row.cells, about.hidden_columns) == (2, ("甲", 2, 2), {1})


def test_the_parts_may_lie_anywhere(tmp_path: Path) -> None:
    parts = dict(workbook(sheet(cell("<v>0</v>", t="s"))))
    parts["xl/_rels/workbook.xml.rels"] = relations(
        ("rId1", "worksheet", "/Tables/One.XML"), ("rId2", "sharedStrings", "../words.xml")
    )
    parts["tables/one.xml"] = parts.pop("xl/worksheets/sheet1.xml")
    assert values(packed(tmp_path / "a.xlsx", parts | {"words.xml": strings("<t>词</t>")})) == [("词",)]


def test_properties_that_somebody_gave_are_told(tmp_path: Path) -> None:
    parts = dict(workbook(sheet(cell("<v>1</v>"))))
    parts["_rels/.rels"] = relations(
        ("a", "officeDocument", "xl/workbook.xml"), ("b", "custom-properties", "docProps/custom.xml")
    )
    parts["docProps/custom.xml"] = (
        "<Properties xmlns:v='v'><property pid='2' name='台账'><v:lpwstr>校验码</v:lpwstr></property>"
        "<property pid='3' name='空'/></Properties>"
    )
    assert read(packed(tmp_path / "a.xlsx", parts))[0].properties == (("台账", "校验码"), ("空", ""))


def test_the_day_of_the_last_change_is_shanghais(tmp_path: Path) -> None:
    parts = dict(workbook(sheet(cell("<v>1</v>"))))
    parts["_rels/.rels"] = relations(
        ("a", "officeDocument", "xl/workbook.xml"), ("b", "metadata/core-properties", "docProps/core.xml")
    )
    parts["docProps/core.xml"] = (
        "<p xmlns:d='d'><d:created>x</d:created><d:modified>2026-03-02T17:00:00Z</d:modified></p>"
    )
    assert read(packed(tmp_path / "a.xlsx", parts))[0].modified == date(2026, 3, 3)

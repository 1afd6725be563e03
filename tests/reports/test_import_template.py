"""The template of an import is understood when it returns, offers what there is, and says what belongs where."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests import factories
from tracker.labels.import_template import COLUMN_NOTES
from tracker.languages import LANGUAGES, _, speaking
from tracker.models import Role, UnitKind
from tracker.queries.import_template import TemplateLists, template_lists
from tracker.reading.fields import ImportKind, fields_of
from tracker.reading.headings import HeadRow, find_header
from tracker.reading.proposal import propose
from tracker.reports.import_template import import_template
from tracker.storage.tables import table_open

LISTS = TemplateLists(
    townships=["青石镇", "白石镇"],
    villages=[("青石镇", "柳林村"), ("青石镇", "柳沟村"), ("白石镇", "河口村")],
    places=["柳林村", "柳沟村", "河口村"],
    units=["示例县", "县农业农村局", "青石镇"],
    responsible_units=["县农业农村局", "青石镇"],
    people=[("县农业农村局", "张甲"), ("县农业农村局", "李乙"), ("青石镇", "王丙")],
    leaders=["赵丁"],
    groups=["督导一组", "督导二组"],
    numbers=[1, 2],
    stars=["生态宜居星"],
)
KINDS = tuple(ImportKind)


def made(kind: ImportKind = ImportKind.LEDGER, lists: TemplateLists = LISTS) -> Any:
    target = io.BytesIO()
    import_template(kind, lists, target)
    return load_workbook(target)


def headings(sheet: Worksheet) -> list[Any]:
    return [cell.value for cell in sheet[1]]


def rules(sheet: Worksheet) -> dict[str, Any]:
    """Return the rule of each column by its heading."""
    columns = {cell.column_letter: cell.value for cell in sheet[1]}
    return {
        columns[str(rule.sqref).split(":")[0].rstrip("0123456789")]: rule
        for rule in sheet.data_validations.dataValidation
    }


def offered(book: Any, name: str) -> list[Any]:
    """Return the words of a list by its defined name."""
    sheet, area = next(iter(book.defined_names[name].destinations))
    cells = book[sheet][area.replace("$", "")]
    return [row[0].value for row in cells] if isinstance(cells, tuple) else [cells.value]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_the_headings_are_the_words_of_the_fields(kind: ImportKind, language: str) -> None:
    with speaking(language):
        fields = fields_of(kind)
        assert headings(made(kind).worksheets[0]) == [_(fields[key].words) for key in COLUMN_NOTES[kind]]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind is not ImportKind.LEDGER])
def test_every_field_but_numbers_of_our_own_is_a_column(kind: ImportKind) -> None:
    assert set(COLUMN_NOTES[kind]) == set(fields_of(kind)) - {"id"}


def test_a_ledger_has_a_column_for_all_that_an_office_needs() -> None:
    fields = fields_of(ImportKind.LEDGER)
    assert set(COLUMN_NOTES[ImportKind.LEDGER]) <= set(fields)
    assert {key for key, field in fields.items() if field.is_needed} <= set(COLUMN_NOTES[ImportKind.LEDGER])


@pytest.mark.parametrize("kind", KINDS)
def test_the_importer_is_sure_of_every_heading(kind: ImportKind) -> None:
    examples = made(kind).worksheets[1]
    rows = [HeadRow(n, tuple(row)) for n, row in enumerate(examples.iter_rows(values_only=True), 1)]
    found = find_header(rows, kind)
    assert (found.first_row, found.last_row) == (1, 1)
    matches = propose(found.headings, [row.cells for row in rows[1:]], kind)
    assert [match.field for match in matches] == list(COLUMN_NOTES[kind])
    assert min(match.sureness for match in matches) == 1


def test_the_importer_reads_the_first_sheet_and_none_of_the_examples(tmp_path: Path) -> None:
    path = tmp_path / "file"
    book = made()
    sheet = book.worksheets[0]
    sheet["H2"], sheet["I2"], sheet["N2"], sheet["E2"] = "青石镇", "柳林村", "路灯不亮", date(2026, 3, 2)
    book.save(path)
    with table_open(path, "a.xlsx") as table:
        rows = list(table.rows())
        assert table.about.sheet == "问题台账"
    assert [row.number for row in rows] == [1, 2]
    assert rows[1].cells[4] == date(2026, 3, 2)
    assert rows[1].cells[7:9] == ("青石镇", "柳林村")


def test_the_sheets_of_example_and_guide_say_what_they_are() -> None:
    book = made()
    assert book.sheetnames == ["问题台账", "填写示例", "填写说明", "选项"]
    assert [cell.value for cell in book["填写示例"]["A"]] == ["序号", "示例 1", "示例 2", "示例 3"]
    guide = [row for row in book["填写说明"].iter_rows(values_only=True) if row[1] in headings(book.worksheets[0])]
    assert [row[1] for row in guide] == headings(book.worksheets[0])
    assert all(row[3] for row in guide)


def test_a_needed_column_is_marked_by_its_colour_and_in_its_note() -> None:
    sheet = made().worksheets[0]
    colours = {cell.value: cell.fill.fgColor.rgb for cell in sheet[1]}
    assert [words for words, colour in colours.items() if colour != colours["序号"]] == ["具体问题"]
    assert [cell.value for cell in sheet[1] if "必填" in cell.comment.text] == ["具体问题"]


def test_every_heading_explains_itself() -> None:
    sheet = made().worksheets[0]
    notes = {cell.value: cell.comment.text for cell in sheet[1]}
    assert "插入 → 图片 → 放置在单元格内，或浮于单元格上方" in notes["整改前照片"]
    assert "例：2026-03-02" in notes["发现日期"]
    assert all(words in notes["完成情况"] for words in ("已销号", "挂账"))
    assert sheet.freeze_panes == "C2"


def test_columns_offer_what_there_is() -> None:
    book = made()
    found = rules(book.worksheets[0])
    lists = {heading: rule.formula1 for heading, rule in found.items() if rule.type == "list"}
    assert lists.keys() == {
        "乡镇", "村(社区)", "责任单位", "督导组", "所属星", "等级", "问题来源", "完成情况", "责任人", "包联领导",
    }  # fmt: skip
    assert offered(book, lists["完成情况"]) == [
        "已登记", "已交办", "整改中", "待复核", "待销号", "已销号", "挂账", "不予立案",
    ]  # fmt: skip
    assert offered(book, lists["乡镇"]) == ["青石镇", "白石镇"]
    assert offered(book, lists["等级"]) == ["一般", "较重", "重大"]
    assert str(found["乡镇"].sqref) == "H2:H501"


def test_the_villages_offered_are_those_of_the_township_in_the_row() -> None:
    book = made()
    found = rules(book.worksheets[0])
    assert "MATCH($H2,choices_village_of,0)" in found["村(社区)"].formula1
    assert "COUNTIF(choices_village_of,$H2)" in found["村(社区)"].formula1
    assert offered(book, "choices_village_of") == ["青石镇", "青石镇", "白石镇"]
    assert offered(book, "choices_village") == ["柳林村", "柳沟村", "河口村"]
    assert "MATCH($Q2,choices_responsible_of,0)" in found["责任人"].formula1


def test_codes_are_refused_outside_their_list_and_names_are_asked_about() -> None:
    found = rules(made().worksheets[0])
    assert found["完成情况"].errorStyle in (None, "stop")
    assert found["村(社区)"].errorStyle == "warning"


def test_days_and_figures_are_checked_as_they_are_typed() -> None:
    sheet = made().worksheets[0]
    found = rules(sheet)
    days = {heading for heading, rule in found.items() if rule.type == "date"}
    assert {"发现日期", "交办日期", "整改时限", "销号日期", "复审日期"} <= days
    assert (found["发现日期"].operator, found["发现日期"].formula1) == ("greaterThanOrEqual", "36526")
    assert "2026-03-02" in found["发现日期"].error
    assert sheet.column_dimensions["E"].number_format == "yyyy-mm-dd"
    percent = found["完成比例"]
    assert (percent.type, percent.formula1, percent.formula2) == ("decimal", "0", "100")


def test_names_never_become_formulas() -> None:
    lists = TemplateLists(townships=["=1+1"], villages=[("=1+1", "@SUM(1)")], people=[("-1", "+1")])
    cells = [cell for row in made(lists=lists)["选项"].iter_rows(min_row=2) for cell in row if cell.value]
    assert {cell.data_type for cell in cells} == {"s"}
    assert {"=1+1", "@SUM(1)", "-1", "+1"} <= {cell.value for cell in cells}


def test_a_county_without_any_names_gets_a_template_as_well() -> None:
    found = rules(made(lists=TemplateLists()).worksheets[0])
    assert "乡镇" not in found
    assert found["等级"].type == "list"


def test_the_organisation_offers_kinds_roles_and_groups() -> None:
    units, posts = made(ImportKind.UNITS), made(ImportKind.POSTS)
    assert offered(units, rules(units.worksheets[0])["类型"].formula1)[:2] == ["县", "乡镇"]
    assert "县领导" in offered(posts, rules(posts.worksheets[0])["岗位"].formula1)
    assert offered(posts, rules(posts.worksheets[0])["组号"].formula1) == [1, 2]


def test_an_english_reader_gets_english() -> None:
    with speaking("en"):
        book = made()
    assert headings(book.worksheets[0])[7:9] == ["Township", "Village"]
    assert offered(book, "choices_status")[-1] == "Dismissed"


def test_the_lists_hold_what_is_open_and_in_force(sqlite_app: Flask) -> None:
    town = factories.unit(UnitKind.TOWNSHIP, name="青石镇")
    other = factories.unit(UnitKind.STREET, name="东关街道")
    for parent, name, closed in ((town, "新庄", None), (other, "新庄", None), (town, "柳林村", date(2026, 1, 1))):
        factories.unit(parent=parent, name=name, closed_on=closed)
    bureau = factories.unit(UnitKind.DEPARTMENT, name="县农业农村局")
    factories.post(Role.ASSIGNEE, who=factories.person(name="张甲"), unit_id=bureau.id)
    factories.post(Role.ASSIGNEE, who=factories.person(name="李乙", is_active=False), unit_id=bureau.id)
    factories.post(Role.LEADER, who=factories.person(name="赵丁"))
    factories.group(number=7, name="督导七组")
    factories.group(number=8, name="督导八组", is_active=False)
    for kind in (UnitKind.VILLAGE, UnitKind.COMMUNITY):
        factories.star(unit_kind=kind, name="平安法治")
    found = template_lists(factories.TODAY)
    assert found.townships == ["青石镇", "东关街道"]
    assert found.villages == [("青石镇", "新庄"), ("东关街道", "新庄")]
    assert found.places == ["青石镇新庄", "东关街道新庄"]
    assert found.responsible_units == ["县农业农村局", "青石镇", "东关街道", "青石镇新庄", "东关街道新庄"]
    assert found.people == [("县农业农村局", "张甲")]
    assert found.leaders == ["赵丁"]
    assert (found.groups, found.numbers, found.stars) == (["督导七组"], [7], ["平安法治"])

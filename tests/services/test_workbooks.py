"""The organisation out and back as a workbook."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
import xlsxwriter
from sqlalchemy import func, select

from tests import factories
from tests.conftest import AT
from tracker.database import db
from tracker.errors import InvalidError
from tracker.forms.workbook import workbook_parse
from tracker.languages import speaking
from tracker.models import (
    AuditEntry,
    GroupVillage,
    Indicator,
    Star,
    SupervisionGroup,
    Unit,
    UnitKind,
    UnitPlace,
    UnitTag,
)
from tracker.queries.workbook import workbook_rows
from tracker.reports.unit_workbook import unit_workbook
from tracker.services.stars import stars_seed
from tracker.services.workbooks import WorkbookReport, workbook_import
from tracker.storage.sheets import sheets_read

pytestmark = pytest.mark.usefixtures("app")
TODAY = date(2026, 3, 2)
Sheets = dict[str, list[list[str]]]


def exported() -> Sheets:
    return sheets_read(unit_workbook(workbook_rows(TODAY)))


def brought(sheets: Sheets, **given: Any) -> WorkbookReport:
    rows, errors = workbook_parse(sheets)
    return workbook_import(rows=rows, errors=errors, actor=None, at=AT, **given)


def row_of(sheets: Sheets, sheet: str, word: str) -> list[str]:
    return next(row for row in sheets[sheet] if word in row)


@pytest.fixture
def village(app: object) -> Unit:
    town = factories.unit(UnitKind.TOWNSHIP, name="三阳乡", code="990101203000")
    village = factories.unit(parent=town, name="=宋庄村", full_name="=HYPERLINK(1)", code="990101203201")
    factories.star(lead=factories.unit(UnitKind.DEPARTMENT, name="示例局"), name="示例星")
    factories.group(village, number=1, name="督导一组")
    db.session.add(UnitTag(unit_id=village.id, tag="重点村", since=date(2026, 1, 1)))
    db.session.commit()
    return village


def test_untouched_workbook_changes_nothing(village: Unit) -> None:
    stars_seed(at=AT)
    sheets = exported()
    report = brought(sheets)
    rows = sum(len(sheet) - 1 for sheet in sheets.values())
    assert (report.lines, report.errors, report.unchanged) == ([], [], rows)
    assert row_of(sheets, "单位", "=宋庄村")[5] == "=HYPERLINK(1)"


def test_workbook_of_another_language_comes_back_too(village: Unit) -> None:
    with speaking("en"):
        sheets = exported()
    assert brought(sheets).errors == []


def test_places_go_out_and_come_back(village: Unit) -> None:
    sheets = exported()
    row = row_of(sheets, "坐标", "=宋庄村")
    assert row[1:] == ["", "", ""]
    row[1:] = ["113.4012", "35.0987", "现场定位"]
    assert [line.fields[0][2] for line in brought(sheets).lines] == ["113.4012"]
    assert row_of(exported(), "坐标", "=宋庄村")[1:] == ["113.4012", "35.0987", "现场定位"]
    row[1:] = ["", "", ""]
    assert [line.fields[1][1:] for line in brought(sheets).lines] == [("35.0987", "")]
    assert db.session.scalars(select(UnitPlace)).all() == []
    for wrong, words in (
        (["113.4", "", ""], "要一起填写"),
        (["181", "35", ""], "经度不能大于 180"),
        (["东经", "35", ""], "经度应为数字"),
    ):
        row[1:] = wrong
        assert words in brought(sheets).errors[0].words


def test_only_what_was_edited_changes(village: Unit) -> None:
    sheets = exported()
    row = row_of(sheets, "单位", "=宋庄村")
    row[4:6] = ["宋庄村", "宋庄村民委员会"]
    row[3], row[7] = "是", "软弱涣散"
    row_of(sheets, "督导名单", "=宋庄村")[2:5] = ["宋庄村", "2026-01-01", "2026-06-30"]
    report = brought(sheets)
    assert report.errors == []
    assert [(line.sheet, line.what, line.name) for line in report.lines] == [
        ("单位", "changed", "宋庄村"), ("督导名单", "changed", "督导一组 宋庄村"),
    ]  # fmt: skip
    fields = {key: (was, now) for key, was, now in report.lines[0].fields}
    assert fields["名称"] == ("=宋庄村", "宋庄村")
    assert fields["标签"] == ("重点村", "软弱涣散")
    assert (village.name, village.kind_confirmed, village.initials) == ("宋庄村", True, "szc spc")
    assert db.session.scalars(select(GroupVillage.valid_to)).one() == date(2026, 6, 30)


def test_new_rows_of_every_sheet_are_made(village: Unit) -> None:
    sheets = exported()
    sheets["单位"].append(["", "990101203299", "村", "是", "新村", "新村村民委员会", "三阳乡", ""])
    sheets["单位"].append(["", "", "网格", "", "新村一网格", "", "新村", ""])
    sheets["督导组"].append(["2", "督导二组", "是"])
    sheets["督导名单"].append(["", "2", "新村", "2026-03-02", ""])
    sheets["星级"].append(["机关", "order", "规范有序", "1", "是"])
    sheets["牵头部门"].append(["", "机关", "规范有序", "示例局", "2026-03-02", ""])
    sheets["指标"].append(["", "机关", "规范有序", "底线指标", "示例指标", "件", "1", "是"])
    report = brought(sheets)
    assert (report.errors, report.count("created"), report.count("changed")) == ([], 7, 0)
    grid = db.session.scalars(select(Unit).where(Unit.name == "新村一网格")).one()
    assert grid.parent is not None
    assert (grid.parent.name, grid.parent.code) == ("新村", "990101203299")
    assert db.session.scalars(select(Indicator.name)).all() == ["示例指标"]
    assert db.session.scalars(select(SupervisionGroup.number).order_by(SupervisionGroup.number)).all() == [1, 2]


def test_rehearsal_keeps_nothing(village: Unit) -> None:
    sheets = exported()
    row_of(sheets, "单位", "=宋庄村")[4] = "宋庄村"
    assert brought(sheets, dry_run=True).count("changed") == 1
    assert db.session.scalars(select(Unit.name).where(Unit.id == village.id)).one() == "=宋庄村"
    assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == 0


def test_one_wrong_cell_keeps_everything_out_and_names_each(village: Unit) -> None:
    sheets = exported()
    row_of(sheets, "单位", "=宋庄村")[4] = "宋庄村"
    sheets["单位"].append(["", "", "星球", "", "火星村", "", "三阳乡", ""])
    sheets["单位"].append(["", "", "村", "", "某村", "", "无此乡", ""])
    sheets["单位"].append(["999999", "", "村", "", "某村", "", "三阳乡", ""])
    sheets["督导名单"].append(["", "9", "=宋庄村", "2026-02-30", ""])
    sheets["督导名单"].append(["", "9", "=宋庄村", "2026-03-02", ""])
    sheets["星级"].append(["乡镇", "x", "某星", "1", "是"])
    n = {name: len(rows) for name, rows in sheets.items()}
    report = brought(sheets)
    assert [(error.sheet, error.cell) for error in report.errors] == [
        ("单位", f"C{n['单位'] - 2}"), ("督导名单", f"D{n['督导名单'] - 1}"), ("单位", f"G{n['单位'] - 1}"),
        ("单位", f"A{n['单位']}"), ("督导名单", f"B{n['督导名单']}"), ("星级", f"A{n['星级']}"),
    ]  # fmt: skip
    assert all(error.words for error in report.errors)
    assert db.session.scalars(select(Unit.name).where(Unit.id == village.id)).one() == "=宋庄村"
    assert db.session.scalars(select(Star.name)).all() == ["示例星"]


def test_missing_column_is_named(village: Unit) -> None:
    sheets = exported()
    sheets["单位"][0][2] = "种类"
    report = brought(sheets)
    assert [(error.sheet, error.cell) for error in report.errors] == [("单位", "A1")]
    assert "类型" in report.errors[0].words


def test_numbers_and_days_of_excel_are_read_as_meant() -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        page = book.add_worksheet("督导组")
        page.write_number(0, 0, 410823001000)
        page.write_datetime(0, 1, date(2026, 3, 2), book.add_format({"num_format": "yyyy-mm-dd"}))
        page.write_boolean(0, 2, True)
    assert sheets_read(stream.getvalue()) == {"督导组": [["410823001000", "2026-03-02", "True"]]}


def far_cell() -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        book.add_worksheet("单位").write_string(1_048_575, 16_383, "x")
    return stream.getvalue()


@pytest.mark.parametrize("content", [b"", b"not a workbook", b"PK\x03\x04" + bytes(100), far_cell()])
def test_hostile_workbook_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidError) as raised:
        sheets_read(content)
    assert raised.value.errors.keys() == {"file"}


def test_foreign_workbook_is_refused() -> None:
    with pytest.raises(InvalidError, match="督导名单"):
        workbook_parse({"Sheet1": [["a"]]})

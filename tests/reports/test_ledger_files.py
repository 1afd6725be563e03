"""Ledgers as files: groups with their sums, headings in two rows, more rows than a sheet holds, read back again."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from tests import factories, flows
from tests.conftest import AT
from tests.flows import World
from tests.ledgers import Office, fates
from tracker.database import transaction
from tracker.models import LedgerKind
from tracker.queries.asof import asof_rows, asof_subtotals, asof_total
from tracker.queries.asof_filter import Asked
from tracker.queries.filters import IssueFilter
from tracker.queries.ledger_columns import LEDGERS
from tracker.queries.moments import moment
from tracker.reports.ledger_columns import COLUMNS
from tracker.reports.ledger_files import Frame, write_csv, write_json, write_ledgers
from tracker.reports.xlsx import Column, Line, Sheet, write_book
from tracker.services.versions import touch
from workflows.issue import IssueState

S = IssueState
LATER = AT + timedelta(days=1)


@pytest.fixture
def here(sqlite_app: Flask) -> World:
    """Three townships: issues of all sorts, one of them overdue, some nowhere in a township."""
    made = flows.issue_in(S.SIGNED_OFF)
    late = flows.issue_in(S.RECTIFYING, here=made).issue
    for _n in range(2):
        made.village = factories.village()
        flows.issue_in(S.RECTIFYING, here=made)
    flows.issue_in(S.SUBMITTED, here=made)
    with transaction():
        late.deadline = late.first_deadline = made.today - timedelta(days=3)
        touch([late.id], made.at)
    return made


def asked(here: World, group: str = "") -> Asked:
    return Asked(here.office, IssueFilter(states=("all",)), moment(LATER), group or "number")


def frame(group: str = "", kind: LedgerKind = LedgerKind.DUTIES, columns: Sequence[str] = ()) -> Frame:
    return Frame(kind, columns or LEDGERS[kind], "示例县", "", LATER, lambda: "校验码 示例", group)


def sheet_of(content: bytes, name: str = "责任台账") -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name(name).to_python()


def made(frame: Frame, rows: Any) -> bytes:
    stream = io.BytesIO()
    write_ledgers(stream, [(frame, rows)])
    return stream.getvalue()


@pytest.mark.parametrize("group", ["township", "unit", "star", "group"])
def test_a_grouped_workbook_adds_up_as_the_page_does(here: World, group: str) -> None:
    rows = sheet_of(made(frame(group), asof_rows(asked(here, group))))
    sums = [[int(n) for n in re.findall(r"\d+", row[0])] for row in rows if str(row[0]).startswith(("小计", "合计"))]
    shown = asof_subtotals(asked(here, group), group)
    expected = sorted([one.total, one.open, one.overdue, one.signed_off] for one in shown)
    whole = asof_total(asked(here, group))
    assert sorted(sums[:-1]) == expected
    assert sums[-1] == [whole.total, whole.open, whole.overdue, whole.signed_off]
    numbers = [row[1] for row in rows if isinstance(row[0], float)]
    assert numbers == [row.issue.number for row in asof_rows(asked(here, group))]
    assert [int(row[0]) for row in rows if isinstance(row[0], float)] == list(range(1, 6))


def test_groups_fold_under_their_sums_and_can_still_be_filtered(here: World) -> None:
    page = load_workbook(io.BytesIO(made(frame("township"), asof_rows(asked(here, "township")))))["责任台账"]
    levels = {
        row: page.row_dimensions[row].outlineLevel
        for row in range(1, page.max_row + 1)
        if page.cell(row, 1).value is not None
    }
    data = {row for row in levels if isinstance(page.cell(row, 1).value, int)}
    assert {row for row, level in levels.items() if level} == data
    body = range(min(data) - 1, max(data) + 3)
    assert not [one for one in page.merged_cells.ranges if one.min_row in body]
    assert page.freeze_panes == "C5"
    assert page.auto_filter.ref == f"A4:P{max(data) + 2}"
    assert page.print_title_rows == "$1:$4"


def test_neighbours_that_belong_together_share_a_heading(here: World) -> None:
    page = load_workbook(io.BytesIO(made(frame(), asof_rows(asked(here)))))["责任台账"]
    merged = {str(one) for one in page.merged_cells.ranges}
    shown = {page[one.split(":")[0]].value: one for one in merged}
    assert shown["整改时限"] == "M3:O3"
    assert shown["整改责任"] == "F3:I3"
    assert shown["问题编号"] == "B3:B4"
    words = [COLUMNS[key].heading for key in LEDGERS[LedgerKind.DUTIES]]
    assert [page.cell(4, n).value or page.cell(3, n).value for n in range(2, 17)] == words
    narrow = made(frame(columns=("number", "unit", "deadline", "state")), asof_rows(asked(here)))
    lone = load_workbook(io.BytesIO(narrow))["责任台账"]
    assert [lone.cell(3, n).value for n in range(1, 6)] == ["序号", "问题编号", "责任单位", "现时限", "当前状态"]
    assert lone.cell(4, 1).value == 1


@pytest.mark.parametrize("kind", list(LedgerKind))
def test_our_importer_reads_what_went_out(here: World, tmp_path: Path, kind: LedgerKind) -> None:
    """Headings in one row or two, groups, sums and the lines to sign on: only the rows are data."""
    content = made(frame("township", kind), asof_rows(asked(here, "township")))
    batch = Office(tmp_path / "data").receive(content, actor=here.office)
    headings = {one[0].split("/", 1)[-1] for one in batch.mapping["columns"].values()}
    assert headings >= {"序号", "问题编号", "乡镇", "备注" if kind is not LedgerKind.DUTIES else "整改措施"}
    assert len(fates(batch)) == 5


def test_what_a_sheet_cannot_hold_goes_on_on_the_next(sqlite_app: Flask) -> None:
    columns = [Column("序号"), Column("甲", under="组"), Column("乙", under="组")]
    footer = ["", "签字"]

    def rows() -> Any:
        yield Line("示例组")
        yield from ([n, n * 2, "示例"] for n in range(23))
        footer[0] = "校验码 示例"

    stream = io.BytesIO()
    sheet = Sheet("示例台账", "示例", ("截至今日",), columns, footer, folds=True)
    assert write_book(stream, [(sheet, rows())], most=14) == 23
    book = load_workbook(stream)
    assert book.sheetnames == ["示例台账", "示例台账 续1", "示例台账 续2"]
    assert [page["A1"].value for page in book] == ["示例", "示例（续1）", "示例（续2）"]
    read = [page.cell(n, 1).value for page in book for n in range(5, page.max_row + 1)]
    assert read == ["示例组", *range(23), "校验码 示例", "签字"]
    assert [page.print_title_rows for page in book] == ["$1:$4"] * 3


def test_the_footer_stands_on_the_last_sheet_alone(sqlite_app: Flask) -> None:
    stream = io.BytesIO()
    sheet = Sheet("示例", "示例", (), [Column("甲"), Column("乙")], ("校验码 示例", "签字"))
    write_book(stream, [(sheet, ([n, n] for n in range(9)))], most=9)
    pages = CalamineWorkbook.from_filelike(io.BytesIO(stream.getvalue()))
    last = [[row[0] for row in pages.get_sheet_by_name(name).to_python()][-2:] for name in pages.sheet_names]
    assert last == [[3.0, 4.0], ["校验码 示例", "签字"]]


def test_csv_stays_plain_and_json_tells_the_sums(here: World) -> None:
    table, body = io.BytesIO(), io.BytesIO()
    write_csv(table, frame("township"), asof_rows(asked(here, "township")))
    lines = list(csv.reader(io.StringIO(table.getvalue().decode("utf-8-sig"))))
    assert [line[0] for line in lines] == ["序号", "1", "2", "3", "4", "5"]
    write_json(body, frame("township"), asof_rows(asked(here, "township")), lambda: {"count": 5})
    said = json.loads(body.getvalue())
    shown = asof_subtotals(asked(here, "township"), "township")
    assert {(one["key"], one["total"], one["overdue"]) for one in said["subtotals"]} == {
        (one.key, one.total, one.overdue) for one in shown
    }
    assert said["total"] == {"total": 5, "signed_off": 1, "open": 4, "overdue": 1}
    body = io.BytesIO()
    write_json(body, replace(frame(), grouped=""), asof_rows(asked(here)), lambda: {"count": 5})
    assert "subtotals" not in json.loads(body.getvalue())

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
from random import Random
from typing import Any
from zipfile import ZipFile

import pytest
from flask import Flask
from openpyxl import load_workbook
from PIL import Image
from python_calamine import CalamineWorkbook

from tests import factories, flows
from tests.conftest import AT
from tests.flows import World
from tests.ledgers import Office, fates
from tracker.database import db, transaction
from tracker.models import Evidence, LedgerKind, Phase
from tracker.queries.asof import asof_rows, asof_subtotals, sum_of
from tracker.queries.asof_filter import Asked
from tracker.queries.filters import IssueFilter
from tracker.queries.ledger_columns import LEDGERS
from tracker.queries.ledger_photos import pictured
from tracker.queries.moments import moment
from tracker.reading.edited_cells import said
from tracker.reports.ledger_columns import COLUMNS
from tracker.reports.ledger_files import Frame, inert, write_csv, write_json, write_ledgers
from tracker.reports.xlsx import Column, Line, Sheet, write_book
from tracker.reports.xlsx_heights import LINE
from tracker.services.evidence import evidence_add
from tracker.services.versions import instant_close, touch
from tracker.storage import Limits, Store, Upload, intake
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
    whole = sum_of(shown)
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


def test_a_heading_that_breaks_has_room_for_its_lines(here: World) -> None:
    for columns, row in ((("number", "late", "unit"), 3), (LEDGERS[LedgerKind.OVERDUE], 4)):
        content = made(frame(kind=LedgerKind.OVERDUE, columns=columns), asof_rows(asked(here)))
        page = load_workbook(io.BytesIO(content))["逾期台账"]
        assert page.row_dimensions[row].height >= 27, columns  # two lines of 10 pt
    plain = load_workbook(io.BytesIO(made(frame(columns=("number", "unit")), asof_rows(asked(here)))))["责任台账"]
    assert plain.row_dimensions[3].height < 20


@pytest.mark.parametrize("sign", [*"=+-@＝＋－＠", "\t", "\n"])
def test_no_table_program_takes_a_text_for_a_formula_and_the_text_comes_back(sign: str) -> None:
    words = inert(f"{sign}1+1")
    assert isinstance(words, str)
    assert words[0] == "'"
    assert said(words) == f"{sign}1+1".strip()


def test_a_row_is_as_high_as_its_words_in_any_program_and_grows_with_them(here: World) -> None:
    """Without a height LibreOffice shows a single line; as one that somebody chose Excel would keep it."""
    with transaction():
        here.issue.remark = "示例" * 40
        touch([here.issue.id], here.at)
    content = made(frame("township", columns=("number", "remark")), asof_rows(asked(here, "township")))
    with ZipFile(io.BytesIO(content)) as package:
        rows = re.findall(rb"<row ([^>]*)>(.*?)</row>", package.read("xl/worksheets/sheet1.xml"))
    high = [re.search(rb'ht="([\d.]+)"', about) for about, cells in rows if "示例示例".encode() in cells]
    assert [one and float(one[1]) for one in high] == [LINE * 11 + 2.25]  # 80 characters, 7 and a half a line
    assert not [about for about, _cells in rows if b"customHeight" in about]
    assert {b"ht=" in about for about, cells in rows if b"outlineLevel" in about} == {True, False}


def test_filter_and_digest_are_whole_above_and_below_a_narrow_table(here: World) -> None:
    narrow = replace(
        frame(columns=("number", "severity")), words="筛选条件、" * 20, closing=lambda: f"共 5 条　　校验码 {'a' * 64}"
    )
    with ZipFile(io.BytesIO(made(narrow, asof_rows(asked(here))))) as package:
        rows = re.findall(rb"<row ([^>]*)>(.*?)</row>", package.read("xl/worksheets/sheet1.xml"))
        styles = package.read("xl/styles.xml")
    told = {words: float(about.split(b'ht="')[1].split(b'"')[0]) for about, cells in rows
            for words in ("筛选：", "校验码") if words.encode() in cells}  # fmt: skip
    assert told["筛选："] >= LINE * 8  # 200 narrow letters in a table 28 wide
    assert told["校验码"] >= LINE * 3
    assert styles.count(b'wrapText="1"') == styles.count(b"<alignment") - 1  # the title alone stays on one line


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


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "evidence")


PHOTOS = ("number", "photo_before", "photo_after", "words")


def photographed(here: World, store: Store, phase: Phase, *sizes: tuple[int, int], at: timedelta) -> None:
    """Give the issue noisy photographs of these sizes."""
    rng = Random(len(sizes))  # noqa: S311
    who = here.finder if phase is Phase.BEFORE else here.assignee
    for n, size in enumerate(sizes):
        content = io.BytesIO()
        Image.frombytes("RGB", size, rng.randbytes(size[0] * size[1] * 3)).save(content, "JPEG", quality=95)
        files = intake(store, [Upload(f"示例{phase.value}{n}.jpg", io.BytesIO(content.getvalue()))], Limits())
        evidence_add(issue_id=here.issue.id, phase=phase, files=files, actor=who, at=AT + at)


def test_photographs_stand_in_their_cells_small_and_named(sqlite_app: Flask, store: Store) -> None:
    here = flows.issue_in(S.REGISTERED, description="示例：" + "很长的问题描述，" * 60)
    photographed(here, store, Phase.BEFORE, (900, 700), (300, 600), (64, 48), at=timedelta(minutes=1))
    flows.assign(here)
    flows.accept(here)
    photographed(here, store, Phase.AFTER, (640, 480), at=timedelta(minutes=2))
    one = replace(frame(columns=PHOTOS), picture=store.read)
    page = load_workbook(io.BytesIO(made(one, asof_rows(asked(here)))))["责任台账"]
    found = sorted(page._images, key=lambda image: (image.anchor._from.col, image.anchor._from.colOff))
    assert [(image.anchor._from.row, image.anchor._from.col) for image in found] == [(4, 2), (4, 2), (4, 3)]
    assert {image.anchor.editAs for image in found} == {None}  # Excel's word for “moves and sizes with its cell”
    for image in found:
        anchor = image.anchor
        assert (anchor.to.row, anchor.to.col) == (anchor._from.row, anchor._from.col)
        assert len(image._data()) <= 20_000
    assert page.row_dimensions[5].height >= 200
    assert page.cell(5, 3).value == "共 3 张"
    told = [image.anchor.pic.nvPicPr.cNvPr.descr for image in found]
    assert told[0] == f"{here.issue.number} 整改前照片：示例before0.jpg"
    assert "照片每类最多显示 2 张，不计入校验码" in [page.cell(n, 1).value for n in range(6, page.max_row + 1)]


def test_a_past_ledger_has_the_photographs_of_its_time_and_names_them_in_files(sqlite_app: Flask, store: Store) -> None:
    here = flows.issue_in(S.REGISTERED)
    photographed(here, store, Phase.BEFORE, (64, 48), at=timedelta(minutes=1))
    flows.assign(here)
    flows.accept(here)
    photographed(here, store, Phase.AFTER, (60, 40), at=timedelta(minutes=10))

    def names(at: timedelta) -> list[str]:
        table = io.BytesIO()
        then = replace(asked(here), moment=moment(AT + at))
        write_csv(table, replace(frame(columns=PHOTOS[:3]), at=AT + at), asof_rows(then))
        return list(csv.reader(io.StringIO(table.getvalue().decode("utf-8-sig"))))[1][2:]

    assert names(timedelta(seconds=30)) == ["", ""]
    assert names(timedelta(minutes=5)) == ["示例before0.jpg", ""]
    assert names(timedelta(minutes=10)) == ["示例before0.jpg", "示例after0.jpg"]
    body = io.BytesIO()
    write_json(body, frame(columns=PHOTOS), asof_rows(asked(here)), dict)
    held = json.loads(body.getvalue())["photos"][here.issue.number]
    (before,) = db.session.query(Evidence).filter_by(phase=Phase.BEFORE)
    assert held["photo_before"] == [{"name": "示例before0.jpg", "sha256": before.blob_sha256}]


def test_a_photograph_that_came_in_after_the_ledger_was_read_never_slips_into_it(
    sqlite_app: Flask, store: Store
) -> None:
    """Its upload began before the instant and ended after it: the row says how many there were."""
    here = flows.issue_in(S.RECTIFYING)
    instant_close(AT + timedelta(minutes=10))
    photographed(here, store, Phase.AFTER, (60, 40), at=timedelta(minutes=9))
    then = replace(asked(here), moment=moment(AT + timedelta(minutes=10)))
    (row,) = pictured(asof_rows(then), PHOTOS, then.moment.at)
    assert (row.beside["evidence"], row.photos["photo_after"]) == (None, [])


def test_a_damaged_photograph_is_told_and_the_rest_goes_out(sqlite_app: Flask, store: Store) -> None:
    here = flows.issue_in(S.RECTIFYING)
    photographed(here, store, Phase.AFTER, (60, 40), (80, 60), at=timedelta(minutes=1))
    first = db.session.query(Evidence).order_by(Evidence.id).first()
    assert first is not None
    store.path_of(first.blob.thumb_sha256 or "").unlink()
    one = replace(frame(columns=PHOTOS), picture=store.read)
    page = load_workbook(io.BytesIO(made(one, asof_rows(asked(here)))))["责任台账"]
    assert (len(page._images), page.cell(5, 4).value) == (1, "示例after0.jpg 已损坏")


def test_our_importer_finds_the_photographs_by_their_cells(sqlite_app: Flask, store: Store, tmp_path: Path) -> None:
    here = flows.issue_in(S.RECTIFYING)
    photographed(here, store, Phase.AFTER, (300, 200), (310, 200), at=timedelta(minutes=1))
    columns = ("number", "township", "village", "words", "photo_before", "photo_after")
    one = replace(frame("township", columns=columns), picture=store.read)
    batch = Office(tmp_path / "data").receive(made(one, asof_rows(asked(here, "township"))), actor=here.office)
    assert [(row, column) for row, column, _part in batch.about["pictures"]] == [(6, 6), (6, 6)]
    assert batch.mapping["columns"]["photo_after"] == ["整改前后照片/整改后照片"]

"""Ledgers that went out and come back: only what was edited changes, whatever else was done to the file."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select

from tests import factories, flows
from tests.flows import World
from tests.ledger_files import Sheet, edited, export, unmerged
from tracker import clock
from tracker.database import db, transaction
from tracker.errors import NotFoundError, RefusedError
from tracker.languages import speaking
from tracker.models import (
    AuditEntry,
    Issue,
    IssuedLedger,
    IssueEvent,
    LedgerMedium,
    LedgerUpload,
    LedgerUploadCell,
    Person,
    Role,
    UploadCellKind,
    UploadTask,
)
from tracker.policy import Actor
from tracker.reports.ledger_columns import COLUMNS as LEDGER
from tracker.reports.ledger_columns import values_of
from tracker.services.annotations import issue_annotate
from tracker.services.reimporting import sheets
from tracker.services.reimporting.tasks import UploadPlace, upload_place, upload_work, uploads_resume
from tracker.services.reimporting.uploads import (
    upload_begin,
    upload_decide,
    upload_drop,
    upload_name,
    upload_order,
    upload_seen,
    uploads_tidy,
)
from tracker.services.units import unit_rename
from tracker.storage import SheetFile
from workflows.issue import IssueState

K = UploadCellKind
DAY = timedelta(days=1)


class Desk:
    """Somebody's desk: files are brought back from it, in a data folder of its own."""

    def __init__(self, data: Path, actor: Actor) -> None:
        self.where: UploadPlace = upload_place(data, LEDGER, values_of)
        self.actor = actor

    def bring(self, content: bytes, name: str = "台账.xlsx", actor: Actor | None = None) -> LedgerUpload:
        incoming = self.where.store.receive(io.BytesIO(content), 1 << 30)
        file = SheetFile(name, self.where.store.keep(incoming.path), incoming.size)
        return self.work(upload_begin(file=file, actor=actor or self.actor, at=clock.now()))

    def work(self, upload: LedgerUpload) -> LedgerUpload:
        upload_work(upload.id, self.where)
        db.session.expire_all()
        return db.session.get_one(LedgerUpload, upload.id)

    def order(self, upload: LedgerUpload, task: UploadTask = UploadTask.APPLY) -> LedgerUpload:
        return self.work(upload_order(upload_id=upload.id, task=task, actor=self.actor))


@pytest.fixture
def here(request: pytest.FixtureRequest) -> World:
    """A world some days ago with three issues in the ledger."""
    made = flows.issue_in(IssueState.RECTIFYING, at=clock.now().replace(microsecond=0) - 5 * DAY)
    for _more in range(2):
        flows.issue_in(IssueState.REGISTERED, here=made)
    return made


@pytest.fixture
def desk(here: World, tmp_path: Path) -> Desk:
    return Desk(tmp_path, here.office)


def numbers() -> list[str]:
    return list(db.session.scalars(select(Issue.number).order_by(Issue.id)))


def issue(number: str) -> Issue:
    return db.session.scalars(select(Issue).where(Issue.number == number)).one()


def cells(upload: LedgerUpload) -> list[tuple[str, str, str, str, str]]:
    """Return (kind, number, column, base, mine) of the edited cells in the order of the file."""
    query = select(LedgerUploadCell).where(LedgerUploadCell.upload_id == upload.id).order_by(LedgerUploadCell.n)
    return [
        (one.kind.value, one.issue.number or "", one.column, one.base, one.mine) for one in db.session.scalars(query)
    ]


def annotations() -> list[dict[str, Any]]:
    query = select(IssueEvent.detail).where(IssueEvent.trigger == "annotate").order_by(IssueEvent.seq)
    return list(db.session.scalars(query))


def yesterday(here: World) -> datetime:
    return here.at + 3 * DAY


def test_only_what_was_edited_changes(app: Flask, here: World, desk: Desk) -> None:
    first, second, third = numbers()
    issue_annotate(
        **here.by(here.office) | {"issue_id": issue(second).id}, changes={"remark": "示例（一）  ", "goal": "a\nb"}
    )
    out = export(here.office, yesterday(here))

    def work(sheet: Sheet) -> None:
        sheet.put(first, "整改目标", " 示例：𠮷家湾\r\n全部清运 ")
        sheet.put(first, "备注", "=1+1")
        sheet.put(second, "备注", "示例(一)")  # another width alone
        sheet.put(second, "整改目标", "a\r\nb ")

    upload = desk.bring(edited(out, work))
    assert cells(upload) == [
        ("change", first, "goal", "", "示例：𠮷家湾\n全部清运"), ("change", first, "remark", "", "=1+1"),
    ]  # fmt: skip
    assert (upload.summary, upload.failure) == ({"rows": 3, "touched": 1, "unknown": 0, "astray": 0}, "")
    desk.order(upload)
    assert (issue(first).goal, issue(first).remark) == ("示例：𠮷家湾\n全部清运", "=1+1")
    assert (issue(second).remark, issue(third).remark) == ("示例（一）", "")
    assert [said.get("ledger_upload") for said in annotations()] == [None, upload.id]
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "ledger.reimport")).one()
    assert (entry.detail["sha256"], entry.detail["cells"], entry.detail["issues"]) == (upload.file_sha256, 2, 1)
    with pytest.raises(RefusedError):
        upload_order(upload_id=upload.id, task=UploadTask.APPLY, actor=here.office)
    again = desk.bring(edited(out, work))
    assert cells(again) == []
    assert len(annotations()) == 2


def _turn_inside_out(sheet: Sheet, *numbers: str) -> None:
    """Leave these rows alone, in this order, under other columns, among subtotals, sections and strange lines."""
    page = sheet.page
    last = page.cell(page.max_row - 1, 1).value
    rows = [[cell.value for cell in page[sheet.row(number)]] for number in numbers]
    places = [sheet.places[heading] - 1 for heading in ("备注", "现时限", "问题编号", "村(社区)")]
    unmerged(page)
    page.delete_rows(1, page.max_row)
    page.append(["自己的标题", "", "", "", ""])
    page.append([])
    page.append(["备注", "现时限", "问题编号", "村(社区)", "核对人"])
    page.append(["一、城关", "", "", "", ""])
    for row in rows:
        page.append([row[place] for place in places] + ["张三"])
    page.append(["小计", "", "", "", 2])
    page.append(["抄来的", None, "WT-1999-00001", "某村", ""])
    page.append(["", "", last, "", ""])  # where the digest stands does not matter
    page.merge_cells("A4:D4")
    page.row_dimensions[5].hidden = True
    day = date.fromisoformat(str(page["B6"].value)[:10])
    page["B6"].value = f"{day.year}年{day.month}月{day.day}日"  # the same day, as text
    page["A5"].value = "示例：改过"
    page.parent.create_sheet("随手记").append(["与台账无关"])


def test_a_file_that_was_turned_inside_out_is_still_read(sqlite_app: Flask, here: World, desk: Desk) -> None:
    first, second, third = numbers()
    out = export(here.office, yesterday(here))

    upload = desk.bring(edited(out, lambda sheet: _turn_inside_out(sheet, third, first)))
    assert upload.failure == ""
    assert cells(upload) == [("change", third, "remark", "", "示例：改过")]
    assert upload.summary == {"rows": 2, "touched": 1, "unknown": 1, "astray": 0}
    assert upload.about["lines"] == [["问题台账", 8, "WT-1999-00001"]]
    (sheet,) = upload.about["sheets"]
    assert (sheet["missing"], sheet["extra"]) == (1, ["核对人"])
    desk.order(upload)
    assert (issue(third).remark, issue(second).remark) == ("示例：改过", "")


def test_what_somebody_else_changed_meanwhile_waits_for_a_decision(sqlite_app: Flask, here: World, desk: Desk) -> None:
    first, second, third = numbers()
    out = export(here.office, yesterday(here))
    other = {"actor": here.other_office, "at": clock.now()}
    for number, words in ((first, "别人写的"), (second, "别人写的"), (third, "我写的")):
        issue_annotate(issue_id=issue(number).id, changes={"remark": words}, **other)

    def work(sheet: Sheet) -> None:
        for number in (first, second, third):
            sheet.put(number, "备注", "我写的")
        sheet.put(first, "整改目标", "我的目标")

    upload = desk.bring(edited(out, work))
    assert [(kind, number, column) for kind, number, column, *_ in cells(upload)] == [
        ("change", first, "goal"), ("conflict", first, "remark"), ("conflict", second, "remark"),
    ]  # fmt: skip
    upload_decide(upload_id=upload.id, shown=[2, 3], taken=[3], actor=here.office)
    desk.order(upload)
    assert [(issue(number).goal, issue(number).remark) for number in (first, second)] == [
        ("我的目标", "别人写的"), ("", "我写的"),
    ]  # fmt: skip
    assert [kind for kind, *_ in cells(upload)] == ["done", "conflict", "done"]


def test_what_changed_since_the_preview_is_not_written(sqlite_app: Flask, here: World, desk: Desk) -> None:
    first, second, _third = numbers()
    out = export(here.office, yesterday(here))
    upload = desk.bring(
        edited(out, lambda sheet: [sheet.put(one, "备注", "我写的") for one in (first, second)] and None)
    )
    issue_annotate(issue_id=issue(first).id, changes={"remark": "抢先"}, actor=here.other_office, at=clock.now())
    desk.order(upload)
    assert (issue(first).remark, issue(second).remark) == ("抢先", "我写的")
    assert [kind for kind, *_ in cells(upload)] == ["conflict", "done"]


def test_what_is_written_can_be_set_back_where_nobody_went_on(sqlite_app: Flask, here: World, desk: Desk) -> None:
    first, second, _third = numbers()
    leader = db.session.get_one(Person, here.leader.person_id)
    out = export(here.office, yesterday(here))

    def work(sheet: Sheet) -> None:
        sheet.put(first, "包联领导", leader.login)
        for number in (first, second):
            sheet.put(number, "备注", "我写的")

    upload = desk.order(desk.bring(edited(out, work)))
    assert issue(first).sponsor_id == leader.id
    issue_annotate(issue_id=issue(second).id, changes={"remark": "后来改的"}, actor=here.other_office, at=clock.now())
    desk.order(upload, UploadTask.UNDO)
    assert (issue(first).sponsor_id, issue(first).remark, issue(second).remark) == (None, "", "后来改的")
    assert sorted(kind for kind, *_ in cells(upload)) == ["stayed", "undone", "undone"]
    with pytest.raises(RefusedError):
        upload_drop(upload_id=upload.id, actor=here.office)


def _copy_row(sheet: Sheet, number: str, one: str, other: str) -> None:
    """Put a row in twice, with two remarks."""
    page, row, remark = sheet.page, sheet.row(number), sheet.places["备注"]
    unmerged(page)
    page.insert_rows(row + 1)
    for column in range(1, page.max_column + 1):
        page.cell(row + 1, column).value = page.cell(row, column).value
    page.cell(row, remark).value, page.cell(row + 1, remark).value = one, other


def test_what_cannot_be_written_says_why(sqlite_app: Flask, here: World, desk: Desk) -> None:
    first, second, third = numbers()
    named = factories.person(name="同名"), factories.person(name="同名")
    for one in named:
        factories.post(Role.LEADER, who=one)
    out = export(here.office, yesterday(here))

    def work(sheet: Sheet) -> None:
        sheet.put(first, "现时限", date(2030, 1, 1))
        sheet.put(first, "备注", "字" * 4001)
        sheet.put(first, "包联领导", "没有这个人")
        sheet.put(second, "包联领导", "同 名")
        sheet.put(third, "来源文号/会议", "#REF!")
        _copy_row(sheet, third, "一", "二")

    upload = desk.bring(edited(out, work))
    query = select(LedgerUploadCell).where(LedgerUploadCell.upload_id == upload.id).order_by(LedgerUploadCell.n)
    found = [(one.kind, one.column, one.note) for one in db.session.scalars(query)]
    assert (K.REFUSED, "deadline", "") in found
    wrong = {("remark", "too_long"), ("sponsor", "no_leader"), ("sponsor", "which_leader"), ("source_ref", "broken")}
    assert {(K.WRONG, *one) for one in wrong} <= {*found}
    assert found.count((K.WRONG, "remark", "twice")) == 2
    words = next(one.note_words for one in db.session.scalars(query) if one.note == "which_leader")
    assert all(one.login in words for one in named)
    with pytest.raises(RefusedError):
        upload_order(upload_id=upload.id, task=UploadTask.APPLY, actor=here.office)


def test_who_rectifies_writes_why_it_is_late_and_sees_nothing_of_others(
    sqlite_app: Flask, here: World, tmp_path: Path
) -> None:
    first, second, _third = numbers()
    out = export(here.office, yesterday(here))

    def work(sheet: Sheet) -> None:
        for number in (first, second):
            sheet.put(number, "逾期原因", "汛期")
        sheet.put(first, "备注", "我写的")

    desk = Desk(tmp_path, here.assignee)
    upload = desk.bring(edited(out, work))
    assert [(kind, number, column) for kind, number, column, *_ in cells(upload)] == [
        ("change", first, "late_reason"), ("forbidden", first, "remark"),
    ]  # fmt: skip
    assert {number for _sheet, _row, number in upload.about["lines"]} == set(numbers()) - {first}
    assert upload.about["sheets"][0]["missing"] == 0
    desk.order(upload)
    assert (issue(first).overdue_reason, issue(first).remark) == ("汛期", "")
    with pytest.raises(NotFoundError):
        upload_seen(upload.id, here.office)


def test_the_workbook_knows_its_export_where_the_last_line_is_gone(
    sqlite_app: Flask, here: World, desk: Desk
) -> None:  # fmt: skip
    first, *_rest = numbers()
    out = export(here.office, yesterday(here))

    def work(sheet: Sheet) -> None:
        unmerged(sheet.page)
        sheet.page.delete_rows(sheet.page.max_row - 1, 2)
        sheet.page.title = "改了名"
        sheet.put(first, "备注", "一")

    upload = desk.bring(edited(out, work))
    assert upload.compared_at is not None
    assert cells(upload) == [("change", first, "remark", "", "一")]


def test_a_file_without_its_digest_is_asked_about(sqlite_app: Flask, here: World, desk: Desk) -> None:
    first, *_rest = numbers()
    with transaction():
        issue(first).source_ref = "0012"
    issue_annotate(issue_id=issue(first).id, changes={"remark": "=示例"}, actor=here.office, at=here.at + DAY)
    out = export(here.office, yesterday(here), medium=LedgerMedium.CSV).decode("utf-8-sig")
    upload = desk.bring(out.replace("0012", "12").encode("gb18030", "replace"), "台账.csv")
    assert (upload.compared_at, upload.failure) == (None, "")
    assert first in upload.about["numbers"]
    issued = db.session.scalars(select(IssuedLedger.id)).one()
    upload = desk.work(upload_name(upload_id=upload.id, issued_id=issued, actor=here.office))
    assert upload.compared_at is not None
    assert cells(upload) == []
    assert not desk.where.store.path_of(upload.file_sha256).exists()


def test_what_units_were_called_when_it_went_out_is_no_edit(sqlite_app: Flask, here: World, desk: Desk) -> None:
    out = export(here.office, yesterday(here))
    unit_rename(
        unit_id=here.village.id, name="示例新村", full_name="示例新村", on=here.today, actor=None, at=clock.now()
    )
    assert cells(desk.bring(edited(out, lambda _sheet: None))) == []


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [(b"%PDF-1.7", "a.pdf", "PDF"), (b"x,y\n1,2\n", "a.csv", "问题编号"), (b"PK\x03\x04broken", "a.xlsx", "损坏")],
)
def test_what_is_no_ledger_is_refused_in_words(
    sqlite_app: Flask, desk: Desk, content: bytes, name: str, words: str
) -> None:
    upload = desk.bring(content, name)
    assert words in upload.failure
    assert upload.compared_at is None


def test_what_a_process_left_behind_is_taken_up(
    sqlite_app: Flask, here: World, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    out = edited(export(here.office, yesterday(here)), lambda sheet: sheet.put(numbers()[0], "备注", "一"))
    upload = desk.bring(out)
    upload_order(upload_id=upload.id, task=UploadTask.APPLY, actor=here.office)
    with transaction():
        upload.task_at = upload.made_at = clock.now() - DAY
    uploads_resume(desk.where, clock.now())
    assert [kind for kind, *_ in cells(upload)] == ["done"]
    monkeypatch.setattr(sheets, "MOST", 2)
    assert "一次最多回传 2 行" in desk.bring(out).failure


def test_what_nobody_came_back_to_is_cleared_away(sqlite_app: Flask, here: World, desk: Desk) -> None:
    out = export(here.office, yesterday(here))
    waiting = desk.bring(edited(out, lambda sheet: sheet.put(numbers()[0], "备注", "一")))
    written = desk.order(desk.bring(edited(out, lambda sheet: sheet.put(numbers()[1], "备注", "二"))))
    uploads_tidy(at=clock.now() + 31 * DAY)
    left = db.session.scalars(select(LedgerUpload.id)).all()
    assert left == [written.id]
    assert waiting.id not in left


def test_a_workbook_can_be_written_in_english(sqlite_app: Flask, here: World, desk: Desk) -> None:
    with speaking("en"):
        out = export(here.office, yesterday(here))
    book = load_workbook(io.BytesIO(out))
    page = book.worksheets[0]
    head = next(row for row in page.iter_rows(max_row=6) if len({cell.value for cell in row}) > 4)
    place = next(cell.column for cell in head if cell.value == "Remark")
    page.cell(head[0].row + 1, place).value = "example"
    target = io.BytesIO()
    book.save(target)
    assert [(kind, mine) for kind, _number, _column, _base, mine in cells(desk.bring(target.getvalue()))] == [
        ("change", "example")
    ]

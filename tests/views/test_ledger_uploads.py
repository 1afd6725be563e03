"""The pages of edited ledgers: exported by the page, brought back, looked at, decided, written, taken back."""

from __future__ import annotations

import html
import io
import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests import factories, flows
from tests.flows import World
from tests.ledger_files import Sheet, edited, export
from tracker import clock
from tracker.database import db
from tracker.models import LedgerMedium, LedgerUpload, Post, Role, UploadTask
from tracker.policy import Actor
from tracker.services.annotations import issue_annotate
from workflows.issue import IssueState

DAY = timedelta(days=1)
PATH = "/ledgers/uploads"


@pytest.fixture
def here(sqlite_app: Flask) -> World:
    """A world five days ago with two issues in the ledger."""
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    made = flows.issue_in(IssueState.RECTIFYING, at=clock.now().replace(microsecond=0) - 5 * DAY)
    return flows.issue_in(IssueState.REGISTERED, here=made)


def signed_in(app: Flask, actor: Actor) -> FlaskClient:
    return factories.sign_in(app.test_client(), db.session.get_one(Post, actor.post_id))


def send(client: FlaskClient, content: bytes, name: str = "台账.xlsx") -> TestResponse:
    return client.post(PATH, data={"file": (io.BytesIO(content), name)})


def page(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    return html.unescape(answer.get_data(as_text=True))


def two_remarks(here: World) -> bytes:
    """Return a ledger in which both remarks were edited, after somebody else has written one of them."""
    out = export(here.office, here.at + DAY)
    issue_annotate(**here.by(here.other_office) | {"at": clock.now()}, changes={"remark": "别人写的"})
    numbers = [here.issue.number or "", _other(here)]

    def work(sheet: Sheet) -> None:
        for number in numbers:
            sheet.put(number, "备注", "<b>我写的</b>")
        sheet.put(numbers[0], "村(社区)", "别处")

    return edited(out, work)


def _other(here: World) -> str:
    return db.session.query(flows.Issue.number).filter(flows.Issue.id != here.issue.id).limit(1).scalar() or ""


def test_a_ledger_is_brought_back_from_the_page_to_the_record(sqlite_app: Flask, here: World) -> None:
    client = signed_in(sqlite_app, here.office)
    assert PATH in page(client, "/ledgers")
    sent = send(client, two_remarks(here))
    assert sent.status_code == 303
    shown = page(client, sent.location)
    assert re.findall(r'tile-value">(\d+)', shown) == ["1", "1", "1", "0"]
    assert "<b>我写的" not in client.get(sent.location).text
    assert "登记时的内容，登记后不改" in shown
    assert "第 5 行" in shown
    conflict = page(client, f"{sent.location}?view=conflict")
    (n,) = re.findall(r'name="taken" value="(\d+)"', conflict)
    answer = client.post(f"{sent.location}/decide", data={"shown": n, "taken": n})
    assert (answer.status_code, answer.location) == (303, f"{sent.location}?view=conflict")
    assert client.post(f"{sent.location}/apply").status_code == 303
    assert {row[0] for row in db.session.query(flows.Issue.remark)} == {"<b>我写的</b>"}
    assert f"随第 {sent.location.rsplit('/')[-1]} 号台账回传写入" in page(client, f"/issues/{here.issue.id}")
    assert client.post(f"{sent.location}/apply").status_code == 409
    assert client.post(f"{sent.location}/drop").status_code == 409
    assert client.post(f"{sent.location}/undo").status_code == 303
    assert {row[0] for row in db.session.query(flows.Issue.remark)} == {"", "别人写的"}
    assert "台账.xlsx" in page(client, PATH)


def test_every_sheet_of_a_grouped_workbook_comes_back(sqlite_app: Flask, here: World) -> None:
    client = signed_in(sqlite_app, here.office)
    with client.post("/ledgers.xlsx?book=all&group=township", follow_redirects=True) as answer:
        book = load_workbook(io.BytesIO(answer.data))
    numbers, out = [here.issue.number or "", _other(here)], io.BytesIO()
    for name, number, remark in (
        ("问题台账", numbers[0], "一"),
        ("进度台账", numbers[0], "一"),
        ("进度台账", numbers[1], "二"),
    ):
        Sheet(book[name]).put(number, "备注", remark)
    book.save(out)
    shown = page(client, send(client, out.getvalue()).location)
    assert re.findall(r'tile-value">(\d+)', shown)[:3] == ["2", "0", "0"]
    assert shown.count("工作表“") == 5


def test_a_file_in_which_one_column_alone_was_sorted_is_warned_of(sqlite_app: Flask, here: World) -> None:
    for n in range(2):
        flows.issue_in(IssueState.REGISTERED, here=here, description=f"示例：第{n}处")
    numbers = [row[0] for row in db.session.query(flows.Issue.number)]

    def work(sheet: Sheet) -> None:
        for number, words in zip(numbers, ("乙", "丙", "丁", "甲"), strict=True):
            sheet.put(number, "具体问题", words)

    client = signed_in(sqlite_app, here.office)
    shown = page(client, send(client, edited(export(here.office, here.at + DAY), work)).location)
    assert "有 4 行的地点或问题与编号对不上" in shown
    assert "对不上" not in page(client, send(client, two_remarks(here)).location)


def test_all_conflicts_are_decided_at_once_and_an_old_page_is_told(sqlite_app: Flask, here: World) -> None:
    client = signed_in(sqlite_app, here.office)
    path = send(client, two_remarks(here)).location
    client.post(f"{path}/decide", data={"every": "mine"})
    assert "写入 2 处改动" in page(client, path)
    client.post(f"{path}/decide", data={"every": "now"})
    assert "写入 1 处改动" in page(client, path)
    assert client.post(f"{path}/apply", data={"version": "1"}).status_code == 409
    assert client.post(f"{path}/drop").status_code == 303
    page(client, path, 404)


def test_which_export_it_was_is_asked_where_the_file_does_not_say(sqlite_app: Flask, here: World) -> None:
    client = signed_in(sqlite_app, here.office)
    out = export(here.office, here.at + DAY, medium=LedgerMedium.CSV)
    path = send(client, out, "台账.csv").location
    (issued,) = re.findall(r'<option value="(\d+)">', page(client, path))
    assert client.post(f"{path}/name", data={"issued": ""}).status_code == 422
    assert client.post(f"{path}/name", data={"issued": "987654"}).status_code == 422
    assert client.post(f"{path}/name", data={"issued": issued}).status_code == 303
    assert "没有找到改动" in page(client, path)


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [(b"", "a.xlsx", "请选择文件"), (b"x", "a.exe", "不是可以上传的类型")],
)
def test_what_is_no_file_is_refused(sqlite_app: Flask, here: World, content: bytes, name: str, words: str) -> None:
    client = signed_in(sqlite_app, here.office)
    answer = client.post(PATH) if not content else send(client, content, name)
    assert answer.status_code in (415, 422)
    assert words in answer.text


def test_only_who_brought_it_sees_it_and_only_who_may_write_brings_it(sqlite_app: Flask, here: World) -> None:
    path = send(signed_in(sqlite_app, here.office), two_remarks(here)).location
    other = signed_in(sqlite_app, here.other_office)
    page(other, path, 404)
    for act in ("apply", "undo", "drop", "again", "decide", "name"):
        assert other.post(f"{path}/{act}").status_code == 404
    leader = factories.sign_in(sqlite_app.test_client(), factories.post(Role.LEADER))
    assert leader.get(PATH).status_code == 403
    assert PATH not in page(leader, "/ledgers")
    mine = signed_in(sqlite_app, here.assignee)
    shown = page(mine, send(mine, two_remarks(here)).location)
    assert here.issue.number not in shown.partition("编号不认得")[0]


@pytest.mark.parametrize("query", ["view=x", "after=x", "after=-1", "after=99999999999"])
def test_a_page_that_cannot_be_asked_for_is_422(sqlite_app: Flask, here: World, query: str) -> None:
    client = signed_in(sqlite_app, here.office)
    assert client.get(f"{send(client, two_remarks(here)).location}?{query}").status_code == 422


def test_what_is_under_way_tells_how_far_it_is_and_is_taken_up_again(sqlite_app: Flask, here: World) -> None:
    client = signed_in(sqlite_app, here.office)
    path = send(client, two_remarks(here)).location
    upload = db.session.query(LedgerUpload).one()
    upload.task, upload.task_done, upload.task_total = UploadTask.APPLY, 3, 9
    upload.task_at = clock.now() - DAY
    db.session.commit()
    assert client.get(f"{path}/progress").json == {"task": "正在写入", "done": 3, "total": 9}
    assert "处理似乎中断了" in page(client, path)
    assert client.post(f"{path}/apply").status_code == 409
    assert client.post(f"{path}/again").status_code == 303
    db.session.rollback()  # the tests' session has seen the past
    assert client.get(f"{path}/progress").json["task"] == ""
    assert db.session.query(flows.Issue.remark).filter_by(remark="<b>我写的</b>").count() == 1


def test_an_empty_file_is_refused_at_once_and_leaves_nothing(sqlite_app: Flask, here: World) -> None:
    answer = send(signed_in(sqlite_app, here.office), b"")
    assert (answer.status_code, "“台账.xlsx”是空文件" in answer.text) == (422, True)
    assert db.session.scalar(select(func.count()).select_from(LedgerUpload)) == 0

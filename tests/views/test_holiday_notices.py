"""The pages that bring in a year's holidays: read line by line, foreseen, kept, taken back."""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from tests import factories
from tracker import clock
from tracker.database import db
from tracker.models import HolidayDay, Role
from workflows.issue import IssueState

PAGE = "/rules/calendar/notice"
AT = datetime(2026, 12, 30, 2, tzinfo=UTC)
GIVEN = {"year": "2027", "source": "示例发〔2026〕9号"}
TEXT = "一、元旦：1月1日（周五）至3日（周日）放假，共3天。1月9日（周六）上班。"


@pytest.fixture
def office(sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    monkeypatch.setattr(clock, "now", lambda: AT)
    return factories.sign_in(sqlite_app.test_client(), factories.post(Role.OFFICE))


def kept() -> list[date]:
    return list(db.session.scalars(select(HolidayDay.day).order_by(HolidayDay.day)))


def test_what_is_pasted_is_foreseen_then_kept_then_taken_back(office: FlaskClient) -> None:
    issue = factories.issue(state=IssueState.SUBMITTED, state_since=AT, move_due_on=date(2027, 1, 4))
    assert f"{PAGE}?year=2027" in office.get("/rules/calendar/?year=2027").text
    seen = office.post(PAGE, data=GIVEN | {"text": TEXT})
    assert (seen.status_code, "尚未保存" in seen.text, str(issue.number) in seen.text) == (200, True, True)
    assert "没有见到：春节、清明" in seen.text
    assert kept() == []
    done = office.post(PAGE, data=GIVEN | {"text": TEXT, "apply": "1"})
    assert (done.status_code, len(kept())) == (303, 4)
    shown = office.get(done.location).text
    assert "2027 年放假安排：示例发〔2026〕9号（示例人员" in shown
    assert "尚未公布" not in shown
    assert office.post(PAGE, data=GIVEN | {"text": TEXT, "apply": "1"}).status_code == 422
    foreseen = office.post(f"{PAGE}/remove", data={"year": "2027"})
    assert (foreseen.status_code, str(issue.number) in foreseen.text, len(kept())) == (200, True, 4)
    assert office.post(f"{PAGE}/remove", data={"year": "2027", "apply": "1"}).status_code == 303
    assert kept() == []
    assert office.post(f"{PAGE}/remove", data={"year": "2027", "apply": "1"}).status_code == 404


def test_wrong_lines_are_told_one_by_one_and_nothing_typed_is_lost(office: FlaskClient) -> None:
    text = "2027-01-01,放假,元旦\n2027-02-30,放假,春节\n2027-01-04,上班,元旦"
    refused = office.post(PAGE, data=GIVEN | {"text": text, "apply": "1"})
    assert refused.status_code == 422
    assert {"有 2 行不能导入", "日期看不懂", "上班的日子里有周一至周五"} <= set(
        re.findall(r"有 2 行不能导入|日期看不懂|上班的日子里有周一至周五", refused.text)
    )
    assert "2027-02-30,放假,春节" in refused.text
    assert kept() == []


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({}, 422), ({"text": " "}, 422), ({"text": TEXT, "year": "1"}, 422), ({"text": TEXT, "year": "2026"}, 422),
        ({"text": "2027-01-01,放假,元旦\n" * 201}, 422), ({"text": "长" * 20_001}, 422),
        ({"text": "2027-01-01,放假,元旦", "source": ""}, 422),
    ],
)  # fmt: skip
def test_what_cannot_be_a_notice_is_refused(office: FlaskClient, given: dict[str, str], status: int) -> None:
    assert office.post(PAGE, data=GIVEN | given).status_code == status


def test_the_template_is_filled_in_and_brought_as_workbook_or_csv(office: FlaskClient) -> None:
    book = load_workbook(io.BytesIO(office.get(f"{PAGE}/template.xlsx").data))
    page = book.worksheets[0]
    page.append([date(2027, 1, 1), date(2027, 1, 3), "放假", "元旦"])
    page.append(["2027-01-09", None, "上班", "元旦"])
    made = io.BytesIO()
    book.save(made)
    as_csv = "日期,截止日期,安排,名称,依据\r\n2027-01-01,2027-01-03,放假,元旦,\r\n2027-01-09,,上班,元旦,\r\n"
    files = [(made.getvalue(), "安排.xlsx"), (as_csv.encode("gb18030"), "安排.csv")]
    for content, name in files:
        seen = office.post(PAGE, data=GIVEN | {"file": (io.BytesIO(content), name)})
        assert seen.status_code == 200
        text = re.search(r'<textarea name="text" hidden>\n(.*?)</textarea>', seen.text, re.DOTALL)
        assert text
        assert office.post(PAGE, data=GIVEN | {"text": text[1], "apply": "1"}).status_code == 303
        assert [day.day for day in kept()] == [1, 2, 3, 9]
        office.post(f"{PAGE}/remove", data={"year": "2027", "apply": "1"})
    for content, name in ((b"\xff\xfe\x00", "a.csv"), (b"%PDF-1.4", "a.pdf"), (b"PK\x03\x04", "a.xlsx")):
        bad = office.post(PAGE, data=GIVEN | {"text": TEXT, "file": (io.BytesIO(content), name)})
        assert bad.status_code == 422
        assert "1月9日（周六）上班" in bad.text


def test_the_office_reads_on_its_first_page_that_next_year_is_missing(
    office: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "2027 年放假安排尚未导入" in office.get("/").text
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 30, 2, tzinfo=UTC))
    assert "放假安排尚未导入" not in office.get("/").text

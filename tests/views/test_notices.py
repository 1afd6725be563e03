"""A notice as page and as PDF, for those who may see its issue."""

from __future__ import annotations

import io
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from werkzeug.http import parse_options_header

from tests import factories
from tests.conftest import AT
from tests.exported import ordered
from tracker.database import transaction
from tracker.models import Notice, Role
from tracker.reports import pdf
from tracker.services.notices import notice_issue, notice_receive
from workflows.issue import IssueState


@pytest.fixture
def notice(sqlite_app: Flask) -> Notice:
    village = factories.village()
    issue = factories.issue(
        state=IssueState.ASSIGNED, location=village, responsible_unit_id=village.id, deadline=date(2026, 4, 1),
        description="<b>村口</b>{{ 7 * 7 }}垃圾未清运",
    )  # fmt: skip
    with transaction():
        return notice_issue(issue, actor=factories.actor(Role.OFFICE), at=AT)


def enter(app: Flask, role: Role, **given: Any) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    return factories.sign_in(app.test_client(), factories.post(role, **given))


def test_the_page_shows_words_as_they_were_typed(sqlite_app: Flask, notice: Notice) -> None:
    page = enter(sqlite_app, Role.OFFICE).get(f"/notices/{notice.id}")
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert "督整〔2026〕1号" in text
    assert "&lt;b&gt;村口&lt;/b&gt;{{ 7 * 7 }}垃圾未清运" in text
    assert "尚未签收" in text


def test_the_pdf_bears_number_and_receipt(sqlite_app: Flask, notice: Notice) -> None:
    who = factories.actor(Role.VILLAGE, unit_id=notice.recipient_unit_id)
    with transaction():
        notice_receive(notice.issue, actor=who, at=AT + timedelta(hours=1))
    answer = ordered(enter(sqlite_app, Role.OFFICE), f"/notices/{notice.id}.pdf")
    assert answer.mimetype == "application/pdf"
    name = parse_options_header(answer.headers["Content-Disposition"])[1]["filename"]
    assert name == "督整〔2026〕1号整改通知书.pdf"
    text = PdfReader(io.BytesIO(answer.data)).pages[-1].extract_text()
    assert f"{who.name}　2026-03-02 10:00" in text


@pytest.mark.parametrize(("method", "ending"), [("GET", ""), ("POST", ".pdf"), ("POST", ".docx")])
def test_a_notice_out_of_scope_does_not_exist(sqlite_app: Flask, notice: Notice, method: str, ending: str) -> None:
    stranger = enter(sqlite_app, Role.VILLAGE, unit_id=factories.village().id)
    pages = [stranger.open(f"/notices/{number}{ending}", method=method) for number in (notice.id, 9999)]
    assert [page.status_code for page in pages] == [404, 404]


def test_an_auditor_reads_no_notice(sqlite_app: Flask, notice: Notice) -> None:
    assert enter(sqlite_app, Role.AUDITOR).get(f"/notices/{notice.id}").status_code == 404


def test_without_pango_the_page_remains_and_the_pdf_says_why(
    sqlite_app: Flask, notice: Notice, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    worker = tmp_path / "worker.py"
    worker.write_text(f"import sys\nsys.exit({pdf.LIBRARY_MISSING})\n")
    monkeypatch.setattr(pdf, "_WORKER", worker)
    office = enter(sqlite_app, Role.OFFICE)
    assert "apt install libpango" in ordered(office, f"/notices/{notice.id}.pdf").text
    assert office.get(f"/notices/{notice.id}").status_code == 200

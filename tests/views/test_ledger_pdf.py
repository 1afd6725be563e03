"""Ledgers as PDF: what went out is set again from the history, for who may see it, to the same byte."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader

from tests import flows
from tests.exported import ordered
from tests.flows import World
from tests.views.test_ledgers import client_of
from tracker import clock
from tracker.database import db
from tracker.exporting.run import export_work
from tracker.forms.ledgers import local_text
from tracker.models import Export, IssuedLedger, Role
from tracker.queries.ledger_columns import COLUMN_KEYS
from tracker.services.units import unit_rename
from tracker.views import issued_ledgers
from workflows.issue import IssueState

S = IssueState
DAY = timedelta(days=1)


@pytest.fixture
def here(sqlite_app: Flask) -> World:
    """A world five days ago, with one issue being rectified."""
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    return flows.issue_in(S.RECTIFYING, at=clock.now().replace(microsecond=0) - 5 * DAY)


def pdf(client: FlaskClient, path: str) -> bytes:
    answer = ordered(client, path)
    assert answer.mimetype == "application/pdf"
    return answer.data


def text(made: bytes) -> str:
    return "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(made), strict=True).pages)


def issued(client: FlaskClient, query: str) -> IssuedLedger:
    """Return the newest of the ledgers, after one was issued for paper."""
    assert client.post("/ledgers/issued", data={"query": query}).status_code == 303
    return db.session.query(IssuedLedger).order_by(IssuedLedger.id.desc()).limit(1).one()


@pytest.mark.parametrize("view", ["issues", "duties", "progress", "overdue", "signed_off"])
def test_every_ledger_can_be_set_again(sqlite_app: Flask, here: World, view: str) -> None:
    client = client_of(sqlite_app, here)
    kept = issued(client, f"view={view}")
    found = text(pdf(client, f"/ledgers/issued/{kept.id}.pdf"))
    assert (here.issue.number in found) == bool(kept.rows)
    assert f"共{kept.rows}条内置规则校验码{kept.digest}" in found
    assert f"校验码{kept.digest[:8]}" in found
    assert "制表人：审核人：分管领导：日期：" in found


def test_it_is_the_same_to_the_byte_whatever_came_after(sqlite_app: Flask, here: World) -> None:
    client = client_of(sqlite_app, here)
    kept = issued(client, f"view=duties&group=township&at={local_text(here.at + DAY)}")
    address = f"/ledgers/issued/{kept.id}"
    assert f'method="post" action="{address}.pdf"' in client.get(address).text
    before = pdf(client, f"{address}.pdf")
    flows.submit(here)
    now = clock.now()
    unit_rename(unit_id=here.village.id, name="示例新村", full_name="示例新村", on=here.today, actor=None, at=now)
    assert pdf(client, f"/ledgers/issued/{kept.id}.pdf") == before
    assert pdf(client_of(sqlite_app, here, Role.LEADER), f"/ledgers/issued/{kept.id}.pdf") == before
    assert "小计：共1条" in text(before)
    assert db.session.query(IssuedLedger).count() == 1  # nothing new is issued by it


def test_all_columns_stand_on_one_sheet(sqlite_app: Flask, here: World) -> None:
    client = client_of(sqlite_app, here)
    kept = issued(client, "view=issues&" + "&".join(f"col={key}" for key in COLUMN_KEYS))
    made = pdf(client, f"/ledgers/issued/{kept.id}.pdf")
    assert here.issue.description in text(made)
    assert [round(float(side)) for side in PdfReader(io.BytesIO(made)).pages[0].mediabox[2:]] == [1191, 842]


def test_what_the_history_no_longer_says_is_told_on_the_sheet(
    sqlite_app: Flask, here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(sqlite_app, here)
    kept = issued(client, "view=issues")
    monkeypatch.setattr("tracker.exporting.reissue.issued_rows", lambda _issued: iter(()))
    assert "不符：由历史重算的校验码为" in text(pdf(client, f"/ledgers/issued/{kept.id}.pdf"))


def test_nobody_gets_what_others_issued_nor_rows_out_of_scope(sqlite_app: Flask, here: World) -> None:
    kept = issued(client_of(sqlite_app, here), "view=issues")
    village = client_of(sqlite_app, here, Role.VILLAGE)
    assert village.post(f"/ledgers/issued/{kept.id}.pdf").status_code == 404
    assert village.post("/ledgers/issued/99999999999.pdf").status_code == 404


def fetched(app: Flask, client: FlaskClient, export: Export) -> bytes:
    """Return the file of an export, made here if that has not been done beside the request yet."""
    db.session.rollback()
    export_work(app, export.id)
    db.session.expire_all()
    assert export.failure == ""
    with client.get(f"/exports/{export.id}/file") as answer:
        return answer.data


def test_a_ledger_goes_out_as_pdf_and_comes_again_the_same(sqlite_app: Flask, here: World) -> None:
    client = client_of(sqlite_app, here)
    query = "view=issues&group=township&col=number&col=words&col=first_deadline&col=deadline&col=extensions"
    assert client.post(f"/ledgers.pdf?{query}").status_code == 303
    export = db.session.query(Export).one()
    made = fetched(sqlite_app, client, export)
    kept = db.session.query(IssuedLedger).one()
    assert (kept.medium, kept.rows) == ("pdf", 1)
    found = text(made)
    assert kept.digest in found
    assert "整改时限" in found  # the heading above the days
    assert "小计：共1条，未办结1" in found
    assert pdf(client, f"/ledgers/issued/{kept.id}.pdf") == made
    assert "PDF" in client.get("/ledgers/issued").get_data(as_text=True)


def test_the_print_view_offers_the_pdf_where_it_is_too_short(
    sqlite_app: Flask, here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issued_ledgers, "MOST_ON_PAPER", 0)
    answer = client_of(sqlite_app, here).post("/ledgers/issued", data={"query": "view=duties&group=unit"})
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert "打印稿最多 0 条" in page
    assert 'action="/ledgers.pdf?view=duties&amp;group=unit"' in page

"""A round and its visits as Excel: what stands in it, who gets how much of it, and how it prints."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook

from tests import factories
from tests.exported import ordered
from tests.views.test_visits import browser, settled
from tracker import clock
from tracker.database import db, transaction
from tracker.models import (
    AuditEntry,
    Post,
    Role,
    RoundLeftOut,
    RoundStop,
    TaskOutcome,
    Visit,
    VisitFinding,
    VisitRecheck,
)
from workflows.planning.terms import LeftOutWhy, TaskKind


@pytest.fixture(autouse=True)
def open_doors(request: pytest.FixtureRequest) -> None:
    """Let the buttons be pressed without the tokens of their forms."""
    name = "sqlite_app" if "sqlite_app" in request.fixturenames else "app"
    request.getfixturevalue(name).config["WTF_CSRF_ENABLED"] = False


def opened(app: Flask, who: Post, path: str) -> dict[str, list[list[Any]]]:
    """Return the rows below the headings of each sheet that ``who`` gets."""
    sheets = load_workbook(BytesIO(ordered(browser(app, who), path).data)).worksheets
    assert all(sheet.print_title_rows and sheet.print_area and sheet.page_setup.paperSize == 9 for sheet in sheets)
    return {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)] for sheet in sheets}


def left_out(stop: RoundStop) -> None:
    factories.saved(
        RoundLeftOut(
            round_id=stop.round_id, village_id=factories.village(name="示例未排村").id, kind=TaskKind.LAX,
            reason="by_hand", params={"note": "=1+1"}, why=LeftOutWhy.CAPACITY, group_id=stop.group_id,
        )
    )  # fmt: skip


def test_a_plan_names_every_reason_and_what_was_left_out_for_those_who_may_know(app: Flask) -> None:
    stop, lead, _member = settled()
    left_out(stop)
    path = f"/rounds/{stop.round_id}/plan.xlsx"
    books = {role: opened(app, who, path) for role, who in (("office", factories.post(Role.OFFICE)), ("lead", lead))}
    assert list(books["office"]) == ["巡查计划", "未排入", "各组"]
    assert list(books["lead"]) == ["巡查计划", "各组"]
    for book in books.values():
        (row,) = book["巡查计划"]
        assert row[1:8] == [
            stop.group.name, row[2], 1, stop.village.township.name, "示例村", "久未走访", "尚无走访记录",
        ]  # fmt: skip
        assert row[2].date() == stop.day
        assert book["各组"][0][4:8] == [1, 3, 1, 1]
    (out,) = books["office"]["未排入"]
    assert (out[1], out[4], out[7]) == ("示例未排村", "创建办加入：=1+1", "名单所在组本轮走访量已满")
    entry = db.session.query(AuditEntry).filter_by(action="ledger.export").order_by(AuditEntry.seq).first()
    assert entry is not None
    assert (entry.target, entry.detail["query"], entry.detail["rows"]) == ("rounds", f"round={stop.round_id}", 3)


def test_who_may_not_see_a_round_gets_no_workbook_of_it(sqlite_app: Flask) -> None:
    stop, _lead, _member = settled()
    stranger = factories.post(Role.GROUP_LEAD, group_id=factories.group(stop.village).id)
    secretary = factories.post(Role.VILLAGE, unit_id=stop.village_id)
    for who in (stranger, secretary):
        assert browser(sqlite_app, who).post(f"/rounds/{stop.round_id}/plan.xlsx").status_code == 404
    assert browser(sqlite_app, secretary).post("/visits/visits.xlsx").status_code == 404
    assert opened(sqlite_app, stranger, f"/visits/visits.xlsx?round={stop.round_id}&group={stop.group_id}") == {
        "走访记录": []
    }


def test_a_plan_is_kept_from_who_lost_the_stops_meanwhile(sqlite_app: Flask) -> None:
    stop, lead, _member = settled()
    phone = browser(sqlite_app, lead)
    at = phone.post(f"/rounds/{stop.round_id}/plan.xlsx").location
    with transaction():
        stop.group_id = factories.group(factories.village()).id
    assert (at, phone.get(at).status_code) == ("/exports/1/file", 403)
    assert "不能下载" in phone.get("/exports/1").text


def test_the_visits_of_a_group_with_what_each_recorded(app: Flask) -> None:
    stop, lead, member = settled()
    at = clock.now()
    for stop_id, round_id in ((stop.id, stop.round_id), (None, None)):
        visit = factories.saved(
            Visit(
                stop_id=stop_id, round_id=round_id, group_id=stop.group_id, village_id=stop.village_id,
                people=[member.person_id], started_at=at, ended_at=at, note="示例：道路整洁", forms_asked=2,
            )
        )  # fmt: skip
    found, seen = factories.issue(location=stop.village), factories.issue(location=stop.village)
    factories.saved(VisitFinding(issue_id=found.id, visit_id=visit.id, found_at=at))
    factories.saved(VisitRecheck(visit_id=visit.id, issue_id=seen.id, outcome=TaskOutcome.FAILED, done_at=at))
    first, second = opened(app, lead, "/visits/visits.xlsx")["走访记录"]
    assert (first[7], first[8], first[12]) == ("示例轮次", member.person.name, 2)
    assert (second[7], second[10], second[11]) == ("临时走访", found.number, f"{seen.number} 复核不通过")
    office = factories.post(Role.OFFICE)
    assert len(opened(app, office, f"/visits/visits.xlsx?round={stop.round_id}")["走访记录"]) == 1
    assert opened(app, office, "/visits/visits.xlsx?last=2020-01-01")["走访记录"] == []
    assert browser(app, office).post("/visits/visits.xlsx?first=x").status_code == 422

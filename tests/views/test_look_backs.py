"""The pages of look-backs: drawn with a preview, recorded on the phone, listed, counted, printed."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests import factories, flows, pictures
from tests.exported import ordered, pdf_of
from tests.flows import World
from tracker import clock
from tracker.database import db
from tracker.models import Issue, LookBack, LookBackPlan, PolicyVersion, Post
from tracker.policy import Actor
from workflows.issue import IssueState
from workflows.look_back import LookBackState
from workflows.policy import Policy

S = IssueState
PLANS = "/look-backs/plans"


@pytest.fixture
def world(sqlite_app: Flask) -> World:
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    made = flows.issue_in(S.SIGNED_OFF, at=clock.now())
    flows.issue_in(S.SIGNED_OFF, here=made)
    return made


def entered(app: Flask, who: Actor) -> FlaskClient:
    return factories.sign_in(app.test_client(), db.session.get_one(Post, who.post_id))


def typed(world: World, **given: Any) -> dict[str, Any]:
    last = world.today + timedelta(days=20)
    return {
        "name": "示例方案", "first_day": str(world.today), "last_day": str(last), "window_days": "90",
        "per_cent": "100", "least": "1", "most": "", "act": "preview",
    } | given  # fmt: skip


def seen(page: str) -> str:
    return page.split('name="seen" value="')[1].split('"')[0]


def sheet(client: FlaskClient, path: str) -> list[list[Any]]:
    rows = load_workbook(io.BytesIO(ordered(client, path).data)).active.iter_rows(values_only=True)
    return [list(row) for row in rows]


def draw(office: FlaskClient, world: World, **given: Any) -> LookBackPlan:
    page = office.post(f"{PLANS}/new", data=typed(world, **given)).text
    answer = office.post(f"{PLANS}/new", data=typed(world, **given, act="draw", seen=seen(page)))
    assert answer.status_code == 303
    return db.session.scalars(select(LookBackPlan).order_by(LookBackPlan.id.desc())).first()  # type: ignore[return-value]


def test_a_plan_is_previewed_then_drawn_as_shown(sqlite_app: Flask, world: World) -> None:
    office = entered(sqlite_app, world.office)
    assert "还没有抽样方案" in office.get(PLANS).text
    assert 'value="90"' in office.get(f"{PLANS}/new").text
    page = office.post(f"{PLANS}/new", data=typed(world))
    assert (page.status_code, "预览：2 个中将抽取 2 个" in page.text) == (200, True)
    changed = office.post(f"{PLANS}/new", data=typed(world, per_cent="50", act="draw", seen=seen(page.text)))
    assert changed.status_code == 422
    assert "请核对新的预览后再抽取" in changed.text
    assert "预览：2 个中将抽取 1 个" in changed.text
    assert db.session.query(LookBackPlan).count() == 0
    town = {"share_town": [world.village.township_id, ""], "share_star": ["", ""], "share_per_cent": ["50", ""]}
    plan = draw(office, world, **town)
    shown = office.get(f"{PLANS}/{plan.id}").text
    assert "与保存的样本完全一致" in shown
    assert str(plan.seed) in shown
    rows = sheet(office, f"{PLANS}/{plan.id}/frame.xlsx")
    assert {row[3] for row in rows} >= {issue.number for issue in db.session.scalars(select(Issue))}
    assert sum(row[-1] == "是" for row in rows) == 1


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"per_cent": "101"}, "不能大于 100"), ({"name": ""}, "请填写方案名称"), ({"last_day": "x"}, "不是有效日期"),
        ({"share_town": ["1"], "share_star": [""], "share_per_cent": ["x"]}, "请填写 0 到 100 的整数"),
        ({"share_town": [""], "share_star": [""], "share_per_cent": ["5"]}, "请选择乡镇或星"),
        ({"share_town": ["9" * 20], "share_star": [""], "share_per_cent": ["5"]}, "请从列表中选择"),
    ],
)  # fmt: skip
def test_a_wrong_plan_keeps_what_was_typed(
    sqlite_app: Flask, world: World, given: Mapping[str, Any], words: str
) -> None:
    answer = entered(sqlite_app, world.office).post(f"{PLANS}/new", data=typed(world, **{"name": "示例乙"} | given))
    assert (answer.status_code, words in answer.text) == (422, True)
    assert 'value="示例乙"' in answer.text or not given.get("name", "x")


def test_what_held_is_recorded_printed_and_listed(sqlite_app: Flask, world: World) -> None:
    office, phone = entered(sqlite_app, world.office), entered(sqlite_app, world.finder)
    draw(office, world)
    page = f"/issues/{world.issue.id}"
    form = phone.get(f"{page}?open=hold").text
    assert "抽样方案“示例方案”" in form
    given = {"version": db.session.get_one(Issue, world.issue.id).version, "next": "/look-backs"}
    wrong = phone.post(f"{page}/hold", data=given | {"finding": "", "done_on": str(world.today)})
    assert (wrong.status_code, "请填写现场核查情况" in wrong.text) == (422, True)
    photo = (BytesIO(pictures.picture()), "村口.jpg")
    answer = phone.post(f"{page}/hold", data=given | {"finding": "示例：保持良好", "files": photo})
    assert (answer.status_code, answer.location) == (303, "/look-backs")
    record = db.session.scalars(select(LookBack).where(LookBack.state == LookBackState.HELD)).one()
    assert record.number in phone.get(page).text
    on_paper(phone, record)
    in_lists(office, record, world.today)


def on_paper(phone: FlaskClient, record: LookBack) -> None:
    paper = phone.get(f"/look-backs/{record.id}")
    assert "整改成果保持，未反弹" in paper.text
    assert "/copy" in paper.text
    pdf = pdf_of(phone, f"/look-backs/{record.id}.pdf")
    text = "".join(one.extract_text() for one in pdf.pages).replace("\n", "")
    assert ("示例：保持良好" in text, len(pdf.pages[0].images) + len(pdf.pages[-1].images) > 0) == (True, True)


def in_lists(office: FlaskClient, record: LookBack, day: date) -> None:
    listed = office.get("/look-backs?state=held").text
    assert (record.number in listed, "共 1 条" in listed) == (True, True)
    assert "共 1 条" in office.get("/look-backs?state=waiting").text
    assert sheet(office, "/look-backs/export.xlsx?state=held")[-1][14] == "未反弹"
    ledger = sheet(office, "/issues.xlsx?state=signed_off")
    column = next(row.index("回头看") for row in ledger if "回头看" in row)
    assert f"{day} 未反弹" in {row[column] for row in ledger}


def test_who_is_inspected_sees_results_alone(sqlite_app: Flask, world: World) -> None:
    office, village = entered(sqlite_app, world.office), entered(sqlite_app, world.secretary)
    plan = draw(office, world)
    for path in (
        "/look-backs",
        "/look-backs?state=waiting",
        f"/look-backs?plan={plan.id}",
        f"/issues/{world.issue.id}",
    ):
        answer = village.get(path)
        assert answer.status_code == 200
        assert "示例方案" not in answer.text
    assert "应回头看" not in village.get("/look-backs/rates").text
    assert "应回头看" in office.get("/look-backs/rates").text
    for path in (PLANS, f"{PLANS}/{plan.id}"):
        assert village.get(path).status_code == 404
    assert village.post(f"{PLANS}/{plan.id}/frame.xlsx").status_code == 404
    assert office.get("/look-backs/1").status_code == 404  # what still waits is no record


def test_what_came_back_may_become_a_linked_issue(sqlite_app: Flask, world: World) -> None:
    body = Policy(lookback_found_again="linked").to_dict()
    made = factories.saved(PolicyVersion(effective_on=date(2020, 1, 1), body=body, made_at=factories.EPOCH))
    db.session.get_one(Issue, world.issue.id).policy_version_id = made.id
    db.session.commit()
    phone, page = entered(sqlite_app, world.finder), f"/issues/{world.issue.id}"
    form = phone.get(f"{page}?open=reopen").text
    assert "将另立一个新问题" in form
    assert 'name="deadline"' not in form
    answer = phone.post(f"{page}/reopen", data={"finding": "示例：又有垃圾", "version": world.issue.version})
    assert answer.status_code == 303
    new = db.session.scalars(select(Issue).order_by(Issue.id.desc())).first()
    assert new is not None
    assert f"/issues/{new.id}" in phone.get(page).text
    assert page in phone.get(f"/issues/{new.id}").text
    assert "另立新问题" in phone.get("/look-backs/1").text


def test_the_office_calls_off_and_closes(sqlite_app: Flask, world: World) -> None:
    office = entered(sqlite_app, world.office)
    plan = draw(office, world)
    page, row = f"{PLANS}/{plan.id}", db.session.scalars(select(LookBack.id)).first()

    def send(act: str, **given: Any) -> TestResponse:
        return office.post(f"{page}/{act}", data=given)

    assert (send("drop", reason="示例").status_code, send("drop", row=row, reason="").status_code) == (422, 422)
    assert send("close", reason="").status_code == 422
    assert send("drop", row=row, reason="示例：已撤并").status_code == 303
    assert send("close", reason="示例：期满").status_code == 303
    assert send("close", reason="示例").status_code == 409
    shown = office.get(page).text
    assert ("示例：已撤并" in shown, "示例：期满" in shown, "已结束" in shown) == (True, True, True)


@pytest.mark.parametrize(
    "query", ["town=x", "state=gone", "first=2026-99-01", "after=-1", "by=gone", "plan=0", "star=-1"]
)
def test_an_address_that_says_nothing_is_told_so(sqlite_app: Flask, world: World, query: str) -> None:
    office = entered(sqlite_app, world.office)
    assert {office.get(f"/look-backs?{query}").status_code, office.get(f"/look-backs/rates?{query}").status_code} & {
        422
    }

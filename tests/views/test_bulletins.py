"""A bulletin from the first word to the withdrawal: live figures, frozen figures, and the same figures again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests import factories, flows
from tests.exported import pdf_of
from tracker import clock
from tracker.database import db
from tracker.models import Bulletin, Document, OutboxMessage, Role
from tracker.services.bulletin_facts import share
from tracker.services.rectification import issue_progress
from workflows.bulletin import BulletinState
from workflows.issue import IssueState
from workflows.ranking import rate

S = IssueState


@pytest.fixture
def office(app: Flask) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    return factories.sign_in(app.test_client(), factories.post(Role.OFFICE))


def words(**given: Any) -> dict[str, Any]:
    today = clock.today()
    usual = {
        "title": "关于示例月份督查情况的通报", "first_day": "2020-01-01", "last_day": today.isoformat(),
        "ranked_by": "township", "opening": "共发现{发现}件，按期办结率{按期办结率}。", "demands": "示例：抓紧整改。",
    }  # fmt: skip
    return usual | given


def written(office: FlaskClient, **given: Any) -> Bulletin:
    answer = office.post("/bulletins/new", data=words(**given))
    assert answer.status_code == 303, answer.text
    db.session.expire_all()
    return db.session.scalars(select(Bulletin).order_by(Bulletin.id.desc())).first()  # type: ignore[return-value]


def test_figures_live_until_they_are_issued_and_can_be_had_again(office: FlaskClient) -> None:
    flows.issue_in(S.RECTIFYING)
    bulletin = written(office)
    page = f"/bulletins/{bulletin.id}"
    assert "共发现1件" in office.get(page).text
    second = flows.issue_in(S.RECTIFYING)
    assert "共发现2件" in office.get(page).text
    told = {post.person_id for post in (factories.post(Role.TOWNSHIP, unit_id=factories.village().township_id),)}
    assert office.post(f"{page}/issue", data={"version": bulletin.version}).status_code == 303
    document = db.session.scalars(select(Document)).one()
    assert document.number.startswith("督通〔")
    messages = select(OutboxMessage.recipient_id).where(OutboxMessage.kind == "bulletin")
    assert told <= set(db.session.scalars(messages))
    later = clock.now() + timedelta(minutes=1)
    issue_progress(issue_id=second.issue.id, actor=second.assignee, at=later, note="示例：已动工", percent=40)
    flows.issue_in(S.RECTIFYING, here=second)
    text = office.get(f"{page}?check=1").text
    assert "与发出时的数字完全一致" in text
    assert "共发现2件" in office.get(f"/documents/{document.id}").text
    pdf = pdf_of(office, f"/documents/{document.id}.pdf")
    assert "共发现2件" in "".join(one.extract_text() for one in pdf.pages).replace("\n", "")
    kept = db.session.get_one(Bulletin, bulletin.id, populate_existing=True)
    assert kept.figures is not None
    kept.figures = kept.figures | {"whole": kept.figures["whole"] | {"late": 9}}
    db.session.commit()
    assert "不一致" in office.get(f"{page}?check=1").text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"title": " "}, "请填写标题"),
        ({"opening": "共{多少}件"}, "没有“多少”这个数字"),
        ({"first_day": "2026-02-30"}, "发现日期起不是有效日期"),
        ({"first_day": "2999-01-01", "last_day": "2999-01-02"}, "日期不能晚于今天"),
        ({"last_day": "2019-12-31"}, "结束日期不能早于开始日期"),
        ({"ranked_by": "money"}, "请选择按什么排名"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_lost(office: FlaskClient, given: dict[str, str], said: str) -> None:
    answer = office.post("/bulletins/new", data=words(**given))
    assert answer.status_code == 422
    assert said in answer.text
    assert "示例：抓紧整改。" in answer.text
    assert db.session.scalars(select(Bulletin)).all() == []


def test_a_draft_is_the_offices_and_an_issued_bulletin_everybodys(app: Flask, office: FlaskClient) -> None:
    bulletin = written(office)
    reader = factories.sign_in(app.test_client(), factories.post(Role.VILLAGE, unit_id=factories.village().id))
    page = f"/bulletins/{bulletin.id}"
    assert reader.get(page).status_code == 404
    assert bulletin.title not in reader.get("/bulletins/").text
    assert reader.post(f"{page}/issue").status_code == 403
    office.post(f"{page}/issue")
    document = db.session.scalars(select(Document)).one()
    assert reader.get(page).status_code == 200
    assert reader.get(f"/documents/{document.id}").status_code == 200
    assert office.post(f"{page}/edit", data=words(title="改过")).status_code == 409
    assert office.post(f"{page}/withdraw", data={"reason": " "}).status_code == 422
    assert office.post(f"{page}/withdraw", data={"reason": "数字有误"}).status_code == 303
    assert "数字有误" in reader.get(page).text
    kept = db.session.get_one(Bulletin, bulletin.id, populate_existing=True)
    assert kept.state is BulletinState.WITHDRAWN


def test_two_who_change_one_draft_are_told(office: FlaskClient) -> None:
    bulletin = written(office)
    edit = f"/bulletins/{bulletin.id}/edit"
    version = bulletin.version
    assert office.post(edit, data=words(title="甲", version=version)).status_code == 303
    assert office.post(edit, data=words(title="乙", version=version)).status_code == 409
    assert office.post(f"/bulletins/{bulletin.id}/discard").status_code == 303
    assert "还没有通报" in office.get("/bulletins/").text


def test_rates_are_rounded_half_up() -> None:
    assert [share(rate(*one)) for one in ((1, 2), (1, 3), (2, 3), (1, 16), (0, 5), (0, 0))] == [
        "50.0%", "33.3%", "66.7%", "6.3%", "0.0%", "—",
    ]  # fmt: skip

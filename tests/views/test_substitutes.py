"""The pages of substitutes: one's own, the office's, and where else they are shown."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests import factories, flows
from tests.factories import send, sign_in
from tracker import clock
from tracker.clock import local_date
from tracker.database import db
from tracker.models import OutboxMessage, Post, Role, Substitute, UnitKind
from tracker.policy import Actor

TODAY = local_date(flows.AT)
DAYS = {"first_day": TODAY.isoformat(), "last_day": (TODAY + timedelta(days=4)).isoformat()}


@pytest.fixture
def here(sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch) -> flows.World:
    monkeypatch.setattr(clock, "now", lambda: flows.AT)
    return flows.world()


def client(app: Flask, actor: Actor) -> FlaskClient:
    return sign_in(app.test_client(), db.session.get_one(Post, actor.post_id))


def stranger() -> Post:
    return factories.post(Role.ASSIGNEE, unit_id=factories.unit(UnitKind.DEPARTMENT).id)


def test_one_names_a_colleague_sees_it_on_both_pages_and_ends_it(sqlite_app: Flask, here: flows.World) -> None:
    mine, other = client(sqlite_app, here.office), here.other_office
    assert 'href="/substitutes/"' in mine.get("/profile").text
    wrong = send(mine, "/substitutes/", {"substitute_id": str(other.person_id), "first_day": "", "last_day": "x"})
    assert wrong.status_code == 422
    assert f'value="{other.person_id}" selected' in wrong.text
    assert "开始日期不是有效日期" in wrong.text
    assert 'value="x"' in wrong.text
    assert send(mine, "/substitutes/", DAYS | {"substitute_id": str(other.person_id)}).status_code == 303
    assert "代收中" in mine.get("/substitutes/").text
    assert f"提醒和消息由{other.name}同时代收" in mine.get("/profile").text
    theirs = client(sqlite_app, other)
    assert f"代{here.office.name}接收提醒和消息" in theirs.get("/profile").text
    assert "同时由您代收" in theirs.get("/inbox").text
    admin = sign_in(sqlite_app.test_client(), factories.post(Role.SYSADMIN))
    assert "同时代收" in admin.get(f"/accounts/{here.office.person_id}").text
    made = db.session.scalars(select(Substitute)).one()
    unrelated = client(sqlite_app, here.leader)
    assert send(unrelated, f"/substitutes/{made.id}/end", {}, page="/substitutes/").status_code == 404
    assert send(theirs, f"/substitutes/{made.id}/end", {}, page="/substitutes/").location == "/substitutes/"
    assert "已提前结束" in mine.get("/substitutes/").text
    assert send(theirs, f"/substitutes/{made.id}/end", {}, page="/substitutes/").status_code == 409


def test_somebody_else_is_named_in_words_and_the_office_agrees(sqlite_app: Flask, here: flows.World) -> None:
    mine, other = client(sqlite_app, here.assignee), stranger()
    for words, status in (("查无此人", 422), (here.assignee.name, 422), (other.person.name, 303)):
        answer = send(mine, "/substitutes/", DAYS | {"other": words, "substitute_id": ""})
        assert answer.status_code == status
        assert status == 303 or ('id="f-other-error"' in answer.text and words in answer.text)
    made = db.session.scalars(select(Substitute)).one()
    office = client(sqlite_app, here.office)
    assert "代收（1 项待同意）" in office.get("/deliveries").text
    assert "待创建办同意" in office.get("/substitutes/office").text
    told = select(OutboxMessage.id).where(OutboxMessage.recipient_id == here.office.person_id)
    message = db.session.scalars(told.where(OutboxMessage.kind == "substitute_asked")).one()
    opened = send(office, f"/inbox/{message}/read", {"open": "1"}, page="/inbox")
    assert opened.location == "/substitutes/office"
    agree = f"/substitutes/{made.id}/agree"
    assert mine.get("/substitutes/office").status_code == 403
    assert send(mine, agree, {}, page="/substitutes/").status_code == 403
    assert send(office, agree, {}, page="/substitutes/office").status_code == 303
    assert "代收中" in office.get("/substitutes/office").text


def test_nobody_comes_by_who_reports(sqlite_app: Flask, here: flows.World) -> None:
    reporter = factories.post(Role.REPORTER, unit_id=here.assignee.unit_id)
    mine = client(sqlite_app, here.assignee)
    assert reporter.person.name not in mine.get("/substitutes/").text
    answers = [
        send(mine, "/substitutes/", DAYS | {"other": words, "substitute_id": ""}).text.replace(words, "")
        for words in (reporter.person.name, "查无此人")
    ]
    assert [answer.count("没有找到唯一的在任人员") for answer in answers] == [2, 2]
    assert client(sqlite_app, here.office).get(f"/substitutes/people?q={reporter.person.name}").get_json() == []
    theirs = sign_in(sqlite_app.test_client(), reporter)
    assert theirs.get("/substitutes/").status_code == 404
    assert "/substitutes" not in theirs.get("/profile").text


def test_the_office_finds_people_and_names_for_another_with_or_without_scripts(
    sqlite_app: Flask, here: flows.World
) -> None:
    office, other = client(sqlite_app, here.office), stranger()
    found = office.get(f"/substitutes/people?q={here.rechecker.name}").get_json()
    assert [(one["id"], one["path"]) for one in found] == [(here.rechecker.person_id, f"督导组组员 {here.others.name}")]
    page = "/substitutes/office"
    empty = send(office, page, DAYS | {"person_id": "", "substitute_id": ""})
    assert empty.status_code == 422
    assert {'id="f-person_id-error"' in empty.text, 'id="f-substitute_id-error"' in empty.text} == {True}
    given = DAYS | {"person_id": str(here.assignee.person_id), "substitute_id_text": other.person.login}
    assert send(office, page, given).status_code == 303
    mark, unit = f"由{other.person.name}代收至 {DAYS['last_day']}", f"/units/{here.assignee.unit_id}"
    assert mark in office.get(unit).text
    assert mark not in client(sqlite_app, here.leader).get(unit).text  # neither the office nor one of the two
    again = send(office, page, given)
    assert again.status_code == 422
    assert "重叠，请改日期" in again.text
    assert f'value="{other.person.login}"' in again.text
    other.valid_to = TODAY - timedelta(days=1)
    db.session.commit()
    assert "代收人已不在任" in office.get(page).text
    for odd in ("/substitutes/?after=x", "/substitutes/office?after=99999999999"):
        assert office.get(odd).status_code == 200

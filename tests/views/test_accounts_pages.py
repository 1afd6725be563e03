"""The pages of accounts, posts and audit: one good, one bad and one refused walk through each."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests import factories
from tests.factories import PASSWORD, send
from tracker import clock
from tracker.database import db
from tracker.models import AuditEntry, Person, Post, Role, SignIn
from tracker.services.sign_ins import sign_in_open


def enter(app: Flask, role: Role, **given: object) -> FlaskClient:
    return factories.sign_in(app.test_client(), factories.post(role), **given)  # type: ignore[arg-type]


@pytest.fixture
def sysadmin(sqlite_app: Flask) -> FlaskClient:
    return enter(sqlite_app, Role.SYSADMIN)


@pytest.fixture
def secadmin(sqlite_app: Flask) -> FlaskClient:
    return enter(sqlite_app, Role.SECADMIN)


def test_from_a_new_account_to_the_first_page(sqlite_app: Flask, sysadmin: FlaskClient, secadmin: FlaskClient) -> None:
    home = factories.village(name="示例村")
    given = {"login": "LiHua", "name": "示例", "phone": "0391-7", "home_unit_id_text": "示例村"}
    made = send(sysadmin, "/accounts/new", given)
    who = db.session.scalars(select(Person).where(Person.login == "lihua")).one()
    assert (made.location, who.home_unit_id) == (f"/accounts/{who.id}", home.id)
    link = link_of(sysadmin, who)

    send(secadmin, f"/accounts/{who.id}/posts", {"role": "office", "unit_id": str(factories.county().id)})
    post = db.session.scalars(select(Post).where(Post.person_id == who.id)).one()
    refused = send(secadmin, f"/accounts/posts/{post.id}/approve", {}, page="/accounts/pending")
    assert refused.status_code == 403
    second = enter(sqlite_app, Role.SECADMIN)
    assert "示例" in second.get("/accounts/pending").text
    assert send(second, f"/accounts/posts/{post.id}/approve", {}, page="/accounts/pending").status_code == 303

    own = sqlite_app.test_client()
    assert send(own, link, {"new_password": PASSWORD, "new_password_again": PASSWORD}).location == "/sign-in"
    assert own.get(link).status_code == 410
    assert send(own, "/sign-in", {"login": "lihua", "password": PASSWORD}).status_code == 303
    assert "创建办" in own.get("/profile").text


def link_of(sysadmin: FlaskClient, who: Person) -> str:
    page = f"/accounts/{who.id}"
    send(sysadmin, f"{page}/reset", {}, page=page)
    found = re.search(r"/reset/[\w-]{20,}", sysadmin.get(page).text)
    assert found
    assert not re.search(r"/reset/[\w-]{20,}", sysadmin.get(page).text), "the link is shown once"
    return found.group()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"login": "a b", "name": "示例"}, "账号为 2 至 64 个字母"),
        ({"login": "taken", "name": "示例"}, "已被使用"),
        ({"login": "lihua", "name": ""}, "请填写姓名"),
        ({"login": "lihua", "name": "示例", "phone": "<b>"}, "联系电话只能含"),
        ({"login": "lihua", "name": "示例", "email": "x"}, "电子邮箱填写有误"),
        ({"login": "lihua", "name": "示例", "home_unit_id_text": "无此村"}, "户籍或居住村"),
        ({"login": "lihua", "name": "示例", "home_unit_id": "9223372036854775808"}, "户籍或居住村"),
    ],
)
def test_a_bad_account_is_sent_back_as_it_was_typed(sysadmin: FlaskClient, given: dict[str, str], words: str) -> None:
    factories.person(login="taken")
    count = db.session.query(Person).count()
    answer = send(sysadmin, "/accounts/new", given)
    assert (answer.status_code, words in answer.text) == (422, True)
    assert f'value="{given["login"]}"' in answer.text
    assert db.session.query(Person).count() == count


def test_an_account_is_corrected_disabled_and_enabled(sysadmin: FlaskClient) -> None:
    who = factories.post(Role.OFFICE).person
    page = f"/accounts/{who.id}"
    assert send(sysadmin, f"{page}/edit", {"login": who.login, "name": "改名"}).location == page
    send(sysadmin, f"{page}/disable", {}, page=page)
    db.session.refresh(who)
    assert (who.name, who.is_active) == ("改名", False)
    send(sysadmin, f"{page}/enable", {}, page=page)
    db.session.refresh(who)
    assert who.is_active


def test_the_posts_of_an_account_are_not_offered_to_its_reader(secadmin: FlaskClient) -> None:
    post = factories.post(Role.OFFICE)
    page = secadmin.get(f"/accounts/{post.person_id}").text
    assert post.person.name in page
    assert 'name="post"' not in page


def test_a_security_administrator_unlocks_and_ends_sessions(secadmin: FlaskClient) -> None:
    post = factories.post(Role.OFFICE)
    post.person.totp_secret = "A" * 32
    sign_in_open(person=post.person, post=post, at=clock.now())
    page = f"/accounts/{post.person_id}"
    for act in ("unlock", "end-sessions", "drop-code"):
        assert send(secadmin, f"{page}/{act}", {}, page=page).status_code == 303
    assert not db.session.scalars(select(SignIn).where(SignIn.person_id == post.person_id)).all()
    db.session.refresh(post.person)
    assert post.person.totp_secret is None


@pytest.mark.parametrize(
    "given",
    [
        {"role": "office"}, {"role": "king"}, {"role": "group_lead"}, {"role": "assignee", "unit_id_text": "无此单位"},
        {"role": "sysadmin", "valid_from": "2026-02-29"},
        {"role": "sysadmin", "valid_from": "2027-01-02", "valid_to": "2027-01-01"},
    ],
)  # fmt: skip
def test_a_bad_grant_is_sent_back(secadmin: FlaskClient, given: dict[str, str]) -> None:
    who = factories.person()
    assert send(secadmin, f"/accounts/{who.id}/posts", given).status_code == 422
    assert not db.session.scalars(select(Post).where(Post.person_id == who.id)).all()


def test_a_grant_asks_for_the_password_when_it_was_long_ago(sqlite_app: Flask) -> None:
    post = factories.post(Role.SECADMIN)
    factories.with_password(post.person)
    client = factories.sign_in(sqlite_app.test_client(), post, ago=timedelta(minutes=11))
    who = factories.person()
    page = f"/accounts/{who.id}/posts"
    asked = client.get(page)
    assert asked.location == f"/sign-in/confirm?next={page}"
    assert send(client, "/sign-in/confirm", {"password": "wrong", "next": page}).status_code == 401
    assert send(client, "/sign-in/confirm", {"password": PASSWORD, "next": page}).location == page
    assert client.get(page).status_code == 200


def test_a_county_with_one_security_administrator_is_told(secadmin: FlaskClient, sqlite_app: Flask) -> None:
    who = factories.person()
    assert "只有一名安全管理员" in secadmin.get(f"/accounts/{who.id}/posts").text
    sqlite_app.config["TWO_PERSON_GRANTS"] = False
    send(secadmin, f"/accounts/{who.id}/posts", {"role": "sysadmin"})
    assert db.session.scalars(select(Post).where(Post.person_id == who.id)).one().approved_at is not None


def test_a_post_is_withdrawn_and_revoked(secadmin: FlaskClient) -> None:
    pending = factories.post(Role.OFFICE, approved_at=None, granted_at=clock.now())
    standing = factories.post(Role.OFFICE)
    page = f"/accounts/{standing.person_id}"
    assert send(secadmin, f"/accounts/posts/{pending.id}/withdraw", {}, page="/accounts/pending").status_code == 303
    assert send(secadmin, f"/accounts/posts/{standing.id}/revoke", {}, page=page).status_code == 303
    assert "已结束" in secadmin.get(page).text


def test_the_list_is_narrowed_and_paged(sysadmin: FlaskClient) -> None:
    for n in range(55):
        factories.person(login=f"many{n:02d}", name=f"示例%{n}")
    first = sysadmin.get("/accounts/?q=many")
    assert "many49" in first.text
    assert "many50" not in first.text
    assert "many54" in sysadmin.get("/accounts/?q=many&after=many49").text
    assert "many54" not in sysadmin.get("/accounts/?q=many&state=disabled").text
    assert "many54" in sysadmin.get("/accounts/?q=%2554").text  # a percent sign is only itself
    assert sysadmin.get("/accounts/?role=king&state=x").status_code == 422


def test_the_matrix_is_shown_in_words(sysadmin: FlaskClient) -> None:
    page = sysadmin.get("/accounts/permissions").text
    assert "审批账号、授予或撤销岗位" in page
    assert "须两人" in page


def test_the_auditor_reads_what_others_did_and_the_security_administrator_what_the_auditor_did(
    sqlite_app: Flask, sysadmin: FlaskClient, secadmin: FlaskClient
) -> None:
    auditor = enter(sqlite_app, Role.AUDITOR)
    who = factories.person()
    send(sysadmin, f"/accounts/{who.id}/reset", {}, page=f"/accounts/{who.id}")
    auditor.get(f"/accounts/{who.id}/posts")  # denied, and noted
    page = auditor.get("/audit/").text
    assert "生成重置链接" in page
    assert f'data-label="对象">{who.name}<' in page
    assert "posts.grant" not in auditor.get("/audit/").text
    assert "posts.grant" in secadmin.get("/audit/auditors").text
    assert "没有符合条件的记录" in auditor.get("/audit/?outcome=failed").text
    assert "没有符合条件的记录" in auditor.get("/audit/?until=2020-01-01").text
    assert auditor.get("/audit/?since=x&outcome=y&after=0").status_code == 422


def test_the_auditor_verifies_every_chain(sqlite_app: Flask) -> None:
    auditor = enter(sqlite_app, Role.AUDITOR)
    page = auditor.get("/audit/chains").text
    assert page.count("完整：没有缺失") == 4
    assert db.session.scalars(select(AuditEntry)).all() == []

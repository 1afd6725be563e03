"""One's own page, and the first minutes of an installation."""

from __future__ import annotations

import re

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests import factories
from tests.factories import PASSWORD, send
from tracker import clock
from tracker.database import db
from tracker.models import Person, Post, Role, SignIn
from tracker.services.sign_ins import sign_in_open

NEW = "Willows-by-the-lake-7"


@pytest.fixture
def post(sqlite_app: Flask) -> Post:
    made = factories.post(Role.OFFICE)
    factories.with_password(made.person)
    return made


@pytest.fixture
def client(sqlite_app: Flask, post: Post) -> FlaskClient:
    return factories.sign_in(sqlite_app.test_client(), post)


def code_of(secret: str, later: int = 0) -> str:
    return pyotp.TOTP(secret).at(int(clock.now().timestamp()) + later)


def test_a_changed_password_keeps_this_browser_and_ends_the_others(
    client: FlaskClient, post: Post, sqlite_app: Flask
) -> None:
    other = factories.sign_in(sqlite_app.test_client(), post)
    given = {"old_password": PASSWORD, "new_password": NEW, "new_password_again": NEW}
    assert send(client, "/profile/password", given).location == "/profile"
    assert client.get("/profile").status_code == 200
    assert other.get("/profile").location.startswith("/sign-in")
    assert send(other, "/sign-in", {"login": post.person.login, "password": PASSWORD}).status_code == 401


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"old_password": "x"}, "原密码不正确"),
        ({"new_password": "12345678", "new_password_again": "12345678"}, "密码至少 10 位"),
        ({"new_password_again": NEW + "x"}, "两次输入的新密码不一致"),
        ({"new_password": ""}, "请填写新密码"),
    ],
)
def test_a_bad_new_password_is_refused_and_never_shown(client: FlaskClient, given: dict[str, str], words: str) -> None:
    typed = {"old_password": PASSWORD, "new_password": NEW, "new_password_again": NEW} | given
    answer = send(client, "/profile/password", typed)
    assert (answer.status_code, words in answer.text) == (422, True)
    assert NEW not in answer.text
    assert PASSWORD not in answer.text


def test_a_password_set_by_another_is_changed_before_anything_else(client: FlaskClient, post: Post) -> None:
    post.person.must_change_password = True
    db.session.commit()
    assert client.get("/profile").location == "/profile/password"
    given = {"old_password": PASSWORD, "new_password": NEW, "new_password_again": NEW}
    send(client, "/profile/password", given)
    assert client.get("/profile").status_code == 200


def test_a_code_is_enrolled_and_asked_for(client: FlaskClient, post: Post, sqlite_app: Flask) -> None:
    page = client.get("/profile/code").text
    secret = re.search(r">([A-Z2-7]{32})<", page)
    assert secret
    assert 'src="data:image/svg+xml' in page
    token = re.search(r'csrf_token" value="([^"]+)', page)
    assert token
    wrong = client.post("/profile/code", data={"code": "1", "csrf_token": token.group(1)})
    assert (wrong.status_code, secret.group(1) in wrong.text) == (422, True)
    good = {"code": code_of(secret.group(1)), "csrf_token": token.group(1)}
    assert client.post("/profile/code", data=good).location == "/profile"

    again = sqlite_app.test_client()
    half = send(again, "/sign-in", {"login": post.person.login, "password": PASSWORD, "next": "/profile"})
    assert half.location == "/sign-in/code?next=/profile"
    assert again.get("/profile").location == "/sign-in/code?next=/profile"
    used = send(again, "/sign-in/code", {"code": good["code"]})
    assert used.status_code == 401
    before = again.get_cookie("tracker_sid")
    fresh = {"code": code_of(secret.group(1), 30), "next": "/profile"}
    assert send(again, "/sign-in/code", fresh).location == "/profile"
    assert again.get_cookie("tracker_sid") != before
    assert again.get("/profile").status_code == 200


def test_a_code_that_was_never_offered_cannot_be_enrolled(client: FlaskClient, post: Post) -> None:
    answer = send(client, "/profile/code", {"code": "123456"}, page="/profile")
    assert answer.status_code == 200
    db.session.refresh(post.person)
    assert post.person.totp_secret is None


def test_where_codes_are_required_nothing_else_comes_first(client: FlaskClient, sqlite_app: Flask) -> None:
    sqlite_app.config["REQUIRE_TOTP"] = True
    assert client.get("/profile").location == "/profile/code"
    assert client.get("/profile/code").status_code == 200
    village = factories.sign_in(sqlite_app.test_client(), factories.post(Role.VILLAGE, unit_id=factories.village().id))
    assert village.get("/profile").status_code == 200


def test_contact_is_corrected(client: FlaskClient, post: Post) -> None:
    send(client, "/profile/contact", {"phone": " 0391-7 ", "email": "", "home_unit_id": "1"}, page="/profile")
    db.session.refresh(post.person)
    assert (post.person.phone, post.person.email, post.person.home_unit_id) == ("0391-7", None, None)
    bad = send(client, "/profile/contact", {"phone": "<script>"}, page="/profile")
    assert (bad.status_code, "&lt;script&gt;" in bad.text) == (422, True)


def test_other_sessions_are_ended(client: FlaskClient, post: Post) -> None:
    sign_in_open(person=post.person, post=post, at=clock.now())
    assert client.get("/profile").text.count("其他设备<") == 1
    send(client, "/profile/sessions/end", {}, page="/profile")
    assert len(db.session.scalars(select(SignIn)).all()) == 1
    assert client.get("/profile").status_code == 200


def setup_form(**given: str) -> dict[str, str]:
    form = {"county": "示例县", "code": "990000", "campaign": "示例创建"}
    for role, end in (("sysadmin", "river"), ("secadmin", "lake"), ("auditor", "pond")):
        form |= {f"{role}_login": role, f"{role}_name": "示例", f"{role}_password": f"Reeds-at-the-{end}-7"}
    return form | given


def test_an_installation_is_set_up_once(visitor: FlaskClient) -> None:
    assert visitor.get("/sign-in").location == "/setup"
    assert send(visitor, "/setup", setup_form()).location == "/sign-in"
    assert visitor.get("/setup").status_code == 404
    token = factories.form_token(visitor, "/sign-in")
    again = visitor.post("/setup", data=setup_form(sysadmin_login="evil") | {"csrf_token": token})
    assert again.status_code == 404
    assert db.session.query(Person).count() == 3
    send(visitor, "/sign-in", {"login": "sysadmin", "password": "Reeds-at-the-river-7"})
    assert visitor.get("/profile").location == "/profile/password"


def test_a_bad_set_up_says_everything_at_once(visitor: FlaskClient) -> None:
    answer = send(visitor, "/setup", setup_form(code="12", campaign="", auditor_login="a b"))
    assert answer.status_code == 422
    assert "有 3 处需要更正" in answer.text
    weak = send(visitor, "/setup", setup_form(auditor_password="12345678"))
    assert (weak.status_code, "12345678" in weak.text) == (422, False)
    assert db.session.query(Person).count() == 0

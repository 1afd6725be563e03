"""A form that is sent after the session or the page has expired: nothing typed is lost, and the way back is shown."""

from __future__ import annotations

import pytest
from flask import Flask

from tests import factories
from tracker.database import db
from tracker.models import Role, SignIn

PAGE = "/issues/new?visit=7"
HERE = {"Referer": f"http://localhost{PAGE}"}


def test_whoever_signs_in_again_comes_back_to_the_form_and_is_told_that_it_was_not_sent(sqlite_app: Flask) -> None:
    phone = factories.sign_in(
        sqlite_app.test_client(), factories.post(Role.GROUP_MEMBER, group_id=factories.group().id)
    )
    token = factories.form_token(phone, "/issues/new")
    db.session.query(SignIn).delete()
    db.session.commit()
    answer = phone.post("/issues/new", data={"csrf_token": token, "description": "示例"}, headers=HERE)
    assert (answer.status_code, answer.location) == (303, "/sign-in?next=/issues/new?visit%3D7")
    assert "还没有提交" in phone.get(answer.location).text


@pytest.mark.parametrize(
    "referrer", ["", "http://example.org/issues/new", "http://localhost/visits/stops/1/note", "http://localhost//x.org"]
)
def test_nobody_is_led_to_what_is_no_page_of_ours(sqlite_app: Flask, referrer: str) -> None:
    phone = factories.sign_in(sqlite_app.test_client(), factories.post(Role.OFFICE))
    token = factories.form_token(phone, "/issues/new")
    db.session.query(SignIn).delete()
    db.session.commit()
    given = {"csrf_token": token, "description": "示例"}
    assert phone.post("/issues/new", data=given, headers={"Referer": referrer}).location == "/sign-in"


def test_a_page_that_has_expired_shows_the_words_that_were_typed_and_the_way_back(sqlite_app: Flask) -> None:
    phone = factories.sign_in(sqlite_app.test_client(), factories.post(Role.OFFICE))
    given = {"csrf_token": "old", "description": "示例：沟渠内有垃圾", "star_id": "12", "severity": "general"}
    answer = phone.post("/issues/new", data=given, headers=HERE)
    assert answer.status_code == 400
    assert "示例：沟渠内有垃圾" in answer.text
    assert f'href="{PAGE}"' in answer.text
    assert "general" not in answer.text

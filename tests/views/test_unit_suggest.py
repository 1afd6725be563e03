"""Suggestions as the pages ask for them."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import factories
from tracker.models import Role, Unit, UnitKind


@pytest.fixture
def town(app: Flask) -> Unit:
    return factories.unit(UnitKind.TOWNSHIP, name="小董乡", pinyin="xiaodongxiang", initials="xdx")


def entered(app: Flask, role: Role, **given: object) -> FlaskClient:
    return factories.sign_in(app.test_client(), factories.post(role, **given))


def test_unit_is_suggested_with_its_place(app: Flask, town: Unit) -> None:
    village = factories.unit(parent=town, name="宋庄村", pinyin="songzhuangcun", initials="szc")
    answer = entered(app, Role.VILLAGE, unit_id=village.id).get("/units/suggest?q=sz&kinds=village,community")
    assert answer.json == [{"id": village.id, "name": "宋庄村", "path": "小董乡", "kind": "village"}]


@pytest.mark.parametrize("query", ["q=" + "a" * 201, "q=a%00", "kinds=planet"])
def test_suggestion_refuses_what_cannot_be_meant(app: Flask, town: Unit, query: str) -> None:
    assert entered(app, Role.OFFICE).get(f"/units/suggest?{query}").status_code == 422


def test_people_are_suggested_only_to_those_who_assign(app: Flask, town: Unit) -> None:
    assert entered(app, Role.VILLAGE, unit_id=town.id).get("/people/suggest?q=x").status_code == 403


def test_people_who_answer_for_a_unit_are_suggested(app: Flask, town: Unit) -> None:
    post = factories.post(Role.ASSIGNEE, unit_id=town.id, title="副乡长", who=factories.person(name="小董乡责任人"))
    factories.post(Role.TOWNSHIP, unit_id=town.id)
    factories.post(Role.ASSIGNEE, unit_id=town.id, approved_at=None)
    factories.post(Role.ASSIGNEE, unit_id=factories.village().id, who=factories.person(name="别处责任人"))
    client = entered(app, Role.OFFICE)
    at_unit = client.get(f"/people/suggest?unit_id={town.id}&q=").json
    assert at_unit == [{"id": post.person_id, "name": "小董乡责任人", "path": "小董乡 副乡长", "kind": "assignee"}]
    assert [one["name"] for one in client.get("/people/suggest?q=责任人").json or []] == ["小董乡责任人", "别处责任人"]
    assert client.get("/people/suggest?unit_id=１").status_code == 422

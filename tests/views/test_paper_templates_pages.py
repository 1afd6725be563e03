"""The pages on which the county words its documents: previewed, kept, restored, refused with what was typed."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import factories
from tracker import clock
from tracker.models import Role
from tracker.papers.wording import USUAL

PATH = "/rules/papers/remind"
OWN = {"mark": "{{ issuer }}文件", "title": "提醒通知",
       "opening": "请{{ unit }}抓紧。", "closing": "", "issuer": "县委",
       "copies": "", "note": "示例"}  # fmt: skip


@pytest.fixture
def office(sqlite_app: Flask) -> FlaskClient:
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    return factories.sign_in(sqlite_app.test_client(), factories.post(Role.OFFICE))


def typed(**changed: str) -> dict[str, str]:
    return OWN | {"effective_on": clock.today().isoformat()} | changed


def test_a_preview_shows_the_example_and_keeps_nothing(office: FlaskClient) -> None:
    page = office.post(PATH, data=typed(act="preview"))
    assert page.status_code == 200
    assert "请示例村民委员会抓紧。" in page.text
    assert re.search(r'<p class="notice-mark">.*文件</p>', page.text)
    assert 'value="提醒通知"' in page.text
    assert "系统默认" in office.get("/rules/papers").text


def test_a_version_is_kept_restored_and_taken_back(office: FlaskClient) -> None:
    assert office.post(PATH, data=typed(act="save")).status_code == 303
    assert "本县文字" in office.get("/rules/papers").text
    later = (clock.today() + timedelta(days=2)).isoformat()
    office.post(PATH, data=typed(act="save", title="以后的标题", effective_on=later))
    page = office.get(PATH).text
    assert ("执行中" in page, "尚未生效" in page, 'value="提醒通知"' in page) == (True, True, True)
    withdrawal = re.search(rf"{PATH}/\d+/withdraw", page)
    assert withdrawal
    assert "已撤回" in office.post(withdrawal[0], follow_redirects=True).text
    assert "该版本已生效或已撤回" in office.post(withdrawal[0], follow_redirects=True).text
    [restore, *_more] = re.findall(rf"{PATH}\?from=\d+", page)
    assert 'value="以后的标题"' in office.get(restore).text
    assert 'value="提醒函"' in office.get(f"{PATH}?from=usual").text


@pytest.mark.parametrize("act", ["preview", "save"])
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(office: FlaskClient, act: str) -> None:
    page = office.post(PATH, data=typed(act=act, title="", opening="{{ password }}"))
    assert page.status_code == 422
    assert ("请填写标题" in page.text, "没有 password 这个字段" in page.text, "{{ password }}" in page.text) == (
        True,
    ) * 3


def test_readers_see_the_words_and_change_nothing(sqlite_app: Flask, office: FlaskClient) -> None:
    village = factories.sign_in(sqlite_app.test_client(), factories.post(Role.VILLAGE, unit_id=factories.village().id))
    assert '<form class="panel"' not in village.get(PATH).text
    assert village.post(PATH, data=typed(act="save")).status_code == 403
    assert office.get("/rules/papers/nothing").status_code == 404
    assert office.get(f"{PATH}?from=999").status_code == 404
    assert office.get(f"{PATH}?from=x").status_code == 404


def test_every_kind_has_its_page(office: FlaskClient) -> None:
    assert {kind: office.get(f"/rules/papers/{kind}").status_code for kind in USUAL} == dict.fromkeys(USUAL, 200)

"""Channels set up by an administrator, one's own addresses, and what became of each message."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests import factories, listeners
from tests.conftest import AT
from tests.factories import send
from tests.services.test_channels import address, channel
from tracker import clock
from tracker.database import db
from tracker.models import AuditEntry, Channel, ChannelKind, OutboxMessage, PersonChannel, Post, Role
from tracker.relay import relay_once
from tracker.sealing import seal, unseal
from tracker.services.channels import channels_for

MAIL = {
    "name": "县邮局", "host": "smtp.example.invalid", "port": "587", "security": "starttls", "sender": "d@example.org",
    "user": "d", "password": "reeds-and-water", "per_minute": "300", "is_on": "1",
}  # fmt: skip


def client_of(app: Flask, role: Role) -> tuple[FlaskClient, Post]:
    post = factories.post(role)
    return factories.sign_in(app.test_client(), post), post


@pytest.fixture
def admin(sqlite_app: Flask) -> FlaskClient:
    return client_of(sqlite_app, Role.SYSADMIN)[0]


def test_a_secret_is_sealed_kept_when_left_empty_and_never_shown(sqlite_app: Flask, admin: FlaskClient) -> None:
    assert send(admin, "/channels/new/mail", MAIL).status_code == 303
    made = db.session.scalars(select(Channel)).one()
    key = sqlite_app.config["SECRET_KEY"]
    assert "reeds-and-water" not in made.secrets
    assert "password" not in made.settings
    page = admin.get(f"/channels/{made.id}").text
    assert "reeds-and-water" not in page
    assert "已设置，重新填写可更换" in page
    changed = MAIL | {"password": "", "port": "25", "version": str(made.version)}
    assert send(admin, f"/channels/{made.id}", changed).status_code == 303
    db.session.expire_all()
    assert (unseal(made.secrets, key), made.settings["port"]) == ({"password": "reeds-and-water"}, 25)
    assert send(admin, f"/channels/{made.id}", changed).status_code == 409  # of an older version
    told = [entry.detail for entry in db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq))]
    assert told[-1]["settings"] == ["port"]
    assert "reeds-and-water" not in str(told)


@pytest.mark.parametrize(
    ("kind", "given", "field"),
    [
        ("mail", {"host": "127.0.0.1"}, "host"),
        ("mail", {"sender": "nobody"}, "sender"),
        ("mail", {"security": "none"}, "security"),
        ("wecom_app", {"base": "http://qyapi.weixin.qq.com", "corp_id": "c", "agent_id": "1", "secret": "s"}, "base"),
        ("wecom_robot", {"key": "https://169.254.169.254/cgi-bin/webhook/send?key=k"}, "base"),
        ("dingtalk_robot", {"key": ""}, "key"),
        ("sms", {"method": "POST", "url": "https://10.0.0.1/", "body_format": "json", "body": "{"}, "url"),
        ("sms", {"method": "POST", "url": "https://10.0.0.1/", "body_format": "json", "body": "{"}, "body"),
    ],
)
def test_a_channel_that_must_not_be_is_refused_with_what_was_typed(
    admin: FlaskClient, kind: str, given: dict[str, str], field: str
) -> None:
    answer = send(admin, f"/channels/new/{kind}", MAIL | given)
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in answer.text
    assert "县邮局" in answer.text
    assert db.session.scalar(select(Channel.id)) is None


def test_a_whole_webhook_address_is_taken_apart(sqlite_app: Flask, admin: FlaskClient) -> None:
    sqlite_app.config["CHANNEL_HOSTS"] = ["127.0.0.1:9"]
    paths = {
        "wecom_robot": "/cgi-bin/webhook/send?key=KEY", "dingtalk_robot": "/robot/send?access_token=KEY",
        "feishu_robot": "/open-apis/bot/v2/hook/KEY",
    }  # fmt: skip
    for kind, path in paths.items():
        assert send(admin, f"/channels/new/{kind}", MAIL | {"key": f"http://127.0.0.1:9{path}"}).status_code == 303
    for made in db.session.scalars(select(Channel)):
        assert unseal(made.secrets, sqlite_app.config["SECRET_KEY"]) == {"key": "KEY"}
        assert made.settings["base"] == "http://127.0.0.1:9"


def _outgoing() -> list[OutboxMessage]:
    query = select(OutboxMessage).where(OutboxMessage.channel != "inbox").order_by(OutboxMessage.id)
    return list(db.session.scalars(query))


def test_an_address_is_used_once_its_code_came_back(sqlite_app: Flask) -> None:
    channel()
    client, post = client_of(sqlite_app, Role.OFFICE)
    page, given = "/profile/channels", {"address": "li@example.org", "is_on": "1", "quiet_from": "22:00"}
    answer = send(client, f"{page}/mail", given, page=page)
    assert (answer.status_code, "免打扰的开始和结束要一起填写" in answer.text) == (422, True)
    assert send(client, f"{page}/mail", given | {"quiet_to": "07:00"}, page=page).status_code == 303
    (sent,) = _outgoing()
    assert (sent.kind, channels_for([post.person_id])) == ("channel_code", {})
    assert send(client, f"{page}/mail/again", {}, page=page).status_code == 429
    wrong = "000000" if sent.context["code"] != "000000" else "000001"
    assert send(client, f"{page}/mail/code", {"code": wrong}, page=page).status_code == 422
    assert send(client, f"{page}/mail/code", {"code": sent.context["code"]}, page=page).status_code == 303
    assert channels_for([post.person_id]) == {post.person_id: ["mail"]}
    assert send(client, f"{page}/mail/test", {}, page=page).status_code == 303
    assert [one.kind for one in _outgoing()] == ["channel_code", "channel_test"]
    assert send(client, f"{page}/mail", {"address": "wang@example.org", "is_on": "1"}, page=page).status_code == 303
    assert channels_for([post.person_id]) == {}  # another address is another's until it is confirmed


def test_a_code_dies_after_five_wrong_tries(sqlite_app: Flask) -> None:
    channel()
    client, _post = client_of(sqlite_app, Role.OFFICE)
    page = "/profile/channels"
    send(client, f"{page}/mail", {"address": "li@example.org", "is_on": "1"}, page=page)
    right = _outgoing()[0].context["code"]
    for _ in range(5):
        send(client, f"{page}/mail/code", {"code": f"{(int(right) + 1) % 10**6:06d}"}, page=page)
    assert send(client, f"{page}/mail/code", {"code": right}, page=page).status_code == 422


def test_a_failed_message_shows_why_and_goes_again_by_hand(sqlite_app: Flask) -> None:
    with listeners.web_server(lambda _call: (200, {"errcode": 40008, "errmsg": "no"})) as web:
        sqlite_app.config["CHANNEL_HOSTS"] = [web.host]
        made = channel(ChannelKind.WECOM_ROBOT, settings={"base": web.base}, secrets=_sealed(sqlite_app))
        client, _post = client_of(sqlite_app, Role.OFFICE)
        for n in range(2):
            _queue(key=f"k{n}", channel="wecom_robot", channel_id=made.id)
        assert relay_once(sqlite_app).failed == 2
        page = client.get("/deliveries?state=failed").text
        assert "对方拒收，请核对收件地址（对方答复：40008 no）" in page
        web.answer = lambda _call: (200, {"errcode": 0})
        one = _outgoing()[0].id
        assert send(client, "/deliveries/resend", {"ids": str(one)}, page="/deliveries").status_code == 303
        assert relay_once(sqlite_app).sent == 1
        every = {"every": "1", "state": "failed"}
        assert send(client, "/deliveries/resend", every, page="/deliveries").status_code == 303
        assert relay_once(sqlite_app).sent == 1
    db.session.expire_all()
    assert [(one.key, one.sent_at is None, one.failed_at) for one in _outgoing()] == [
        ("k0", False, None), ("k1", False, None),
    ]  # fmt: skip
    actions = db.session.scalars(select(AuditEntry.action)).all()
    assert actions.count("message.resend") == 2


def _sealed(app: Flask) -> str:
    return seal({"key": "k"}, app.config["SECRET_KEY"])


def _queue(**given: Any) -> OutboxMessage:
    made: OutboxMessage = factories.saved(
        OutboxMessage(**{"kind": "channel_test", "context": {}, "created_at": clock.now()} | given)
    )
    return made


def test_a_queue_that_stands_still_alarms_and_filters_find(sqlite_app: Flask) -> None:
    client, post = client_of(sqlite_app, Role.OFFICE)
    address(post.person)
    assert "有消息积压" not in client.get("/deliveries").text
    _queue(key="old", channel="mail", recipient_id=post.person_id, created_at=clock.now() - timedelta(minutes=6))
    _queue(key="later", channel="mail", recipient_id=post.person_id, not_before=clock.now() + timedelta(hours=9))
    _queue(key="in", channel="inbox", recipient_id=post.person_id, sent_at=AT, read_at=AT, created_at=AT)
    assert "有消息积压" in client.get("/deliveries").text
    for query, rows in (
        ("", 3), ("?state=queued", 2), ("?state=read", 1), ("?channel=mail", 2), ("?day=2026-03-02", 1),
        (f"?person={post.person.name}&channel=inbox", 1), ("?person=nobody", 0), ("?day=x", 3),
    ):  # fmt: skip
        assert client.get(f"/deliveries{query}").text.count('name="ids"') == rows, query


def test_who_looks_after_the_sending_sees_no_issue(sqlite_app: Flask, admin: FlaskClient) -> None:
    issue = factories.issue()
    _queue(key="x", channel="inbox", recipient_id=factories.person().id, issue_id=issue.id, kind="assigned",
           context={"number": issue.number, "summary": "示例：机密"})  # fmt: skip
    page = admin.get("/deliveries").text
    assert issue.number not in page
    assert "机密" not in page
    office, _post = client_of(sqlite_app, Role.OFFICE)
    assert issue.number in office.get("/deliveries").text


def test_removing_an_address_ends_its_use(sqlite_app: Flask) -> None:
    channel()
    client, post = client_of(sqlite_app, Role.VILLAGE)
    address(post.person)
    assert send(client, "/profile/channels/mail/remove", {}, page="/profile/channels").status_code == 303
    assert db.session.scalar(select(PersonChannel.id)) is None

"""Couriers against real listeners on loopback: what goes out, and what each answer means."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests import listeners
from tests.conftest import AT
from tests.listeners import PASSWORD, Call, Certificate, MailSink
from tracker.delivery.chat import DingtalkRobot, FeishuRobot, WecomApp, WecomRobot
from tracker.delivery.couriers import courier
from tracker.delivery.mail import MailCourier
from tracker.delivery.outcome import Fault, Outside, Parcel, UndeliveredError, Verdict, scrubbed
from tracker.delivery.web import call
from tracker.outward import AddressError, Allowed, check

PARCEL = Parcel("digest:2026-03-02:7:mail", "li@example.org", "整改\r\nBcc: evil@example.org", "正文", "<p>正文</p>")
ROBOT = Parcel("robot:1", "", "", "逾期 2 件")


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return listeners.certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def sink(proof: Certificate, request: pytest.FixtureRequest) -> Iterator[MailSink]:
    with listeners.mail_server(proof, getattr(request, "param", "starttls")) as running:
        yield running


def outside(host: str, ca_file: Path | None = None) -> Outside:
    return Outside(Allowed.of([host]), str(ca_file or ""), timeout=5)


def mailer(sink: MailSink, ca_file: Path | None, **given: Any) -> MailCourier:
    defaults = {
        "host": "localhost", "port": sink.port, "security": "starttls", "sender": "duban@example.org",
        "sender_name": "督办", "user": "duban", "password": PASSWORD, "outside": outside("localhost", ca_file),
    }  # fmt: skip
    return MailCourier(**defaults | given)


def failure(act: Callable[[], object]) -> tuple[Fault, Verdict]:
    with pytest.raises(UndeliveredError) as raised:
        act()
    return raised.value.fault, raised.value.verdict


@pytest.mark.parametrize("sink", ["starttls", "tls"], indirect=True)
def test_mail_goes_encrypted_many_by_one_connection(
    sink: MailSink, proof: Certificate, request: pytest.FixtureRequest
) -> None:
    made = mailer(sink, proof.ca_file, security=request.node.callspec.params["sink"])
    with made.opened():
        for _ in range(3):
            made.carry(PARCEL, AT)
    mail = sink.mails[0]
    assert set(sink.ids()) == {f"<{PARCEL.stable_id}@example.org>"}
    assert (mail["Subject"], mail["Bcc"], mail["To"]) == ("整改 Bcc: evil@example.org", None, "li@example.org")
    assert [part.get_content().strip() for part in mail.iter_parts()] == ["正文", "<p>正文</p>"]
    assert len(sink.mails) == 3
    assert sink.connections <= 2  # once before STARTTLS, once after


def test_an_address_cannot_begin_another_header(sink: MailSink, proof: Certificate) -> None:
    made = mailer(sink, proof.ca_file)
    bad = Parcel("k", "li@example.org\r\nBcc: evil@example.org", "整改", "正文", "<p>正文</p>")
    with made.opened():
        assert failure(lambda: made.carry(bad, AT)) == (Fault.REFUSED, Verdict.GIVE_UP)
    assert not sink.mails


@pytest.mark.parametrize(
    ("reply", "fault", "verdict"),
    [
        ("550 no such user", Fault.REFUSED, Verdict.GIVE_UP),
        ("452 mailbox full", Fault.BUSY, Verdict.LATER),
        ("421 too many", Fault.RATE, Verdict.HOLD),
        (None, Fault.CUT, Verdict.LATER),
    ],
)
def test_what_a_mail_servers_reply_means(
    sink: MailSink, proof: Certificate, reply: str | None, fault: Fault, verdict: Verdict
) -> None:
    sink.replies = [reply]
    made = mailer(sink, proof.ca_file)
    with made.opened():
        assert failure(lambda: made.carry(PARCEL, AT)) == (fault, verdict)
        made.carry(PARCEL, AT)  # by a new connection where the old one went
    assert set(sink.ids()) == {f"<{PARCEL.stable_id}@example.org>"}


def test_a_mail_server_must_show_who_it_is_and_know_us(sink: MailSink, proof: Certificate, tmp_path: Path) -> None:
    other = listeners.certificate(tmp_path)
    for made, fault in (
        (mailer(sink, None), Fault.TLS), (mailer(sink, other.ca_file), Fault.TLS),
        (mailer(sink, proof.ca_file, password="wrong"), Fault.AUTH),
        (mailer(sink, proof.ca_file, outside=Outside()), Fault.ADDRESS),
        (mailer(sink, proof.ca_file, port=1), Fault.UNREACHABLE),
    ):  # fmt: skip
        with made.opened():
            assert failure(lambda made=made: made.carry(PARCEL, AT)) == (fault, Verdict.HOLD)
    assert not sink.mails


def test_mail_never_goes_in_the_clear(proof: Certificate) -> None:
    with listeners.mail_server(proof, "none") as plain:
        made = mailer(plain, proof.ca_file)
        assert failure(lambda: made.carry(PARCEL, AT)) == (Fault.TLS, Verdict.HOLD)
        assert not plain.mails


def test_robots_sign_as_their_makers_ask() -> None:
    with listeners.web_server(lambda _call: (200, {"errcode": 0, "code": 0})) as web:
        here = outside(web.host)
        for robot in (
            WecomRobot(web.base, here, "wk"), DingtalkRobot(web.base, here, "dk", "ds"),
            FeishuRobot(web.base, here, "fk", "fs"),
        ):  # fmt: skip
            robot.carry(ROBOT, AT)
    wecom, ding, feishu = web.calls
    assert wecom.path == "/cgi-bin/webhook/send?key=wk"
    assert wecom.body == {"msgtype": "text", "text": {"content": "逾期 2 件"}}
    query = {name: values[0] for name, values in parse_qs(urlsplit(ding.path).query).items()}
    moment = str(int(AT.timestamp() * 1000))
    wanted = base64.b64encode(hmac.digest(b"ds", f"{moment}\nds".encode(), hashlib.sha256)).decode()
    assert query == {"access_token": "dk", "timestamp": moment, "sign": wanted}
    seconds = str(int(AT.timestamp()))
    wanted = base64.b64encode(hmac.digest(f"{seconds}\nfs".encode(), b"", hashlib.sha256)).decode()
    assert (feishu.path, feishu.body["timestamp"], feishu.body["sign"]) == (
        "/open-apis/bot/v2/hook/fk",
        seconds,
        wanted,
    )


def _wecom(base: str, here: Outside) -> WecomRobot:
    return WecomRobot(base, here, "k")


def _dingtalk(base: str, here: Outside) -> DingtalkRobot:
    return DingtalkRobot(base, here, "k", "")


def _feishu(base: str, here: Outside) -> FeishuRobot:
    return FeishuRobot(base, here, "k", "")


@pytest.mark.parametrize(
    ("robot", "answer", "fault", "verdict"),
    [
        (_wecom, (200, {"errcode": 45009}), Fault.RATE, Verdict.HOLD),
        (_dingtalk, (200, {"errcode": 130101}), Fault.RATE, Verdict.HOLD),
        (_dingtalk, (200, {"errcode": 410100}), Fault.RATE, Verdict.HOLD),
        (_feishu, (200, {"code": 11232}), Fault.RATE, Verdict.HOLD),
        (_feishu, (400, {"code": 9499, "msg": "too many request"}), Fault.RATE, Verdict.HOLD),
        (_feishu, (400, {"code": 9499, "msg": "Bad Request"}), Fault.REFUSED, Verdict.GIVE_UP),
        (_wecom, (429, {}), Fault.RATE, Verdict.HOLD),
        (_wecom, (200, {"errcode": 93000}), Fault.AUTH, Verdict.HOLD),
        (_dingtalk, (200, {"errcode": 400102}), Fault.AUTH, Verdict.HOLD),
        (_feishu, (200, {"code": 19021}), Fault.AUTH, Verdict.HOLD),
        (_wecom, (200, {"errcode": -1}), Fault.BUSY, Verdict.LATER),
        (_wecom, (503, {}), Fault.BUSY, Verdict.LATER),
        (_wecom, (200, {"errcode": 40008, "errmsg": "invalid type"}), Fault.REFUSED, Verdict.GIVE_UP),
        (_wecom, (200, {"errcode": 130101}), Fault.REFUSED, Verdict.GIVE_UP),  # a code of another platform says nothing
        (_wecom, (200, ["?"]), Fault.ANSWER, Verdict.LATER),
        (_wecom, (302, {}), Fault.ANSWER, Verdict.HOLD),
        (_wecom, (200, {"errcode": 0, "long": "x" * 70_000}), Fault.ANSWER, Verdict.HOLD),
        (_wecom, None, Fault.CUT, Verdict.LATER),
    ],
)
def test_what_a_robots_answer_means(
    robot: Callable[[str, Outside], Any], answer: tuple[int, Any] | None, fault: Fault, verdict: Verdict
) -> None:
    with listeners.web_server(lambda _call: answer) as web:
        web.more_headers = {"Location": f"{web.base}/elsewhere"}
        made = robot(web.base, outside(web.host))
        assert failure(lambda: made.carry(ROBOT, AT)) == (fault, verdict)
        assert len(web.calls) == 1  # no redirect was followed


def test_an_application_renews_its_token_when_it_has_run_out() -> None:
    tokens = iter(["t1", "t2", "t3"])

    def answer(call: Call) -> tuple[int, Any]:
        if call.path.startswith("/cgi-bin/gettoken"):
            return 200, {"errcode": 0, "access_token": next(tokens), "expires_in": 7200}
        if "t1" in call.path:
            return 200, {"errcode": 42001}
        unknown = call.body["touser"] == "nobody"
        return 200, {"errcode": 0, "invaliduser": "nobody" if unknown else ""}

    with listeners.web_server(answer) as web:
        app = WecomApp(web.base, outside(web.host), "corp", 7, "secret")
        app.carry(Parcel("a", "lisi", "", "正文"), AT)
        app.carry(Parcel("b", "lisi", "", "正文"), AT)
        assert failure(lambda: app.carry(Parcel("c", "nobody", "", ""), AT)) == (Fault.REFUSED, Verdict.GIVE_UP)
    assert [urlsplit(one.path).path.rpartition("/")[2] for one in web.calls] == (
        ["gettoken", "send", "gettoken", "send", "send", "send"]
    )
    assert app.token == "t2"


QUOTED = "%E7%94%B2%22%7Bmobile%7D%22"
SMS = {
    "method": "POST", "url": "{base}/send?app=1", "headers": "Authorization: Bearer {secret}", "body_format": "json",
    "body": '{"to": ["{mobile}"], "msg": "{text}", "ref": "{id}"}', "ok_path": "result.0.code", "ok_value": "0",
    "rate_values": "8 9",
}  # fmt: skip


@pytest.mark.parametrize(
    ("given", "path", "body"),
    [
        ({}, "/send?app=1", {"to": ["13800000000"], "msg": '甲"{mobile}"', "ref": "REF"}),
        ({"method": "GET", "url": "{base}/s?m={mobile}&t={text}"}, f"/s?m=13800000000&t={QUOTED}", ""),
        ({"body_format": "form", "body": "m={mobile}&t={text}"}, "/send?app=1",
         f"m=13800000000&t={QUOTED}"),
    ],
)  # fmt: skip
def test_a_gateways_template_is_filled_as_its_place_asks(given: dict[str, str], path: str, body: Any) -> None:
    parcel = Parcel("k", "13800000000", "", '甲"{mobile}"')
    with listeners.web_server(lambda _call: (200, {"result": [{"code": 0}]})) as web:
        settings = {name: value.replace("{base}", web.base) for name, value in (SMS | given).items()}
        courier("sms", settings, {"secret": "s3cret"}, outside(web.host)).carry(parcel, AT)
    seen = web.calls[0]
    wanted = {"to": ["13800000000"], "msg": '甲"{mobile}"', "ref": parcel.stable_id} if isinstance(body, dict) else body
    assert (seen.path, seen.body) == (path, wanted)
    assert (seen.headers["Authorization"], seen.headers["Idempotency-Key"]) == ("Bearer s3cret", parcel.stable_id)


@pytest.mark.parametrize(
    ("answer", "fault", "verdict"),
    [
        ((200, {"result": [{"code": 5}]}), Fault.REFUSED, Verdict.GIVE_UP),
        ((200, {"result": []}), Fault.REFUSED, Verdict.GIVE_UP),
        ((200, {"result": [{"code": 8}]}), Fault.RATE, Verdict.HOLD),
        ((401, {}), Fault.AUTH, Verdict.HOLD),
        ((500, {}), Fault.BUSY, Verdict.LATER),
    ],
)
def test_what_a_gateways_answer_means(answer: tuple[int, Any], fault: Fault, verdict: Verdict) -> None:
    with listeners.web_server(lambda _call: answer) as web:
        made = courier("sms", SMS | {"url": web.base}, {"secret": "s"}, outside(web.host))
        assert failure(lambda: made.carry(Parcel("k", "1", "", ""), AT)) == (fault, verdict)


def test_https_verifies_the_certificate(proof: Certificate) -> None:
    with listeners.web_server(lambda _call: (200, {}), proof) as web:
        assert call(web.base, outside(web.host, proof.ca_file), body=b"{}").status == 200
        assert failure(lambda: call(web.base, outside(web.host))) == (Fault.TLS, Verdict.HOLD)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/", "https://[::1]/", "https://10.1.2.3/", "https://169.254.169.254/", "https://0x7f000001/",
        "https://2130706433/", "https://localhost./", "https://127.1/", "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::a00:1]/", "https://[2002:a00:1::]/", "https://0.0.0.0/", "https://224.0.0.1/",
        "https://u:p@8.8.8.8/", "http://8.8.8.8/", "gopher://8.8.8.8/", "file:///etc/passwd", "https:///", "https://",
        "https://8.8.8.8:99999/", "https://8.8.8.8\\@127.0.0.1/", "https://8.8.8.8/\r\nHost: x", "127.0.0.1",
    ],
)  # fmt: skip
def test_no_way_leads_into_the_house(url: str) -> None:
    with pytest.raises(AddressError):
        check(url, Allowed())
    assert failure(lambda: call(url, Outside(timeout=1)))[1] is Verdict.HOLD


def test_no_secret_stays_in_an_error() -> None:
    said = scrubbed("key=a%2Fb%2Bc a/b+c token", ["a/b+c", "to", "token"])
    assert said == "key=*** *** ***"

"""The way in: who fails waits, who succeeds gets a session of their own, and nothing is learned by trying."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests import factories
from tests.conftest import AT
from tests.factories import PASSWORD
from tracker.database import db
from tracker.models import AuditEntry, OutboxMessage, Person, Role, SignIn, SignInAttempt

SAME_ANSWER = "账号或密码错误"
WAIT = "登录失败次数过多，请30分钟后再试"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(AT, tick=False) as traveller:
        yield traveller


@pytest.fixture
def somebody(sqlite_app: Flask) -> Person:
    return factories.with_password(factories.post(Role.OFFICE).person)


def enter(client: FlaskClient, login: str, password: str, **given: str):
    return factories.send(client, "/sign-in", {"login": login, "password": password, **given})


def token(client: FlaskClient) -> str:
    cookie = client.get_cookie("tracker_sid")
    return cookie.value if cookie else ""


def audited(action: str) -> list[str]:
    return list(db.session.scalars(select(AuditEntry.outcome).where(AuditEntry.action == action)))


def test_who_has_one_post_goes_straight_in(visitor: FlaskClient, somebody: Person) -> None:
    answer = enter(visitor, f" {somebody.login.upper()} ", PASSWORD)
    assert (answer.status_code, audited("sign_in")) == (303, ["done"])
    assert visitor.get("/sign-in").status_code == 303  # signed in already
    assert db.session.scalars(select(SignIn)).one().post_id == somebody.posts[0].id


def test_nobody_learns_whether_a_login_exists(visitor: FlaskClient, somebody: Person) -> None:
    disabled = factories.with_password(factories.person(is_active=False))
    without = factories.person()
    pages = []
    for login in (somebody.login, "nobody", disabled.login, without.login):
        answer = enter(visitor, login, "wrong password")
        assert answer.status_code == 401
        pages.append(factories.bare(answer.text).replace(login, "LOGIN"))
    assert len(set(pages)) == 1
    assert SAME_ANSWER in pages[0]


def test_a_wrong_password_costs_as_much_work_as_an_unknown_login(
    visitor: FlaskClient, somebody: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tracker.services import passwords  # noqa: PLC0415  # its hasher is watched

    verified: list[str] = []
    real = passwords._hasher.verify
    monkeypatch.setattr(type(passwords._hasher), "verify", lambda _self, *given: verified.append("") or real(*given))
    for login in (somebody.login, "nobody"):
        before = len(verified)
        enter(visitor, login, "wrong password")
        assert len(verified) == before + 1


def test_after_five_failures_even_the_right_password_waits(
    visitor: FlaskClient, somebody: Person, clock: time_machine.Traveller
) -> None:
    assert [enter(visitor, somebody.login, "wrong").status_code for _ in range(5)] == [401] * 5
    locked = enter(visitor, somebody.login, PASSWORD)
    assert (locked.status_code, WAIT in locked.text) == (429, True)
    assert audited("sign_in.lock") == ["denied"]
    assert db.session.scalar(select(func.count()).select_from(SignInAttempt)) == 5  # waiting does not lengthen the wait
    warned = select(OutboxMessage.recipient_id).where(OutboxMessage.kind == "sign_in_lock")
    assert list(db.session.scalars(warned)) == [somebody.id]
    clock.shift(timedelta(minutes=31))
    assert enter(visitor, somebody.login, PASSWORD).status_code == 303


def test_an_unknown_login_locks_like_a_known_one(visitor: FlaskClient, somebody: Person) -> None:
    assert [enter(visitor, "nobody", "wrong").status_code for _ in range(6)] == [401] * 5 + [429]


def test_failures_far_apart_do_not_lock(
    visitor: FlaskClient, somebody: Person, clock: time_machine.Traveller
) -> None:  # fmt: skip
    for _ in range(8):
        assert enter(visitor, somebody.login, "wrong").status_code == 401
        clock.shift(timedelta(minutes=5))
    assert enter(visitor, somebody.login, PASSWORD).status_code == 303


def test_a_known_device_is_not_locked_out_by_others(sqlite_app: Flask, somebody: Person) -> None:
    known, stranger = sqlite_app.test_client(), sqlite_app.test_client()
    enter(known, somebody.login, PASSWORD)
    known.delete_cookie("tracker_sid")
    assert [enter(stranger, somebody.login, "wrong").status_code for _ in range(6)][-1] == 429
    assert enter(known, somebody.login, PASSWORD).status_code == 303
    known.delete_cookie("tracker_sid")
    assert [enter(known, somebody.login, "wrong").status_code for _ in range(6)] == [401] * 5 + [429]


def test_a_forged_device_cookie_is_no_known_device(visitor: FlaskClient, somebody: Person) -> None:
    visitor.set_cookie("tracker_device", f"[{somebody.id}].x.y")
    assert [enter(visitor, somebody.login, "wrong").status_code for _ in range(6)][-1] == 429


def test_one_address_cannot_try_many_logins_whatever_it_claims_to_be(visitor: FlaskClient, somebody: Person) -> None:
    for n in range(50):
        db.session.add(SignInAttempt(login=f"x{n}", address="127.0.0.1", at=AT, kind="password", succeeded=False))
    db.session.commit()
    spoofed = {"X-Forwarded-For": "203.0.113.9", "X-Real-IP": "203.0.113.9", "Forwarded": "for=203.0.113.9"}
    answer = factories.send(visitor, "/sign-in", {"login": somebody.login, "password": PASSWORD}, headers=spoofed)
    assert answer.status_code == 429


def test_the_audit_names_the_true_peer(visitor: FlaskClient, somebody: Person) -> None:
    given = {"login": somebody.login, "password": "wrong"}
    factories.send(visitor, "/sign-in", given, headers={"X-Forwarded-For": "203.0.113.9"})
    assert db.session.scalars(select(AuditEntry.address)).one() == "127.0.0.1"


def test_signing_in_gives_a_new_session_and_ends_the_old_one(visitor: FlaskClient, somebody: Person) -> None:
    enter(visitor, somebody.login, PASSWORD)
    planted = token(visitor)
    factories.send(visitor, "/sign-in", {"login": somebody.login, "password": PASSWORD}, page="/posts")
    assert token(visitor) not in ("", planted)
    visitor.set_cookie("tracker_sid", planted)
    assert visitor.get("/posts").location.startswith("/sign-in")


def test_a_third_sign_in_ends_the_oldest_and_tells(
    sqlite_app: Flask, somebody: Person, clock: time_machine.Traveller
) -> None:
    clients = [sqlite_app.test_client() for _ in range(3)]
    for client in clients:
        enter(client, somebody.login, PASSWORD)
        clock.shift(timedelta(seconds=5))
    inside = [client.get("/posts").status_code == 200 for client in clients]
    assert inside == [False, True, True]
    told = select(OutboxMessage.recipient_id).where(OutboxMessage.kind == "sign_in_replaced")
    assert list(db.session.scalars(told)) == [somebody.id]


@pytest.mark.parametrize(
    ("pause", "times", "inside"), [(29, 1, True), (31, 1, False), (29, 24, True), (29, 25, False)]
)  # fmt: skip
def test_a_session_ends_idle_or_old(
    visitor: FlaskClient, somebody: Person, clock: time_machine.Traveller, pause: int, times: int, inside: bool
) -> None:
    enter(visitor, somebody.login, PASSWORD)
    for _ in range(times):
        clock.shift(timedelta(minutes=pause))
        answer = visitor.get("/posts")
    assert (answer.status_code == 200) is inside


def test_a_change_of_rights_ends_every_session(visitor: FlaskClient, somebody: Person) -> None:
    enter(visitor, somebody.login, PASSWORD)
    somebody.security_epoch += 1
    db.session.commit()
    assert visitor.get("/posts").status_code == 303


EVIL = (
    "//evil.cn",
    "/\\evil.cn",
    "javascript:alert(1)",
    "https:evil.cn",
    "https://evil.cn",
    "\\\\evil.cn",
    "/\t/evil.cn",
)


@pytest.mark.parametrize("evil", EVIL)
def test_signing_in_leads_to_no_other_house(visitor: FlaskClient, somebody: Person, evil: str) -> None:
    answer = enter(visitor, somebody.login, PASSWORD, next=evil)
    assert answer.location == "/"


def test_signing_in_leads_back_to_where_one_was(visitor: FlaskClient, somebody: Person) -> None:
    assert enter(visitor, somebody.login, PASSWORD, next="/posts?a=1").location == "/posts?a=1"


def test_signing_out_ends_the_session(visitor: FlaskClient, somebody: Person) -> None:
    enter(visitor, somebody.login, PASSWORD)
    old = token(visitor)
    factories.send(visitor, "/sign-out", {}, page="/posts")
    visitor.set_cookie("tracker_sid", old)
    assert visitor.get("/posts").status_code == 303


def test_a_form_without_its_token_changes_nothing(visitor: FlaskClient, somebody: Person) -> None:
    answer = visitor.post("/sign-in", data={"login": somebody.login, "password": PASSWORD})
    assert (answer.status_code, "页面已过期，请刷新" in answer.text) == (400, True)
    assert not db.session.scalars(select(SignInAttempt)).all()


def test_the_token_of_another_browser_does_not_fit(sqlite_app: Flask, somebody: Person) -> None:
    mine, other = sqlite_app.test_client(), sqlite_app.test_client()
    mine.get("/sign-in")
    given = {"login": somebody.login, "password": PASSWORD, "csrf_token": factories.form_token(other, "/sign-in")}
    assert mine.post("/sign-in", data=given).status_code == 400


def test_a_form_sent_by_another_site_is_refused_and_noted(visitor: FlaskClient, somebody: Person) -> None:
    enter(visitor, somebody.login, PASSWORD)
    answer = factories.send(
        visitor, "/language", {"language": "en"}, page="/posts", headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 400
    assert audited("auth.language") == ["denied"]
    assert db.session.get_one(Person, somebody.id).language == "zh_CN"


@pytest.mark.parametrize("path", ["/sign-out", "/language"])
def test_no_state_changes_by_a_link(visitor: FlaskClient, somebody: Person, path: str) -> None:
    enter(visitor, somebody.login, PASSWORD)
    assert visitor.get(path, headers={"X-HTTP-Method-Override": "POST"}).status_code == 405
    assert visitor.get("/posts").status_code == 200


@pytest.mark.parametrize("cookie", ["x" * 9000, "=__Host-sid=x", "\x00", "汉字"])
def test_odd_cookies_are_nobody(visitor: FlaskClient, somebody: Person, cookie: str) -> None:
    answer = visitor.get("/posts", headers={"Cookie": f"tracker_sid={cookie}; tracker_sid=b; tracker_device={cookie}"})
    assert answer.status_code in (303, 400)


def test_a_long_password_counts_to_its_last_character(visitor: FlaskClient, sqlite_app: Flask) -> None:
    long = "汉字 与空格🙂 " * 25
    somebody = factories.with_password(factories.post(Role.OFFICE).person, long)
    assert enter(visitor, somebody.login, long[:-1]).status_code == 401
    assert enter(visitor, somebody.login, long).status_code == 303


def test_what_is_not_a_login_is_refused_with_words(visitor: FlaskClient, somebody: Person) -> None:
    for given in (
        {"login": "", "password": "x"},
        {"login": "x" * 65, "password": "x"},
        {"login": "a\x00b", "password": "x"},
    ):
        assert factories.send(visitor, "/sign-in", given).status_code == 422


def test_with_several_posts_one_is_chosen_and_changed_later(visitor: FlaskClient, somebody: Person) -> None:
    other = factories.post(Role.DEPARTMENT, who=somebody, unit_id=factories.unit().id)
    enter(visitor, somebody.login, PASSWORD)
    assert visitor.get("/posts?x=1").status_code == 200
    assert visitor.get("/sign-in").location == "/posts"
    for post in (other, somebody.posts[0]):
        assert factories.send(visitor, "/posts", {"post": str(post.id)}).status_code == 303
        db.session.expire_all()
        assert db.session.scalars(select(SignIn)).one().post_id == post.id


@pytest.mark.parametrize("wrong", ["0", "-1", "x", "999999", "9223372036854775808", "1e3", "１", ""])
def test_nobody_chooses_a_post_that_is_not_theirs(visitor: FlaskClient, somebody: Person, wrong: str) -> None:
    foreign = factories.post(Role.LEADER)
    enter(visitor, somebody.login, PASSWORD)
    for post in (wrong, str(foreign.id)):
        assert factories.send(visitor, "/posts", {"post": post}).status_code == 404
    assert db.session.scalars(select(SignIn)).one().post_id == somebody.posts[0].id


def test_a_post_ends_and_with_it_what_it_allowed(
    visitor: FlaskClient, somebody: Person, clock: time_machine.Traveller
) -> None:
    somebody.posts[0].valid_to = AT.date()
    db.session.commit()
    clock.shift(timedelta(hours=14, minutes=50))  # 23:50 in Shanghai
    enter(visitor, somebody.login, PASSWORD)
    clock.shift(timedelta(minutes=15))
    assert "还没有可用的岗位" in visitor.get("/posts").text


def test_the_language_is_kept_with_the_person(visitor: FlaskClient, somebody: Person) -> None:
    answer = factories.send(visitor, "/language", {"language": "en", "next": "/sign-in"})
    assert (answer.location, '<html lang="en"' in visitor.get("/sign-in").text) == ("/sign-in", True)
    enter(visitor, somebody.login, PASSWORD)
    factories.send(visitor, "/language", {"language": "en"}, page="/posts")
    assert db.session.get_one(Person, somebody.id).language == "en"
    factories.send(visitor, "/language", {"language": "xx"}, page="/posts")
    assert db.session.get_one(Person, somebody.id).language == "zh_CN"


def test_the_demo_shows_its_logins_and_nothing_else_does(sqlite_app: Flask, visitor: FlaskClient) -> None:
    factories.post(Role.OFFICE, who=factories.person(login="demo-office", name="创建办"))
    assert "demo-office" not in visitor.get("/sign-in").text
    sqlite_app.config.update(DEMO=True, DEMO_PASSWORD="示例密码-2026")
    page = visitor.get("/sign-in").text
    assert "demo-office" in page
    assert "示例密码-2026" in page

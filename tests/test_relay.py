"""The relay: each message once for one claim, put off or given up as its channel answers, whoever is killed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests import factories, listeners
from tests.conftest import AT
from tests.listeners import Call, WebSink
from tests.services.test_channels import address, channel
from tracker import relay
from tracker.database import db
from tracker.models import Channel, ChannelKind, ChannelState, OutboxMessage, Person, PersonChannel, Role
from tracker.queries.deliveries import oldest_unsent
from tracker.relay import RelayReport, relay_once
from tracker.sealing import seal
from tracker.services.digest_making import urgent_key
from tracker.services.relay_quiet import CODE, held_until, quiet_until
from tracker.services.relaying import message_sent, messages_claim

OK = {"errcode": 0}


class World:
    """A robot's chat behind a listener whose answers a test sets, and a clock that a test sets too."""

    def __init__(self, app: Flask, web: WebSink) -> None:
        self.app, self.web, self.at = app, web, AT
        app.config["CHANNEL_HOSTS"] = [web.host]
        self.robot = self.made(ChannelKind.WECOM_ROBOT)
        self.office = factories.post(Role.OFFICE).person_id

    def made(self, kind: ChannelKind, **given: Any) -> Channel:
        sealed = seal({"key": "very-secret", "secret": "very-secret"}, self.app.config["SECRET_KEY"])
        settings = {"base": self.web.base, "corp_id": "c", "agent_id": 1}
        return channel(kind, settings=settings, secrets=sealed, **{"per_minute": 6000} | given)

    def queue(self, n: int = 1, **given: Any) -> list[int]:
        defaults = {
            "channel": "wecom_robot", "channel_id": self.robot.id, "kind": "channel_test", "context": {},
            "created_at": AT,
        }  # fmt: skip
        rows = [OutboxMessage(key=f"k{one}:{len(self.all())}", **defaults | given) for one in range(n)]
        db.session.add_all(rows)
        db.session.commit()
        return [row.id for row in rows]

    def all(self) -> list[OutboxMessage]:
        db.session.expire_all()
        query = select(OutboxMessage).where(OutboxMessage.channel != "inbox").order_by(OutboxMessage.id)
        return list(db.session.scalars(query))

    def told(self) -> list[str]:
        query = select(OutboxMessage.kind).where(OutboxMessage.recipient_id == self.office).order_by(OutboxMessage.id)
        return list(db.session.scalars(query))

    def run(self, later: timedelta = timedelta(0)) -> RelayReport:
        self.at += later
        return relay_once(self.app, now=lambda: self.at)

    def answer(self, *given: Any, then: Any = (200, OK)) -> None:
        left = list(given)
        self.web.answer = lambda _call: left.pop(0) if left else then


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    with listeners.web_server(lambda _call: (200, OK)) as web:
        yield World(app, web)


def test_a_machine_that_stood_still_asks_again_whether_it_may(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.queue(2)
    claims: list[datetime] = []

    def claim(of: Channel, *, at: datetime, **given: Any) -> Any:
        claims.append(at)
        return messages_claim(of, at=at, **given)

    def stand_still(one: Any, _channel: Channel, *, at: datetime) -> Any:
        world.at = AT + timedelta(hours=9)
        return one

    monkeypatch.setattr(relay, "messages_claim", claim)
    monkeypatch.setattr(relay, "message_refresh", stand_still)
    assert world.run().sent == 2
    assert claims[:2] == [AT, AT + timedelta(hours=9)]  # what was claimed before was given back, not sent


def test_what_is_due_goes_out_once(world: World) -> None:
    world.queue(3)
    world.queue(not_before=AT + timedelta(hours=1))
    assert world.run() == RelayReport(sent=3)
    assert world.run() == RelayReport()
    assert world.run(timedelta(hours=1)) == RelayReport(sent=1)
    assert [(one.sent_at is None, one.attempts, one.error) for one in world.all()] == [(False, 1, "")] * 4
    assert len(world.web.calls) == 4


def test_two_relays_at_once_send_nothing_twice(world: World) -> None:
    world.queue(60)
    seen: list[RelayReport] = []

    def relay() -> None:
        with world.app.app_context():
            seen.append(relay_once(world.app, now=lambda: AT))
            db.session.remove()

    threads = [threading.Thread(target=relay) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sum(report.sent for report in seen) == 60
    assert len(world.web.calls) == 60


def test_a_message_is_put_off_longer_each_time_and_at_last_given_up_and_the_office_told_once_an_hour(
    world: World,
) -> None:
    world.queue(2)
    world.answer(then=(503, {}))
    waits = []
    for _ in range(9):
        assert world.run() == RelayReport(later=2)
        assert world.run() == RelayReport()
        ends = [one.next_try_at for one in world.all()]
        assert all(ends)
        last = max(end for end in ends if end)
        waits.append((last - world.at).total_seconds())
        world.at = last
    assert world.run() == RelayReport(failed=2)
    assert waits[0] < 60
    assert waits[0] * 8 < waits[5]
    assert max(waits) <= 4500
    assert [(one.attempts, one.error) for one in world.all()] == [(10, "busy HTTP 503")] * 2
    assert all(one.failed_at for one in world.all())
    assert world.told() == ["delivery_failed"]
    assert world.run(timedelta(days=1)) == RelayReport()


def test_what_a_channel_refuses_is_given_up_at_once_and_the_rest_goes_on(world: World) -> None:
    world.queue(2)
    world.answer((200, {"errcode": 40008, "errmsg": "bad very-secret"}))
    assert world.run() == RelayReport(sent=1, failed=1)
    assert [one.error for one in world.all()] == ["refused 40008 bad ***", ""]


def test_a_channel_that_limits_is_left_alone_for_as_long_as_it_asks(world: World) -> None:
    world.queue(3)
    world.web.more_headers = {"Retry-After": "90"}
    world.answer((200, OK), (429, {}))
    assert world.run() == RelayReport(sent=1)
    assert world.run(timedelta(seconds=89)) == RelayReport()
    assert len(world.web.calls) == 2
    assert world.run(timedelta(seconds=1)) == RelayReport(sent=2)
    assert [one.attempts for one in world.all()] == [1, 1, 1]
    assert not world.told()


def test_a_channel_that_is_down_keeps_its_messages_and_alarms_the_office_after_five_minutes(world: World) -> None:
    world.queue(2)
    world.answer(then=(200, {"errcode": 93000, "errmsg": "invalid very-secret"}))
    for _ in range(30):
        assert world.run(timedelta(seconds=30)) == RelayReport()
    state = db.session.get_one(ChannelState, world.robot.id)
    assert state.error == "auth 93000 invalid ***"
    assert len(world.web.calls) < 10
    assert world.told() == ["channel_down"]
    world.answer()
    assert world.run(timedelta(minutes=15)) == RelayReport(sent=2)
    db.session.expire_all()
    assert (state.failures, state.failing_since, state.error) == (0, None, "")


def test_a_token_bucket_is_shared_by_all_relays(world: World) -> None:
    world.robot.per_minute = 20
    db.session.commit()
    world.queue(12)
    assert [world.run(timedelta(seconds=wait)).sent for wait in (0, 0, 6, 6)] == [5, 0, 2, 2]


def test_a_killed_relays_claim_runs_out_and_it_can_no_longer_write(world: World) -> None:
    (one,) = world.queue()
    (dead,) = messages_claim(world.robot, at=AT, most=5)
    assert world.run() == RelayReport()
    db.session.execute(update(OutboxMessage).values(claimed_until=datetime(2020, 1, 1, tzinfo=UTC)))
    db.session.commit()
    world.answer((503, {}))
    assert world.run() == RelayReport(later=1)
    assert not message_sent(dead, at=AT)
    assert world.all()[0].sent_at is None
    assert world.run(timedelta(minutes=1)) == RelayReport(sent=1)
    assert one == dead.id


def _addressed(world: World, **given: Any) -> Person:
    world.made(ChannelKind.WECOM_APP)
    who = factories.person()
    address(who, ChannelKind.WECOM_APP, **{"address": "lisi"} | given)
    return who


def _tokens(call: Call) -> tuple[int, Any]:
    return 200, {"errcode": 0, "access_token": "a-long-token", "expires_in": 7200}


def test_a_message_to_a_person_says_nothing_of_a_confidential_issue_but_its_number(world: World) -> None:
    world.web.answer = _tokens
    world.app.config["BASE_URL"] = "https://duban.example.org/"
    who, issue = _addressed(world), factories.issue(is_confidential=True)
    told = {"number": issue.number, "place": "示例村", "summary": "机密内容"}
    given: dict[str, Any] = {"channel": "wecom_app", "channel_id": None, "recipient_id": who.id, "context": told}
    world.queue(kind="assigned", issue_id=issue.id, **given)
    world.queue(kind="assigned", **given)
    assert world.run() == RelayReport(sent=2)
    hidden, plain = (call.body["text"]["content"] for call in world.web.calls if call.method == "POST")
    assert hidden.endswith(f"{issue.number}：有新的消息，请登录查看。\nhttps://duban.example.org/issues/{issue.id}")
    assert "机密内容" not in hidden
    assert "示例村" in plain
    assert sum("gettoken" in call.path for call in world.web.calls) == 1
    state = db.session.scalars(select(ChannelState).where(ChannelState.access_token != "")).one()
    assert "a-long-token" not in state.access_token
    world.queue(kind="assigned", **given)
    assert world.run() == RelayReport(sent=1)
    assert sum("gettoken" in call.path for call in world.web.calls) == 1  # the sealed one was used again


def test_a_code_goes_to_an_address_not_yet_confirmed_and_is_forgotten(world: World) -> None:
    world.web.answer = _tokens
    who = _addressed(world, confirmed_at=None)
    given: dict[str, Any] = {"channel": "wecom_app", "channel_id": None, "recipient_id": who.id}
    world.queue(kind=CODE, context={"code": "135790"}, **given)
    world.queue(kind="assigned", context={"number": "1"}, **given)
    assert world.run() == RelayReport(sent=1)
    assert "135790" in world.web.calls[-1].body["text"]["content"]
    assert [(one.context, one.error) for one in world.all()] == [({}, ""), ({"number": "1"}, "no_address")]


def test_what_can_never_go_is_given_up(world: World) -> None:
    who = _addressed(world)
    who.is_active = False
    db.session.commit()
    given: dict[str, Any] = {"channel": "wecom_app", "channel_id": None, "recipient_id": who.id}
    world.queue(**given)
    world.queue(**given | {"channel": "sms"})
    world.queue(created_at=AT - timedelta(days=4))
    assert world.run().sent == 0
    assert [one.error for one in world.all()] == ["gone", "no_channel", "expired"]


def test_what_waits_for_the_morning_is_no_queue_that_stands_still(world: World) -> None:
    who = _addressed(world)
    asleep = db.session.query(PersonChannel).filter_by(person_id=who.id).one()
    asleep.quiet_from, asleep.quiet_to = "08:00", "10:00"
    db.session.commit()
    world.queue(channel="wecom_app", channel_id=None, recipient_id=who.id)
    assert world.run().sent == 0
    later = AT + timedelta(minutes=30)
    assert oldest_unsent(later) is None
    assert oldest_unsent(AT + timedelta(hours=1)) == AT + timedelta(hours=1)  # 10:00 in Shanghai


def test_quiet_hours_reach_over_midnight() -> None:
    night = address_of("22:00", "07:00")
    assert quiet_until(night, AT) is None  # 09:00 in Shanghai
    assert quiet_until(night, AT + timedelta(hours=14)) == AT + timedelta(hours=22)  # 23:00
    assert quiet_until(night, AT - timedelta(hours=3)) == AT - timedelta(hours=2)  # 06:00
    assert quiet_until(address_of("08:00", "10:00"), AT) == AT + timedelta(hours=1)
    assert quiet_until(address_of("", ""), AT) is None


def test_a_digest_that_is_late_waits_for_the_next_working_day(sqlite_app: Flask) -> None:
    friday_evening = AT + timedelta(days=4, hours=14)  # 23:00 in Shanghai
    monday = datetime(2026, 3, 9, 0, 0, tzinfo=UTC)  # 08:00, when the quiet hours end
    anyone = address_of("", "")
    assert held_until("digest", anyone, AT) is None
    assert held_until("digest", anyone, friday_evening) == monday
    assert held_until("robot_digest", None, friday_evening + timedelta(days=1)) == monday
    assert held_until("digest", anyone, AT - timedelta(hours=3)) == AT - timedelta(hours=1)  # 06:00
    assert held_until("urged", anyone, friday_evening) is None
    assert held_until("very_late", anyone, friday_evening, f"{urgent_key(7)}:1:mail") == monday
    assert held_until(CODE, address_of("22:00", "07:00"), friday_evening) is None


def address_of(first: str, last: str) -> Any:
    return PersonChannel(quiet_from=first, quiet_to=last)

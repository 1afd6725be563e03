"""What waited to leave the house says nothing of what was settled meanwhile, by whatever channel it goes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests import factories, flows, listeners
from tests.listeners import Call, WebSink
from tests.services.test_channels import address, channel
from tests.services.test_digests import noted
from tests.services.test_reminders import MONDAY, due, morning
from tracker.database import db, transaction
from tracker.models import Channel, ChannelKind, OutboxMessage, Person, Role
from tracker.relay import RelayReport, relay_once
from tracker.sealing import seal
from tracker.services.digests import urgent_send
from tracker.services.extensions import extension_approve, extension_request
from tracker.services.reminding import reminder, reminders_add
from tracker.services.robot_posts import robot_posts_queue
from tracker.services.ticks import tick
from workflows.reminding import DigestSection

FRIDAY = date(2026, 3, 13)
SMS = {"method": "POST", "headers": "", "body": '{"to": "{mobile}", "msg": "{text}"}', "body_format": "json"}
LETTER = {"number": "督〔2026〕3号", "letter": "supervise", "summary": "示例"}


@pytest.fixture
def web(app: Flask) -> Iterator[WebSink]:
    token = {"errcode": 0, "access_token": "a-long-token", "expires_in": 7200}
    with listeners.web_server(lambda _call: (200, token)) as sink:
        app.config["CHANNEL_HOSTS"] = [sink.host]
        yield sink


def made(app: Flask, web: WebSink, kind: ChannelKind, **given: Any) -> Channel:
    sealed = seal({"key": "very-secret", "secret": "very-secret"}, app.config["SECRET_KEY"])
    settings = SMS | {"base": web.base, "url": web.base, "corp_id": "c", "agent_id": 1}
    return channel(kind, settings=settings, secrets=sealed, per_minute=6000, **given)


def reached(app: Flask, web: WebSink, person_id: int) -> None:
    """Let a person be reached by an application and by short messages."""
    who = db.session.get_one(Person, person_id)
    for kind in (ChannelKind.WECOM_APP, ChannelKind.SMS):
        made(app, web, kind)
        address(who, kind, address="13800000000")


def said(web: WebSink) -> list[str]:
    """Return the bodies of what went out, without the calls for an access token."""
    return [str(call.body) for call in web.calls if call.method == "POST"]


def sign_off(here: flows.World) -> None:
    flows.submit(here)
    flows.verify(here)
    flows.sign_off(here)


def extend(here: flows.World) -> None:
    asked = extension_request(**here.by(here.assignee), reason="示例：雨季", new_deadline=FRIDAY + timedelta(days=20))
    extension_approve(extension_id=asked.id, actor=here.office, at=here.at)


ACTS = (sign_off, flows.suspend, extend)


def run(app: Flask, at: datetime) -> RelayReport:
    return relay_once(app, now=lambda: at)


@pytest.mark.parametrize("act", ACTS)
def test_a_digest_names_no_issue_that_was_settled_before_it_left(
    app: Flask, web: WebSink, act: Callable[[flows.World], None]
) -> None:
    here = due(FRIDAY)
    who = here.assignee.person_id
    reached(app, web, who)
    noted(who, "letter:12", morning(MONDAY, 6), context=LETTER, due_on=FRIDAY)
    tick(at=morning(MONDAY))
    here.at = morning(MONDAY, 10)
    act(here)
    assert run(app, morning(MONDAY, 11)) == RelayReport(sent=2)
    app_text, short = said(web)
    assert here.issue.number not in app_text
    assert "督〔2026〕3号" in app_text
    assert "等您办理（1 件）" in app_text
    assert short.count("等您办理 1 件") == 1
    assert "本周到期" not in app_text + short


@pytest.mark.parametrize("act", ACTS)
def test_what_says_nothing_any_longer_is_withdrawn_and_told_apart_from_a_failure(
    app: Flask, web: WebSink, act: Callable[[flows.World], None]
) -> None:
    here = due(FRIDAY)
    reached(app, web, here.assignee.person_id)
    tick(at=morning(MONDAY))
    with transaction():
        late = reminder(
            rule="deadline.before3", period="1", person_id=here.assignee.person_id, section=DigestSection.DUE,
            kind="due_soon", at=morning(MONDAY), issue_id=here.issue.id, due_on=FRIDAY, is_urgent=True,
        )  # fmt: skip
        assert reminders_add([late]) == 1
    assert urgent_send(at=morning(MONDAY)) == 1
    robot = made(app, web, ChannelKind.WECOM_ROBOT, posts_urgent=True, posts_digest=True)
    assert robot_posts_queue(at=morning(MONDAY)) == 2
    here.at = morning(MONDAY, 10)
    act(here)
    found = run(app, morning(MONDAY, 11))
    texts = said(web)
    assert here.issue.number not in str(texts)
    assert (found.withdrawn, found.failed) == (6 - found.sent, 0)
    assert found.sent == len(texts) <= 1  # where the issue is still open, the chat's figures say how many wait
    outgoing = db.session.scalars(select(OutboxMessage).where(OutboxMessage.channel != "inbox")).all()
    assert {one.withdrawn_at for one in outgoing if one.sent_at is None} == {morning(MONDAY, 11)}
    assert not any(one.failed_at for one in outgoing)
    assert [one.channel_id for one in outgoing if one.sent_at] in ([], [robot.id])
    assert run(app, morning(MONDAY, 12)) == RelayReport()


def test_a_digest_that_waited_hides_what_has_become_confidential(app: Flask, web: WebSink) -> None:
    here = due(FRIDAY)
    reached(app, web, here.assignee.person_id)
    tick(at=morning(MONDAY))
    here.issue.is_confidential = True
    db.session.commit()
    assert run(app, morning(MONDAY, 11)) == RelayReport(sent=2)
    assert f"{here.issue.number}：保密问题" in said(web)[0]
    assert "垃圾" not in str(said(web))


def test_what_is_settled_while_a_batch_is_being_sent_is_heeded_by_the_rest_of_it(app: Flask, web: WebSink) -> None:
    here = due(FRIDAY)
    other = factories.post(Role.ASSIGNEE, unit_id=here.assignee.unit_id)
    reached(app, web, here.assignee.person_id)
    address(other.person, ChannelKind.WECOM_APP, address="lisi")
    tick(at=morning(MONDAY))
    here.at = morning(MONDAY, 10)
    answer, seen = web.answer, []

    def settle(call: Call) -> Any:
        if call.method == "POST" and not seen:
            seen.append(call)
            with app.app_context():
                flows.suspend(here)
                db.session.remove()
        return answer(call)

    web.answer = settle
    assert run(app, morning(MONDAY, 11)) == RelayReport(sent=1, withdrawn=2)
    assert [here.issue.number in text for text in said(web)] == [True]

"""Channels: which of them reach whom."""

from __future__ import annotations

from typing import Any

from flask import Flask

from tests import factories
from tests.conftest import AT
from tracker.models import Channel, ChannelKind, Person, PersonChannel
from tracker.services.channels import channels_for


def channel(kind: ChannelKind = ChannelKind.MAIL, **given: Any) -> Channel:
    """Return a channel that is switched on."""
    defaults = {"kind": kind, "name": "示例通道", "is_on": True, "per_minute": 60, "made_at": AT}
    made: Channel = factories.saved(Channel(**defaults | given))
    return made


def address(who: Person, kind: ChannelKind = ChannelKind.MAIL, **given: Any) -> PersonChannel:
    """Return a confirmed address of ``who`` for a channel."""
    defaults = {"person_id": who.id, "kind": kind, "address": "who@example.org", "confirmed_at": AT}
    made: PersonChannel = factories.saved(PersonChannel(**defaults | given))
    return made


def test_nobody_is_reached_before_the_county_and_the_person_agree(app: Flask) -> None:
    ready, unconfirmed, off, gone, alone = (factories.person() for _ in range(5))
    address(ready)
    address(ready, ChannelKind.SMS)
    address(unconfirmed, confirmed_at=None)
    address(off, is_on=False)
    gone.is_active = False
    address(gone)
    people = [ready.id, unconfirmed.id, off.id, gone.id, alone.id]
    assert channels_for(people) == {}
    channel()
    channel(ChannelKind.SMS, is_on=False)
    assert channels_for(people) == {ready.id: ["mail"]}
    assert channels_for([]) == {}


def test_who_wants_urgent_news_alone_gets_no_other(sqlite_app: Flask) -> None:
    channel()
    who = factories.person()
    address(who, urgent_only=True)
    assert channels_for([who.id]) == {}
    assert channels_for([who.id], urgent=True) == {who.id: ["mail"]}

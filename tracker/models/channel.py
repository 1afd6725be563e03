"""How messages leave the house: the county's channels and each person's addresses."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.database import Model, UTCDateTime, code_column
from tracker.models.group import SupervisionGroup
from tracker.models.person import Person
from tracker.models.unit import Unit


class ChannelKind(StrEnum):
    """What carries a message; the first three reach one person, a robot posts into a chat of many."""

    MAIL = "mail"
    WECOM_APP = "wecom_app"
    SMS = "sms"
    WECOM_ROBOT = "wecom_robot"
    DINGTALK_ROBOT = "dingtalk_robot"
    FEISHU_ROBOT = "feishu_robot"


PERSONAL = (ChannelKind.MAIL, ChannelKind.WECOM_APP, ChannelKind.SMS)


class Channel(Model):
    """A channel as the county has set it up; of each personal kind there is at most one.

    ``settings`` may be shown, ``secrets`` is a sealed JSON object and never leaves the server. A robot belongs to a
    group or to a unit; without either to the office, and then speaks of the whole county.
    """

    __tablename__ = "channel"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ChannelKind] = mapped_column(code_column(ChannelKind, "channel_kind"))
    name: Mapped[str] = mapped_column(String(40))
    is_on: Mapped[bool] = mapped_column(default=False)
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    secrets: Mapped[str] = mapped_column(Text, default="")
    per_minute: Mapped[int]
    group_id: Mapped[int | None] = mapped_column(ForeignKey("supervision_group.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    posts_digest: Mapped[bool] = mapped_column(default=False)
    posts_urgent: Mapped[bool] = mapped_column(default=False)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column()

    group: Mapped[SupervisionGroup | None] = relationship()
    unit: Mapped[Unit | None] = relationship()

    __table_args__ = (
        Index(
            "uq_channel_personal", "kind", unique=True,
            sqlite_where=kind.in_(PERSONAL), postgresql_where=kind.in_(PERSONAL),
        ),
        CheckConstraint("per_minute BETWEEN 1 AND 6000", name="per_minute"),
        CheckConstraint("group_id IS NULL OR unit_id IS NULL", name="one_owner"),
    )  # fmt: skip
    __mapper_args__ = {"version_id_col": version}


class ChannelState(Model):
    """How a channel fares: its token bucket, shared by all relays, what it last complained of, its access token.

    Nothing is sent before ``blocked_until``; ``failing_since`` is empty while all is well.
    """

    __tablename__ = "channel_state"

    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id"), primary_key=True)
    tokens: Mapped[float] = mapped_column(default=0.0)
    refilled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    blocked_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    failures: Mapped[int] = mapped_column(default=0)
    failing_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    error: Mapped[str] = mapped_column(String(200), default="")
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    access_token: Mapped[str] = mapped_column(Text, default="")
    access_token_until: Mapped[datetime | None] = mapped_column(UTCDateTime)


class PersonChannel(Model):
    """Where one channel reaches one person; used once the address was confirmed by a code sent to it.

    Between ``quiet_from`` and ``quiet_to`` (Shanghai wall times, ``22:00``; empty for none) messages wait.
    """

    __tablename__ = "person_channel"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[ChannelKind] = mapped_column(code_column(ChannelKind, "person_channel_kind"))
    address: Mapped[str] = mapped_column(String(120))
    is_on: Mapped[bool] = mapped_column(default=True)
    urgent_only: Mapped[bool] = mapped_column(default=False)
    quiet_from: Mapped[str] = mapped_column(String(5), default="")
    quiet_to: Mapped[str] = mapped_column(String(5), default="")
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    code_hash: Mapped[str] = mapped_column(String(64), default="")
    code_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    code_tries: Mapped[int] = mapped_column(default=0)

    person: Mapped[Person] = relationship()

    __table_args__ = (UniqueConstraint("person_id", "kind"),)

"""The county's channels: set up by a system administrator, their secrets sealed and never shown again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from tracker import outward
from tracker.database import db, transaction
from tracker.errors import ConflictError, InvalidError, NotFoundError
from tracker.languages import N_, _
from tracker.models import PERSONAL, Channel, ChannelKind, OutboxMessage, SupervisionGroup, Unit
from tracker.outward import AddressError, AddressFault, Allowed
from tracker.policy import Actor
from tracker.sealing import SealError, seal, unseal
from tracker.services.chain import AUDIT, audit_record, chain_lock
from tracker.services.channel_states import state_for_change
from tracker.services.checks import in_range

NEEDED = {
    ChannelKind.WECOM_APP: "secret", ChannelKind.WECOM_ROBOT: "key", ChannelKind.DINGTALK_ROBOT: "key",
    ChannelKind.FEISHU_ROBOT: "key",
}  # fmt: skip
ADDRESS_WORDS = {
    AddressFault.FORM: N_("地址无法识别，请检查"),
    AddressFault.SCHEME: N_("地址须以 https:// 开头"),
    AddressFault.INTERNAL: N_("地址指向内部网络，须先由运维人员列入允许名单"),
    AddressFault.UNKNOWN: N_("地址无法识别，请检查"),
}


@dataclass(frozen=True)
class ChannelValues:
    """What an administrator says about a channel; a secret left out keeps what is kept."""

    name: str
    is_on: bool
    per_minute: int
    settings: Mapping[str, Any]
    secrets: Mapping[str, str]
    group_id: int | None = None
    unit_id: int | None = None
    posts_digest: bool = False
    posts_urgent: bool = False


def channel_create(
    *, kind: ChannelKind, values: ChannelValues, key: str, allowed: Allowed, actor: Actor, at: datetime
) -> Channel:
    """Set a channel up; ``key`` is the key of the installation. Raises ``InvalidError`` by field."""
    with transaction() as session:
        chain_lock(AUDIT)
        if kind in PERSONAL and session.scalar(select(Channel.id).where(Channel.kind == kind)):
            raise InvalidError({"form": _("这种通道已经设置过，请修改原有的一个")})
        channel = Channel(kind=kind, secrets="", made_by_id=actor.person_id, made_at=at, settings={}, per_minute=1)
        _fill(channel, values, key, allowed)
        session.add(channel)
        session.flush()
        detail = {"kind": kind.value, "name": values.name, "is_on": values.is_on, "secrets": sorted(values.secrets)}
        audit_record("channel.create", actor=actor, at=at, target=f"channel:{channel.id}", detail=detail)
    return channel


def channel_edit(
    *, channel_id: int, version: int, values: ChannelValues, key: str, allowed: Allowed, actor: Actor, at: datetime
) -> Channel:
    """Change a channel, and let it try at once again; raises ``ConflictError`` where somebody else was quicker."""
    with transaction():
        chain_lock(AUDIT)
        channel = channel_find(channel_id)
        if channel.version != version:
            raise ConflictError
        was = dict(channel.settings)
        _fill(channel, values, key, allowed)
        state = state_for_change(channel.id)
        state.blocked_until, state.failures, state.failing_since, state.error = None, 0, None, ""
        state.access_token, state.access_token_until = "", None
        changed = sorted(name for name in values.settings if was.get(name) != values.settings[name])
        detail = {"name": values.name, "is_on": values.is_on, "settings": changed, "secrets": sorted(values.secrets)}
        audit_record("channel.edit", actor=actor, at=at, target=f"channel:{channel.id}", detail=detail)
    return channel


def channel_find(channel_id: int) -> Channel:
    """Return the channel, or raise ``NotFoundError``."""
    channel = db.session.get(Channel, channel_id) if in_range(channel_id) else None
    if channel is None:
        raise NotFoundError
    return channel


def _fill(channel: Channel, values: ChannelValues, key: str, allowed: Allowed) -> None:
    errors = _address_errors(values.settings, allowed) | _body_errors(channel.kind, values) | _owner_errors(values)
    secrets = _kept(channel, key) | dict(values.secrets)
    needed = NEEDED.get(channel.kind)
    if needed and not secrets.get(needed):
        errors[needed] = _("请填写密钥")
    if errors:
        raise InvalidError(errors)
    channel.name, channel.is_on, channel.per_minute = values.name, values.is_on, values.per_minute
    channel.settings, channel.secrets = dict(values.settings), seal(secrets, key) if secrets else ""
    channel.group_id, channel.unit_id = values.group_id, values.unit_id
    channel.posts_digest, channel.posts_urgent = values.posts_digest, values.posts_urgent


def _kept(channel: Channel, key: str) -> dict[str, str]:
    try:
        return unseal(channel.secrets, key)
    except SealError:
        return {}  # the key of the installation has changed: the fields ask to be filled in anew


def _address_errors(settings: Mapping[str, Any], allowed: Allowed) -> dict[str, str]:
    errors: dict[str, str] = {}
    for name in ("base", "url", "host"):
        if name not in settings:
            continue
        try:
            if name == "host":
                outward.check_host(settings[name], int(settings["port"]), allowed)
            else:
                plain = str(settings[name])
                for place in ("{mobile}", "{text}", "{secret}", "{id}"):
                    plain = plain.replace(place, "x")
                outward.check(plain, allowed)
        except AddressError as error:
            errors[name] = _(ADDRESS_WORDS[error.fault])
    return errors


def _body_errors(kind: ChannelKind, values: ChannelValues) -> dict[str, str]:
    settings = values.settings
    if kind is not ChannelKind.SMS or settings["method"] != "POST" or settings["body_format"] != "json":
        return {}
    try:
        json.loads(settings["body"])
    except (ValueError, RecursionError):
        return {"body": _("请求内容不是有效的 JSON")}
    return {}


def _owner_errors(values: ChannelValues) -> dict[str, str]:
    if values.group_id is not None and values.unit_id is not None:
        return {"unit_id": _("督导组和单位只能选一个")}
    if values.group_id is not None and db.session.get(SupervisionGroup, values.group_id) is None:
        return {"group_id": _("请选择督导组")}
    if values.unit_id is not None and db.session.get(Unit, values.unit_id) is None:
        return {"unit_id": _("请选择单位")}
    return {}


def channel_test(*, channel_id: int, actor: Actor, at: datetime) -> None:
    """Queue a test: a robot posts into its chat, any other channel writes to whoever tests, if it reaches them."""
    with transaction() as session:
        channel = channel_find(channel_id)
        is_robot = channel.kind not in PERSONAL
        session.add(
            OutboxMessage(
                key=f"channel_test:{channel.id}:{actor.person_id}:{at.isoformat()}", channel=channel.kind.value,
                channel_id=channel.id if is_robot else None, recipient_id=None if is_robot else actor.person_id,
                kind="channel_test", context={}, created_at=at,
            )
        )  # fmt: skip

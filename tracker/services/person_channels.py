"""One's own addresses: each confirmed by a code that was sent to it, before anything else is."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from tracker.database import db, transaction
from tracker.errors import InvalidError, NotFoundError, TooManyError
from tracker.languages import _
from tracker.models import PERSONAL, Channel, ChannelKind, OutboxMessage, PersonChannel
from tracker.policy import Actor
from tracker.services.relay_quiet import CODE

_GOOD_FOR = timedelta(minutes=30)
_APART = timedelta(seconds=60)
_TRIES = 5


@dataclass(frozen=True)
class AddressValues:
    """Where a channel reaches somebody, and when it should not: Shanghai wall times, ``22:00``, or empty."""

    address: str
    is_on: bool
    urgent_only: bool
    quiet_from: str = ""
    quiet_to: str = ""


def address_set(*, kind: ChannelKind, values: AddressValues, actor: Actor, at: datetime) -> bool:
    """Keep an address; a new one is sent a code first. Return whether one was sent."""
    _check(kind, values)
    with transaction() as session:
        found = _own(kind, actor)
        if found is None:
            found = PersonChannel(person_id=actor.person_id, kind=kind, address="", code_hash="", code_tries=0)
            session.add(found)
        is_new = found.address != values.address
        found.address, found.is_on, found.urgent_only = values.address, values.is_on, values.urgent_only
        found.quiet_from, found.quiet_to = values.quiet_from, values.quiet_to
        if is_new:
            found.confirmed_at = None
            session.flush()
            _send_code(found, at)
    return is_new


def _check(kind: ChannelKind, values: AddressValues) -> None:
    errors = {}
    served = db.session.scalar(select(Channel.id).where(Channel.kind == kind, Channel.is_on))
    if kind not in PERSONAL or served is None:
        raise NotFoundError
    name, at_sign, host = values.address.partition("@")
    if kind is ChannelKind.MAIL and not (name and at_sign and "." in host and "@" not in host):
        errors["address"] = _("请填写完整的电子邮箱")
    if kind is ChannelKind.SMS and not (values.address.isdigit() and len(values.address) == 11):
        errors["address"] = _("请填写11位手机号")
    if bool(values.quiet_from) != bool(values.quiet_to):
        errors["quiet_to"] = _("免打扰的开始和结束要一起填写")
    if errors:
        raise InvalidError(errors)


def _own(kind: ChannelKind, actor: Actor) -> PersonChannel | None:
    query = select(PersonChannel).where(PersonChannel.person_id == actor.person_id, PersonChannel.kind == kind)
    return db.session.scalars(query.with_for_update()).first()


def code_resend(*, kind: ChannelKind, actor: Actor, at: datetime) -> None:
    """Send another code; raises ``TooManyError`` within a minute of the last one."""
    with transaction():
        found = _own(kind, actor)
        if found is None or found.confirmed_at is not None:
            raise NotFoundError
        _send_code(found, at)


def _send_code(found: PersonChannel, at: datetime) -> None:
    if found.code_until is not None and at < found.code_until - _GOOD_FOR + _APART:
        raise TooManyError(_("验证码刚刚发送过，请一分钟后再试"))
    code = f"{secrets.randbelow(10**6):06d}"
    found.code_hash, found.code_until, found.code_tries = _hash(found, code), at + _GOOD_FOR, 0
    db.session.add(
        OutboxMessage(
            key=f"{CODE}:{found.id}:{at.isoformat()}", recipient_id=found.person_id, channel=found.kind.value,
            kind=CODE, context={"code": code}, created_at=at,
        )
    )  # fmt: skip


def _hash(found: PersonChannel, code: str) -> str:
    return hashlib.sha256(f"{found.id}:{found.address}:{code}".encode()).hexdigest()


def code_confirm(*, kind: ChannelKind, code: str, actor: Actor, at: datetime) -> None:
    """Confirm an address by its code, good once, for 30 minutes and five tries."""
    with transaction():
        found = _own(kind, actor)
        if found is None or found.confirmed_at is not None:
            raise NotFoundError
        found.code_tries += 1
        alive = found.code_until is not None and at <= found.code_until and found.code_tries <= _TRIES
        right = alive and hmac.compare_digest(found.code_hash, _hash(found, code))
        if right:
            found.confirmed_at, found.code_hash, found.code_until = at, "", None
    if not right:
        raise InvalidError({"code": _("验证码不正确或已过期，请核对，或重新发送")})


def address_test(*, kind: ChannelKind, actor: Actor, at: datetime) -> None:
    """Queue a test message to one's own confirmed address."""
    with transaction() as session:
        found = _own(kind, actor)
        if found is None or found.confirmed_at is None or not found.is_on:
            raise NotFoundError
        session.add(
            OutboxMessage(
                key=f"channel_test:{found.id}:{at.isoformat()}", recipient_id=actor.person_id, channel=kind.value,
                kind="channel_test", context={}, created_at=at,
            )
        )  # fmt: skip


def address_remove(*, kind: ChannelKind, actor: Actor) -> None:
    """Forget one's address."""
    with transaction() as session:
        found = _own(kind, actor)
        if found is None:
            raise NotFoundError
        session.delete(found)

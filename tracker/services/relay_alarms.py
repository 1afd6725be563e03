"""Tells office and system administrators that messages do not get through: once an hour, not once a message."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from tracker.clock import local, local_date
from tracker.database import db
from tracker.models import Person, Post, Role
from tracker.services.checks import in_force
from tracker.services.outbox import enqueue


def tell_of_failure(at: datetime) -> None:
    """Say that a message was given up."""
    enqueue(
        key=f"delivery_failed:{local(at):%Y%m%d%H}", recipients=_keepers(at), kind="delivery_failed", context={}, at=at,
        subject="deliveries:failed",
    )  # fmt: skip


def tell_of_channel(name: str, channel_id: int, at: datetime) -> None:
    """Say that nothing gets through a channel."""
    enqueue(
        key=f"channel_down:{channel_id}:{local(at):%Y%m%d%H}", recipients=_keepers(at), kind="channel_down",
        context={"name": name}, at=at, subject="deliveries:queued",
    )  # fmt: skip


def _keepers(at: datetime) -> list[int]:
    roles = Post.role.in_((Role.OFFICE, Role.SYSADMIN))
    query = select(Post.person_id).join(Person, Person.id == Post.person_id)
    return list(db.session.scalars(query.where(roles, Person.is_active, *in_force(local_date(at))).distinct()))

"""Alarms: what is wrong with the installation, told to the system administrators once an hour while it lasts."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from tracker.clock import local, local_date
from tracker.database import db, transaction
from tracker.models import Person, Post, Role
from tracker.queries.health import health_now
from tracker.services.checks import in_force
from tracker.services.outbox import enqueue


def alarms_raise(*, folder: Path) -> int:
    """Queue a message for each thing that is wrong; return how many were new. ``folder`` is where the files lie."""
    health = health_now(folder)
    if not health.alarms:
        return 0
    with transaction():
        holders = (
            select(Post.person_id)
            .join(Person, Person.id == Post.person_id)
            .where(Post.role == Role.SYSADMIN, *in_force(local_date(health.at)))
        )
        told = set(db.session.scalars(holders))
        return sum(
            enqueue(
                key=f"alarm:{code}:{local(health.at):%Y-%m-%dT%H}", recipients=told, kind=f"alarm_{code}", context={},
                at=health.at,
            )
            for code in health.alarms
        )  # fmt: skip

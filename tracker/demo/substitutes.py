"""Who is away in the demo county: one whose colleague stands in, one whose substitute waits for the office."""

from __future__ import annotations

from datetime import datetime, timedelta

from tracker.clock import local_date
from tracker.demo.people import World
from tracker.services.substitutes import SubstituteValues, substitute_set

_AWAY = (("demo-office2", "demo-office"), ("demo-assignee", "demo-village"))
_DAYS = timedelta(days=4)


def substitutes_name(world: World, at: datetime) -> None:
    """Let each of them name somebody for today and the days after."""
    today = local_date(at)
    for login, other in _AWAY:
        values = SubstituteValues(world.people[other].person_id, today, today + _DAYS)
        substitute_set(values=values, actor=world.actor(world.people[login], today), at=at)

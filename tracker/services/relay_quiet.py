"""When a message may not go out: in the person's own quiet hours, and reminders only while people work."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from tracker.clock import ZONE, local
from tracker.models import PersonChannel
from tracker.queries.rules import policy_on, work_calendar
from tracker.services.digest_making import reminder_in
from workflows.reminding import DayPlan

CODE = "channel_code"
_DIGESTS = ("digest", "robot_digest", "robot_urgent")


def held_until(kind: str, address: PersonChannel | None, at: datetime, key: str = "") -> datetime | None:
    """Return when a message of that kind may be tried next, or ``None`` where it may go at ``at``.

    A code somebody waits for always goes. What the clock reminds of, which its ``key`` or kind tells, waits for the
    next working day when it could not be sent in time, also when it is urgent.
    """
    if kind == CODE:
        return None
    later = _work_begins(at) if kind in _DIGESTS or reminder_in(key) is not None else None
    return later or quiet_until(address, at)


def _work_begins(at: datetime) -> datetime | None:
    """Return when the quiet hours of the county end on the next working day, if ``at`` lies outside working hours."""
    wall, calendar = local(at), work_calendar()
    plan = DayPlan.of(policy_on(wall.date()).policy)
    now = wall.time().replace(tzinfo=None)
    if calendar.is_workday(wall.date()) and not plan.is_quiet(now):
        return None
    day = calendar.add_workdays(wall.date(), 0)
    if day == wall.date() and now >= plan.urgent_at:
        day = calendar.add_workdays(day, 1)
    return datetime.combine(day, plan.urgent_at, ZONE).astimezone(UTC)


def quiet_until(address: PersonChannel | None, at: datetime) -> datetime | None:
    """Return when the person's quiet hours end, if ``at`` lies in them."""
    if address is None or not address.quiet_from or not address.quiet_to:
        return None
    wall = local(at)
    first, last = time.fromisoformat(address.quiet_from), time.fromisoformat(address.quiet_to)
    now = wall.time().replace(tzinfo=None)
    inside = first <= now < last if first < last else now >= first or now < last
    if not inside:
        return None
    day = wall.date() + timedelta(days=1 if first > last and now >= first else 0)
    return datetime.combine(day, last, ZONE).astimezone(UTC)

"""A calendar as an iCalendar file (RFC 5545), in the current language; whole days, so that no time zone moves them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from icalendar import Calendar, Event

from tracker.languages import N_, _
from tracker.queries.calendar_days import CalendarDay
from tracker.queries.moves import MOVES

_REFRESH = timedelta(hours=1)
_DAY = timedelta(days=1)
_WORDS = {"letter": N_("督办文书待办理"), "round": N_("巡查轮次"), "stop": N_("走访")}
Address = Callable[[CalendarDay], str]


def calendar_file(name: str, days: Iterable[CalendarDay], *, at: datetime, host: str, address: Address) -> bytes:
    """Return the file; ``host`` makes the ids of entries the county's own, ``address`` gives each its page."""
    calendar = Calendar()
    calendar.add("prodid", "-//duban-tracker//calendar//ZH")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", _REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for day in days:
        calendar.add_component(_event(day, at, host, address(day)))
    return bytes(calendar.to_ical())


def _event(day: CalendarDay, at: datetime, host: str, address: str) -> Event:
    event = Event()
    event.add("uid", f"{day.uid}@{host}")
    event.add("dtstamp", at)
    event.add("dtstart", day.first_day)
    event.add("dtend", day.last_day + _DAY)  # exclusive, as the standard has it
    event.add("summary", _summary(day))
    event.add("transp", "TRANSPARENT")
    if day.place:
        event.add("location", day.place)
    if day.is_confidential:
        event.add("class", "CONFIDENTIAL")
    if address:
        event.add("url", address)
    return event


def _summary(day: CalendarDay) -> str:
    words = _(MOVES[day.what].words if day.what in MOVES else _WORDS[day.what])
    hidden = _("保密事项") if day.is_confidential else ""
    return " ".join(part for part in (words, day.number, day.place, hidden) if part)

"""What a ledger of an instant is asked for: who asks, of which issues, and the conditions on versions they come to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select

from tracker.database import db
from tracker.models import Issue, IssueVersion, Unit, UnitKind
from tracker.policy import Actor, recorded
from tracker.queries.closing import end_of, start_of
from tracker.queries.filters import ALL_TAB, OPEN_TAB, STANDING_TAB, IssueFilter, Timing, in_band, roster_of
from tracker.queries.lateness import has_colour, is_open, is_overdue, is_undated
from tracker.queries.moments import Moment, policy_at
from tracker.queries.search import found_by_words
from workflows.issue import IssueState

V = IssueVersion
# What rows can be sorted and grouped by, beside the number: the column, which may be empty.
SORTS: Mapping[str, Any] = {
    "deadline": V.deadline, "township": V.township_id, "unit": V.responsible_unit_id, "star": V.star_id,
    "group": V.found_by_group_id,
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """A ledger somebody asks for: who, of which issues, at which instant, by which order."""

    actor: Actor
    chosen: IssueFilter
    moment: Moment
    sort: str = "number"

    @property
    def is_whole(self) -> bool:
        """Tell whether the reader sees the whole county."""
        return not recorded(self.actor)


def conditions(asked: Asked) -> list[ColumnElement[bool]]:
    """Return what a version must meet: held at the instant, of an issue the reader may see, as the filter asks."""
    at = asked.moment.at
    found = [V.valid_from <= at, V.until > at, V.is_withdrawn.is_(False)]
    scope = recorded(asked.actor)
    if scope:
        found.append(V.issue_id.in_(select(Issue.id).where(*scope)))
    states = _in_states(asked.chosen.states)
    if states is not None:
        found.append(states)
    given = ((condition, getattr(asked.chosen, name)) for name, condition in _CONDITIONS.items())
    return found + [condition(value, asked.moment) for condition, value in given if value]


def _in_states(states: Sequence[str]) -> ColumnElement[bool] | None:
    if ALL_TAB in states or not states:
        return None
    if STANDING_TAB in states:
        return V.state != IssueState.DISMISSED
    codes = V.state.in_([IssueState(state) for state in states if state != OPEN_TAB])
    return or_(is_open(V), codes) if OPEN_TAB in states else codes


def _at_place(place_id: int, _moment: Moment) -> ColumnElement[bool]:
    place = db.session.get(Unit, place_id)
    if place is None:
        return false()
    if place.kind in (UnitKind.TOWNSHIP, UnitKind.STREET):
        return V.township_id == place_id
    if place.kind is UnitKind.COUNTY:
        return V.location_id.is_not(None)
    return V.location_id.in_(select(Unit.id).where(Unit.path.startswith(place.path)))


def _timing(timing: Timing, moment: Moment) -> ColumnElement[bool]:
    late = is_overdue(moment.today, V)
    return {
        Timing.OVERDUE: lambda: late,
        Timing.SOON: lambda: and_(is_open(V), V.deadline >= moment.today, V.deadline <= _soon(moment)),
        Timing.UNDATED: lambda: is_undated(V),
        Timing.CLOSED_LATE: lambda: and_(_is_closed(), V.closed_late.is_(True)),
        Timing.CLOSED_IN_TIME: lambda: and_(_is_closed(), V.closed_late.is_(False)),
        Timing.JUDGED: lambda: or_(and_(_is_closed(), V.closed_late.is_not(None)), late),
    }[timing]()


def _soon(moment: Moment) -> date:
    """Return the last day that the policy of then coloured blue."""
    return moment.calendar.add_workdays(moment.today, policy_at(moment.at).general.blue_within)


def _is_closed() -> ColumnElement[bool]:
    return V.state == IssueState.SIGNED_OFF


def _says(words: str) -> ColumnElement[bool]:
    """Return the condition that each part of ``words`` stood in the number, the spot or the words of the issue.

    The search index, by today's names, finds all of these and more at once.
    """
    texts = (V.number, V.spot, V.description)
    held = [or_(*(text.icontains(part, autoescape=True) for text in texts)) for part in words.split()]
    return and_(V.issue_id.in_(select(Issue.id).where(found_by_words(words))), *held)


_CONDITIONS: Mapping[str, Callable[[Any, Moment], ColumnElement[bool]]] = {
    "timing": _timing,
    "place_id": _at_place,
    "unit_id": lambda unit, _moment: V.responsible_unit_id == unit,
    "star_id": lambda star, _moment: V.star_id == star,
    "source": lambda source, _moment: V.source == source,
    "severity": lambda severity, _moment: V.severity == severity,
    "finder_id": lambda group, _moment: V.found_by_group_id == group,
    "roster_id": lambda group, moment: V.location_id.in_(roster_of(group, moment.today)),
    "found_from": lambda day, _moment: V.found_on >= day,
    "found_to": lambda day, _moment: V.found_on <= day,
    "due_from": lambda day, _moment: V.deadline >= day,
    "due_to": lambda day, _moment: V.deadline <= day,
    "closed_from": lambda day, _moment: and_(_is_closed(), V.signed_off_at >= start_of(day)),
    "closed_to": lambda day, _moment: and_(_is_closed(), V.signed_off_at < end_of(day)),
    "blank": lambda heading, _moment: SORTS[heading].is_(None),
    "words": lambda words, _moment: _says(words),
    "recurred": lambda _yes, _moment: V.recurrences > 0,
    "returned": lambda _yes, _moment: V.returns > 0,
    "band": lambda band, moment: in_band(band, moment.today, moment.calendar, V),
    "colour": lambda colour, moment: has_colour(moment.today, colour, V, moment.calendar),
}

"""What a ledger of an instant is asked for: who asks, of which issues, and the conditions on versions they come to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, cast, exists, false, func, literal, or_, select, union_all
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import aliased

from tracker.database import db
from tracker.models import FAR, Issue, IssueEvent, IssueVersion, Unit, UnitKind
from tracker.policy import Actor, recorded
from tracker.queries.closing import end_of, reopened, start_of
from tracker.queries.filters import (
    ALL_TAB,
    OPEN_TAB,
    STANDING_TAB,
    IssueFilter,
    Mine,
    Timing,
    in_band,
    roster_of,
)
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
    found = [*_held(asked.moment), V.is_withdrawn.is_(False)]
    scope = recorded(asked.actor)
    if scope:
        found.append(V.issue_id.in_(select(Issue.id).where(*scope)))
    states = _in_states(asked.chosen.states)
    if states is not None:
        found.append(states)
    if asked.chosen.mine:
        found.append(_mine(asked.chosen.mine, asked))
    given = ((condition, getattr(asked.chosen, name)) for name, condition in _CONDITIONS.items())
    return found + [condition(value, asked.moment) for condition, value in given if value]


def _held(moment: Moment) -> list[ColumnElement[bool]]:
    if moment.is_present:
        return [V.until == FAR]
    return [V.valid_from <= moment.at, V.until > moment.at]


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


def _reopened(moment: Moment, **days: date) -> ColumnElement[bool]:
    return and_(V.recurrences > 0, reopened(**days, by=moment.at, issue_id=V.issue_id))


def _is_closed() -> ColumnElement[bool]:
    return V.state == IssueState.SIGNED_OFF


# The texts that the lists of today are searched for; the names of place and township come besides.
_TEXTS = (V.number, V.description, V.category, V.spot, V.goal, V.remark, V.source_ref, V.found_by)


def _says(words: str, moment: Moment) -> ColumnElement[bool]:
    """Return the condition that each part of ``words`` stood in what the lists are searched for, as it read then.

    The search index knows what reads today as it did then; what has changed since, or was renamed, is looked at itself.
    """
    former = moment.former_of("unit")
    changed = aliased(V)
    known = select(Issue.id).where(found_by_words(words))
    moved = select(changed.issue_id).where(changed.valid_from > moment.at)
    renamed = select(Issue.id).where(or_(Issue.location_id.in_(former), Issue.township_id.in_(former)))
    parts = (known, moved, renamed) if former else (known, moved)
    return and_(V.issue_id.in_(union_all(*parts)), *(_holds(part, former) for part in words.split()))


def _holds(part: str, former: Mapping[int, str]) -> ColumnElement[bool]:
    texts = [column.icontains(part, autoescape=True) for column in _TEXTS]
    called = select(Unit.id).where(Unit.name.icontains(part, autoescape=True), Unit.id.not_in(former))
    then = [key for key, name in former.items() if part.casefold() in name.casefold()]
    names = [or_(column.in_(called), column.in_(then)) for column in (V.location_id, V.township_id)]
    return or_(*texts, *names)


def _mine(mine: Mine, asked: Asked) -> ColumnElement[bool]:
    """Return what the reader, as they are today, had to do with an issue then."""
    me, unit = asked.actor.person_id, asked.actor.unit_id or 0  # who has no unit is responsible for none
    if mine is Mine.CREATED:
        return V.created_by_id == me
    if mine is Mine.HANDLED:
        acts = select(IssueEvent.issue_id).where(IssueEvent.actor_id == me, IssueEvent.at <= asked.moment.at)
        return V.issue_id.in_(acts)
    if mine is Mine.ASSISTING:
        return _assisted_by(unit)
    return or_(V.responsible_id == me, V.responsible_unit_id == unit)


def _assisted_by(unit_id: int) -> ColumnElement[bool]:
    if db.engine.dialect.name == "sqlite":
        each: Any = func.json_each(V.beside, "$.assisting").table_valued("value")
        return exists(select(literal(1)).select_from(each).where(each.c.value == unit_id))
    return cast(V.beside, JSONB)["assisting"].contains(cast([unit_id], JSONB))


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
    "words": _says,
    "reopened_from": lambda day, moment: _reopened(moment, since=day),
    "reopened_to": lambda day, moment: _reopened(moment, until=day),
    "batch_id": lambda batch, _moment: V.issue_id.in_(select(Issue.id).where(Issue.import_batch_id == batch)),
    "recurred": lambda _yes, _moment: V.recurrences > 0,
    "returned": lambda _yes, _moment: V.returns > 0,
    "band": lambda band, moment: in_band(band, moment.today, moment.calendar, V),
    "colour": lambda colour, moment: has_colour(moment.today, colour, V, moment.calendar),
}

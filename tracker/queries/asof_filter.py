"""What a ledger of an instant is asked for: who asks, of which issues, and the conditions on versions they come to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, cast, exists, func, literal, or_, select, union_all
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import aliased

from tracker.database import db
from tracker.models import FAR, Issue, IssueEvent, IssueVersion, Unit
from tracker.policy import Actor, recorded
from tracker.queries.closing import end_of, is_closed, reopened, start_of
from tracker.queries.filters import IssueFilter, Mine, in_band, in_states, plain_terms, timing_term
from tracker.queries.lateness import has_colour, is_open
from tracker.queries.moments import Moment, policy_at
from tracker.queries.search import found_by_words

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
    states = in_states(asked.chosen.states, V)
    if states is not None:
        found.append(states)
    if asked.chosen.mine:
        found.append(_mine(asked.chosen.mine, asked))
    given = ((condition, getattr(asked.chosen, name)) for name, condition in _CONDITIONS.items())
    found += [condition(value, asked.moment) for condition, value in given if value]
    if asked.chosen.reopened_from or asked.chosen.reopened_to:
        found.append(_reopened(asked.chosen, asked.moment))
    return found + plain_terms(asked.chosen, asked.moment.today, V)


def _held(moment: Moment) -> list[ColumnElement[bool]]:
    if moment.is_present:
        return [V.until == FAR]
    return [V.valid_from <= moment.at, V.until > moment.at]


def _is_soon(moment: Moment) -> ColumnElement[bool]:
    """Return the condition that a version is due within the days that the policy of then coloured blue."""
    last = moment.calendar.add_workdays(moment.today, policy_at(moment.at).general.blue_within)
    return and_(is_open(V), V.deadline.between(moment.today, last))


def _reopened(chosen: IssueFilter, moment: Moment) -> ColumnElement[bool]:
    days = {"since": chosen.reopened_from, "until": chosen.reopened_to}
    return and_(V.recurrences > 0, reopened(**days, by=moment.at, issue_id=V.issue_id))


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
    "timing": lambda timing, moment: timing_term(timing, moment.today, lambda: _is_soon(moment), V),
    "closed_from": lambda day, _moment: and_(is_closed(V), V.signed_off_at >= start_of(day)),
    "closed_to": lambda day, _moment: and_(is_closed(V), V.signed_off_at < end_of(day)),
    "blank": lambda heading, _moment: SORTS[heading].is_(None),
    "words": _says,
    "batch_id": lambda batch, _moment: V.issue_id.in_(select(Issue.id).where(Issue.import_batch_id == batch)),
    "band": lambda band, moment: in_band(band, moment.today, moment.calendar, V),
    "colour": lambda colour, moment: has_colour(moment.today, colour, V, moment.calendar),
}

"""What a list of issues can be narrowed by, as values, and the conditions they stand for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select

from tracker.database import db
from tracker.models import (
    AssistingUnit,
    GroupVillage,
    Issue,
    IssueEvent,
    SavedFilter,
    Source,
    Unit,
    UnitKind,
)
from tracker.policy import IS_OPEN, Actor, listed, listed_open, listed_singly, listed_standing
from tracker.queries.closing import closed_since, closed_until, is_closed, is_judged, is_standing, reopened
from tracker.queries.digest_list import DigestPart, told_of
from tracker.queries.lateness import has_colour, is_overdue, is_undated, late_since
from tracker.queries.moves import MOVES, is_soon
from tracker.queries.rules import work_calendar
from tracker.queries.search import found_by_words
from workflows.calendar import WorkCalendar
from workflows.issue import IssueState, Severity
from workflows.policy import Colour

OPEN_TAB, ALL_TAB = "open", "all"
STANDING_TAB = "standing"  # neither a draft nor dismissed
TABS = (OPEN_TAB, ALL_TAB, *IssueState)


class Timing(StrEnum):
    """How an issue stands to its deadline; ``JUDGED`` is signed off with a deadline, or open and past it."""

    OVERDUE = "overdue"
    SOON = "soon"
    UNDATED = "undated"
    CLOSED_LATE = "closed_late"
    CLOSED_IN_TIME = "closed_in_time"
    JUDGED = "judged"


class Mine(StrEnum):
    """What the reader has to do with an issue."""

    CREATED = "created"
    RESPONSIBLE = "responsible"
    ASSISTING = "assisting"
    HANDLED = "handled"


class Band(StrEnum):
    """How many working days late, from and to, inclusive."""

    UNDER_5 = "0-4"
    UNDER_10 = "5-9"
    UNDER_20 = "10-19"
    OVER_20 = "20-"

    @property
    def limits(self) -> tuple[int, int | None]:
        """Return the fewest and the most days; ``None`` has no end."""
        first, last = self.value.split("-")
        return int(first), int(last) if last else None


@dataclass(frozen=True)
class IssueFilter:
    """What to show; whatever is empty does not narrow. ``states`` may hold ``open``, ``standing`` and ``all``."""

    states: tuple[str, ...] = (OPEN_TAB,)
    timing: Timing | None = None
    place_id: int | None = None
    unit_id: int | None = None
    star_id: int | None = None
    source: Source | None = None
    severity: Severity | None = None
    finder_id: int | None = None
    roster_id: int | None = None
    mine: Mine | None = None
    found_from: date | None = None
    found_to: date | None = None
    due_from: date | None = None
    due_to: date | None = None
    closed_from: date | None = None
    closed_to: date | None = None
    reopened_from: date | None = None
    reopened_to: date | None = None
    recurred: bool = False
    returned: bool = False
    todo: str | None = None
    batch_id: int | None = None
    digest: DigestPart | None = None
    words: str = ""
    band: Band | None = None
    colour: Colour | None = None
    blank: str = ""  # in the ledgers alone: where this heading of theirs is not stated

    @property
    def is_open_only(self) -> bool:
        """Tell whether no issue that is not open can be found, whatever the tab."""
        is_open = self.timing in (Timing.OVERDUE, Timing.SOON, Timing.UNDATED)
        return bool(is_open or self.band or self.colour)


def filter_plain(chosen: IssueFilter) -> dict[str, Any]:
    """Return what a filter narrows by as JSON can hold it; ``filter_of`` reads it back."""
    given = ((one.name, getattr(chosen, one.name)) for one in fields(chosen))
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in given if value}


def filter_of(plain: Mapping[str, Any]) -> IssueFilter:
    """Return the filter that ``filter_plain`` wrote down."""
    read: Mapping[str, Callable[[Any], Any]] = {
        "states": tuple, "timing": Timing, "source": Source, "severity": Severity, "mine": Mine, "band": Band,
        "colour": Colour, "found_from": date.fromisoformat, "found_to": date.fromisoformat,
        "due_from": date.fromisoformat, "due_to": date.fromisoformat, "closed_from": date.fromisoformat,
        "closed_to": date.fromisoformat, "reopened_from": date.fromisoformat, "reopened_to": date.fromisoformat,
    }  # fmt: skip
    return IssueFilter(
        **{"states": ()} | {name: read.get(name, lambda same: same)(value) for name, value in plain.items()}
    )


def seen_by(actor: Actor, chosen: IssueFilter) -> list[ColumnElement[bool]]:
    """Return the conditions for what ``actor`` may see and ``chosen`` asks for, apart from its states."""
    return [listed_open(actor) if chosen.is_open_only else listed(actor), *_asked_for(actor, chosen)]


def singly_seen_by(actor: Actor, chosen: IssueFilter) -> list[ColumnElement[bool]]:
    """Return ``seen_by`` as conditions on each record alone, for the issues of some events."""
    return [listed_singly(actor), *_asked_for(actor, chosen)]


def standing_seen_by(actor: Actor, chosen: IssueFilter) -> list[ColumnElement[bool]]:
    """Return ``seen_by`` for what is neither a draft nor dismissed, which whoever uses it says beside it."""
    return [listed_standing(actor), *_asked_for(actor, chosen)]


def _asked_for(actor: Actor, chosen: IssueFilter) -> list[ColumnElement[bool]]:
    given = [(condition, getattr(chosen, name)) for name, condition in _CONDITIONS.items()]
    return [condition(value, actor) for condition, value in given if value]


def in_states(states: tuple[str, ...]) -> ColumnElement[bool] | None:
    """Return the condition for these tabs, ``None`` for all issues."""
    if ALL_TAB in states or not states:
        return None
    if STANDING_TAB in states:
        return is_standing()
    codes = [IssueState(state) for state in states if state != OPEN_TAB]
    if OPEN_TAB not in states:
        return Issue.state == codes[0] if len(codes) == 1 else Issue.state.in_(codes)
    return or_(IS_OPEN, Issue.state.in_(codes)) if codes else IS_OPEN


def _at_place(place_id: int, _actor: Actor) -> ColumnElement[bool]:
    place = db.session.get(Unit, place_id)
    if place is None:
        return false()
    if place.kind in (UnitKind.TOWNSHIP, UnitKind.STREET):
        return Issue.township_id == place_id
    if place.kind is UnitKind.COUNTY:
        return Issue.location_id.is_not(None)
    return Issue.location_id.in_(select(Unit.id).where(Unit.path.startswith(place.path)))


def roster_of(group_id: int, today: date) -> Select[Any]:
    """Return the ids of the villages on a group's roster on that day."""
    return select(GroupVillage.unit_id).where(
        GroupVillage.group_id == group_id,
        GroupVillage.valid_from <= today,
        or_(GroupVillage.valid_to.is_(None), GroupVillage.valid_to >= today),
    )


def _timing(timing: Timing, actor: Actor) -> ColumnElement[bool]:
    return {
        Timing.OVERDUE: lambda: is_overdue(actor.today),
        Timing.SOON: lambda: is_soon(actor),
        Timing.UNDATED: lambda: is_undated(),
        Timing.CLOSED_LATE: lambda: and_(is_closed(), Issue.closed_late.is_(True)),
        Timing.CLOSED_IN_TIME: lambda: and_(is_closed(), Issue.closed_late.is_(False)),
        Timing.JUDGED: lambda: is_judged(actor.today),
    }[timing]()


def _mine(mine: Mine, actor: Actor) -> ColumnElement[bool]:
    me, unit = actor.person_id, actor.unit_id or 0  # who has no unit is responsible for none
    return {
        Mine.CREATED: Issue.created_by_id == me,
        Mine.RESPONSIBLE: or_(Issue.responsible_id == me, Issue.responsible_unit_id == unit),
        Mine.ASSISTING: Issue.id.in_(select(AssistingUnit.issue_id).where(AssistingUnit.unit_id == unit)),
        Mine.HANDLED: Issue.id.in_(select(IssueEvent.issue_id).where(IssueEvent.actor_id == me)),
    }[mine]


def in_band(band: Band, today: date, calendar: WorkCalendar, of: Any = Issue) -> ColumnElement[bool]:
    """Return the condition that an issue, or a version of one, is as many working days late as ``band`` says."""
    fewest, most = band.limits
    newest = late_since(calendar, today, fewest) if fewest else today
    conditions = [is_overdue(today, of), of.deadline <= newest]
    if most is not None:
        conditions.append(of.deadline > late_since(calendar, today, most + 1))
    return and_(*conditions)


_CONDITIONS: Mapping[str, Callable[[Any, Actor], ColumnElement[bool]]] = {
    "timing": _timing,
    "place_id": _at_place,
    "unit_id": lambda unit, _actor: Issue.responsible_unit_id == unit,
    "star_id": lambda star, _actor: Issue.star_id == star,
    "source": lambda source, _actor: Issue.source == source,
    "severity": lambda severity, _actor: Issue.severity == severity,
    "finder_id": lambda group, _actor: Issue.found_by_group_id == group,
    "roster_id": lambda group, actor: Issue.location_id.in_(roster_of(group, actor.today)),
    "mine": _mine,
    "found_from": lambda day, _actor: Issue.found_on >= day,
    "found_to": lambda day, _actor: Issue.found_on <= day,
    "due_from": lambda day, _actor: Issue.deadline >= day,
    "due_to": lambda day, _actor: Issue.deadline <= day,
    "closed_from": lambda day, _actor: closed_since(day),
    "closed_to": lambda day, _actor: closed_until(day),
    "reopened_from": lambda day, _actor: reopened(since=day),
    "reopened_to": lambda day, _actor: reopened(until=day),
    "recurred": lambda _yes, _actor: Issue.recurrences > 0,
    "returned": lambda _yes, _actor: Issue.returns > 0,
    "todo": lambda key, actor: MOVES[key].condition(actor),
    "batch_id": lambda batch, _actor: Issue.import_batch_id == batch,
    "digest": told_of,
    "words": lambda words, _actor: found_by_words(words),
    "band": lambda band, actor: in_band(band, actor.today, work_calendar()),
    "colour": lambda colour, actor: has_colour(actor.today, colour),
}


def saved_filters(actor: Actor, page: str) -> list[SavedFilter]:
    """Return the filters this person saved for ``page``, by name."""
    query = select(SavedFilter).where(SavedFilter.person_id == actor.person_id, SavedFilter.page == page)
    return list(db.session.scalars(query.order_by(SavedFilter.name)))

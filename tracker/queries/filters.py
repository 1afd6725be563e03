"""What a list of issues can be narrowed by, as values, and the conditions they stand for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, and_, or_, select

from tracker.models import (
    AssistingUnit,
    GroupVillage,
    Issue,
    IssueEvent,
    Source,
)
from tracker.policy import Actor, listed, listed_open, listed_singly, listed_standing
from tracker.queries.closing import closed_since, closed_until, is_closed, is_judged, is_standing, reopened
from tracker.queries.digest_list import DigestPart, told_of
from tracker.queries.groups import on_roster
from tracker.queries.lateness import has_colour, is_open, is_overdue, is_undated, late_since
from tracker.queries.leaving import Left, has_left
from tracker.queries.moves import MOVES, is_soon
from tracker.queries.places import at_place
from tracker.queries.rules import work_calendar
from tracker.queries.search import found_by_words
from workflows.calendar import WorkCalendar
from workflows.issue import IssueState, Severity
from workflows.policy import Colour

Term: TypeAlias = ColumnElement[bool]
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
    left: Left | None = None
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


def seen_by(actor: Actor, chosen: IssueFilter) -> list[Term]:
    """Return the conditions for what ``actor`` may see and ``chosen`` asks for, apart from its states."""
    return [listed_open(actor) if chosen.is_open_only else listed(actor), *_asked_for(actor, chosen)]


def singly_seen_by(actor: Actor, chosen: IssueFilter) -> list[Term]:
    """Return ``seen_by`` as conditions on each record alone, for the issues of some events."""
    return [listed_singly(actor), *_asked_for(actor, chosen)]


def standing_seen_by(actor: Actor, chosen: IssueFilter) -> list[Term]:
    """Return ``seen_by`` for what is neither a draft nor dismissed, which whoever uses it says beside it."""
    return [listed_standing(actor), *_asked_for(actor, chosen)]


def _asked_for(actor: Actor, chosen: IssueFilter) -> list[Term]:
    given = [(condition, getattr(chosen, name)) for name, condition in _CONDITIONS.items()]
    found = [condition(value, actor) for condition, value in given if value]
    if chosen.reopened_from or chosen.reopened_to:
        found.append(reopened(since=chosen.reopened_from, until=chosen.reopened_to))
    return found + plain_terms(chosen, actor.today, Issue)


def in_states(states: Sequence[str], of: Any = Issue) -> Term | None:
    """Return the condition for these tabs, of issues or of their versions; ``None`` for all."""
    if ALL_TAB in states or not states:
        return None
    if STANDING_TAB in states:
        return is_standing(of)
    codes = [IssueState(state) for state in states if state != OPEN_TAB]
    if OPEN_TAB not in states:
        return of.state == codes[0] if len(codes) == 1 else of.state.in_(codes)  # type: ignore[no-any-return]
    return or_(is_open(of), of.state.in_(codes)) if codes else is_open(of)


def plain_terms(chosen: IssueFilter, today: date, of: Any) -> list[Term]:
    """Return what ``chosen`` asks for that an issue and a version of one say in columns of the same names."""
    given = ((condition, getattr(chosen, name)) for name, condition in _PLAIN.items())
    found: list[Term] = [condition(of, value) for condition, value in given if value]
    if chosen.roster_id:
        roster = select(GroupVillage.unit_id).where(GroupVillage.group_id == chosen.roster_id, on_roster(today))
        found.append(of.location_id.in_(roster))
    return found


def timing_term(timing: Timing, today: date, soon: Callable[[], Term], of: Any = Issue) -> Term:
    """Return the condition that an issue, or a version of one, stands so to its deadline ``today``."""
    terms: Mapping[Timing, Callable[[], Term]] = {
        Timing.OVERDUE: lambda: is_overdue(today, of),
        Timing.SOON: soon,
        Timing.UNDATED: lambda: is_undated(of),
        Timing.CLOSED_LATE: lambda: and_(is_closed(of), of.closed_late.is_(True)),
        Timing.CLOSED_IN_TIME: lambda: and_(is_closed(of), of.closed_late.is_(False)),
        Timing.JUDGED: lambda: is_judged(today, of),
    }
    return terms[timing]()


_PLAIN: Mapping[str, Callable[[Any, Any], Term]] = {
    "place_id": at_place,
    "unit_id": lambda of, unit: of.responsible_unit_id == unit,
    "star_id": lambda of, star: of.star_id == star,
    "source": lambda of, source: of.source == source,
    "severity": lambda of, severity: of.severity == severity,
    "finder_id": lambda of, group: of.found_by_group_id == group,
    "found_from": lambda of, day: of.found_on >= day,
    "found_to": lambda of, day: of.found_on <= day,
    "due_from": lambda of, day: of.deadline >= day,
    "due_to": lambda of, day: of.deadline <= day,
    "recurred": lambda of, _yes: of.recurrences > 0,
    "returned": lambda of, _yes: of.returns > 0,
}


def _mine(mine: Mine, actor: Actor) -> Term:
    me, unit = actor.person_id, actor.unit_id or 0  # who has no unit is responsible for none
    return {
        Mine.CREATED: Issue.created_by_id == me,
        Mine.RESPONSIBLE: or_(Issue.responsible_id == me, Issue.responsible_unit_id == unit),
        Mine.ASSISTING: Issue.id.in_(select(AssistingUnit.issue_id).where(AssistingUnit.unit_id == unit)),
        Mine.HANDLED: Issue.id.in_(select(IssueEvent.issue_id).where(IssueEvent.actor_id == me)),
    }[mine]


def in_band(band: Band, today: date, calendar: WorkCalendar, of: Any = Issue) -> Term:
    """Return the condition that an issue, or a version of one, is as many working days late as ``band`` says."""
    fewest, most = band.limits
    newest = late_since(calendar, today, fewest) if fewest else today
    conditions = [is_overdue(today, of), of.deadline <= newest]
    if most is not None:
        conditions.append(of.deadline > late_since(calendar, today, most + 1))
    return and_(*conditions)


_CONDITIONS: Mapping[str, Callable[[Any, Actor], Term]] = {
    "timing": lambda timing, actor: timing_term(timing, actor.today, lambda: is_soon(actor)),
    "mine": _mine,
    "closed_from": lambda day, _actor: closed_since(day),
    "closed_to": lambda day, _actor: closed_until(day),
    "todo": lambda key, actor: MOVES[key].condition(actor),
    "left": lambda left, _actor: has_left(left),
    "batch_id": lambda batch, _actor: Issue.import_batch_id == batch,
    "digest": told_of,
    "words": lambda words, _actor: found_by_words(words),
    "band": lambda band, actor: in_band(band, actor.today, work_calendar()),
    "colour": lambda colour, actor: has_colour(actor.today, colour),
}

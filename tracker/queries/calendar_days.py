"""The days that somebody's calendar shows: what they must move by when, letters to answer, the stops of their group.

A calendar leaves the house, so it says no more than number, place and what is due; of a confidential issue only the
number. Rounds are read by the group that goes and from their publication on; nobody else's calendar shows them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from tracker.database import db
from tracker.models import CalendarFeed, InspectionRound, Issue, Letter, Person, Post, Role, RoundStop
from tracker.policy import Actor, actor_of, listed
from tracker.policy.letters import RECEIVING, letter_visible
from tracker.policy.rounds import visible_stops
from tracker.queries.moves import MOVES, Move, moves_of
from tracker.queries.people import in_force
from workflows.letter import LetterState
from workflows.round import RoundState, StopState

OWN = "own"
_BACK, _AHEAD = timedelta(days=60), timedelta(days=400)
_MOST = 500  # of each sort; a calendar with more is no help
_DRAFTS = ("drafts", "group_drafts")
_SHOWN_ROUNDS = (RoundState.PUBLISHED, RoundState.UNDER_WAY)
_SHOWN_STOPS = (StopState.PLANNED, StopState.STARTED, StopState.DONE)
_GROUP = (Role.GROUP_LEAD, Role.GROUP_MEMBER)
_COUNTY = (Role.OFFICE, Role.LEADER)


@dataclass(frozen=True)
class CalendarDay:
    """One entry, both days inclusive; ``what`` is a move of ``queries.moves``, ``letter``, ``round`` or ``stop``."""

    uid: str
    what: str
    first_day: date
    last_day: date
    number: str = ""
    place: str = ""
    issue_id: int | None = None
    letter_id: int | None = None
    is_confidential: bool = False


def group_scope(group_id: int) -> str:
    """Return the scope of the feed of a group."""
    return f"group:{group_id}"


def feed_actors(feed: CalendarFeed, today: date) -> list[Actor]:
    """Return the posts for which the feed speaks today; none once its person has gone, which ends it."""
    query = (
        select(Post)
        .join(Post.person)
        .where(Post.person_id == feed.person_id, Person.is_active, in_force(today))
        .options(contains_eager(Post.person), joinedload(Post.unit), joinedload(Post.group))
        .order_by(Post.id)
    )
    actors = [actor_of(post, today) for post in db.session.scalars(query)]
    if feed.group_id is None:
        return actors
    return [as_group(actor, feed.group_id) for actor in actors if may_follow(actor, feed.group_id)][:1]


def may_follow(actor: Actor, group_id: int) -> bool:
    """Tell whether the actor may read the calendar of that group: its own people, the office and the leaders."""
    return actor.role in _COUNTY or (actor.role in _GROUP and actor.group_id == group_id)


def as_group(actor: Actor, group_id: int) -> Actor:
    """Return who looks at the calendar with the eyes of the group; whoever is recused sees it like the others."""
    return replace(actor, role=Role.GROUP_MEMBER, group_id=group_id, home_unit_id=None, unit_id=None, unit_path="")


def calendar_days(feed: CalendarFeed, actors: Sequence[Actor]) -> list[CalendarDay]:
    """Return the entries of a feed by day, each once."""
    found: dict[str, CalendarDay] = {}
    for actor in actors:
        moves = [MOVES["to_recheck"]] if feed.group_id is not None else _own_moves(actor)
        parts = [*_moves(actor, moves), *_rounds(actor)]
        if feed.group_id is None:
            parts += _letters(actor)
        for one in parts:
            found.setdefault(one.uid, one)
    return sorted(found.values(), key=lambda one: (one.first_day, one.uid))


def _own_moves(actor: Actor) -> list[Move]:
    return [move for move in moves_of(actor.role) if not move.is_watched and move.key not in _DRAFTS]


def _near(column: Any, today: date) -> ColumnElement[bool]:
    near: ColumnElement[bool] = column.between(today - _BACK, today + _AHEAD)
    return near


def _moves(actor: Actor, moves: Iterable[Move]) -> list[CalendarDay]:
    found = []
    for move in moves:
        day = getattr(Issue, move.by)
        query = select(Issue, day.label("day")).where(listed(actor), move.condition(actor), _near(day, actor.today))
        rows = db.session.execute(query.options(joinedload(Issue.location)).order_by(day, Issue.id).limit(_MOST))
        found += [_of_issue(row[0], move.key, row.day) for row in rows]
    return found


def _of_issue(issue: Issue, what: str, day: date) -> CalendarDay:
    place = "" if issue.is_confidential or issue.location is None else issue.location.name
    return CalendarDay(
        f"issue-{issue.id}-{what}", what, day, day, issue.number or "", place, issue.id,
        is_confidential=issue.is_confidential,
    )  # fmt: skip


def _letters(actor: Actor) -> list[CalendarDay]:
    """Return the letters that wait for the actor's receipt or reply: to them, or to their unit."""
    to_me: ColumnElement[bool] = Letter.recipient_id == actor.person_id
    if actor.role in RECEIVING and actor.unit_id is not None:
        to_me = or_(to_me, and_(Letter.recipient_id.is_(None), Letter.recipient_unit_id == actor.unit_id))
    waits = Letter.state.in_((LetterState.ISSUED, LetterState.RECEIVED))
    query = select(Letter).where(waits, to_me, letter_visible(actor), _near(Letter.due_on, actor.today))
    letters = db.session.scalars(query.order_by(Letter.due_on, Letter.id).limit(_MOST))
    return [
        CalendarDay(f"letter-{one.id}", "letter", one.due_on, one.due_on, one.number or "", letter_id=one.id)
        for one in letters
        if one.due_on is not None
    ]


def _rounds(actor: Actor) -> list[CalendarDay]:
    """Return the rounds of the actor's group that are out, and the group's stops."""
    if actor.role not in _GROUP:
        return []
    query = (
        select(RoundStop)
        .join(RoundStop.round)
        .where(
            visible_stops(actor), RoundStop.state.in_(_SHOWN_STOPS), InspectionRound.state.in_(_SHOWN_ROUNDS),
            _near(RoundStop.day, actor.today),
        )
        .options(contains_eager(RoundStop.round), joinedload(RoundStop.village))
        .order_by(RoundStop.day, RoundStop.position, RoundStop.id)
        .limit(_MOST)
    )  # fmt: skip
    stops = list(db.session.scalars(query))
    rounds = {stop.round_id: stop.round for stop in stops}.values()
    whole = [CalendarDay(f"round-{one.id}", "round", one.first_day, one.last_day, one.name) for one in rounds]
    return whole + [
        CalendarDay(f"stop-{stop.id}", "stop", stop.day, stop.day, stop.round.name, stop.village.name) for stop in stops
    ]

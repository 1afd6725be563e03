"""Coverage and burden: which village was last seen when and by whom, and what was asked of it this month.

Months are Shanghai calendar months. The visits behind the figures go through the scope.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import joinedload

from tracker.clock import ZONE, local_date
from tracker.database import db
from tracker.errors import NotFoundError
from tracker.models import GroupVillage, InspectionRound, Role, RoundStop, SupervisionGroup, Unit, UnitKind, Visit
from tracker.policy import Actor
from tracker.policy.scope import roster_ids
from tracker.policy.visits import visible_visits
from tracker.queries.groups import on_roster
from tracker.queries.rules import policy_on
from workflows.policy import Policy
from workflows.round import StopState

MOST = 1000
_PLACES = (UnitKind.VILLAGE, UnitKind.COMMUNITY)
_COMING = (StopState.PLANNED, StopState.STARTED)


@dataclass(frozen=True)
class Burden:
    """What was asked of a village in a month; ``coming`` are the visits a plan still holds for it."""

    visits: int = 0
    forms: int = 0
    photos: int = 0
    coming: int = 0

    def over(self, policy: Policy) -> list[str]:
        """Return the fields of the policy whose ceiling is broken, or would be by what is coming."""
        return [name for name, _asked, _most in self.figures(policy)]

    def figures(self, policy: Policy) -> list[tuple[str, int, int]]:
        """Return each field of the policy whose ceiling is broken, with what is asked and what may be."""
        asked = {
            "visits_per_month": self.visits + self.coming, "forms_per_month": self.forms,
            "photos_per_month": self.photos,
        }  # fmt: skip
        found = [(name, number, int(getattr(policy, name))) for name, number in asked.items()]
        return [one for one in found if one[1] > one[2]]


@dataclass(frozen=True)
class Seen:
    """One village: the last visit there is to know of, whose roster it is on, and this month's burden."""

    village: Unit
    last: Visit | None
    days: int | None
    groups: Sequence[str] = ()
    burden: Burden = field(default_factory=Burden)


def month_of(day: date) -> tuple[datetime, datetime]:
    """Return the instants at which the month of ``day`` begins and the next one does."""
    first = datetime(day.year, day.month, 1, tzinfo=ZONE)
    after = (first + timedelta(days=31)).replace(day=1)
    return first, after


def coverage(actor: Actor, *, town_id: int | None = None, group_id: int | None = None) -> list[Seen]:
    """Return the villages of the actor's scope, never visited first, then the longest unvisited; at most ``MOST``."""
    villages = db.session.scalars(
        select(Unit)
        .where(*_in_scope(actor, town_id, group_id))
        .options(joinedload(Unit.township))
        .order_by(Unit.path)
        .limit(MOST)
    ).all()
    ids = [village.id for village in villages]
    last, groups = _last(actor, ids), _groups(ids, actor.today)
    burdens = burden_in(ids, actor.today, visible_visits(actor))
    lines = [
        Seen(one, last.get(one.id), _days(last.get(one.id), actor.today), groups.get(one.id, ()), burdens[one.id])
        for one in villages
    ]
    return sorted(lines, key=lambda line: (line.last is not None, -(line.days or 0)))


def _in_scope(actor: Actor, town_id: int | None, group_id: int | None) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [Unit.kind.in_(_PLACES), Unit.closed_on.is_(None)]
    if actor.is_group:
        wanted.append(Unit.id.in_(roster_ids(actor)))
    if town_id:
        wanted.append(Unit.township_id == town_id)
    if group_id:
        roster = select(GroupVillage.unit_id).where(GroupVillage.group_id == group_id, on_roster(actor.today))
        wanted.append(Unit.id.in_(roster))
    return wanted


def _last(actor: Actor, ids: Collection[int]) -> dict[int, Visit]:
    """Return the latest visit of each village by its id."""
    latest = (
        select(Visit.village_id, func.max(Visit.started_at).label("at"))
        .where(Visit.village_id.in_(ids), visible_visits(actor))
        .group_by(Visit.village_id)
        .subquery()
    )
    same = and_(latest.c.village_id == Visit.village_id, latest.c.at == Visit.started_at)
    query = select(Visit).join(latest, same).where(visible_visits(actor)).options(joinedload(Visit.group))
    return {visit.village_id: visit for visit in db.session.scalars(query.order_by(Visit.id))}


def _days(visit: Visit | None, today: date) -> int | None:
    return None if visit is None else (today - local_date(visit.started_at)).days


def _groups(ids: Collection[int], today: date) -> dict[int, list[str]]:
    query = (
        select(GroupVillage.unit_id, SupervisionGroup.name)
        .join(SupervisionGroup, SupervisionGroup.id == GroupVillage.group_id)
        .where(GroupVillage.unit_id.in_(ids), on_roster(today))
        .order_by(SupervisionGroup.number)
    )
    found: dict[int, list[str]] = {}
    for unit_id, name in db.session.execute(query):
        found.setdefault(unit_id, []).append(name)
    return found


def burden_in(ids: Collection[int], day: date, seen: ColumnElement[bool]) -> dict[int, Burden]:
    """Return what was asked of each village in the month of ``day``, by the visits that ``seen`` lets through."""
    first, after = month_of(day)
    query = (
        select(Visit.village_id, func.count(), func.sum(Visit.forms_asked), func.sum(Visit.photos_asked))
        .where(Visit.village_id.in_(ids), Visit.started_at >= first, Visit.started_at < after, seen)
        .group_by(Visit.village_id)
    )
    found = {village: Burden(n, forms, photos) for village, n, forms, photos in db.session.execute(query)}
    return {village: found.get(village, Burden()) for village in ids}


@dataclass(frozen=True)
class Warned:
    """A village that a plan would ask too much of in the month that begins on ``month``.

    ``figures`` names each broken ceiling with what is asked and what may be.
    """

    village: Unit
    month: date
    burden: Burden
    figures: Sequence[tuple[str, int, int]]

    @property
    def over(self) -> list[str]:
        """Return the fields of the policy whose ceilings are broken."""
        return [name for name, _asked, _most in self.figures]


def plan_burden(held: InspectionRound) -> list[Warned]:
    """Return the villages whose ceilings the round breaks, or meets broken already, by village and month.

    Counts the visits made and those that any published round, or this one, still has before it.
    """
    mine = select(RoundStop.village_id).where(RoundStop.round_id == held.id, RoundStop.state.in_(_COMING))
    out = or_(RoundStop.round_id == held.id, InspectionRound.published_at.is_not(None))
    query = (
        select(RoundStop.village_id, RoundStop.day, RoundStop.round_id)
        .join(InspectionRound, InspectionRound.id == RoundStop.round_id)
        .where(RoundStop.village_id.in_(mine), RoundStop.state.in_(_COMING), out, InspectionRound.archived_at.is_(None))
    )
    coming: dict[date, dict[int, int]] = {}
    touched: set[tuple[date, int]] = set()
    for village_id, day, round_id in db.session.execute(query):
        month = day.replace(day=1)
        coming.setdefault(month, {})[village_id] = coming.get(month, {}).get(village_id, 0) + 1
        if round_id == held.id:
            touched.add((month, village_id))
    names = {unit.id: unit for unit in db.session.scalars(select(Unit).where(Unit.id.in_(mine)))}
    warned = []
    for month, villages in sorted(coming.items()):
        policy = policy_on(month).policy
        asked = burden_in(list(villages), month, Visit.id.is_not(None))
        for village_id, number in villages.items():
            was = asked[village_id]
            burden = Burden(was.visits, was.forms, was.photos, number)
            if (month, village_id) in touched and (figures := burden.figures(policy)):
                warned.append(Warned(names[village_id], month, burden, figures))
    return sorted(warned, key=lambda one: (one.month, one.village.path))


@dataclass(frozen=True)
class VillageBurden:
    """A village's month: its visits, what they asked of it, and the ceilings in force."""

    village: Unit
    month: date
    visits: Sequence[Visit]
    burden: Burden
    policy: Policy


def village_burden(actor: Actor, village_id: int, day: date) -> VillageBurden:
    """Return the month of ``day`` in one village; raise ``NotFoundError`` where it is not in the actor's scope."""
    mine = [Unit.id == actor.unit_id] if actor.role is Role.VILLAGE else []
    found = db.session.scalars(select(Unit).where(Unit.id == village_id, *_in_scope(actor, None, None), *mine)).first()
    if found is None:
        raise NotFoundError
    first, after = month_of(day)
    query = select(Visit).where(
        Visit.village_id == village_id, Visit.started_at >= first, Visit.started_at < after, visible_visits(actor)
    )
    visits = db.session.scalars(query.options(joinedload(Visit.group)).order_by(Visit.started_at.desc())).all()
    burden = burden_in([village_id], day, visible_visits(actor))[village_id]
    return VillageBurden(found, day.replace(day=1), visits, burden, policy_on(min(day, actor.today)).policy)

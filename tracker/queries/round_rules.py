"""What a plan must keep to: rosters by day, recusal, rounds running; for the generator and for the office's hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select

from tracker.database import db
from tracker.models import (
    GroupVillage,
    InspectionRound,
    Person,
    Post,
    Role,
    RoundGroup,
    RoundStop,
    SupervisionGroup,
    Unit,
    UnitKind,
    UnitPlace,
)
from tracker.queries.rules import policy_on
from workflows.planning.plan import Pair
from workflows.planning.route import Place
from workflows.planning.terms import LeftOutWhy, Parameters
from workflows.round import OUT, StopState

PLACES = (UnitKind.VILLAGE, UnitKind.COMMUNITY)
_WALKED = (StopState.PLANNED, StopState.STARTED, StopState.DONE)


@dataclass(frozen=True)
class RoundRules:
    """``roster`` holds the days on which a group may go to a village, ``barred`` the pairs that are forbidden.

    ``units`` are, for each group, the units its people come from: their issues are not for this group.
    """

    roster: Mapping[Pair, frozenset[date]]
    barred: Mapping[Pair, LeftOutWhy]
    units: Mapping[int, frozenset[int]]


def days_of(group: RoundGroup) -> tuple[date, ...]:
    """Return the days on which a group of a round goes out."""
    return tuple(sorted(date.fromisoformat(day) for day in group.days))


def round_rules(held: InspectionRound) -> RoundRules:
    """Return the rules for every group of a round."""
    days = {group.group_id: days_of(group) for group in held.groups}
    homes, units = _people(days, held)
    recused = {(group, home): LeftOutWhy.RECUSAL for group in homes for home in homes[group]}
    most = Parameters.from_dict(held.parameters).same_group_rounds
    running = dict.fromkeys(_running(held, most), LeftOutWhy.CONSECUTIVE)
    return RoundRules(_roster(days), running | recused, units)


def _roster(days: Mapping[int, tuple[date, ...]]) -> dict[Pair, frozenset[date]]:
    entries = (
        select(GroupVillage.group_id, GroupVillage.unit_id, GroupVillage.valid_from, GroupVillage.valid_to)
        .join(Unit, Unit.id == GroupVillage.unit_id)
        .where(GroupVillage.group_id.in_(days), Unit.kind.in_(PLACES), Unit.closed_on.is_(None))
    )
    found: dict[Pair, set[date]] = defaultdict(set)
    for group, village, first, last in db.session.execute(entries):
        found[group, village] |= {day for day in days[group] if first <= day and (last is None or day <= last)}
    return {pair: frozenset(those) for pair, those in found.items() if those}


def _people(
    groups: Collection[int], held: InspectionRound
) -> tuple[dict[int, frozenset[int]], dict[int, frozenset[int]]]:
    """Return the homes and the units of the people of each group who act during the round."""
    query = (
        select(Post.group_id, Post.unit_id, Person.home_unit_id)
        .join(Person, Person.id == Post.person_id)
        .where(
            Post.group_id.in_(groups), Post.role.in_((Role.GROUP_LEAD, Role.GROUP_MEMBER)),
            Post.approved_at.is_not(None), Person.is_active, Post.valid_from <= held.last_day,
            or_(Post.valid_to.is_(None), Post.valid_to >= held.first_day),
        )
    )  # fmt: skip
    homes: dict[int, set[int]] = {group: set() for group in groups}
    units: dict[int, set[int]] = {group: set() for group in groups}
    for group, unit, home in db.session.execute(query):
        homes[group or 0] |= {home} if home is not None else set()
        units[group or 0] |= {one for one in (unit, home) if one is not None}
    frozen = {group: frozenset(found) for group, found in homes.items()}
    return frozen, {group: frozenset(found) for group, found in units.items()}


def _running(held: InspectionRound, most: int) -> list[Pair]:
    """Return the pairs of group and village that met in each of the last ``most`` rounds."""
    last = (
        select(InspectionRound.id)
        .where(
            InspectionRound.state.in_(OUT), InspectionRound.published_at.is_not(None),
            InspectionRound.first_day < held.first_day, InspectionRound.id != held.id,
        )
        .order_by(InspectionRound.first_day.desc(), InspectionRound.id.desc())
        .limit(most)
    )  # fmt: skip
    ids = list(db.session.scalars(last))
    if len(ids) < most:
        return []
    met = (
        select(RoundStop.group_id, RoundStop.village_id)
        .where(RoundStop.round_id.in_(ids), RoundStop.state.in_(_WALKED))
        .group_by(RoundStop.group_id, RoundStop.village_id)
        .having(func.count(RoundStop.round_id.distinct()) >= most)
    )
    return [(group, village) for group, village in db.session.execute(met)]


def other_group_looks(held: InspectionRound) -> bool:
    """Tell whether another group than the one that re-checked must look back: by the round's terms or by policy."""
    policy = policy_on(held.first_day).policy
    return Parameters.from_dict(held.parameters).other_group_rechecks or policy.other_group_must_recheck


def places_of(villages: Collection[int] | None = None) -> dict[int, Place]:
    """Return where the open villages and communities lie: all of them, or these."""
    query = (
        select(Unit.id, Unit.township_id, UnitPlace.longitude, UnitPlace.latitude)
        .outerjoin(UnitPlace, UnitPlace.unit_id == Unit.id)
        .where(Unit.kind.in_(PLACES), Unit.closed_on.is_(None))
    )
    if villages is not None:
        query = query.where(Unit.id.in_(villages))
    rows = db.session.execute(query.order_by(Unit.id))
    return {unit: Place(unit, town or 0, longitude, latitude) for unit, town, longitude, latitude in rows}


def orphans() -> set[int]:
    """Return the villages that are on no working group's roster at all, on whatever day."""
    kept = (
        select(GroupVillage.unit_id)
        .join(SupervisionGroup, SupervisionGroup.id == GroupVillage.group_id)
        .where(SupervisionGroup.is_active)
    )
    query = select(Unit.id).where(Unit.kind.in_(PLACES), Unit.closed_on.is_(None), Unit.id.not_in(kept))
    return set(db.session.scalars(query))

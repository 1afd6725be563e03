"""Supervision groups with their people and villages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from tracker.database import db
from tracker.errors import NotFoundError
from tracker.models import GroupVillage, Post, SupervisionGroup, Unit, UnitKind
from tracker.queries.people import in_force, posts_of_group

_PLACES = (UnitKind.VILLAGE, UnitKind.COMMUNITY)


@dataclass(frozen=True)
class GroupLine:
    """One group with how many people and villages it has today."""

    group: SupervisionGroup
    people: int
    villages: int


@dataclass(frozen=True)
class GroupPage:
    """One group: who works in it, and its roster on a day."""

    group: SupervisionGroup
    day: date
    posts: tuple[Post, ...]
    roster: tuple[GroupVillage, ...]
    later: int


@dataclass(frozen=True)
class TownChoice:
    """A township with its villages, of which some are on the roster already."""

    town: Unit
    villages: tuple[Unit, ...]
    taken: frozenset[int]


def group_list(today: date) -> list[GroupLine]:
    """Return every group, by number."""
    people = select(Post.group_id, func.count().label("n")).where(in_force(today)).group_by(Post.group_id)
    villages = select(GroupVillage.group_id, func.count().label("n")).where(on_roster(today))
    held = {row.group_id: row.n for row in db.session.execute(people)}
    kept = {row.group_id: row.n for row in db.session.execute(villages.group_by(GroupVillage.group_id))}
    groups = db.session.scalars(select(SupervisionGroup).order_by(SupervisionGroup.number))
    return [GroupLine(group, held.get(group.id, 0), kept.get(group.id, 0)) for group in groups]


def on_roster(day: date) -> ColumnElement[bool]:
    """Return the condition on ``GroupVillage`` that holds for entries in force on that day."""
    return (GroupVillage.valid_from <= day) & or_(GroupVillage.valid_to.is_(None), GroupVillage.valid_to >= day)


def group_page(group_id: int, day: date, today: date) -> GroupPage:
    """Return a group with its roster on ``day``; raise ``NotFoundError`` where there is none."""
    group = db.session.get(SupervisionGroup, group_id)
    if group is None:
        raise NotFoundError
    later = select(func.count()).where(GroupVillage.group_id == group_id, GroupVillage.valid_from > day)
    return GroupPage(
        group, day, tuple(posts_of_group(group_id, today)), tuple(_roster(group_id, day)), db.session.scalar(later) or 0
    )


def _roster(group_id: int, day: date) -> list[GroupVillage]:
    query = (
        select(GroupVillage)
        .join(GroupVillage.unit)
        .where(GroupVillage.group_id == group_id, on_roster(day))
        .options(contains_eager(GroupVillage.unit).joinedload(Unit.township))
        .order_by(Unit.township_id, Unit.position, Unit.id)
    )
    return list(db.session.scalars(query))


def town_choices(group_id: int, day: date) -> list[TownChoice]:
    """Return the townships with the villages that may be put on the roster from ``day``."""
    taken = frozenset(
        db.session.scalars(select(GroupVillage.unit_id).where(GroupVillage.group_id == group_id, on_roster(day)))
    )
    query = select(Unit).where(Unit.kind.in_(_PLACES), Unit.closed_on.is_(None)).options(joinedload(Unit.township))
    towns: dict[int, tuple[Unit, list[Unit]]] = {}
    for village in db.session.scalars(query.order_by(Unit.township_id, Unit.position, Unit.id)):
        if village.township is not None:
            towns.setdefault(village.township.id, (village.township, []))[1].append(village)
    ordered = sorted(towns.values(), key=lambda pair: (pair[0].position, pair[0].id))
    return [TownChoice(town, tuple(villages), taken & {v.id for v in villages}) for town, villages in ordered]


def places_of_towns(town_ids: list[int]) -> list[int]:
    """Return the ids of the open villages and communities of these townships."""
    query = select(Unit.id).where(Unit.parent_id.in_(town_ids), Unit.kind.in_(_PLACES), Unit.closed_on.is_(None))
    return list(db.session.scalars(query.order_by(Unit.path)))

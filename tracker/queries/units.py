"""The tree of units as administrators browse it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from os.path import commonprefix

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from tracker.database import db
from tracker.errors import NotFoundError
from tracker.models import GroupVillage, Issue, Post, SupervisionGroup, Unit, UnitKind, UnitName, UnitPlace, UnitTag
from tracker.policy import Actor, visible
from tracker.queries.people import posts_of_unit
from tracker.queries.unit_search import matches, typed
from tracker.queries.workbook import tags_today
from workflows.issue import IssueState

MOST = 500
_OPEN = (IssueState.REGISTERED, IssueState.ASSIGNED, IssueState.RECTIFYING, IssueState.SUBMITTED, IssueState.VERIFIED)
_PLACES = (UnitKind.VILLAGE, UnitKind.COMMUNITY)


@dataclass(frozen=True)
class UnitFilter:
    """Which units to list; empty, the children of ``parent_id`` are."""

    parent_id: int | None = None
    text: str = ""
    kind: UnitKind | None = None
    tag: str = ""
    unconfirmed: bool = False
    closed: bool = False

    @property
    def searches(self) -> bool:
        """Tell whether the whole subtree is searched instead of one level listed."""
        return bool(self.text or self.kind or self.tag or self.unconfirmed or self.closed)


@dataclass(frozen=True)
class UnitLine:
    """One unit of a list with what lies below it; the count of issues is of those the reader may see."""

    unit: Unit
    above: str
    places: int
    children: int
    open_issues: int
    tags: tuple[str, ...]


@dataclass(frozen=True)
class UnitPage:
    """A unit with its past, its people, its groups and its work."""

    unit: Unit
    steps: tuple[Unit, ...]
    names: tuple[UnitName, ...]
    tags: tuple[UnitTag, ...]
    posts: tuple[Post, ...]
    rosters: tuple[GroupVillage, ...]
    children: int
    open_issues: int
    place: UnitPlace | None


def unit_root() -> Unit | None:
    """Return the county, or ``None`` while there is none."""
    return db.session.scalars(select(Unit).where(Unit.parent_id.is_(None)).order_by(Unit.id)).first()


def unit_get(unit_id: int) -> Unit:
    """Return a unit, or raise ``NotFoundError``."""
    unit = db.session.get(Unit, unit_id)
    if unit is None:
        raise NotFoundError
    return unit


def unit_steps(unit: Unit) -> tuple[Unit, ...]:
    """Return the units from the county down to this one."""
    ids = [int(part) for part in unit.path.split("/") if part]
    by_id = {one.id: one for one in db.session.scalars(select(Unit).where(Unit.id.in_(ids)))}
    return tuple(by_id[one] for one in ids if one in by_id)


def unit_list(actor: Actor, wanted: UnitFilter) -> list[UnitLine]:
    """Return the lines of a list in the order of the tree, at most ``MOST``."""
    query = select(Unit).where(*_conditions(wanted, actor.today)).options(selectinload(Unit.tags))
    query = query.options(joinedload(Unit.parent)).order_by(Unit.township_id, Unit.position, Unit.id).limit(MOST)
    if not wanted.searches:
        query = query.order_by(None).order_by(Unit.position, Unit.id)
    units = db.session.scalars(query).all()
    ids = [unit.id for unit in units]
    places, children, issues = _places_below(ids), _children(ids), _issues_below(actor, units)
    return [
        UnitLine(
            unit, unit.parent.name if unit.parent else "", places.get(unit.id, 0), children.get(unit.id, 0),
            issues.get(unit.id, 0), tuple(tags_today(unit, actor.today)),
        )
        for unit in units
    ]  # fmt: skip


def _conditions(wanted: UnitFilter, today: date) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Unit.closed_on.is_not(None) if wanted.closed else Unit.closed_on.is_(None)]
    if not wanted.searches:
        return [*conditions, Unit.parent_id == wanted.parent_id]
    if wanted.parent_id is not None:
        conditions.append(Unit.path.like(f"{unit_get(wanted.parent_id).path}%"))
    if wanted.text:
        conditions.append(matches(typed(wanted.text)))
    if wanted.kind:
        conditions.append(Unit.kind == wanted.kind)
    if wanted.unconfirmed:
        conditions.append(Unit.kind_confirmed.is_(False))
    if wanted.tag:
        holds = (
            UnitTag.tag == wanted.tag,
            UnitTag.since <= today,
            or_(UnitTag.until.is_(None), UnitTag.until >= today),
        )
        conditions.append(Unit.id.in_(select(UnitTag.unit_id).where(*holds)))
    return conditions


def _children(ids: list[int]) -> dict[int, int]:
    query = select(Unit.parent_id, func.count().label("n")).where(Unit.parent_id.in_(ids), Unit.closed_on.is_(None))
    return {row.parent_id: row.n for row in db.session.execute(query.group_by(Unit.parent_id))}


def _places_below(ids: list[int]) -> dict[int, int]:
    """Return how many villages and communities are directly below each unit."""
    below = (Unit.parent_id.in_(ids), Unit.kind.in_(_PLACES), Unit.closed_on.is_(None))
    query = select(Unit.parent_id, func.count().label("n")).where(*below).group_by(Unit.parent_id)
    return {row.parent_id: row.n for row in db.session.execute(query)}


def _issues_below(actor: Actor, units: Sequence[Unit]) -> dict[int, int]:
    """Return how many open issues lie in each unit or below it, of those the actor may see."""
    query = select(Unit.path, func.count().label("n")).join(Issue, Issue.location_id == Unit.id)
    if not units:
        return {}
    around = commonprefix([unit.path for unit in units]).rpartition("/")[0]  # no reason to count the whole county
    query = query.where(Unit.path.like(f"{around}/%"), Issue.state.in_(_OPEN), visible(actor)).group_by(Unit.path)
    counts = {row.path: row.n for row in db.session.execute(query)}
    return {unit.id: sum(n for path, n in counts.items() if path.startswith(unit.path)) for unit in units}


def tags_in_use() -> list[tuple[str, str]]:
    """Return every tag there is, the commonest first, as choices."""
    query = select(UnitTag.tag).group_by(UnitTag.tag).order_by(func.count().desc(), UnitTag.tag)
    return [(tag, tag) for tag in db.session.scalars(query)]


def unconfirmed_count() -> int:
    """Return how many open units nobody has confirmed the kind of."""
    query = select(func.count()).where(Unit.kind_confirmed.is_(False), Unit.closed_on.is_(None))
    return db.session.scalar(query) or 0


def unit_page(actor: Actor, unit_id: int) -> UnitPage:
    """Return all that a unit's page shows; raise ``NotFoundError`` where there is no such unit."""
    unit = unit_get(unit_id)
    rosters = select(GroupVillage).join(GroupVillage.group).where(GroupVillage.unit_id == unit_id)
    rosters = rosters.options(joinedload(GroupVillage.group))
    return UnitPage(
        unit=unit,
        steps=unit_steps(unit),
        names=tuple(
            db.session.scalars(select(UnitName).where(UnitName.unit_id == unit_id).order_by(UnitName.id.desc()))
        ),
        tags=tuple(
            db.session.scalars(select(UnitTag).where(UnitTag.unit_id == unit_id).order_by(UnitTag.since.desc()))
        ),
        posts=tuple(posts_of_unit(unit_id, actor.today)),
        rosters=tuple(db.session.scalars(rosters.order_by(GroupVillage.valid_from.desc(), SupervisionGroup.number))),
        children=_children([unit_id]).get(unit_id, 0),
        open_issues=_issues_below(actor, [unit]).get(unit_id, 0),
        place=db.session.get(UnitPlace, unit_id),
    )


def parents_for(kinds: Iterable[UnitKind]) -> list[tuple[int, str]]:
    """Return the ids and names of the open units of these kinds, to stand above another one."""
    query = select(Unit.id, Unit.name).where(Unit.kind.in_(list(kinds)), Unit.closed_on.is_(None))
    return [(row.id, row.name) for row in db.session.execute(query.order_by(Unit.path))]

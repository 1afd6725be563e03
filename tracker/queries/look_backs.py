"""Look-backs as pages show them: the register, one record, those of an issue; all go through the scope."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from tracker.database import db
from tracker.errors import NotFoundError
from tracker.models import Evidence, Issue, LookBack, LookBackPlan
from tracker.policy import Actor, visible
from tracker.policy.look_backs import sees_waiting, visible_look_backs
from workflows.look_back import SETTLED, LookBackState

SIZE, NONE = 50, 0
BATCH = 500
_WITH = (
    joinedload(LookBack.issue).joinedload(Issue.location), selectinload(LookBack.township),
    selectinload(LookBack.star), selectinload(LookBack.unit), selectinload(LookBack.group),
    selectinload(LookBack.plan), selectinload(LookBack.recorded_by),
)  # fmt: skip
# The day of a look-back: when it was made, or until when it is to be made.
DAY = func.coalesce(LookBack.done_on, LookBack.due_on)


@dataclass(frozen=True)
class LookBackFilter:
    """What the register is narrowed by; days are inclusive, ``is_beside`` says whether no plan had drawn it.

    Township, star and unit may be ``NONE``: those that have none.
    """

    state: LookBackState | None = None
    is_settled: bool = False
    township_id: int | None = None
    star_id: int | None = None
    group_id: int | None = None
    unit_id: int | None = None
    plan_id: int | None = None
    is_beside: bool | None = None
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True)
class LookBackPage:
    """Look-backs, the newest first; ``linked`` are the numbers of new issues that the reader may see, by id."""

    rows: Sequence[LookBack]
    linked: Mapping[int, str]
    after: int | None
    total: int


def narrowed(actor: Actor, chosen: LookBackFilter) -> list[ColumnElement[bool]]:
    """Return the conditions for what ``actor`` may see and ``chosen`` asks for."""
    equal = {
        LookBack.state: chosen.state, LookBack.township_id: chosen.township_id, LookBack.star_id: chosen.star_id,
        LookBack.group_id: chosen.group_id, LookBack.unit_id: chosen.unit_id, LookBack.plan_id: chosen.plan_id,
    }  # fmt: skip
    found = [
        visible_look_backs(actor),
        *(
            column.is_(None) if value == NONE else column == value
            for column, value in equal.items()
            if value is not None
        ),
    ]
    if chosen.is_settled:
        found.append(LookBack.state.in_(SETTLED))
    if chosen.is_beside is not None:
        found.append(LookBack.plan_id.is_(None) if chosen.is_beside else LookBack.plan_id.is_not(None))
    if chosen.first_day is not None:
        found.append(chosen.first_day <= DAY)
    if chosen.last_day is not None:
        found.append(chosen.last_day >= DAY)
    return found


def look_back_page(actor: Actor, chosen: LookBackFilter, after: int | None = None) -> LookBackPage:
    """Return a page of the register."""
    conditions = narrowed(actor, chosen)
    total = db.session.scalar(select(func.count()).select_from(LookBack).where(*conditions)) or 0
    query = _ordered(conditions)
    if after is not None:
        query = query.where(LookBack.id < after)
    found = db.session.scalars(query.limit(SIZE + 1)).all()
    rows = found[:SIZE]
    return LookBackPage(rows, linked(actor, rows), rows[-1].id if len(found) > SIZE else None, total)


def look_back_rows(actor: Actor, chosen: LookBackFilter) -> Iterator[LookBack]:
    """Yield every row of the register that ``chosen`` asks for, without holding them all."""
    query = _ordered(narrowed(actor, chosen)).execution_options(yield_per=BATCH)
    yield from db.session.scalars(query)


def _ordered(conditions: Sequence[ColumnElement[bool]]) -> Select[LookBack]:
    return select(LookBack).where(*conditions).options(*_WITH).order_by(LookBack.id.desc())


def linked(actor: Actor, rows: Sequence[LookBack]) -> dict[int, str]:
    """Return the numbers, by id, of the issues that were opened anew, as far as the reader may see them."""
    ids = [row.new_issue_id for row in rows if row.new_issue_id is not None]
    if not ids:
        return {}
    query = select(Issue.id, Issue.number).where(Issue.id.in_(ids), visible(actor)).order_by(Issue.id)
    return {row.id: row.number or "" for row in db.session.execute(query)}


def look_back_seen(look_back_id: int, actor: Actor) -> LookBack:
    """Return what was recorded; raise ``NotFoundError`` where there is none or none the actor may see."""
    query = select(LookBack).where(
        LookBack.id == look_back_id, LookBack.number.is_not(None), visible_look_backs(actor)
    )  # fmt: skip
    found = db.session.scalars(query.options(*_WITH)).first()
    if found is None:
        raise NotFoundError
    return found


@dataclass(frozen=True)
class IssueLookBacks:
    """The look-backs of one issue, oldest first, and the one from which it came, if the reader may see that."""

    rows: Sequence[LookBack]
    linked: Mapping[int, str]
    origin: LookBack | None


def look_backs_of_issue(issue_id: int, actor: Actor) -> IssueLookBacks:
    """Return what the page of an issue shows of look-backs; what was called off, only to those who may know."""
    here = LookBack.issue_id == issue_id
    if not sees_waiting(actor):
        here = and_(here, LookBack.state.in_(SETTLED))
    query = select(LookBack).where(or_(here, LookBack.new_issue_id == issue_id), visible_look_backs(actor))
    found = db.session.scalars(query.options(*_WITH).order_by(LookBack.id)).all()
    rows = [one for one in found if one.issue_id == issue_id]
    return IssueLookBacks(rows, linked(actor, rows), next((one for one in found if one.issue_id != issue_id), None))


def photos_of(row: LookBack) -> Sequence[Evidence]:
    """Return the photographs of a look-back with their bytes' names, in their order."""
    query = select(Evidence).where(Evidence.id.in_(row.evidence)).options(joinedload(Evidence.blob))
    found = db.session.scalars(query.order_by(Evidence.id)).all() if row.evidence else ()
    return [one for one in found if one.blob.thumb_sha256]


def plan_names(limit: int = 100) -> list[tuple[int, str]]:
    """Return the ids and names of the plans, the newest first."""
    query = select(LookBackPlan.id, LookBackPlan.name).order_by(LookBackPlan.id.desc()).limit(limit)
    return [(row.id, row.name) for row in db.session.execute(query)]


def groups_looking(actor: Actor) -> list[int]:
    """Return the ids of the groups that have made look-backs the reader may see."""
    query = select(LookBack.group_id).where(visible_look_backs(actor), LookBack.group_id.is_not(None))
    return [one for one in db.session.scalars(query.distinct()) if one is not None]

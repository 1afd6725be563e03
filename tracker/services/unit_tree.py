"""Where units stand in the tree: placing, moving, merging, closing and opening again."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import delete, func, literal, or_, select, update

from tracker.clock import local_date
from tracker.database import db, transaction
from tracker.errors import ConflictError, InvalidError, NotFoundError, RefusedError
from tracker.languages import _
from tracker.models import Issue, NameReason, Unit, UnitKind, UnitName
from tracker.policy import Actor
from tracker.services import search_index
from tracker.services.chain import AUDIT, ISSUES, audit_record, chain_lock
from tracker.services.versions import touch
from workflows.issue import IssueState

TOWNS = (UnitKind.TOWNSHIP, UnitKind.STREET)
PLACES = (UnitKind.VILLAGE, UnitKind.COMMUNITY)
# Below which kinds a unit of each kind may stand.
PARENTS: dict[UnitKind, tuple[UnitKind, ...]] = {
    UnitKind.COUNTY: (),
    UnitKind.TOWNSHIP: (UnitKind.COUNTY,),
    UnitKind.STREET: (UnitKind.COUNTY,),
    UnitKind.VILLAGE: TOWNS,
    UnitKind.COMMUNITY: TOWNS,
    UnitKind.GRID: PLACES,
    UnitKind.DEPARTMENT: (UnitKind.COUNTY,),
    UnitKind.OFFICE: (UnitKind.COUNTY, *TOWNS),
    UnitKind.ENTERPRISE: (UnitKind.COUNTY, *TOWNS),
}
_DONE = (IssueState.SIGNED_OFF, IssueState.DISMISSED)


def organisation_lock() -> None:
    """Let one change of the organisation happen at a time, in the order in which everybody takes the chains."""
    chain_lock(ISSUES)
    chain_lock(AUDIT)


def unit_for_change(unit_id: int, version: int | None = None) -> Unit:
    """Return the unit, fresh and with the organisation locked, inside the caller's transaction.

    Raises ``NotFoundError``, or ``ConflictError`` when it is no longer the ``version`` that the user saw.
    """
    organisation_lock()
    query = select(Unit).where(Unit.id == unit_id)
    unit = db.session.execute(query, execution_options={"populate_existing": True}).scalar_one_or_none()
    if unit is None:
        raise NotFoundError
    if version is not None and unit.version != version:
        raise ConflictError(_("“{name}”已被他人修改，请刷新后重试").format(name=unit.name))
    return unit


def check_parent(kind: UnitKind, parent: Unit | None, field: str = "parent_id") -> None:
    """Raise ``InvalidError`` where a unit of this kind may not stand below ``parent``."""
    if parent is None:
        raise InvalidError({field: _("请选择上级单位")})
    if parent.closed_on is not None:
        raise InvalidError({field: _("“{name}”已撤销，请另选上级单位").format(name=parent.name)})
    if parent.kind not in PARENTS[kind]:
        raise InvalidError({field: _("这类单位不能设在“{name}”之下，请另选上级单位").format(name=parent.name)})


def place(unit: Unit, parent: Unit | None) -> None:
    """Put ``unit`` with all that is below it under ``parent``; its issues follow to the township."""
    old_path = unit.path
    unit.parent_id = parent.id if parent else None
    unit.path = f"{parent.path if parent else '/'}{unit.id}/"
    unit.township_id = unit.id if unit.kind in TOWNS else parent.township_id if parent else None
    db.session.flush()
    if old_path and old_path != unit.path:
        _carry_along(unit, old_path)


def _carry_along(unit: Unit, old_path: str) -> None:
    db.session.execute(
        update(Unit)
        .where(Unit.path.like(f"{old_path}%"), Unit.id != unit.id)
        .values(
            path=literal(unit.path).concat(func.substr(Unit.path, len(old_path) + 1)),
            township_id=unit.township_id,
            version=Unit.version + 1,
        )
        .execution_options(synchronize_session="fetch")
    )
    below = select(Unit.id).where(Unit.path.like(f"{unit.path}%"))
    moving = (Issue.location_id.in_(below), Issue.township_id.is_distinct_from(unit.township_id))
    moved = db.session.scalars(select(Issue.id).where(*moving)).all()
    touch(moved)
    db.session.execute(
        update(Issue).where(*moving).values(township_id=unit.township_id).execution_options(synchronize_session="fetch")
    )
    search_index.refresh_all(moved)


def name_of(unit: Unit) -> UnitName | None:
    """Return the row of the name the unit carries now."""
    query = select(UnitName).where(UnitName.unit_id == unit.id, UnitName.reason == NameReason.CURRENT)
    return db.session.scalars(query.order_by(UnitName.id.desc()).limit(1)).first()


def name_end(unit: Unit, reason: NameReason, on: date) -> None:
    """Let the present name hold until the day before ``on``. Raises ``InvalidError`` before it began."""
    current = name_of(unit)
    if current is None:
        current = UnitName(
            unit_id=unit.id, code=unit.code, name=unit.name, full_name=unit.full_name, reason=reason, valid_from=None
        )
        db.session.add(current)
    if current.valid_from and on < current.valid_from:
        words = _("生效日期不能早于现名启用的 {day}").format(day=current.valid_from.isoformat())
        raise InvalidError({"on": words})
    last = on - timedelta(days=1)
    current.reason = reason
    current.valid_to = max(last, current.valid_from) if current.valid_from else last


def name_begin(unit: Unit, on: date | None) -> None:
    """Let the unit carry its name and code from ``on``; ``None`` where nobody knows since when."""
    db.session.add(
        UnitName(
            unit_id=unit.id, code=unit.code, name=unit.name, full_name=unit.full_name,
            reason=NameReason.CURRENT, valid_from=on,
        )
    )  # fmt: skip


def unit_move(*, unit_id: int, parent_id: int, actor: Actor | None, at: datetime, version: int | None = None) -> Unit:
    """Put a unit under another parent, with all that is below it."""
    with transaction():
        unit = unit_for_change(unit_id, version)
        parent = db.session.get(Unit, parent_id)
        check_parent(unit.kind, parent)
        if parent is not None and parent.path.startswith(unit.path):
            raise InvalidError({"parent_id": _("不能移到自己或自己的下级之下")})
        was = unit.parent_id
        place(unit, parent)
        audit_record("unit.move", actor=actor, at=at, target=target(unit), detail={"from": was, "to": parent_id})
    return unit


def unit_merge(
    *, unit_id: int, into_id: int, on: date, actor: Actor | None, at: datetime, version: int | None = None
) -> Unit:
    """Close a unit on ``on`` in favour of another; return the successor.

    Its issues stay its own: it stands below the successor from now on, so whoever answers for the successor sees
    them. Its units become the successor's, its name leads to the successor.
    """
    with transaction():
        unit = unit_for_change(unit_id, version)
        into = db.session.get(Unit, into_id)
        if into is None or into.closed_on is not None or into.path.startswith(unit.path):
            raise InvalidError({"into_id": _("请选择另一个未撤销的单位")})
        if _level(unit.kind) != _level(into.kind):
            raise InvalidError({"into_id": _("只能并入同一级的单位")})
        _check_open(unit)
        name_end(unit, NameReason.MERGED, on)
        _hand_over(unit, into, on)
        unit.closed_on, unit.successor_id = on, into.id
        place(unit, into)
        audit_record("unit.merge", actor=actor, at=at, target=target(unit), detail={"into": into.id, "on": str(on)})
    return into


def _level(kind: UnitKind) -> tuple[UnitKind, ...]:
    return next((level for level in (TOWNS, PLACES) if kind in level), (kind,))


def _hand_over(unit: Unit, into: Unit, on: date) -> None:
    for child in db.session.scalars(select(Unit).where(Unit.parent_id == unit.id)).all():
        place(child, into)
    db.session.add(
        UnitName(
            unit_id=into.id, code=unit.code, name=unit.name, full_name=unit.full_name,
            reason=NameReason.MERGED, valid_to=on - timedelta(days=1),
        )
    )  # fmt: skip


def unit_close(*, unit_id: int, on: date, actor: Actor | None, at: datetime, version: int | None = None) -> Unit:
    """Close a unit on ``on`` without a successor; what is unfinished must be settled first."""
    with transaction():
        unit = unit_for_change(unit_id, version)
        _check_open(unit)
        if unit.parent_id is None:
            raise RefusedError(_("县是根单位，不能撤销"))
        if _has(Unit, Unit.parent_id == unit.id, Unit.closed_on.is_(None)):
            raise RefusedError(_("该单位还有下级单位，请先移动、合并或撤销下级单位"))
        if _has_open_issues(unit):
            raise RefusedError(_("该单位还有未办结的问题，请先改派，或改用“合并”由新单位承接"))
        unit.closed_on = on
        audit_record("unit.close", actor=actor, at=at, target=target(unit), detail={"on": on.isoformat()})
    return unit


def unit_reopen(*, unit_id: int, actor: Actor | None, at: datetime, version: int | None = None) -> Unit:
    """Open a closed unit again; a merged one goes back beside its successor."""
    with transaction():
        unit = unit_for_change(unit_id, version)
        if unit.closed_on is None:
            raise RefusedError(_("该单位并未撤销"))
        was = unit.successor_id
        unit.closed_on = unit.successor_id = None
        if was is not None:
            _part(unit, was, local_date(at))
        audit_record("unit.reopen", actor=actor, at=at, target=target(unit), detail={"successor": was})
    return unit


def _part(unit: Unit, successor_id: int, on: date) -> None:
    successor = db.session.get_one(Unit, successor_id)
    parent = db.session.get(Unit, successor.parent_id) if successor.parent_id else None
    db.session.execute(
        delete(UnitName).where(
            UnitName.unit_id == successor_id, UnitName.reason == NameReason.MERGED, UnitName.name == unit.name
        )
    )
    name_begin(unit, on)
    place(unit, parent)


def _check_open(unit: Unit) -> None:
    if unit.closed_on is not None:
        raise RefusedError(_("“{name}”已经撤销").format(name=unit.name))


def _has_open_issues(unit: Unit) -> bool:
    below = select(Unit.id).where(Unit.path.like(f"{unit.path}%"))
    concerned = or_(Issue.location_id.in_(below), Issue.responsible_unit_id.in_(below))
    return _has(Issue, concerned, Issue.state.not_in(_DONE))


def _has(model: type, *conditions: object) -> bool:
    return bool(db.session.scalar(select(select(model).where(*conditions).exists())))  # type: ignore[arg-type]


def target(unit: Unit) -> str:
    """Return how the audit calls the unit."""
    return f"unit:{unit.id} {unit.name}"[:120]

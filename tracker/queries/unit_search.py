"""Finds a unit by what people type: Chinese, pinyin, initials, an earlier name, the beginning of a code."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, false, or_, select, true
from sqlalchemy.orm import aliased

from tracker.database import db
from tracker.errors import InvalidError
from tracker.languages import _
from tracker.models import Role, Unit, UnitKind, UnitName
from tracker.policy import Actor
from tracker.policy.scope import roster_ids

LIMIT = 12
LONGEST = 200


@dataclass(frozen=True)
class FoundUnit:
    """One line of the list: the unit, where it stands, and the earlier name by which it was found, if it was."""

    id: int
    name: str
    path: str
    kind: UnitKind
    former: str = ""


def typed(text: str) -> str:
    """Return what was typed as it is compared: half-width, lower case, without blanks.

    Raises ``InvalidError`` for what nobody types: over 200 characters, or characters that cannot be stored.
    """
    if len(text) > LONGEST:
        raise InvalidError({"q": _("搜索内容最多 {n} 个字").format(n=LONGEST)})
    if any(c == "\x00" or 0xD800 <= ord(c) <= 0xDFFF for c in text):
        raise InvalidError({"q": _("内容含有无法识别的字符，请删除后重试")})
    return "".join(unicodedata.normalize("NFKC", text).lower().split())


def unit_suggest(actor: Actor, text: str, kinds: Collection[UnitKind] = (), limit: int = LIMIT) -> list[FoundUnit]:
    """Return the open units that ``text`` may mean, the actor's own first, then the best match.

    With an empty ``text`` these are the actor's own units: their subtree, or their group's roster.
    """
    wanted = typed(text)
    parent = aliased(Unit)
    query = select(Unit.id, Unit.name, Unit.kind, parent.name).outerjoin(parent, parent.id == Unit.parent_id)
    query = query.where(Unit.closed_on.is_(None), matches(wanted) if wanted else _is_own(actor))
    if kinds:
        query = query.where(Unit.kind.in_(kinds))
    rows = db.session.execute(query.order_by(*_order(actor, wanted)).limit(limit)).all()
    former = _former_names([row[0] for row in rows if wanted not in row[1].lower()], wanted)
    return [FoundUnit(id, name, above or "", kind, former.get(id, "")) for id, name, kind, above in rows]


def matches(wanted: str) -> ColumnElement[bool]:
    """Return the condition on ``Unit`` that holds where ``wanted``, as ``typed`` gives it, may mean the unit."""
    named = select(UnitName.unit_id).where(
        or_(UnitName.name.contains(wanted, autoescape=True), UnitName.code.startswith(wanted, autoescape=True))
    )
    conditions = [Unit.name.contains(wanted, autoescape=True), Unit.full_name.contains(wanted, autoescape=True)]
    if wanted.isascii():
        conditions += [Unit.pinyin.contains(wanted, autoescape=True), Unit.initials.contains(wanted, autoescape=True)]
        conditions.append(Unit.code.startswith(wanted, autoescape=True))
    return or_(*conditions, Unit.id.in_(named))


def _order(actor: Actor, wanted: str) -> tuple[Any, ...]:
    """Return by what the lines are ordered: the actor's own first, then how well the name fits."""
    if not wanted:
        return Unit.path, Unit.position, Unit.id
    own = case((_is_own(actor), 0), else_=1)
    fit = case(
        (or_(Unit.name == wanted, Unit.code == wanted), 0),
        (Unit.name.startswith(wanted, autoescape=True), 1),
        (or_(_begins(Unit.initials, wanted), _begins(Unit.pinyin, wanted)), 2),
        (Unit.name.contains(wanted, autoescape=True), 3),
        else_=4,
    )
    return own, fit, Unit.position, Unit.id


def _begins(column: Any, wanted: str) -> ColumnElement[bool]:
    """Return whether one of the blank-separated spellings begins with ``wanted``."""
    return or_(column.startswith(wanted, autoescape=True), column.contains(f" {wanted}", autoescape=True))


def _is_own(actor: Actor) -> ColumnElement[bool]:
    if actor.is_group:
        return Unit.id.in_(roster_ids(actor))
    if actor.role in (Role.OFFICE, Role.LEADER) or not actor.unit_path:
        return true() if actor.role is not Role.REPORTER else false()
    return Unit.path.like(f"{actor.unit_path}%")


def _former_names(ids: list[int], wanted: str) -> dict[int, str]:
    """Return the earlier names that contain ``wanted``, by unit."""
    if not ids or not wanted:
        return {}
    query = select(UnitName.unit_id, UnitName.name).where(
        UnitName.unit_id.in_(ids), UnitName.name.contains(wanted, autoescape=True)
    )
    return {row.unit_id: row.name for row in db.session.execute(query.order_by(UnitName.id))}


def unit_resolve(actor: Actor, text: str, kinds: Collection[UnitKind] = (), field: str = "unit_id") -> int:
    """Return the id of the one unit that was typed rather than chosen from the list.

    Raises ``InvalidError`` on ``field`` where there is none, or where several are called so.
    """
    found = unit_suggest(actor, text, kinds)
    exact = [unit for unit in found if unit.name == text.strip()] or found
    if len(exact) == 1 and typed(text):
        return exact[0].id
    if not exact or not typed(text):
        raise InvalidError({field: _("没有找到“{text}”，请从列表中选择").format(text=text.strip()[:40])})
    names = "、".join(f"{unit.path} {unit.name}".strip() for unit in exact[:4])
    raise InvalidError(
        {field: _("“{text}”可能是：{names}，请从列表中选择").format(text=text.strip()[:40], names=names)}
    )

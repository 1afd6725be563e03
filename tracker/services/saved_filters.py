"""Filters that people save by name for a page of theirs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, func, select, update

from tracker.database import db, transaction
from tracker.errors import InvalidError, NotFoundError
from tracker.languages import _
from tracker.models import SavedFilter
from tracker.policy import Actor

PAGES = ("issues", "overdue", "ledgers")
LIMIT = 30


def filter_save(*, actor: Actor, at: datetime, page: str, name: str, query: str, is_default: bool) -> SavedFilter:
    """Keep ``query`` (canonical) under ``name``; the same name is overwritten, a new default replaces the old one."""
    with transaction() as session:
        known = _own(actor).where(SavedFilter.page == page)
        saved = session.scalars(known.where(SavedFilter.name == name)).first()
        if saved is None:
            if (session.scalar(select(func.count()).select_from(known.subquery())) or 0) >= LIMIT:
                raise InvalidError({"name": _("最多保存 {n} 个筛选，请先删除不用的").format(n=LIMIT)})
            saved = SavedFilter(person_id=actor.person_id, page=page, name=name, query=query, created_at=at)
            session.add(saved)
        if is_default:
            _clear_default(actor, page)
        saved.query, saved.is_default = query, is_default
    return saved


def filter_change(*, actor: Actor, at: datetime, filter_id: int, name: str, is_default: bool) -> SavedFilter:
    """Rename a filter of the actor's own, or make it the one its page opens with."""
    with transaction() as session:
        saved = _find(actor, filter_id)
        others = _own(actor).where(SavedFilter.page == saved.page, SavedFilter.id != saved.id)
        if session.scalars(others.where(SavedFilter.name == name)).first() is not None:
            raise InvalidError({"name": _("已有同名的筛选，请换一个名称")})
        if is_default:
            _clear_default(actor, saved.page)
        saved.name, saved.is_default = name, is_default
    return saved


def filter_delete(*, actor: Actor, at: datetime, filter_id: int) -> SavedFilter:
    """Remove a filter of the actor's own; return what it was."""
    with transaction() as session:
        saved = _find(actor, filter_id)
        session.delete(saved)
    return saved


def _own(actor: Actor) -> Select[SavedFilter]:
    return select(SavedFilter).where(SavedFilter.person_id == actor.person_id)


def _find(actor: Actor, filter_id: int) -> SavedFilter:
    saved = db.session.scalars(_own(actor).where(SavedFilter.id == filter_id)).first()
    if saved is None:
        raise NotFoundError
    return saved


def _clear_default(actor: Actor, page: str) -> None:
    owned = (SavedFilter.person_id == actor.person_id, SavedFilter.page == page)
    db.session.execute(update(SavedFilter).where(*owned).values(is_default=False))

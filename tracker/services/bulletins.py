"""Bulletins 督查通报: written over live figures, frozen when they are issued, checked against the history for ever."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from tracker.clock import local_date
from tracker.database import db, transaction
from tracker.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from tracker.languages import _
from tracker.models import Bulletin, Document, DocumentKind, Post, RankedBy, Role
from tracker.policy import Actor
from tracker.policy.bulletins import bulletin_capacities, visible_bulletins
from tracker.services.bulletin_facts import bulletin_figures, bulletin_told, figures_digest, words_checked
from tracker.services.chain import AUDIT, audit_record, chain_lock
from tracker.services.checks import FIRST_YEAR, all_words, in_force, in_range, words_needed
from tracker.services.documents import document_keep
from tracker.services.outbox import enqueue
from tracker.services.transitions import machine_move
from tracker.services.versions import instant_close
from workflows.bulletin import BULLETIN, BulletinFacts, BulletinState

_LIMITS = {"title": 120, "recipient": 200, "copies": 200, "opening": 4000, "problems": 8000, "demands": 4000}
_TOLD = (Role.OFFICE, Role.LEADER, Role.DEPARTMENT, Role.TOWNSHIP)


@dataclass(frozen=True)
class BulletinValues:
    """What the office writes; the days are those of the findings, inclusive."""

    title: str
    first_day: date
    last_day: date
    ranked_by: RankedBy = RankedBy.TOWNSHIP
    recipient: str = ""
    copies: str = ""
    opening: str = ""
    problems: str = ""
    demands: str = ""


def bulletin_write(
    *, bulletin_id: int | None, values: BulletinValues, actor: Actor, at: datetime, version: int | None = None
) -> Bulletin:
    """Begin a bulletin, or change a draft. Raises ``InvalidError`` by field, ``ConflictError`` for an old version."""
    with transaction() as session:
        chain_lock(AUDIT)
        said = _checked(values, local_date(at))
        if bulletin_id is None:
            if actor.role is not Role.OFFICE:
                raise ForbiddenError
            bulletin = Bulletin(state=BulletinState.DRAFT, made_by_id=actor.person_id, made_at=at)
            session.add(bulletin)
        else:
            bulletin = _for_change(bulletin_id, actor, version)
            machine_move(BULLETIN, bulletin, "edit", _facts(bulletin, actor, at))
        for name, value in said.items():
            setattr(bulletin, name, value)
        bulletin.changed_at = at
        session.flush()
        return bulletin


def bulletin_issue(*, bulletin_id: int, actor: Actor, at: datetime, version: int | None = None) -> Document:
    """Freeze the figures of this very instant, number the bulletin, keep its paper and tell the county."""
    instant_close(at)
    with transaction() as session:
        chain_lock(AUDIT)
        bulletin = _for_change(bulletin_id, actor, version)
        figures = bulletin_figures(bulletin, actor, at)
        machine_move(BULLETIN, bulletin, "issue", _facts(bulletin, actor, at))
        bulletin.as_of, bulletin.figures, bulletin.issued_by_id = at, figures, actor.person_id
        session.flush()
        document = Document(kind=DocumentKind.BULLETIN, bulletin_id=bulletin.id)
        kept = document_keep(document, bulletin_told(bulletin, figures), actor, at)
        told = {"document": kept.number, "figures": figures_digest(figures)}
        audit_record("bulletin.issue", actor=actor, at=at, target=_target(bulletin), detail=told)
        _tell("bulletin", bulletin, kept.number, actor, at)
        return kept


def bulletin_withdraw(
    *, bulletin_id: int, reason: str, actor: Actor, at: datetime, version: int | None = None
) -> Bulletin:
    """Take an issued bulletin back with a reason; its number is not given again."""
    with transaction():
        chain_lock(AUDIT)
        bulletin = _for_change(bulletin_id, actor, version)
        words = words_needed("reason", reason, "no_reason", 1000)
        machine_move(BULLETIN, bulletin, "withdraw", _facts(bulletin, actor, at, has_reason=bool(words)))
        bulletin.withdrawn_at, bulletin.reason = at, words
        audit_record("bulletin.withdraw", actor=actor, at=at, target=_target(bulletin), detail={"reason": words})
        _tell("bulletin_withdrawn", bulletin, bulletin.title, actor, at)
        return bulletin


def bulletin_discard(*, bulletin_id: int, actor: Actor, at: datetime, version: int | None = None) -> Bulletin:
    """Put a draft aside."""
    with transaction():
        chain_lock(AUDIT)
        bulletin = _for_change(bulletin_id, actor, version)
        machine_move(BULLETIN, bulletin, "discard", _facts(bulletin, actor, at))
        audit_record("bulletin.discard", actor=actor, at=at, target=_target(bulletin))
        return bulletin


def bulletin_recomputed(bulletin: Bulletin, actor: Actor) -> bool:
    """Tell whether the history still gives the figures that were issued."""
    if bulletin.as_of is None or bulletin.figures is None:
        raise NotFoundError
    return figures_digest(bulletin_figures(bulletin, actor, bulletin.as_of)) == figures_digest(bulletin.figures)


def _checked(values: BulletinValues, today: date) -> dict[str, Any]:
    given = asdict(values)
    clean = all_words({name: (given[name], limit) for name, limit in _LIMITS.items()})
    errors: dict[str, str] = {} if clean["title"] else {"title": _("请填写标题")}
    if values.first_day > values.last_day:
        errors["last_day"] = _("结束日期不能早于开始日期")
    if values.first_day.year < FIRST_YEAR:
        errors["first_day"] = _("日期过早，请检查年份")
    if values.last_day > today:
        errors["last_day"] = _("日期不能晚于今天")
    for name in ("opening", "problems", "demands"):
        try:
            words_checked(name, clean[name])
        except InvalidError as error:
            errors |= error.errors
    if errors:
        raise InvalidError(errors)
    return given | clean


def _for_change(bulletin_id: int, actor: Actor, version: int | None) -> Bulletin:
    query = select(Bulletin).where(Bulletin.id == bulletin_id, visible_bulletins(actor))
    fresh = {"populate_existing": True}
    bulletin = db.session.scalars(query, execution_options=fresh).first() if in_range(bulletin_id) else None
    if bulletin is None:
        raise NotFoundError
    if version is not None and bulletin.version != version:
        raise ConflictError(_("通报已被他人修改，请刷新后再办"))
    return bulletin


def _facts(bulletin: Bulletin, actor: Actor, at: datetime, *, has_reason: bool = False) -> BulletinFacts:
    return BulletinFacts(
        capacities=bulletin_capacities(actor),
        has_words=bool(bulletin.opening.strip() if bulletin.opening else ""),
        has_ended=bool(bulletin.last_day and bulletin.last_day <= local_date(at)),
        has_reason=has_reason,
    )


def _tell(kind: str, bulletin: Bulletin, number: str, actor: Actor, at: datetime) -> None:
    readers = select(Post.person_id).join(Post.person).where(Post.role.in_(_TOLD), *in_force(local_date(at)))
    told = set(db.session.scalars(readers)) - {actor.person_id}
    context = {"number": number, "name": bulletin.title}
    key = f"{kind}:{bulletin.id}"
    enqueue(key=key, recipients=told, kind=kind, context=context, at=at, subject=f"bulletin:{bulletin.id}")


def _target(bulletin: Bulletin) -> str:
    return f"bulletin:{bulletin.id}"

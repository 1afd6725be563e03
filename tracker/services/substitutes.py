"""Naming who receives the messages of somebody who is away, agreeing to it, ending it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from tracker.clock import local_date
from tracker.database import db, memo_forget, transaction
from tracker.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError, RefusedError
from tracker.languages import _
from tracker.models import Person, Post, Role, Substitute
from tracker.policy import Actor
from tracker.policy.substitutes import may_agree, visible_substitutes
from tracker.queries.substitutes import colleagues, works
from tracker.services.chain import AUDIT, audit_record, chain_lock
from tracker.services.checks import in_force, in_range
from tracker.services.outbox import enqueue

LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class SubstituteValues:
    """Who receives for whom, and on which Shanghai days, both inclusive; without a person for the actor."""

    substitute_id: int | None
    first_day: date
    last_day: date
    person_id: int | None = None


def substitute_set(*, values: SubstituteValues, actor: Actor, at: datetime) -> Substitute:
    """Name a substitute: in force at once among colleagues and where the office names one for another.

    Anybody else waits for the office to agree. Raises ``InvalidError`` by field.
    """
    person_id = actor.person_id if values.person_id is None else values.person_id
    if person_id != actor.person_id and actor.role is not Role.OFFICE:
        raise ForbiddenError
    with transaction() as session:
        chain_lock(AUDIT)  # two entries at once look at each other's days
        person, other = _checked(person_id, values, actor, local_date(at))
        made = Substitute(
            person_id=person.id, substitute_id=other.id, first_day=values.first_day, last_day=values.last_day,
            entered_by_id=actor.person_id, entered_at=at,
        )  # fmt: skip
        if person.id != actor.person_id or other.id in _colleagues(person, values):
            made.agreed_by_id, made.agreed_at = actor.person_id, at
        session.add(made)
        session.flush()
        _record("set", made, actor, at)
        if made.agreed_at is None:
            _tell("substitute_asked", made, _office(local_date(at)), actor, at, "substitutes:office")
        else:
            _tell_both(made, actor, at)
        return made


def _checked(person_id: int, values: SubstituteValues, actor: Actor, today: date) -> tuple[Person, Person]:
    """Return who is away and who stands in, or raise everything that is wrong at once."""
    person, other = _known(person_id), _known(values.substitute_id)
    errors = _wrong_days(values, today)
    if person is None:
        errors["person_id"] = _("请从列表中选择不在岗的同志")
    else:
        field = "first_day" if person.id == actor.person_id else "person_id"
        for name, words in ((field, _wrong_person(person, values)), ("first_day", _clash(person, values))):
            if words:
                errors.setdefault(name, words)
    if words := _wrong_substitute(other, person, values):
        errors["substitute_id"] = words
    if errors or person is None or other is None:
        raise InvalidError(errors)
    return person, other


def _known(person_id: int | None) -> Person | None:
    return db.session.get(Person, person_id) if in_range(person_id) else None


def _wrong_person(person: Person, values: SubstituteValues) -> str:
    if _holds_post(person.id, values.first_day):
        return ""
    return _("“{name}”届时没有在任岗位，不需要代收").format(name=person.name)


def _wrong_substitute(other: Person | None, person: Person | None, values: SubstituteValues) -> str:
    if other is None:
        return _("请选择代收人")
    if person is not None and other.id == person.id:
        return _("代收人不能是本人，请另选一位")
    if not _holds_post(other.id, values.first_day):
        return _("“{name}”届时没有在任岗位，请另选一位").format(name=other.name)
    if person is not None and _leads_back(other.id, person.id, values):
        words = _("“{name}”同期的消息由“{other}”代收，不能互相或循环代收，请另选一位")
        return words.format(name=other.name, other=person.name)
    return ""


def _wrong_days(values: SubstituteValues, today: date) -> dict[str, str]:
    errors = {}
    if values.first_day < today:
        errors["first_day"] = _("开始日期不能早于今天")
    if values.last_day < values.first_day:
        errors["last_day"] = _("结束日期不能早于开始日期")
    elif values.last_day - values.first_day > LONGEST:
        errors["last_day"] = _("一次最长一年，到期可以再设")
    return errors


def _holds_post(person_id: int, day: date) -> bool:
    query = select(Post.id).join(Person, Person.id == Post.person_id).where(Post.person_id == person_id)
    return db.session.scalar(query.where(works(day), Person.is_active).limit(1)) is not None


def _clash(person: Person, values: SubstituteValues) -> str:
    mine = select(Substitute).where(Substitute.person_id == person.id, *_meets(values))
    found = db.session.scalars(mine.order_by(Substitute.first_day).limit(1)).first()
    if found is None:
        return ""
    words = _("与 {period} 由“{name}”代收的安排重叠，请改日期，或先结束那一项")
    return words.format(period=period(found), name=found.substitute.name)


def _meets(values: SubstituteValues) -> tuple[Any, ...]:
    days = (Substitute.last_day >= values.first_day, Substitute.first_day <= values.last_day)
    return *days, Substitute.ended_at.is_(None)


def _leads_back(start: int, person_id: int, values: SubstituteValues) -> bool:
    """Tell whether whoever stands in for ``start`` in these days, or for them in turn, is that person."""
    known, found = set[int](), {start}
    while found - known:
        known |= found
        query = select(Substitute.substitute_id).where(Substitute.person_id.in_(found), *_meets(values))
        found = set(db.session.scalars(query))
    return person_id in known


def _colleagues(person: Person, values: SubstituteValues) -> set[int]:
    return {post.person_id for post in colleagues(person.id, values.first_day)}


def substitute_agree(*, substitute_id: int, actor: Actor, at: datetime) -> Substitute:
    """Agree to a substitute from elsewhere; not about oneself."""
    with transaction():
        chain_lock(AUDIT)
        found = _for_change(substitute_id, actor)
        if not may_agree(actor, found):
            raise ForbiddenError(_("请由创建办的其他同志审批"))
        if found.agreed_at is not None or found.ended_at is not None:
            raise ConflictError
        if found.last_day < local_date(at):
            raise RefusedError(_("日期已过，不必再审批"))
        found.agreed_by_id, found.agreed_at = actor.person_id, at
        _record("agree", found, actor, at)
        _tell_both(found, actor, at)
        return found


def substitute_end(*, substitute_id: int, actor: Actor, at: datetime) -> Substitute:
    """End it early, or decline or withdraw what waits: by either of the two, or by the office."""
    with transaction():
        chain_lock(AUDIT)
        found = _for_change(substitute_id, actor)
        if found.ended_at is not None:
            raise ConflictError
        if found.last_day < local_date(at):
            raise RefusedError(_("已经到期，不必再结束"))
        found.ended_by_id, found.ended_at = actor.person_id, at
        _record("end", found, actor, at)
        if found.agreed_at is None:
            _tell("substitute_declined", found, [found.person_id], actor, at)
        else:
            _tell("substitute_ended", found, [found.person_id, found.substitute_id], actor, at)
        return found


def _for_change(substitute_id: int, actor: Actor) -> Substitute:
    query = select(Substitute).where(Substitute.id == substitute_id, visible_substitutes(actor))
    found = db.session.scalars(query.with_for_update()).first() if in_range(substitute_id) else None
    if found is None:
        raise NotFoundError
    return found


def period(one: Substitute) -> str:
    """Return the days as a message says them."""
    return f"{one.first_day}—{one.last_day}"


def _record(action: str, one: Substitute, actor: Actor, at: datetime) -> None:
    detail = {
        "person": one.person_id, "substitute": one.substitute_id,
        "first_day": one.first_day.isoformat(), "last_day": one.last_day.isoformat(),
    }  # fmt: skip
    audit_record(f"substitute.{action}", actor=actor, at=at, target=f"substitute:{one.id}", detail=detail)
    memo_forget()  # who stands in for whom has changed


def _tell_both(one: Substitute, actor: Actor, at: datetime) -> None:
    _tell("substitute_set", one, [one.substitute_id], actor, at)
    _tell("substitute_named", one, [one.person_id], actor, at)


def _tell(
    kind: str, one: Substitute, people: Iterable[int], actor: Actor, at: datetime, subject: str = "substitutes"
) -> None:
    context = {"name": one.person.name, "receiver": one.substitute.name, "period": period(one)}
    enqueue(
        key=f"substitute:{one.id}:{kind}", recipients=set(people) - {actor.person_id}, kind=kind, context=context,
        at=at, subject=subject,
    )  # fmt: skip


def _office(today: date) -> list[int]:
    query = select(Post.person_id).join(Person, Person.id == Post.person_id)
    return list(db.session.scalars(query.where(Post.role == Role.OFFICE, *in_force(today)).distinct()))

"""Accounts: made and disabled without any right; the right comes by post."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from tracker.clock import local_date
from tracker.database import db, transaction
from tracker.errors import ForbiddenError, InvalidError, NotFoundError
from tracker.languages import SOURCE, _
from tracker.logins import login_of
from tracker.models import Person, Post, SignIn, Unit
from tracker.policy import Actor
from tracker.services import passwords
from tracker.services.attempts import attempts_forgive
from tracker.services.chain import AUDIT, audit_record, chain_lock
from tracker.services.posts import PostValues, last_admin_kept, place_checked


@dataclass(frozen=True)
class AccountValues:
    """What an account says of its person."""

    login: str
    name: str
    phone: str | None = None
    email: str | None = None
    home_unit_id: int | None = None


def _person_for_change(person_id: int) -> Person:
    chain_lock(AUDIT)
    person = db.session.get(Person, person_id, populate_existing=True)
    if person is None:
        raise NotFoundError
    return person


def _checked(values: AccountValues, *, but: int | None = None) -> str:
    login = login_of(values.login)
    taken = db.session.scalar(select(Person.id).where(Person.login == login))
    if taken is not None and taken != but:
        raise InvalidError({"login": _("账号 {login} 已被使用，请换一个").format(login=login)})
    if values.home_unit_id is not None and db.session.get(Unit, values.home_unit_id) is None:
        raise InvalidError({"home_unit_id": _("请从列表中选择单位")})
    return login


def _added(values: AccountValues, at: datetime, created_by_id: int | None) -> Person:
    person = Person(
        login=_checked(values), name=values.name, phone=values.phone, email=values.email, language=SOURCE,
        home_unit_id=values.home_unit_id, created_by_id=created_by_id, created_at=at,
        must_change_password=False, security_epoch=0,
    )  # fmt: skip
    db.session.add(person)
    db.session.flush()
    return person


def account_create(*, values: AccountValues, actor: Actor, at: datetime) -> Person:
    """Make an account that has neither a password nor a right; a reset link brings the first, a post the second."""
    with transaction():
        chain_lock(AUDIT)
        person = _added(values, at, actor.person_id)
        audit_record("account.create", actor=actor, at=at, target=f"person:{person.id}", detail=_told(values))
    return person


def _told(values: AccountValues) -> dict[str, str]:
    return {"login": login_of(values.login), "name": values.name}


def account_edit(*, person_id: int, values: AccountValues, actor: Actor, at: datetime) -> Person:
    """Correct what an account says of its person."""
    with transaction():
        person = _person_for_change(person_id)
        person.login = _checked(values, but=person_id)
        person.name, person.phone, person.email = values.name, values.phone, values.email
        person.home_unit_id = values.home_unit_id
        audit_record("account.edit", actor=actor, at=at, target=f"person:{person_id}", detail=_told(values))
    return person


def contact_set(*, phone: str | None, email: str | None, actor: Actor, at: datetime) -> Person:
    """Correct one's own phone and address; the home unit is not one's own to say, for it decides on 回避."""
    with transaction():
        person = _person_for_change(actor.person_id)
        person.phone, person.email = phone, email
        audit_record("account.contact", actor=actor, at=at, target=f"person:{person.id}")
    return person


def account_disable(*, person_id: int, actor: Actor, at: datetime) -> Person:
    """Shut an account; its sessions end. Nobody shuts their own, and one of each administrator stays."""
    with transaction():
        person = _person_for_change(person_id)
        if person_id == actor.person_id:
            raise ForbiddenError(_("不能停用自己的账号"))
        last_admin_kept(person_id, None, at)
        person.is_active = False
        person.security_epoch += 1
        audit_record("account.disable", actor=actor, at=at, target=f"person:{person_id}")
    return person


def account_enable(*, person_id: int, actor: Actor, at: datetime) -> Person:
    """Open an account again; its posts act as far as their periods reach."""
    with transaction():
        person = _person_for_change(person_id)
        person.is_active = True
        audit_record("account.enable", actor=actor, at=at, target=f"person:{person_id}")
    return person


def account_unlock(*, person_id: int, actor: Actor, at: datetime) -> Person:
    """Lift the lock that failed tries have brought about."""
    with transaction():
        person = _person_for_change(person_id)
        attempts_forgive(person.login, at)
        audit_record("account.unlock", actor=actor, at=at, target=f"person:{person_id}")
    return person


def account_end_sessions(*, person_id: int, actor: Actor, at: datetime) -> Person:
    """End every session of somebody."""
    with transaction() as session:
        person = _person_for_change(person_id)
        session.execute(delete(SignIn).where(SignIn.person_id == person_id))
        audit_record("account.end_sessions", actor=actor, at=at, target=f"person:{person_id}")
    return person


def account_drop_totp(*, person_id: int, actor: Actor, at: datetime) -> Person:
    """Forget the secret of somebody whose phone is lost; their sessions end."""
    with transaction():
        person = _person_for_change(person_id)
        if person_id == actor.person_id:
            raise ForbiddenError(_("不能解除自己的动态口令，请由另一名安全管理员办理"))
        person.totp_secret = person.totp_last_step = None
        person.security_epoch += 1
        audit_record("account.drop_totp", actor=actor, at=at, target=f"person:{person_id}")
    return person


def account_with_posts(
    *, values: AccountValues, posts: Iterable[PostValues], at: datetime, password: str | None = None,
    password_hash: str | None = None, must_change: bool = False,
) -> Person:  # fmt: skip
    """Make an account with its password and its posts, approved, in one go: for installation code alone.

    Give ``password_hash`` (of ``services.passwords``) where many accounts share one password. No actor: the audit
    says that the installer did it.
    """
    with transaction():
        chain_lock(AUDIT)
        person = _added(values, at, None)
        stored = password_hash or (passwords.password_hash(password) if password else None)
        if stored:
            passwords.password_store(person, stored, at, must_change=must_change)
        for post in posts:
            db.session.add(_approved(person, post, at))
        db.session.flush()
        audit_record("account.install", actor=None, at=at, target=f"person:{person.id}", detail=_told(values))
    return person


def _approved(person: Person, values: PostValues, at: datetime) -> Post:
    place_checked(values)
    return Post(
        person_id=person.id, role=values.role, unit_id=values.unit_id, group_id=values.group_id, title=values.title,
        valid_from=values.valid_from or local_date(at), valid_to=values.valid_to, granted_at=at, approved_at=at,
    )  # fmt: skip

"""Reset links: made by an administrator or an operator, handed over in person, good once."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from tracker.database import db, transaction
from tracker.errors import GoneError, InvalidError, NotFoundError
from tracker.logins import login_of
from tracker.models import Person, ResetLink
from tracker.policy import Actor
from tracker.services import passwords
from tracker.services.attempts import attempts_forgive
from tracker.services.chain import AUDIT, audit_record, chain_lock
from tracker.services.sign_ins import token_hash

LIFE = timedelta(minutes=30)
FIRST_LIFE = timedelta(days=3)  # a new account's first link is handed over in person


def reset_link_make(*, person_id: int, actor: Actor | None, at: datetime) -> str:
    """Return the token of a new link, which makes the older ones worthless; ``actor`` ``None`` is the operator."""
    with transaction() as session:
        chain_lock(AUDIT)
        person = session.get(Person, person_id)
        if person is None or not person.is_active:
            raise NotFoundError
        older = update(ResetLink).where(ResetLink.person_id == person_id, ResetLink.used_at.is_(None))
        session.execute(older.values(used_at=at))
        token = secrets.token_urlsafe(32)
        life = LIFE if person.password_hash else FIRST_LIFE
        link = ResetLink(
            token_hash=token_hash(token), person_id=person_id, made_by_id=actor.person_id if actor else None,
            made_at=at, expires_at=at + life,
        )  # fmt: skip
        session.add(link)
        audit_record("account.reset", actor=actor, at=at, target=f"person:{person_id}")
    return token


def person_reset_by_operator(*, login: str, at: datetime) -> str:
    """Return the token of a reset link for ``login``, made by whoever holds the machine."""
    person = db.session.scalars(select(Person).where(Person.login == login_of(login))).first()
    if person is None:
        raise NotFoundError
    return reset_link_make(person_id=person.id, actor=None, at=at)


def reset_link_find(token: str, *, at: datetime) -> ResetLink:
    """Return the link of ``token``; raises ``GoneError`` alike for an unknown, used, replaced or expired one."""
    query = select(ResetLink).where(ResetLink.token_hash == token_hash(token)).options(joinedload(ResetLink.person))
    link = db.session.scalars(query).first()
    if link is None or link.used_at is not None or link.expires_at < at or not link.person.is_active:
        raise GoneError
    return link


def reset_link_use(token: str, *, password: str, address: str, at: datetime) -> Person:
    """Set the password by a link: uses it up, ends every session, lifts the lock."""
    if words := passwords.password_refusal(reset_link_find(token, at=at).person, password):
        raise InvalidError({"new_password": words})
    stored = passwords.password_hash(password)
    with transaction():
        chain_lock(AUDIT)
        db.session.expire_all()
        link = reset_link_find(token, at=at)  # once more, behind the lock: of two at once only one passes
        link.used_at = at
        passwords.password_store(link.person, stored, at)
        attempts_forgive(link.person.login, at)
        audit_record("password.reset", actor=None, at=at, target=f"person:{link.person_id}", address=address)
    return link.person

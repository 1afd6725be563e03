"""Who somebody is: shown by login and password, and by a code where one is enrolled."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import datetime

from sqlalchemy import select, update

from tracker.database import db, transaction
from tracker.errors import CredentialsError, InvalidError, NotFoundError
from tracker.languages import _
from tracker.logins import login_of
from tracker.models import Person, Post
from tracker.policy import Actor
from tracker.services import attempts, passwords
from tracker.services.chain import AUDIT, audit_record, chain_lock
from tracker.services.sign_ins import sign_in_open


def person_by_password(
    *, login: str, password: str, address: str, at: datetime, devices: AbstractSet[int] = frozenset()
) -> Person:
    """Return who signs in; ``devices`` are the persons who signed in on this device before.

    Raises ``CredentialsError`` alike for a wrong password, an unknown login and a disabled account, after the same
    time; ``TooManyError`` while the login or the address is locked.
    """
    login = login_of(login)
    person = db.session.scalars(select(Person).where(Person.login == login)).first()
    kind = attempts.KNOWN if person is not None and person.id in devices else attempts.STRANGER
    _prove(person, login, password, kind=kind, address=address, at=at)
    if person is None:
        raise CredentialsError
    _rehash_outdated(person, password)
    return person


def _prove(person: Person | None, login: str, password: str, *, kind: str, address: str, at: datetime) -> None:
    attempt = attempts.attempt_begin(login=login, address=address, kind=kind, at=at)
    stored = person.password_hash if person is not None and person.is_active else None
    if not passwords.matches(stored, password):
        attempts.attempt_fail(attempt, person, at)
        raise CredentialsError
    attempts.attempt_succeed(attempt)


def _rehash_outdated(person: Person, password: str) -> None:
    old = person.password_hash
    if old and passwords.is_outdated(old):
        fresh = update(Person).where(Person.id == person.id, Person.password_hash == old)
        with transaction() as session:
            session.execute(fresh.values(password_hash=passwords.password_hash(password)))


def sign_in_enter(
    *, person: Person, post: Post | None, at: datetime, address: str, agent: str, needs_totp: bool = False
) -> str:
    """Open the session of somebody who has shown who they are, and note it; return its token."""
    with transaction():
        chain_lock(AUDIT)
        token = sign_in_open(
            person=person, post=post, at=at, address=address, agent=agent, needs_totp=needs_totp
        )  # fmt: skip
        audit_record("sign_in", actor=None, at=at, target=f"person:{person.id}", address=address)
    return token


def password_confirm(*, person: Person, password: str, address: str, at: datetime) -> None:
    """Ask somebody who is signed in once more for the password; counted and locked by itself."""
    _prove(person, person.login, password, kind=attempts.OWN, address=address, at=at)


def password_change(*, person: Person, old: str, new: str, actor: Actor | None, address: str, at: datetime) -> None:
    """Change one's own password, which ends every session; raises ``InvalidError`` by field."""
    try:
        password_confirm(person=person, password=old, address=address, at=at)
    except CredentialsError as error:
        raise InvalidError({"old_password": _("原密码不正确")}) from error
    if words := passwords.password_refusal(person, new):
        raise InvalidError({"new_password": words})
    stored = passwords.password_hash(new)
    with transaction() as session:
        chain_lock(AUDIT)
        session.refresh(person)
        passwords.password_store(person, stored, at)
        audit_record("password.change", actor=actor, at=at, target=f"person:{person.id}", address=address)


def language_set(*, person_id: int, language: str) -> None:
    """Keep the language somebody reads in."""
    with transaction() as session:
        person = session.get(Person, person_id)
        if person is None:
            raise NotFoundError
        person.language = language

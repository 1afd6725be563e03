"""The soft lock: who fails too often must wait, and cannot lock out somebody else's known device."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from tracker.database import db, transaction
from tracker.errors import TooManyError
from tracker.languages import _
from tracker.models import Person, Post, Role, SignInAttempt
from tracker.services.chain import AUDIT, audit_record, chain_lock
from tracker.services.outbox import enqueue

STRANGER, KNOWN, CODE, OWN = "password", "device", "code", "own"  # what was tried; each is counted by itself
PER_LOGIN, PER_ADDRESS = 5, 50  # a whole office may sit behind one address
WINDOW, LOCKED = timedelta(minutes=15), timedelta(minutes=30)
_KEPT = timedelta(days=30)


def attempt_begin(*, login: str, address: str, kind: str, at: datetime) -> int:
    """Note a try before it is judged, so that many at once count as many; return its id.

    Raises ``TooManyError`` while locked; such a try is not counted, or an attacker could lock for ever.
    """
    with transaction() as session:
        chain_lock(AUDIT)  # one at a time
        if _is_locked(login, address, kind, at):
            raise TooManyError(_("登录失败次数过多，请30分钟后再试"))
        attempt = SignInAttempt(login=login, address=address, at=at, kind=kind, succeeded=False)
        session.add(attempt)
        session.flush()
        return attempt.id


def _is_locked(login: str, address: str, kind: str, at: datetime) -> bool:
    if _in_lock(_failures(login, kind, at), PER_LOGIN, at):
        return True
    return kind == STRANGER and _in_lock(_failures_from(address, at), PER_ADDRESS, at)


def _failures(login: str, kind: str, at: datetime) -> Sequence[datetime]:
    mine = (SignInAttempt.login == login, SignInAttempt.kind == kind)
    since = select(func.max(SignInAttempt.id)).where(*mine, SignInAttempt.succeeded).scalar_subquery()
    query = select(SignInAttempt.at).where(
        *mine, SignInAttempt.at > at - WINDOW - LOCKED, SignInAttempt.id > func.coalesce(since, 0)
    )
    return db.session.scalars(query.order_by(SignInAttempt.at.desc()).limit(4 * PER_LOGIN)).all()


def _failures_from(address: str, at: datetime) -> Sequence[datetime]:
    query = select(SignInAttempt.at).where(
        SignInAttempt.address == address, SignInAttempt.kind == STRANGER, SignInAttempt.at > at - WINDOW - LOCKED,
        ~SignInAttempt.succeeded,
    )  # fmt: skip
    return db.session.scalars(query.order_by(SignInAttempt.at.desc()).limit(4 * PER_ADDRESS)).all()


def _in_lock(times: Sequence[datetime], limit: int, at: datetime) -> bool:
    """Tell whether ``limit`` failures fell into one window whose last one is not yet waited off."""
    last = limit - 1
    return any(a - b <= WINDOW and at - a < LOCKED for a, b in zip(times, times[last:], strict=False))


def attempt_fail(attempt_id: int, person: Person | None, at: datetime) -> None:
    """Note in the audit that a try failed, and once that it locked the login."""
    with transaction() as session:
        attempt = session.get_one(SignInAttempt, attempt_id)
        target = f"person:{person.id}" if person else ""  # an unknown login may be a password typed too early
        audit_record("sign_in", actor=None, at=at, target=target, outcome="failed", address=attempt.address)
        if not _is_last(attempt) or not _is_locked(attempt.login, attempt.address, attempt.kind, at):
            return
        audit_record("sign_in.lock", actor=None, at=at, target=target, outcome="denied", address=attempt.address)
        if person is not None:
            _warn(person, attempt, at)


def _is_last(attempt: SignInAttempt) -> bool:
    mine = (SignInAttempt.login == attempt.login, SignInAttempt.kind == attempt.kind)
    return db.session.scalar(select(func.max(SignInAttempt.id)).where(*mine)) == attempt.id


def _warn(person: Person, attempt: SignInAttempt, at: datetime) -> None:
    guards = db.session.scalars(
        select(Post.person_id).where(Post.role == Role.SECADMIN, Post.approved_at.is_not(None)).order_by(Post.id)
    )
    enqueue(
        key=f"sign_in.lock:{attempt.id}", recipients={person.id, *guards}, kind="sign_in_lock",
        context={"name": person.name, "address": attempt.address}, at=at,
    )  # fmt: skip


def attempt_succeed(attempt_id: int) -> None:
    """Note that a try was right: earlier failures of its kind no longer count, and very old ones are forgotten."""
    with transaction() as session:
        attempt = session.get_one(SignInAttempt, attempt_id)
        attempt.succeeded = True
        old = (SignInAttempt.login == attempt.login, SignInAttempt.at < attempt.at - _KEPT)
        session.execute(delete(SignInAttempt).where(*old))


def attempts_forgive(login: str, at: datetime) -> None:
    """Lift the lock of ``login``; joins the caller's transaction."""
    for kind in (STRANGER, KNOWN, CODE, OWN):
        db.session.add(SignInAttempt(login=login, address="", at=at, kind=kind, succeeded=True))

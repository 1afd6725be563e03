"""One-time codes (RFC 6238): enrolled by their owner, each good once."""

from __future__ import annotations

import hmac
from datetime import datetime

import pyotp
import segno
from sqlalchemy import or_, update

from tracker.database import db, transaction
from tracker.errors import CredentialsError, InvalidError
from tracker.languages import _
from tracker.models import Person, Role
from tracker.policy import Actor
from tracker.services import attempts
from tracker.services.chain import AUDIT, audit_record, chain_lock

# Who must have one, where one is required.
ROLES = frozenset({Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR, Role.OFFICE, Role.LEADER})
_STEP = 30
_DRIFT = 1  # steps a phone's clock may be off, either way


def totp_secret() -> str:
    """Return a new secret."""
    return pyotp.random_base32()


def totp_picture(*, secret: str, login: str, issuer: str) -> str:
    """Return the QR code of a secret as a ``data:`` address."""
    words = pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)
    return str(segno.make(words, error="m").svg_data_uri(scale=4, border=2))


def _step_of(secret: str, code: str, at: datetime) -> int | None:
    now = int(at.timestamp()) // _STEP
    codes = ((step, pyotp.TOTP(secret).at(step * _STEP)) for step in range(now - _DRIFT, now + _DRIFT + 1))
    return next((step for step, right in codes if hmac.compare_digest(right.encode(), code.encode())), None)


def totp_enrol(*, person_id: int, secret: str, code: str, actor: Actor | None, at: datetime) -> None:
    """Ask for a code at every sign-in from here on; the first one shows that the secret has arrived."""
    step = _step_of(secret, code, at)
    if step is None:
        raise InvalidError({"code": _("动态口令不正确，请检查手机时间后重试")})
    with transaction() as session:
        chain_lock(AUDIT)
        person = session.get_one(Person, person_id)
        person.totp_secret, person.totp_last_step = secret, step
        audit_record("totp.enrol", actor=actor, at=at, target=f"person:{person_id}")


def totp_check(*, person: Person, code: str, address: str, at: datetime) -> None:
    """Take a code once; raises ``CredentialsError`` for a wrong, an old or a used one, ``TooManyError`` when locked."""
    attempt = attempts.attempt_begin(login=person.login, address=address, kind=attempts.CODE, at=at)
    step = _step_of(person.totp_secret, code, at) if person.totp_secret else None
    if step is None or not _use_up(person.id, step):
        attempts.attempt_fail(attempt, person, at)
        raise CredentialsError(_("动态口令不正确或已用过，请等下一个"))
    attempts.attempt_succeed(attempt)


def _use_up(person_id: int, step: int) -> bool:
    """Tell whether this very call took the step: of two at once only one does."""
    unused = or_(Person.totp_last_step.is_(None), Person.totp_last_step < step)
    with transaction() as session:
        taken = update(Person).where(Person.id == person_id, unused).values(totp_last_step=step).returning(Person.id)
        won = session.execute(taken, execution_options={"synchronize_session": False}).first() is not None
    db.session.expire_all()
    return won

"""Whether a document is genuine, for whoever holds it; guessing at codes is slowed down."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from tracker.database import db, transaction
from tracker.errors import NotFoundError, TooManyError
from tracker.languages import _
from tracker.models import PaperCode, SignInAttempt
from tracker.queries.documents import code_found
from tracker.services.paper_codes import LENGTH

KIND = "verify"  # counted beside sign-ins, and apart from them
MISSES, WINDOW = 20, timedelta(minutes=15)  # an office that mistypes sits behind one address


def code_look(*, code: str, address: str, at: datetime) -> PaperCode:
    """Return what stands under a code; raise ``NotFoundError`` for one that nobody gave out.

    Raises ``TooManyError``, whether or not the code is right, after too many wrong ones from one address.
    """
    if _misses(address, at) >= MISSES:
        raise TooManyError(_("核验次数过多，请15分钟后再试"))
    found = code_found(code) if len(code) == LENGTH else None
    if found is None:
        _miss(address, at)
        raise NotFoundError
    return found


def _misses(address: str, at: datetime) -> int:
    query = select(func.count()).where(
        SignInAttempt.address == address, SignInAttempt.kind == KIND, SignInAttempt.at > at - WINDOW
    )
    return db.session.scalar(query) or 0


def _miss(address: str, at: datetime) -> None:
    with transaction() as session:
        session.execute(delete(SignInAttempt).where(SignInAttempt.kind == KIND, SignInAttempt.at <= at - WINDOW))
        session.add(SignInAttempt(login=KIND, address=address, at=at, kind=KIND, succeeded=False))

"""A form that is sent twice, because its answer was lost on the way, does its work once."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from tracker.database import db
from tracker.models import RequestKey
from tracker.policy import Actor


def request_answer(actor: Actor, key: str) -> int | None:
    """Return the id of what the form with this key made before, ``None`` where it comes first or has no key.

    Called under the lock of what is being made, so that of two at the same time one waits for the other.
    """
    known = db.session.get(RequestKey, (actor.person_id, key)) if key else None
    return int(known.answer) if known is not None else None


def request_answered(actor: Actor, key: str, *, made: int, body: str, at: datetime) -> None:
    """Keep with the key what the form made; without a key nothing is kept."""
    if key:
        digest = sha256(body.encode()).hexdigest()
        db.session.add(RequestKey(person_id=actor.person_id, key=key, body_hash=digest, answer=str(made), at=at))

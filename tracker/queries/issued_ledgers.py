"""The ledgers that went out, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import defer, joinedload

from tracker.database import db
from tracker.models import IssuedLedger
from tracker.policy import Actor

SIZE = 50


@dataclass(frozen=True)
class IssuedPage:
    """Some issued ledgers, and the id before which the next ones are found."""

    ledgers: Sequence[IssuedLedger]
    before: int | None


def issued_page(actor: Actor, before: int | None, *, sees_all: bool) -> IssuedPage:
    """Return what ``actor`` made, or everything where they may see all."""
    query = select(IssuedLedger).options(joinedload(IssuedLedger.made_by), defer(IssuedLedger.members))
    if not sees_all:
        query = query.where(IssuedLedger.made_by_id == actor.person_id)
    if before is not None:
        query = query.where(IssuedLedger.id < min(before, 2**31 - 1))
    found = db.session.scalars(query.order_by(IssuedLedger.id.desc()).limit(SIZE + 1)).all()
    return IssuedPage(found[:SIZE], found[SIZE - 1].id if len(found) > SIZE else None)

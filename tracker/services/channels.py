"""The channels by which messages leave the house, as the county and each person have set them up."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import false, select

from tracker.database import db
from tracker.models import PERSONAL, Channel, Person, PersonChannel

_AT_ONCE = 500


def channels_for(person_ids: Collection[int], *, urgent: bool = False) -> dict[int, list[str]]:
    """Return the outward channels of each of these people, as ``OutboxMessage.channel`` names them.

    A channel counts where the county has switched it on and the person has, with an address that was confirmed.
    Who wants urgent news alone on a channel is left out of it unless the message is ``urgent``. People without
    any are not in the result.
    """
    wanted = sorted(set(person_ids))
    query = (
        select(PersonChannel.person_id, PersonChannel.kind)
        .join(Channel, Channel.kind == PersonChannel.kind)
        .join(Person, Person.id == PersonChannel.person_id)
        .where(
            Channel.is_on, Channel.kind.in_(PERSONAL), PersonChannel.is_on, PersonChannel.confirmed_at.is_not(None),
            Person.is_active,
        )
        .order_by(PersonChannel.person_id, PersonChannel.id)
    )  # fmt: skip
    if not urgent:
        query = query.where(PersonChannel.urgent_only == false())
    found: dict[int, list[str]] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        part = PersonChannel.person_id.in_(wanted[start : start + _AT_ONCE])
        for person_id, kind in db.session.execute(query.where(part)):
            found.setdefault(person_id, []).append(kind.value)
    return found

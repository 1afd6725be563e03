"""The channels somebody may be reached by, with their own address on each."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, select

from tracker.database import db
from tracker.models import PERSONAL, Channel, ChannelKind, PersonChannel


def own_channels(person_id: int) -> Sequence[tuple[ChannelKind, PersonChannel | None]]:
    """Return each personal channel that the county has switched on, with the person's address where there is one."""
    own = and_(PersonChannel.kind == Channel.kind, PersonChannel.person_id == person_id)
    query = select(Channel.kind, PersonChannel).outerjoin(PersonChannel, own)
    query = query.where(Channel.is_on, Channel.kind.in_(PERSONAL)).order_by(Channel.id)
    return [(row[0], row[1]) for row in db.session.execute(query)]

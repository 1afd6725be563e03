"""How each kind of what a post holds passes to a successor; what cannot pass stays, and the code says why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import select

from tracker.database import db
from tracker.models import Consent, Extension, Handover, Issue, Person, Post
from tracker.queries.held import GROUP

RECUSED = "recused"
_AT_ONCE = 500
Stays = dict[int, str]  # id of what stays → why
Mover = Callable[[Sequence[int], Handover], Stays]


def _records(model: Any, ids: Sequence[int]) -> list[Any]:
    """Return these rows, read anew, by id."""
    found: list[Any] = []
    for start in range(0, len(ids), _AT_ONCE):
        query = select(model).where(model.id.in_(ids[start : start + _AT_ONCE])).order_by(model.id)
        found += db.session.scalars(query, execution_options={"populate_existing": True})
    return found


def _responsible(ids: Sequence[int], handover: Handover) -> Stays:
    for issue in _records(Issue, ids):
        issue.responsible_id = handover.receiver_id
    return {}


def _sponsored(ids: Sequence[int], handover: Handover) -> Stays:
    for issue in _records(Issue, ids):
        issue.sponsor_id = handover.receiver_id
    return {}


def _drafts(ids: Sequence[int], handover: Handover) -> Stays:
    """Give drafts to another finder, but none of their own home village: a group stays away from there."""
    home = db.session.scalar(select(Person.home_unit_id).where(Person.id == handover.receiver_id))
    in_group = db.session.scalar(select(Post.role).where(Post.id == handover.post_id)) in GROUP
    stays: Stays = {}
    for issue in _records(Issue, ids):
        if in_group and home is not None and issue.location_id == home:
            stays[issue.id] = RECUSED
            continue
        issue.created_by_id = handover.receiver_id
        issue.client_key = None  # a key belongs to the device of who typed it
    return stays


def _extensions(ids: Sequence[int], handover: Handover) -> Stays:
    for extension in _records(Extension, ids):
        extension.handed_to_id = handover.receiver_id
    return {}


def _consents(ids: Sequence[int], handover: Handover) -> Stays:
    for consent in _records(Consent, ids):
        consent.handed_to_id = handover.receiver_id
    return {}


MOVERS: dict[str, Mover] = {
    "responsible": _responsible,
    "sponsored": _sponsored,
    "draft": _drafts,
    "extension": _extensions,
    "consent": _consents,
}

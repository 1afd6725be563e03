"""Who may have a file that was exported: looked at when it is asked for, made, and each time it is fetched."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from tracker.clock import local_date
from tracker.database import db
from tracker.models import (
    Document,
    Export,
    ExportKind,
    ImportBatch,
    Issue,
    Letter,
    LookBack,
    LookBackPlan,
    Notice,
    Person,
    Point,
    Post,
    RoundStop,
    Visit,
)
from tracker.policy import Actor, actor_of, cell_for, recorded, visible
from tracker.policy.documents import document_visible
from tracker.policy.letters import letter_visible
from tracker.policy.look_backs import visible_look_backs
from tracker.policy.rounds import visible_stops
from tracker.policy.visits import readable_visits
from tracker.queries.points import visible_points
from tracker.services.checks import in_force

Conditions = Sequence[ColumnElement[bool]]
_BATCH = 5000


@dataclass(frozen=True)
class Right:
    """What an export asks of who wants it: the row of the matrix, and which of the records it tells of are in sight.

    ``scope`` returns the conditions on ``records``; none where everything is in sight.
    """

    action: str
    records: Any
    scope: Callable[[Actor], Conditions]


def _noticed(actor: Actor) -> Conditions:
    return [Notice.issue_id.in_(select(Issue.id).where(visible(actor)))]


def _all(_actor: Actor) -> Conditions:
    return []


K = ExportKind
RIGHTS: Mapping[ExportKind, Right] = {
    **dict.fromkeys((K.LEDGERS, K.ISSUES, K.OVERDUE), Right("ledger.export", Issue, recorded)),
    K.DOCUMENT: Right("document.read", Document, lambda actor: [document_visible(actor)]),
    K.NOTICE: Right("issue.read", Notice, _noticed),
    K.LETTER: Right("letter.read", Letter, lambda actor: [letter_visible(actor)]),
    K.LOOK_BACK: Right("look_back.read", LookBack, lambda actor: [visible_look_backs(actor)]),
    K.LOOK_BACKS: Right("look_back.export", LookBack, lambda actor: [visible_look_backs(actor)]),
    K.FRAME: Right("look_back.plan_read", LookBackPlan, _all),
    K.ROUND: Right("round.read", RoundStop, lambda actor: [visible_stops(actor)]),
    K.VISITS: Right("visit.read", Visit, lambda actor: [readable_visits(actor)]),
    K.POINTS: Right("points.export", Point, lambda actor: [visible_points(actor)]),
    K.FAULTS: Right("import.run", ImportBatch, _all),
}


def asker_of(export: Export, at: datetime) -> Actor | None:
    """Return who asked, in the post they asked in, as it is now; ``None`` where it has ended or may no longer."""
    query = select(Post).join(Person, Person.id == Post.person_id)
    query = query.where(Post.id == export.post_id, *in_force(local_date(at)))
    post = db.session.execute(query, execution_options={"populate_existing": True}).scalar_one_or_none()
    action = export.given.get("action", RIGHTS[export.kind].action)
    if post is None or not cell_for(action, post.role).allows:
        return None
    return actor_of(post, local_date(at))


def may_have(export: Export, members: Sequence[int], at: datetime) -> bool:
    """Tell whether who asked may still see all that the file tells of; ``members`` are the ids of its records."""
    actor = asker_of(export, at)
    return actor is not None and _sees_all(RIGHTS[export.kind], actor, sorted(set(members)))


def _sees_all(right: Right, actor: Actor, ids: Sequence[int]) -> bool:
    scope = right.scope(actor)
    if not scope:
        return True
    counted = select(func.count()).select_from(right.records).where(*scope)
    some = (ids[start : start + _BATCH] for start in range(0, len(ids), _BATCH))
    return all(db.session.scalar(counted.where(right.records.id.in_(part))) == len(part) for part in some)


def packed(members: Sequence[int]) -> bytes:
    """Return the ids of the records that a file tells of, small."""
    return zlib.compress(json.dumps(list(members), separators=(",", ":")).encode())


def unpacked(members: bytes | None) -> list[int]:
    """Return the ids that ``packed`` made small."""
    found: list[int] = json.loads(zlib.decompress(members)) if members else []
    return found

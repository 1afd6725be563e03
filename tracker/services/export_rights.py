"""Who may have a file that was exported: looked at when it is asked for, made, and each time it is fetched."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from tracker.clock import local_date
from tracker.database import db
from tracker.errors import NotFoundError
from tracker.models import Export, ExportKind, Issue, Person, Post
from tracker.policy import Actor, actor_of, cell_for, recorded
from tracker.queries.documents import document_seen
from tracker.services.checks import in_force

# What the matrix must let somebody do who exports that.
ACTIONS = {
    ExportKind.LEDGERS: "ledger.export", ExportKind.ISSUES: "ledger.export", ExportKind.OVERDUE: "ledger.export",
    ExportKind.DOCUMENT: "document.read",
}  # fmt: skip
_BATCH = 5000


def asker_of(export: Export, at: datetime) -> Actor | None:
    """Return who asked, in the post they asked in, as it is now; ``None`` where it has ended or may no longer."""
    query = select(Post).join(Person, Person.id == Post.person_id)
    query = query.where(Post.id == export.post_id, *in_force(local_date(at)))
    post = db.session.execute(query, execution_options={"populate_existing": True}).scalar_one_or_none()
    if post is None or not cell_for(ACTIONS[export.kind], post.role).allows:
        return None
    return actor_of(post, local_date(at))


def may_have(export: Export, members: Sequence[int], at: datetime) -> bool:
    """Tell whether who asked may still see all that the file tells of; ``members`` are the issues of its rows."""
    actor = asker_of(export, at)
    if actor is None:
        return False
    if export.kind is not ExportKind.DOCUMENT:
        return _sees_all(actor, sorted(set(members)))
    try:
        document_seen(export.given["document_id"], actor)
    except NotFoundError:
        return False
    return True


def _sees_all(actor: Actor, ids: Sequence[int]) -> bool:
    scope = recorded(actor)
    if not scope:
        return True
    counted = select(func.count()).select_from(Issue).where(*scope)
    some = (ids[start : start + _BATCH] for start in range(0, len(ids), _BATCH))
    return all(db.session.scalar(counted.where(Issue.id.in_(part))) == len(part) for part in some)


def packed(members: Sequence[int]) -> bytes:
    """Return the issues of a file's rows, small."""
    return zlib.compress(json.dumps(list(members), separators=(",", ":")).encode())


def unpacked(members: bytes | None) -> list[int]:
    """Return the issues that ``packed`` made small."""
    found: list[int] = json.loads(zlib.decompress(members)) if members else []
    return found

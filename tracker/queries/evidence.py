"""Evidence as pages show it; visible exactly when its issue is."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import aliased, joinedload

from tracker.database import db
from tracker.errors import NotFoundError
from tracker.models import Evidence, Issue
from tracker.policy import Actor, visible


def evidence_for(evidence_id: int, actor: Actor) -> Evidence:
    """Return one piece of evidence with its blob; raise ``NotFoundError`` where the actor may not see its issue."""
    query = select(Evidence).join(Issue, Evidence.issue_id == Issue.id).where(Evidence.id == evidence_id)
    found = db.session.scalars(query.where(visible(actor)).options(joinedload(Evidence.blob))).first()
    if found is None:
        raise NotFoundError
    return found


def evidence_list(issue_id: int, actor: Actor) -> list[Evidence]:
    """Return the evidence of an issue, oldest first, with blob and uploader."""
    query = (
        select(Evidence)
        .join(Issue, Evidence.issue_id == Issue.id)
        .where(Evidence.issue_id == issue_id, visible(actor))
        .options(joinedload(Evidence.blob), joinedload(Evidence.uploaded_by))
        .order_by(Evidence.id)
    )
    return list(db.session.scalars(query))


def evidence_elsewhere(issue_id: int, actor: Actor) -> dict[int, tuple[str, ...]]:
    """Map evidence of this issue to the numbers of other issues, visible to the actor, that hold the same bytes.

    A photograph that serves several issues deserves a second look by whoever re-checks.
    """
    mine = aliased(Evidence)
    query = (
        select(mine.id, Issue.number)
        .join(Evidence, Evidence.blob_sha256 == mine.blob_sha256)
        .join(Issue, Evidence.issue_id == Issue.id)
        .where(mine.issue_id == issue_id, Evidence.issue_id != issue_id, Issue.number.is_not(None), visible(actor))
        .distinct()
        .order_by(mine.id, Issue.number)
    )
    found: defaultdict[int, list[str]] = defaultdict(list)
    for evidence_id, number in db.session.execute(query):
        found[evidence_id].append(number or "")
    return {key: tuple(numbers) for key, numbers in found.items()}

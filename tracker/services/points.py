"""Points 考核扣分 for the annual evaluation: written in the transaction of their cause, weighed up, never deleted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from tracker.clock import local_date
from tracker.database import db
from tracker.models import Issue, Letter, LetterIssue, Point
from tracker.policy import Actor
from tracker.queries.rules import policy_of
from tracker.services.inserting import insert_new
from workflows.ladder import PointCause, points_for
from workflows.letter import LADDER


def points_add(rows: Sequence[dict[str, Any]]) -> int:
    """Write these rows in the caller's transaction, leaving alone what was written; return how many were new."""
    return insert_new(Point, rows)


def point_row(issue: Any, cause: PointCause, points: int, key: str, at: datetime, letter_id: int | None = None) -> Any:
    """Return one row; ``issue`` has id, responsible unit, severity and policy version."""
    day = local_date(at)
    return {
        "key": key, "unit_id": issue.responsible_unit_id, "year": day.year, "day": day, "cause": cause,
        "points": points, "issue_id": issue.id, "letter_id": letter_id,
        "rule": f"{issue.severity.value}.points_{cause.value}", "policy_version_id": issue.policy_version_id,
        "reason": "", "made_at": at,
    }  # fmt: skip


def letter_points(letter: Letter, *, at: datetime) -> int:
    """Take the points for a document of the ladder from the unit responsible for each of its issues."""
    if letter.kind not in LADDER:
        return 0
    cause = PointCause(letter.kind.value)
    query = select(Issue).join(LetterIssue, LetterIssue.issue_id == Issue.id)
    rows = []
    for issue in db.session.scalars(query.where(LetterIssue.letter_id == letter.id).order_by(LetterIssue.position)):
        points = points_for(policy_of(issue, local_date(at)).policy.for_severity(issue.severity), cause)
        if points and issue.responsible_unit_id is not None:
            rows.append(point_row(issue, cause, points, f"letter:{letter.id}:{issue.id}", at, letter.id))
    return points_add(rows)


def points_reverse(
    *, reason: str, actor: Actor | None, at: datetime, letter_id: int | None = None, issue_id: int | None = None
) -> int:
    """Weigh up every point that stands for this document, or for this issue; return how many were."""
    about = Point.letter_id == letter_id if letter_id is not None else Point.issue_id == issue_id
    undone = select(Point.reverses_id).where(Point.reverses_id.is_not(None))
    query = select(Point).where(about, Point.reverses_id.is_(None), Point.id.not_in(undone)).order_by(Point.id)
    rows = [
        {
            "key": f"undo:{one.id}", "unit_id": one.unit_id, "year": one.year, "day": local_date(at),
            "cause": one.cause, "points": -one.points, "issue_id": one.issue_id, "letter_id": one.letter_id,
            "rule": one.rule, "policy_version_id": one.policy_version_id, "reverses_id": one.id, "reason": reason,
            "made_by_id": actor.person_id if actor else None, "made_at": at,
        }
        for one in db.session.scalars(query)
    ]  # fmt: skip
    return points_add(rows)

"""What is held, as the lines of a handover list: an issue, a document or a visit, as far as the reader may see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from tracker.database import db
from tracker.models import InspectionRound, Issue, Letter, Post, RoundStop, Unit, Visit
from tracker.policy import Actor, actor_of, letter_visible, listed, visible
from tracker.policy.rounds import visible_stops
from tracker.policy.scope import roster_ids
from tracker.policy.visits import visible_visits
from tracker.queries.held import Held
from workflows.issue import IssueState
from workflows.round import WALKABLE, StopState

_AT_ONCE = 500
_SUMMARY = 40
_LETTERS = ("letter", "letter_given")


@dataclass(frozen=True)
class HeldLine:
    """One thing on a handover list; nothing but its kind where there is none left or none the reader may see."""

    kind: str
    issue: Issue | None = None
    letter: Letter | None = None
    visit: Visit | None = None
    fate: str = ""
    is_new: bool = False

    @property
    def summary(self) -> str:
        """Return the first words of what it is about."""
        if self.letter is not None:
            return (self.letter.subject or self.letter.words or self._first_issue)[:_SUMMARY]
        return self.issue.description[:_SUMMARY] if self.issue else ""

    @property
    def _first_issue(self) -> str:
        listed_issues = self.letter.content.get("issues", ()) if self.letter else ()
        return str(next((one["description"] for one in listed_issues), ""))


def held_lines(things: Iterable[Held], actor: Actor) -> list[HeldLine]:
    """Return what is held as lines to read; what the actor may not see is one line that says nothing of it."""
    return recorded_lines([{"kind": one.kind, "id": one.key, "issue_id": one.issue_id} for one in things], actor)


def recorded_lines(rows: Sequence[Mapping[str, Any]], actor: Actor) -> list[HeldLine]:
    """Return the rows of a handover's ``content`` or ``result`` as lines to read, as far as the actor may see them."""
    issues = _found(Issue, [row.get("issue_id") for row in rows], visible(actor), joinedload(Issue.location))
    letters = [row["id"] for row in rows if row["kind"] in _LETTERS]
    seen = _found(Letter, letters, letter_visible(actor), joinedload(Letter.recipient_unit))
    ids = [row["id"] for row in rows if row["kind"] == "visit"]
    visits = _found(Visit, ids, visible_visits(actor), joinedload(Visit.village).joinedload(Unit.township))
    return [
        HeldLine(
            row["kind"], issues.get(row.get("issue_id")), seen.get(row["id"]) if row["kind"] in _LETTERS else None,
            visits.get(row["id"]) if row["kind"] == "visit" else None, row.get("fate", ""), bool(row.get("is_new")),
        )
        for row in rows
    ]  # fmt: skip


def _found(model: Any, ids: Iterable[int | None], sight: Any, *options: Any) -> dict[int | None, Any]:
    """Return id → record of those the actor may see."""
    wanted = sorted({one for one in ids if one is not None})
    found: dict[int | None, Any] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        query = select(model).where(model.id.in_(wanted[start : start + _AT_ONCE]), sight).options(*options)
        found |= {one.id: one for one in db.session.scalars(query)}
    return found


def group_work(post: Post, actor: Actor) -> tuple[int, int]:
    """Return how many stops and re-checks lie with the group of a post, and so stay with it, as far as they are seen.

    They name nobody: whoever of the group goes does them.
    """
    if post.group_id is None:
        return 0, 0
    stops = (
        select(func.count(RoundStop.id))
        .join(InspectionRound, InspectionRound.id == RoundStop.round_id)
        .where(
            RoundStop.group_id == post.group_id, InspectionRound.state.in_(WALKABLE),
            RoundStop.state.in_((StopState.PLANNED, StopState.STARTED)), visible_stops(actor),
        )
    )  # fmt: skip
    here = Issue.location_id.in_(roster_ids(actor_of(post, actor.today)))
    rechecks = select(func.count(Issue.id)).where(Issue.state == IssueState.SUBMITTED, here, listed(actor))
    return db.session.scalar(stops) or 0, db.session.scalar(rechecks) or 0

"""Moves what a change of the calendar moves: each clock of ``queries/calendar_moves.py`` has its mover here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from tracker.database import db
from tracker.models import Issue
from tracker.policy import Actor
from tracker.queries.calendar_moves import CalendarMove, CalendarSpan
from tracker.services.chain import AUDIT, ISSUES, chain_lock, events_record
from tracker.services.transitions import restart_clock
from tracker.services.winding import rewind_around

_AT_ONCE = 200


def calendar_lock() -> None:
    """Wait until nobody else writes issues or the audit, in the caller's transaction."""
    chain_lock(ISSUES)
    chain_lock(AUDIT)


def calendar_move(moves: Sequence[CalendarMove], span: CalendarSpan, actor: Actor | None, at: datetime) -> None:
    """Move what was found for these days, after they were written; reminders are wound anew around them."""
    for clock, mover in MOVERS.items():
        mover([move for move in moves if move.clock == clock], span, actor, at)
    rewind_around(span.first, span.last, at)


def _move_issues(moves: Sequence[CalendarMove], span: CalendarSpan, actor: Actor | None, at: datetime) -> None:
    """Restart the clock of each issue that the days concern; its event keeps the old day beside the new one."""
    about = {"day": span.first.isoformat()} | ({"last": span.last.isoformat()} if span.last != span.first else {})
    for start in range(0, len(moves), _AT_ONCE):
        part = {move.id: move for move in moves[start : start + _AT_ONCE]}
        query = select(Issue).where(Issue.id.in_(part)).order_by(Issue.id)
        issues = db.session.scalars(query, execution_options={"populate_existing": True}).all()
        for issue in issues:
            restart_clock(issue, at)
        db.session.flush()
        told = [
            (issue.id, {"source": issue.state, "dest": issue.state, "detail": about | {
                "old": part[issue.id].old.isoformat(), "new": part[issue.id].new.isoformat(),
            }})
            for issue in issues
        ]  # fmt: skip
        events_record(told, "calendar", actor=actor, at=at)


# For each clock of the registry what moves the days that were found.
MOVERS: Mapping[str, Callable[[Sequence[CalendarMove], CalendarSpan, Actor | None, datetime], None]] = {
    "issue": _move_issues,
}

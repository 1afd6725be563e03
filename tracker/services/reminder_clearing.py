"""Clears away reminders that people were told of long ago; what could be noted down again is kept."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select

from tracker.clock import local_date
from tracker.database import db, transaction
from tracker.models import Issue, Reminder, Setting
from tracker.queries.rules import setting

KEPT = timedelta(days=400)  # a whole year and the weeks in which it is evaluated
AT_ONCE = 500  # rows a transaction: writers wait no longer than for anything else that the clock does
BATCHES = 20  # a tick
CLEARED = "reminders_cleared_on"


def reminders_clear(*, at: datetime, kept: timedelta = KEPT) -> int:
    """Forget what was delivered longer than ``kept`` ago; return how many rows went.

    Once a day; what is left after so many batches goes with the next ticks. While an issue still waits for the very
    day of a reminder, its row stays: without its key the same could be said twice.
    """
    today = local_date(at).isoformat()
    if setting(CLEARED, "") >= today:
        return 0
    cleared = 0
    for _ in range(BATCHES):
        gone = _clear(at - kept)
        cleared += gone
        if gone < AT_ONCE:
            with transaction() as session:
                session.merge(Setting(key=CLEARED, value=today))
            break
    return cleared


def _clear(before: datetime) -> int:
    same_day = or_(Issue.move_due_on == Reminder.due_on, Issue.stage_due_on == Reminder.due_on)
    waits = select(Issue.id).where(Issue.id == Reminder.issue_id, same_day).correlate(Reminder).exists()
    old = select(Reminder.id).where(Reminder.delivered_at < before, ~waits)
    with transaction():
        ids = list(db.session.scalars(old.order_by(Reminder.delivered_at, Reminder.id).limit(AT_ONCE)))
        gone = delete(Reminder).where(Reminder.id.in_(ids))
        db.session.execute(gone, execution_options={"synchronize_session": False})
    return len(ids)

"""What is done to a record in the background, step by step: one process has it as long as it beats."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, or_, select, update

from tracker.database import db, transaction

LEASE = timedelta(seconds=60)


def task_claim(records: Any, record_id: int, at: datetime, **values: Any) -> bool:
    """Take the task of one of ``records``, setting ``values``; tell whether it was to be had."""
    known = (records.id == record_id, records.task.is_not(None), _left(records, at))
    with transaction() as session:
        taken = session.execute(update(records).where(*known).values(task_at=at, task_done=0, **values))
    return isinstance(taken, CursorResult) and taken.rowcount == 1


def task_beat(records: Any, record_id: int, at: datetime, **values: Any) -> None:
    """Say that the task is still being done, and how far it is."""
    with transaction() as session:
        session.execute(update(records).where(records.id == record_id).values(task_at=at, **values))


def tasks_left(records: Any, at: datetime) -> Sequence[int]:
    """Return those of ``records`` whose task a process left behind, or never began."""
    known = (records.task.is_not(None), _left(records, at), records.made_at < at - LEASE)
    return db.session.scalars(select(records.id).where(*known).order_by(records.id)).all()


def _left(records: Any, at: datetime) -> ColumnElement[bool]:
    return or_(records.task_at.is_(None), records.task_at < at - LEASE)

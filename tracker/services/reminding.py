"""Notes down what people are to be reminded of, and takes it back where it is no longer so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import CursorResult, delete

from tracker.database import db, transaction
from tracker.models import Reminder
from tracker.queries.digests import known_keys_of_reminders
from tracker.services.chain import ISSUES, chain_lock
from tracker.services.inserting import insert_new
from workflows.reminding import DigestSection


def reminder(
    *,
    rule: str,
    period: str,
    person_id: int,
    section: DigestSection,
    kind: str,
    at: datetime,
    issue_id: int | None = None,
    subject: str = "",
    context: dict[str, Any] | None = None,
    due_on: date | None = None,
    is_urgent: bool = False,
) -> dict[str, Any]:
    """Return the row of one reminder for ``reminders_add``; ``period`` tells one occasion of the rule from the next.

    About an issue it says by itself number, place and summary; ``context`` adds what else the wording of ``kind``
    needs. An urgent one is sent at once, outside quiet hours; the others wait for the person's next digest.
    """
    about = subject or f"issue:{issue_id}"
    return {
        "key": f"{rule}:{about}:{period}:{person_id}", "person_id": person_id, "issue_id": issue_id,
        "subject": subject, "rule": rule, "section": section, "kind": kind, "context": dict(context or {}),
        "due_on": due_on, "made_at": at, "is_urgent": is_urgent,
    }  # fmt: skip


def reminders_add(rows: Sequence[dict[str, Any]]) -> int:
    """Note these reminders down in the caller's transaction; return how many were new. Known keys are left alone."""
    return insert_new(Reminder, rows)


def reminders_note(rows: Sequence[dict[str, Any]]) -> int:
    """Note these reminders down in a transaction of its own, taken only where one is new; return how many were."""
    known = known_keys_of_reminders([row["key"] for row in rows])
    fresh = [row for row in rows if row["key"] not in known]
    if not fresh:
        return 0
    with transaction():
        chain_lock(ISSUES)
        return reminders_add(fresh)


def reminders_withdraw(*, subject: str = "", issue_id: int | None = None) -> int:
    """Take back what nobody has been told yet about this subject or this issue; return how many there were."""
    about = Reminder.subject == subject if subject else Reminder.issue_id == issue_id
    result = db.session.execute(delete(Reminder).where(about, Reminder.delivered_at.is_(None)))
    return result.rowcount if isinstance(result, CursorResult) else 0

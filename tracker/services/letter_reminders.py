"""Reminds those who have a document of supervision to receive or to reply to, through their digest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select

from tracker.clock import local_date
from tracker.database import db, transaction
from tracker.models import Issue, Letter, LetterIssue
from tracker.queries.rules import work_calendar
from tracker.services.chain import ISSUES, chain_lock
from tracker.services.letter_making import REMIND_EVERY
from tracker.services.letter_posts import letter_subject, letter_told, recipients_of
from tracker.services.reminding import reminder, reminders_add
from workflows.issue import OPEN_STATES
from workflows.letter import LetterState, reminding
from workflows.reminding import DigestSection

AT_ONCE = 200  # documents of one transaction


def letters_remind(*, at: datetime) -> int:
    """Note down whom to remind of which document by ``at``; return how many reminders. Only on working days."""
    today = local_date(at)
    if not work_calendar().is_workday(today):
        return 0
    added, found = 0, AT_ONCE
    while found == AT_ONCE:
        with transaction():
            chain_lock(ISSUES)
            found, new = _some(today, at)
            added += new
    return added


def _some(today: date, at: datetime) -> tuple[int, int]:
    query = select(Letter, _waits().label("waits")).where(Letter.remind_on <= today)
    due = db.session.execute(query.order_by(Letter.remind_on, Letter.id).limit(AT_ONCE)).all()
    rows: list[dict[str, Any]] = []
    for letter, waits in due:
        if not waits or letter.due_on is None:
            letter.remind_on = None
            continue
        rows += _reminders(letter, today, at)
        letter.remind_on = reminding(work_calendar(), letter.due_on, today, REMIND_EVERY)[0]
    db.session.flush()
    return len(due), reminders_add(rows)


def _waits() -> ColumnElement[bool]:
    """Return the condition that somebody still waits for the answer: about a matter, or about an open issue."""
    about = select(LetterIssue.issue_id).where(LetterIssue.letter_id == Letter.id).correlate(Letter)
    is_open = select(Issue.id).where(Issue.id.in_(about), Issue.state.in_(OPEN_STATES)).correlate(Letter)
    return or_(~exists(about), exists(is_open))


def _reminders(letter: Letter, today: date, at: datetime) -> Iterator[dict[str, Any]]:
    is_late = letter.due_on is not None and letter.due_on < today
    for person_id in sorted(recipients_of(letter, today)):
        yield reminder(
            rule="letter", period=f"{letter.due_on}:{today}", person_id=person_id, at=at, due_on=letter.due_on,
            section=DigestSection.LATE if is_late else DigestSection.DUE,
            kind="letter_receive" if letter.state is LetterState.ISSUED else "letter_reply",
            subject=letter_subject(letter.id),
            context=letter_told(letter) | {"day": letter.due_on.isoformat() if letter.due_on else ""},
        )  # fmt: skip

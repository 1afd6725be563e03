"""What a message that waited says when it leaves: whatever was settled meanwhile is named no longer.

Asked right before each message is carried, not when a batch is claimed: what was committed by then is heeded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row

from tracker.clock import local_date
from tracker.database import db
from tracker.models import Channel, Issue
from tracker.queries.digests import letters_now, reminder_row, reminders_given
from tracker.queries.substitutes import stand_ins
from tracker.queries.waiting import is_of_waiting, still_waiting
from tracker.services.digest_making import parts_of, read_already, reminder_in, said
from tracker.services.relaying import Claimed
from tracker.services.robot_posts import robot_figures
from tracker.services.stand_ins import Ref, letter_in, told_to
from workflows.issue import OPEN_STATES, IssueState
from workflows.letter import LetterState
from workflows.reminding import DigestSection, Wait, is_current

# The answers that a later state does not overtake, because they tell of it.
_FINAL = {"signed_off": IssueState.SIGNED_OFF, "dismissed": IssueState.DISMISSED}
_WAITS_FOR = {"letter_receive": LetterState.ISSUED, "letter_reply": LetterState.RECEIVED}


def message_refresh(one: Claimed, channel: Channel, *, at: datetime) -> Claimed | None:
    """Return the message as things stand at ``at``, ``None`` where nothing of it holds any longer."""
    again = _REFRESH.get(one.kind, _urgent)
    try:
        return again(one, channel, at) if _is_due_to(one) else None
    finally:
        db.session.commit()  # no read stays open while other people's servers are waited for


def _is_due_to(one: Claimed) -> bool:
    """Tell whether a copy for a substitute is still theirs to get: nobody has ended it since."""
    absent = one.context.get("for_id")
    there = stand_ins(local_date(one.since)).get(absent, ()) if absent else ()
    return not absent or any(stand_in.person_id == one.recipient_id for stand_in in there)


def _digest(one: Claimed, _channel: Channel, at: datetime) -> Claimed | None:
    rows = reminders_given(one.context.get("for_id") or one.recipient_id or 0, one.since)
    if not rows:
        return one  # a leader's, of the county alone
    read, holds = read_already(rows), _holding(rows)
    unread = [row for row in rows if row.id not in read]
    parts = parts_of(unread, date.fromisoformat(one.context["day"]), holds)
    if not parts and not one.context.get("county"):
        return None
    return _told(one, {**one.context, "parts": parts}, at)


def _told(one: Claimed, context: Mapping[str, Any], at: datetime, ref: Ref = (None, "")) -> Claimed | None:
    """Return the message with that content; a copy says of it what its reader may see."""
    if "for_id" not in context:
        return replace(one, context=context)
    told = told_to(one.recipient_id or 0, context, local_date(at), ref)
    if told is None:
        return None
    return replace(one, context=told, issue_id=None if "unseen" in told else ref[0])


def _holding(rows: Sequence[Row[Any]]) -> Callable[[Row[Any]], bool]:
    """Return what tells whether a reminder still holds, asked of the law with each issue as it is now."""
    letters = letters_now({number for row in rows if (number := letter_in(row.subject))})
    waiting = still_waiting({row.subject for row in rows})

    def holds(row: Row[Any]) -> bool:
        if is_of_waiting(row.subject):
            return row.subject in waiting
        if row.issue_id is None:
            return _letter_holds(row, letters)
        return _answer_holds(row) if row.section is DigestSection.ANSWERED else _clock_holds(row, row.rule, row.due_on)

    return holds


def _letter_holds(row: Row[Any], letters: Mapping[int, Row[Any]]) -> bool:
    letter = letters.get(letter_in(row.subject))
    return letter is None or (letter.state is _WAITS_FOR.get(row.kind) and letter.due_on == row.due_on)


def _answer_holds(row: Row[Any]) -> bool:
    """An answer holds while the issue is as it left it: open, with the same deadline, or closed as it says."""
    if row.kind in _FINAL:
        return row.state is _FINAL[row.kind]
    return row.state in OPEN_STATES and row.deadline == row.due_on


def _clock_holds(issue: Row[Any] | Issue, rule: str, due: date | None) -> bool:
    return is_current(rule, due, Wait(issue.state, issue.severity, issue.move_due_on, issue.stage_due_on))


def _urgent(one: Claimed, _channel: Channel, at: datetime) -> Claimed | None:
    reminder_id = reminder_in(one.key)
    if reminder_id is None:
        return one  # a code, a test: it says what it said
    row = reminder_row(reminder_id)
    if row is None or not _holding([row])(row):
        return None
    kept = {name: one.context[name] for name in ("for", "for_id") if name in one.context}
    context = {**kept, **said(row, local_date(one.since))}
    return _told(replace(one, hidden=bool(row.is_confidential)), context, at, (row.issue_id, row.subject))


def _robot_digest(one: Claimed, channel: Channel, at: datetime) -> Claimed | None:
    figures = robot_figures(channel, local_date(at))
    return replace(one, context={**one.context, **figures}) if any(figures.values()) else None


def _robot_urgent(one: Claimed, _channel: Channel, _at: datetime) -> Claimed | None:
    issue = db.session.get(Issue, one.issue_id or 0, populate_existing=True)
    if issue is None or issue.is_confidential:
        return None
    due = one.context.get("due")
    return one if _clock_holds(issue, one.context.get("rule", ""), date.fromisoformat(due) if due else None) else None


_REFRESH: Mapping[str, Callable[[Claimed, Channel, datetime], Claimed | None]] = {
    "digest": _digest, "robot_digest": _robot_digest, "robot_urgent": _robot_urgent,
}  # fmt: skip

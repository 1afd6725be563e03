"""What a digest and an urgent message say of the reminders they are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row

from tracker.queries.digests import read_keys
from tracker.queries.rules import work_calendar
from tracker.services.outbox import INBOX
from workflows.reminding import DigestSection

LINES = 20  # of each part; the rest is counted
_URGENT = "reminder"
_FAR = date.max


def urgent_key(reminder_id: int) -> str:
    """Return what the keys of the messages begin with that tell of this reminder at once."""
    return f"{_URGENT}:{reminder_id}"


def reminder_in(key: str) -> int | None:
    """Return the reminder that the message with this key tells of, ``None`` where it is no such message."""
    kind, _colon, rest = key.partition(":")
    number = rest.partition(":")[0]
    return int(number) if kind == _URGENT and number.isdecimal() else None


def read_already(rows: Sequence[Row[Any]]) -> set[int]:
    """Return the ids of the answers that their reader has read in a message of its own."""
    told_by = {row.id: key for row in rows if (key := _told_by(row))}
    read = read_keys(set(told_by.values()))
    return {reminder_id for reminder_id, key in told_by.items() if key in read}


def _told_by(row: Row[Any]) -> str:
    """Return the key of the message that has told the answer already, nothing for what is no answer."""
    event = row.context.get("event") if row.section is DigestSection.ANSWERED else None
    return f"event:{event}:{row.person_id}:{INBOX}" if event else ""


def latest_of(rows: Sequence[Row[Any]]) -> list[Row[Any]]:
    """Return, of each person's reminders of one clock, what was noted down last."""
    ordered = sorted(rows, key=lambda row: row.id)
    return list(
        {(row.person_id, row.issue_id, row.subject, row.rule.partition(".")[0]): row for row in ordered}.values()
    )


def parts_of(
    rows: Sequence[Row[Any]], today: date, holds: Callable[[Row[Any]], bool] = lambda _row: True
) -> list[dict[str, Any]]:
    """Return each part of a digest that is not empty, its lines by last day.

    Of one clock only what was noted down last, where it ``holds``.
    """
    return list(_parts(rows, today, holds))


def _parts(rows: Sequence[Row[Any]], today: date, holds: Callable[[Row[Any]], bool]) -> Iterator[dict[str, Any]]:
    kept = [row for row in latest_of(rows) if holds(row)]
    for section in DigestSection:
        lines = [row for row in kept if row.section is section]
        lines.sort(key=lambda row: (row.due_on or _FAR, row.id))
        if lines:
            shown = [said(row, today) for row in lines[:LINES]]
            yield {"section": section.value, "total": len(lines), "lines": shown}


def said(row: Row[Any], today: date) -> dict[str, Any]:
    """Return what a line or an urgent message says; of what is confidential no more than its number."""
    told: dict[str, Any] = {"kind": row.kind, **row.context}
    if row.due_on is not None:
        told |= {"deadline": row.due_on.isoformat(), "days": work_calendar().workdays_between(today, row.due_on)}
    if row.issue_id is None:
        return told | {"subject": row.subject}
    told |= {"issue": row.issue_id, "number": row.number or ""}
    if row.is_confidential:
        told.pop("words", None)
        return told | {"confidential": True, "place": "", "summary": ""}
    return {"place": row.place or "", "summary": row.summary, **told}

"""The number and the frozen text of a document of supervision; the document is Chinese, whoever reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from tracker.clock import local_date
from tracker.database import db
from tracker.models import Issue, Letter, Person, Unit
from tracker.queries.rules import work_calendar
from tracker.services.counters import counter_next
from tracker.services.notices import issuer_name, place_line
from workflows.letter import LetterKind

_NUMBER = "{mark}〔{year}〕{serial}号"
_MARKS: Mapping[LetterKind, str] = {
    LetterKind.REMIND: "督提",
    LetterKind.SUPERVISE: "督函",
    LetterKind.INTERVIEW: "督约",
    LetterKind.ORDER: "督单",
    LetterKind.INSTRUCTION: "督批",
}


def letter_number(letter: Letter, at: datetime) -> None:
    """Give the document the next number of its kind and Shanghai year, in the caller's transaction."""
    letter.year = local_date(at).year
    letter.serial = counter_next(f"letter:{letter.kind.value}:{letter.year}")
    letter.number = _NUMBER.format(mark=_MARKS[letter.kind], year=letter.year, serial=letter.serial)


def letter_content(letter: Letter, issues: Sequence[Issue], at: datetime) -> dict[str, Any]:
    """Return the text of the document as it is issued; later changes of names and issues do not touch it."""
    unit = db.session.get(Unit, letter.recipient_unit_id) if letter.recipient_unit_id else None
    return {
        "kind": letter.kind.value,
        "number": letter.number or "",
        "recipient": (unit.full_name or unit.name) if unit else "",
        "recipient_person": _name(letter.recipient_id),
        "leader": _name(letter.leader_id),
        "subject": letter.subject,
        "words": letter.words,
        "issues": [_told(issue, local_date(at)) for issue in issues],
        "reply_by": letter.reply_by.isoformat() if letter.reply_by else "",
        "reply_is_provisional": letter.reply_by is not None and work_calendar().is_provisional(letter.reply_by),
        "issuer": issuer_name(),
        "issued_on": local_date(at).isoformat(),
    }


def _name(person_id: int | None) -> str:
    person = db.session.get(Person, person_id) if person_id else None
    return person.name if person else ""


def _told(issue: Issue, today: date) -> dict[str, Any]:
    unit = issue.responsible_unit
    late = work_calendar().workdays_between(issue.deadline, today) if issue.deadline else 0
    return {
        "id": issue.id,
        "number": issue.number or "",
        "place": place_line(issue),
        "description": issue.description,
        "unit": (unit.full_name or unit.name) if unit else "",
        "responsible": issue.responsible.name if issue.responsible else "",
        "deadline": issue.deadline.isoformat() if issue.deadline else "",
        "days_late": (today - issue.deadline).days if issue.deadline and issue.deadline < today else 0,
        "workdays_late": max(late, 0),
    }


def issues_of(letter: Letter) -> Sequence[Issue]:
    """Return the issues that a stored document speaks of, in their order."""
    ids = [one.issue_id for one in letter.issues]
    found = {issue.id: issue for issue in db.session.scalars(select(Issue).where(Issue.id.in_(ids)))}
    return [found[one] for one in ids]

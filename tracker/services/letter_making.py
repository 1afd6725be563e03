"""What every issue of a document of supervision shares: what was typed, number and text, clocks, the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from tracker import labels
from tracker.clock import local_date
from tracker.database import db
from tracker.errors import InvalidError
from tracker.models import Issue, Letter, LetterIssue, PaperCode
from tracker.papers.letter import letter_paper
from tracker.policy import Actor, letter_capacities
from tracker.queries.paper_templates import wording_on
from tracker.queries.rules import policy_on, work_calendar
from tracker.services.chain import AUDIT, audit_record, chain_lock, events_record
from tracker.services.checks import day_ahead, unit_open, words_of
from tracker.services.letter_posts import letter_subject, letter_tell, recipients_of
from tracker.services.letter_text import letter_content, letter_number
from tracker.services.paper_codes import code_make
from tracker.services.points import letter_points
from tracker.services.reminding import reminders_withdraw
from tracker.services.transitions import letter_move
from workflows.letter import LetterFacts, LetterKind, LetterState, due_on, reminding, reply_days

SHORT, WORDS = 80, 4000
REMIND_EVERY = 2  # working days between reminders of what is late


@dataclass(frozen=True)
class LetterValues:
    """What is typed of a document; without ``reply_by`` policy gives the day."""

    recipient_unit_id: int | None
    reply_by: date | None = None
    subject: str = ""
    words: str = ""


def letter_fill(letter: Letter, values: LetterValues, at: datetime) -> None:
    """Set what was typed; raise ``InvalidError`` by field."""
    today = local_date(at)
    letter.subject = words_of("subject", values.subject, SHORT)
    letter.words = words_of("words", values.words, WORDS)
    if values.recipient_unit_id is None:
        raise InvalidError({"recipient_unit_id": labels.word(labels.REFUSAL, "letter_no_recipient")})
    unit = unit_open("recipient_unit_id", values.recipient_unit_id, today)
    if letter.recipient_unit_id != unit.id:
        letter.recipient_id = None
    letter.recipient_unit_id = unit.id
    letter.reply_by = reply_by_of(letter.kind, values.reply_by, today)


def letter_put_out(letter: Letter, issues: Sequence[Issue], *, actor: Actor | None, at: datetime) -> None:
    """Let the law issue the document, number it and freeze its text, in the caller's transaction; it may be new."""
    today = local_date(at)
    letter.reply_by = letter.reply_by or reply_by_of(letter.kind, None, today)
    facts = LetterFacts(
        letter_capacities(actor, letter), has_recipient=letter.recipient_unit_id is not None,
        has_matter=bool(issues or letter.subject or letter.words), is_reply_due_ahead=letter.reply_by > today,
    )  # fmt: skip
    if letter.state is LetterState.PROPOSED:
        letter_move(letter, "issue", facts)
    elif not facts.has_matter:
        raise InvalidError({"words": labels.word(labels.REFUSAL, "letter_no_matter")})
    with db.session.no_autoflush:  # half a document is refused by its table
        letter.issued_by_id, letter.issued_at = actor.person_id if actor else None, at
        _narrow(letter, issues)
        letter.receive_by = work_calendar().add_workdays(today, policy_on(today).policy.letter_receive_days)
        letter_number(letter, at)
        letter_wait(letter, today)
        letter.content = _worded(letter_content(letter, issues, at), today)


def _narrow(letter: Letter, issues: Sequence[Issue]) -> None:
    """Address what speaks of a confidential issue to the person who answers for it: their unit may not see it."""
    for issue in issues:
        if issue.is_confidential and issue.responsible_id and letter.recipient_unit_id == issue.responsible_unit_id:
            letter.recipient_id = issue.responsible_id


def letter_preview(letter: Letter, issues: Sequence[Issue], at: datetime) -> dict[str, Any]:
    """Return the text that a proposal would be issued with today, without a number."""
    reply_by = letter.reply_by or reply_by_of(letter.kind, None, local_date(at))
    content = letter_content(letter, issues, at) | {"reply_by": reply_by.isoformat()}
    return _worded(content, local_date(at))


def _worded(content: dict[str, Any], today: date) -> dict[str, Any]:
    """Return the facts of a document with the paper that they make in the county's words of today."""
    return content | {"paper": letter_paper(content, wording_on(content["kind"], today)).to_dict()}


def letter_announce(letter: Letter, *, actor: Actor | None, at: datetime) -> None:
    """Record that a stored document was issued, take its points and tell its recipients."""
    code = letter_code(letter, at)
    said = {"kind": letter.kind.value, "words": letter.words, "digest": code.digest}
    letter_record(letter, "issue", said, actor, at)
    letter_points(letter, at=at)
    told = recipients_of(letter, local_date(at))
    told |= {one for one in (letter.leader_id,) if one is not None}
    letter_tell(letter, "letter_issued", told, actor=actor, at=at)


def letter_code(letter: Letter, at: datetime) -> PaperCode:
    """Give an issued document the code by which it is found to be genuine."""
    db.session.flush()
    return code_make(letter_paper(letter.content), local_date(at), letter)


def reply_by_of(kind: LetterKind, typed: date | None, today: date) -> date:
    """Return the day typed, if it lies ahead, or the one that policy gives."""
    if typed is None:
        return work_calendar().add_workdays(today, reply_days(policy_on(today).policy, kind))
    if typed <= today:
        raise InvalidError({"reply_by": labels.word(labels.REFUSAL, "letter_due_past")})
    return day_ahead("reply_by", typed, today) or typed


def letter_wait(letter: Letter, today: date) -> None:
    """Set the day by which the recipient must move, and when they are next reminded of it."""
    letter.due_on = due_on(letter.state, letter.receive_by, letter.reply_by)
    letter.remind_on = letter.due_on and reminding(work_calendar(), letter.due_on, today, REMIND_EVERY)[0]
    if letter.id is not None:
        reminders_withdraw(subject=letter_subject(letter.id))


def letter_record(letter: Letter, trigger: str, detail: dict[str, Any], actor: Actor | None, at: datetime) -> None:
    """Append to the record of every issue the document speaks of; where it speaks of none, to the audit."""
    db.session.flush()
    told = {"letter_id": letter.id, "letter": letter.number or "", **detail}
    query = select(LetterIssue.issue_id, Issue.state).join(Issue, Issue.id == LetterIssue.issue_id)
    found = db.session.execute(query.where(LetterIssue.letter_id == letter.id).order_by(LetterIssue.position)).all()
    if not found:
        chain_lock(AUDIT)
        audit_record(f"letter.{trigger}", actor=actor, at=at, target=f"letter:{letter.id}", detail=told)
        return
    rows = [(key, {"source": state.value, "dest": state.value, "detail": told}) for key, state in found]
    events_record(rows, f"letter_{trigger}", actor=actor, at=at)

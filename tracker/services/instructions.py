"""Leaders' instructions 批示: given by a leader, or registered by the office from paper for a leader it names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from tracker import labels
from tracker.clock import local_date
from tracker.database import transaction
from tracker.errors import InvalidError
from tracker.models import CommentKind, Issue, Letter, LetterIssue, Role
from tracker.policy import Actor
from tracker.services.checks import leader_of, words_of
from tracker.services.comments import comment_keep
from tracker.services.letter_making import SHORT, WORDS, LetterValues, letter_code, letter_fill, letter_put_out
from tracker.services.letter_posts import letter_tell, recipients_of
from tracker.services.recipients import Audience, people, tell
from tracker.services.refusals import refused
from tracker.services.transitions import issue_for_change, note
from workflows.instruction import GivingFacts, giving_refusal
from workflows.letter import LetterKind, LetterState

_FIELD = {
    "instruction_no_words": "words", "instruction_no_leader": "leader_id", "letter_no_recipient": "recipient_unit_id",
    "letter_due_past": "reply_by",
}  # fmt: skip


@dataclass(frozen=True)
class InstructionValues:
    """What is typed of an instruction; without a unit it goes to the responsible one, else to the office itself."""

    words: str
    leader_id: int | None = None
    recipient_unit_id: int | None = None
    reply_by: date | None = None


def instruction_give(*, issue_id: int, values: InstructionValues, actor: Actor, at: datetime) -> Letter:
    """Give an instruction on an issue; office and responsible unit are told, and whoever else is to carry it out."""
    with transaction() as session:
        issue = issue_for_change(issue_id, actor)
        today = local_date(at)
        said = words_of("words", values.words, WORDS)
        unit_id = values.recipient_unit_id or issue.responsible_unit_id or actor.unit_id
        _permit(values, said, unit_id, actor, today)
        leader_id = actor.person_id if actor.role is Role.LEADER else _leader(values, today)
        comment = comment_keep(issue, CommentKind.INSTRUCTION, said, actor, at, leader_id)
        letter = Letter(
            kind=LetterKind.INSTRUCTION, state=LetterState.ISSUED, leader_id=leader_id, made_by_id=actor.person_id,
            made_unit_id=actor.unit_id, made_at=at, content={}, skipped=[],
            issues=[LetterIssue(issue_id=issue.id, position=0)],
        )  # fmt: skip
        letter_fill(letter, LetterValues(unit_id, values.reply_by, issue.description[:SHORT], said), at)
        letter_put_out(letter, [issue], actor=actor, at=at)
        session.add(letter)
        letter_code(letter, at)
        _tell(issue, letter, comment.id, actor, at)
        return letter


def _permit(values: InstructionValues, said: str, unit_id: int | None, actor: Actor, today: date) -> None:
    facts = GivingFacts(
        is_leader=actor.role is Role.LEADER, is_office=actor.role is Role.OFFICE, has_words=bool(said),
        names_leader=values.leader_id is not None, has_recipient=unit_id is not None,
        is_reply_due_ahead=values.reply_by is None or values.reply_by > today,
    )  # fmt: skip
    code = giving_refusal(facts)
    if code in _FIELD:
        raise InvalidError({_FIELD[code]: labels.word(labels.REFUSAL, code)})
    if code:
        raise refused(code)


def _leader(values: InstructionValues, today: date) -> int:
    return leader_of("leader_id", values.leader_id or 0, today).id


def _tell(issue: Issue, letter: Letter, comment_id: int, actor: Actor, at: datetime) -> None:
    detail = {
        "comment_id": comment_id, "letter_id": letter.id, "letter": letter.number, "words": letter.words,
        "leader": letter.content["leader"], "recipient": letter.content["recipient"],
        "reply_by": letter.content["reply_by"],
    }  # fmt: skip
    event = note(issue, "instruct", actor=actor, at=at, detail=detail)
    today = local_date(at)
    told = people(issue, today, Audience.OFFICE, Audience.RESPONSIBLE)
    tell(issue, event, "instruction", told, actor=actor, at=at, words=letter.words)
    letter_tell(letter, "letter_issued", recipients_of(letter, today) - told, actor=actor, at=at)

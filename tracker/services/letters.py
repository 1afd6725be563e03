"""Documents of supervision 督办文书: issued, received, replied to, given back, settled, withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select

from tracker import labels
from tracker.clock import local_date
from tracker.database import db, transaction
from tracker.errors import ConflictError, InvalidError, NotFoundError
from tracker.models import Issue, Letter, LetterFile, LetterIssue, LetterReply
from tracker.policy import Actor, letter_capacities, letter_visible, visible
from tracker.services.chain import ISSUES, chain_lock
from tracker.services.checks import in_range, words_needed, words_of
from tracker.services.evidence import blobs_remember
from tracker.services.letter_making import (
    WORDS,
    LetterValues,
    letter_announce,
    letter_fill,
    letter_put_out,
    letter_record,
    letter_wait,
    reply_by_of,
)
from tracker.services.letter_posts import givers_of, letter_tell, recipients_of
from tracker.services.letter_text import issues_of
from tracker.services.points import points_reverse
from tracker.services.refusals import refused
from tracker.services.request_keys import request_answer, request_answered
from tracker.services.transitions import letter_move
from tracker.storage import StoredFile
from workflows.engine import NOT_FROM_HERE
from workflows.letter import EndReason, LetterFacts, LetterKind, LetterState

LIMIT = 100  # issues of one document


def letter_write(
    *, kind: LetterKind, values: LetterValues, issue_ids: Sequence[int] = (), client_key: str = "", actor: Actor,
    at: datetime,
) -> Letter:  # fmt: skip
    """Issue a document by hand, about these issues in this order or about a matter of its own.

    A form that is sent twice, with the same ``client_key``, makes one document and takes one number.
    """
    with transaction() as session:
        chain_lock(ISSUES)
        known = request_answer(actor, client_key)
        if known is not None:
            return session.get_one(Letter, known)
        issues = _issues(issue_ids, actor)
        letter = Letter(
            kind=kind, state=LetterState.PROPOSED if kind is not LetterKind.ORDER else LetterState.ISSUED,
            made_by_id=actor.person_id, made_unit_id=actor.unit_id, made_at=at, content={}, skipped=[],
        )  # fmt: skip
        letter.issues = [LetterIssue(issue_id=issue.id, position=n) for n, issue in enumerate(issues)]
        letter_fill(letter, values, at)
        letter_put_out(letter, issues, actor=actor, at=at)
        session.add(letter)
        session.flush()
        body = f"{kind.value}{values}{list(issue_ids)}"
        request_answered(actor, client_key, made=letter.id, body=body, at=at)
        letter_announce(letter, actor=actor, at=at)
        return letter


def letter_issue(
    *, letter_id: int, values: LetterValues | None = None, actor: Actor, at: datetime, version: int | None = None
) -> Letter:
    """Issue what was proposed, as it is or with what the office changed; it has its number from now on."""
    with transaction() as session:
        letter = _for_change(letter_id, actor, version)
        _still(letter, LetterState.PROPOSED)
        if values is not None:
            letter_fill(letter, values, at)
        letter_put_out(letter, issues_of(letter), actor=actor, at=at)
        session.flush()
        letter_announce(letter, actor=actor, at=at)
        return letter


def letter_receive(*, letter_id: int, actor: Actor, at: datetime, version: int | None = None) -> Letter:
    """Record that the document was received."""
    with transaction():
        letter = _for_change(letter_id, actor, version)
        letter_move(letter, "receive", _facts(letter, actor))
        letter.received_by_id, letter.received_at = actor.person_id, at
        letter_wait(letter, local_date(at))
        letter_record(letter, "receive", {}, actor, at)
        return letter


def letter_reply(
    *, letter_id: int, words: str, files: Sequence[StoredFile] = (), actor: Actor, at: datetime,
    version: int | None = None,
) -> Letter:  # fmt: skip
    """Reply to the document, with what proves it; the office, and who gave it, are told."""
    with transaction() as session:
        letter = _for_change(letter_id, actor, version)
        said = words_needed("words", words, "letter_no_reply", WORDS)
        letter_move(letter, "reply", _facts(letter, actor))
        unique = list({file.sha256: file for file in files}.values())
        blobs_remember(unique, at)
        kept = [LetterFile(blob_sha256=file.sha256, name=file.name) for file in unique]
        session.add(LetterReply(letter_id=letter.id, words=said, by_id=actor.person_id, at=at, files=kept))
        letter_wait(letter, local_date(at))
        told = {"files": [{"name": file.name, "sha256": file.sha256} for file in unique]} if unique else {}
        letter_record(letter, "reply", {"words": said} | told, actor, at)
        letter_tell(letter, "letter_replied", givers_of(letter, local_date(at)), actor=actor, at=at, words=said)
        return letter


def letter_return(
    *, letter_id: int, reason: str, reply_by: date | None = None, actor: Actor, at: datetime, version: int | None = None
) -> Letter:
    """Give the reply back; it is to be given anew by the day, or within as many days as policy gives."""
    with transaction():
        letter, reply = _replied(letter_id, actor, version)
        letter_move(letter, "return", _facts(letter, actor, reply))
        said = words_needed("reason", reason, "no_reason", WORDS)
        reply.returned_by_id, reply.returned_at, reply.return_words = actor.person_id, at, said
        letter.reply_by = reply_by_of(letter.kind, reply_by, local_date(at))
        letter_wait(letter, local_date(at))
        letter_record(letter, "return", {"reason": said}, actor, at)
        told = recipients_of(letter, local_date(at))
        letter_tell(letter, "letter_returned", told, actor=actor, at=at, words=said)
        return letter


def letter_settle(
    *, letter_id: int, opinion: str = "", actor: Actor, at: datetime, version: int | None = None
) -> Letter:
    """Close the document after its reply; never whoever replied."""
    with transaction():
        letter, reply = _replied(letter_id, actor, version)
        letter_move(letter, "settle", _facts(letter, actor, reply))
        letter.opinion = words_of("opinion", opinion, WORDS)
        letter.settled_by_id, letter.settled_at = actor.person_id, at
        letter_wait(letter, local_date(at))
        letter_record(letter, "settle", {"opinion": letter.opinion}, actor, at)
        told = recipients_of(letter, local_date(at)) | {one for one in (letter.leader_id,) if one is not None}
        letter_tell(letter, "letter_settled", told, actor=actor, at=at, words=letter.opinion)
        return letter


def letter_withdraw(
    *, letter_id: int, reason: str, actor: Actor, at: datetime, version: int | None = None,
    seen: LetterState | None = None,
) -> Letter:  # fmt: skip
    """Withdraw what was proposed, or what was issued: then it keeps its number, and its points are weighed up.

    Raises ``RefusedError`` when it is no longer in the state in which it was ``seen``.
    """
    with transaction():
        letter = _for_change(letter_id, actor, version)
        if seen is not None:
            _still(letter, seen)
        was_issued = letter.number is not None
        letter_move(letter, "withdraw", _facts(letter, actor))
        said = words_needed("reason", reason, "no_reason", WORDS)
        letter.end_reason, letter.end_words = EndReason.GIVEN, said
        letter.withdrawn_by_id, letter.withdrawn_at = actor.person_id, at
        letter_wait(letter, local_date(at))
        letter_record(letter, "withdraw", {"reason": said}, actor, at)
        if was_issued:
            points_reverse(letter_id=letter.id, reason=said, actor=actor, at=at)
            told = recipients_of(letter, local_date(at))
            letter_tell(letter, "letter_withdrawn", told, actor=actor, at=at, words=said)
        return letter


def _issues(ids: Sequence[int], actor: Actor) -> list[Issue]:
    """Return these issues in this order; raise ``NotFoundError`` where the actor may not see one of them."""
    wanted = list(dict.fromkeys(ids))
    if len(wanted) > LIMIT:
        raise InvalidError({"issue_ids": labels.word(labels.REFUSAL, "letter_too_many")})
    if not all(in_range(one) for one in wanted):
        raise NotFoundError
    query = select(Issue).where(Issue.id.in_(wanted), Issue.number.is_not(None), visible(actor))
    found = {issue.id: issue for issue in db.session.scalars(query)}
    if len(found) < len(wanted):
        raise NotFoundError
    return [found[one] for one in wanted]


def _for_change(letter_id: int, actor: Actor, version: int | None) -> Letter:
    chain_lock(ISSUES)
    if not in_range(letter_id):
        raise NotFoundError
    query = select(Letter).where(Letter.id == letter_id, letter_visible(actor))
    letter = db.session.execute(query, execution_options={"populate_existing": True}).scalar_one_or_none()
    if letter is None:
        raise NotFoundError
    if version is not None and letter.version != version:
        raise ConflictError
    return letter


def _still(letter: Letter, state: LetterState) -> None:
    """Raise where somebody else has moved the document on meanwhile."""
    if letter.state is not state:
        raise refused(NOT_FROM_HERE)


def _replied(letter_id: int, actor: Actor, version: int | None) -> tuple[Letter, LetterReply]:
    letter = _for_change(letter_id, actor, version)
    query = select(LetterReply).where(LetterReply.letter_id == letter.id).order_by(LetterReply.id.desc()).limit(1)
    return letter, db.session.scalars(query).first() or LetterReply()


def _facts(letter: Letter, actor: Actor, reply: LetterReply | None = None) -> LetterFacts:
    replied = reply is not None and reply.by_id == actor.person_id
    return LetterFacts(letter_capacities(actor, letter), actor_replied=replied)

"""What a document says, whatever record it is of: its page and every file of it say it alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from tracker.clock import local
from tracker.database import db
from tracker.models import ExportKind, Letter, Notice, PaperCode, Person
from tracker.papers.letter import letter_paper
from tracker.papers.look_back import record_paper
from tracker.papers.notice import notice_paper
from tracker.papers.paper import Paper, paper_from
from tracker.policy import Actor
from tracker.queries.documents import code_of, document_seen
from tracker.queries.letters import letter_seen
from tracker.queries.look_backs import look_back_seen
from tracker.queries.notices import notice_for
from tracker.services.letter_making import letter_preview
from tracker.services.letter_text import issues_of

Receipt = tuple[str, str] | None


@dataclass(frozen=True)
class Shown:
    """A document, who signed for it and when, the code by which it is found genuine, and the instant it is of."""

    paper: Paper
    at: datetime
    received: Receipt = None
    code: PaperCode | None = None


def notice_shown(notice: Notice) -> Shown:
    """Return what a notice says."""
    who = db.session.get(Person, notice.received_by_id) if notice.received_by_id else None
    received = _receipt(who, notice.received_at)
    return Shown(notice_paper(notice.content), notice.issued_at, received, code_of(notice))


def letter_shown(letter: Letter, at: datetime) -> Shown:
    """Return what a letter says; one that is not issued yet, as it would read at ``at``."""
    content = letter.content or letter_preview(letter, issues_of(letter), at)
    received = _receipt(letter.received_by, letter.received_at)
    return Shown(letter_paper(content), letter.issued_at or at, received, code_of(letter))


def _receipt(who: Person | None, at: datetime | None) -> Receipt:
    return None if who is None or at is None else (who.name, f"{local(at):%Y-%m-%d %H:%M}")


def _document(document_id: int, actor: Actor, _at: datetime) -> Shown:
    document = document_seen(document_id, actor)
    return Shown(paper_from(document.content), document.issued_at, code=code_of(document))


def _notice(notice_id: int, actor: Actor, _at: datetime) -> Shown:
    return notice_shown(notice_for(notice_id, actor))


def _letter(letter_id: int, actor: Actor, at: datetime) -> Shown:
    return letter_shown(letter_seen(letter_id, actor), at)


def _look_back(look_back_id: int, actor: Actor, at: datetime) -> Shown:
    return Shown(record_paper(look_back_seen(look_back_id, actor).content), at)


SHOWN: Mapping[ExportKind, Callable[[int, Actor, datetime], Shown]] = {
    ExportKind.DOCUMENT: _document, ExportKind.NOTICE: _notice, ExportKind.LETTER: _letter,
    ExportKind.LOOK_BACK: _look_back,
}  # fmt: skip


def paper_shown(kind: ExportKind, record_id: int, actor: Actor, at: datetime) -> Shown:
    """Return the document of a record; raise ``NotFoundError`` where there is none that the actor may see."""
    return SHOWN[kind](record_id, actor, at)

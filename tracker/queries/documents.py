"""Documents made of records as pages show them; visible exactly when their record is. Codes of papers, for anybody."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from tracker.database import db
from tracker.errors import NotFoundError
from tracker.models import Document, Letter, Notice, PaperCode
from tracker.policy import Actor
from tracker.policy.documents import document_visible


def document_seen(document_id: int, actor: Actor) -> Document:
    """Return one document; raise ``NotFoundError`` where the actor may not see its record."""
    query = select(Document).where(Document.id == document_id, document_visible(actor))
    found = db.session.scalars(query.options(joinedload(Document.issued_by), joinedload(Document.visit))).first()
    if found is None:
        raise NotFoundError
    return found


def documents_of_issue(issue_id: int, actor: Actor) -> Sequence[Document]:
    """Return the documents of an issue that the actor may see, oldest first."""
    return _listed(Document.issue_id == issue_id, actor)


def documents_of_round(round_id: int, actor: Actor) -> Sequence[Document]:
    """Return the plans of a round that the actor may see, oldest first."""
    return _listed(Document.round_id == round_id, actor)


def documents_of_visit(visit_id: int, actor: Actor) -> Sequence[Document]:
    """Return the records of a visit that the actor may see, oldest first."""
    return _listed(Document.visit_id == visit_id, actor)


def _listed(condition: object, actor: Actor) -> Sequence[Document]:
    query = select(Document).where(condition, document_visible(actor))  # type: ignore[arg-type]  # a condition
    return db.session.scalars(query.options(joinedload(Document.issued_by)).order_by(Document.id)).all()


def code_of(record: Notice | Letter | Document) -> PaperCode | None:
    """Return the code of a document; none where it was issued before there were codes, or is not issued yet."""
    column = {Notice: PaperCode.notice_id, Letter: PaperCode.letter_id, Document: PaperCode.document_id}[type(record)]
    return db.session.scalars(select(PaperCode).where(column == record.id)).first()


def code_found(code: str) -> PaperCode | None:
    """Return what stands under a code, for whoever holds it."""
    query = select(PaperCode).where(PaperCode.code == code)
    return db.session.scalars(query.options(joinedload(PaperCode.letter))).first()

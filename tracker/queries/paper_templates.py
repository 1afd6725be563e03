"""The county's words for its documents: those of a day, and every version there was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from tracker.database import db, memo
from tracker.errors import NotFoundError
from tracker.models import PaperTemplate
from tracker.papers.wording import Wording, usual


def wording_on(kind: str, day: date) -> Wording:
    """Return the words of a kind of document on ``day``: the version with the latest day of effect, or the usual."""
    return memo(f"wording:{kind}:{day}", lambda: worded(kind, template_on(kind, day)))


def template_on(kind: str, day: date) -> PaperTemplate | None:
    """Return the version in force on ``day``; none while the words are the usual ones."""
    query = select(PaperTemplate).where(
        PaperTemplate.kind == kind, PaperTemplate.effective_on <= day, PaperTemplate.withdrawn_at.is_(None)
    )
    return db.session.scalars(
        query.order_by(PaperTemplate.effective_on.desc(), PaperTemplate.id.desc()).limit(1)
    ).first()


def worded(kind: str, template: PaperTemplate | None) -> Wording:
    """Return what a version says; one without a body says the usual."""
    return Wording(**template.body) if template is not None and template.body else usual(kind)


def template_versions(kind: str) -> Sequence[PaperTemplate]:
    """Return every version of a kind, the latest day of effect first."""
    query = select(PaperTemplate).where(PaperTemplate.kind == kind).options(joinedload(PaperTemplate.made_by))
    return db.session.scalars(query.order_by(PaperTemplate.effective_on.desc(), PaperTemplate.id.desc())).all()


def template_of(kind: str, template_id: int) -> PaperTemplate:
    """Return one version; raise ``NotFoundError`` where there is none of that kind."""
    query = select(PaperTemplate).where(PaperTemplate.id == template_id, PaperTemplate.kind == kind)
    found = db.session.scalars(query).first()
    if found is None:
        raise NotFoundError
    return found

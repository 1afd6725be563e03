"""The code on a numbered document, by which anybody who holds it finds out whether it is genuine."""

from __future__ import annotations

import secrets
from datetime import date

from tracker.database import db
from tracker.models import Document, Letter, Notice, PaperCode
from tracker.papers.paper import Paper

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that is read for something else
LENGTH = 12  # 59 bits: nobody guesses one


def code_make(paper: Paper, issued_on: date, of: Notice | Letter | Document) -> PaperCode:
    """Give a stored document its code, in the caller's transaction; what it says is fixed from now on."""
    code = PaperCode(
        code="".join(secrets.choice(_ALPHABET) for _ in range(LENGTH)), number=paper.number, issued_on=issued_on,
        digest=paper.digest,
    )  # fmt: skip
    setattr(code, {Notice: "notice_id", Letter: "letter_id", Document: "document_id"}[type(of)], of.id)
    db.session.add(code)
    db.session.flush()
    return code

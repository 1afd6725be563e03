"""Checks that documents still say what they were issued with; reads only."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from tracker.database import db
from tracker.languages import N_
from tracker.models import Letter, Notice, PaperCode
from tracker.papers.letter import letter_paper
from tracker.papers.notice import notice_paper
from tracker.papers.paper import Paper, paper_from
from tracker.services.strays import StrayReport

BATCH = 500
_GOOD = N_("文书：共 {n} 份，内容与出具时登记的校验值一致")
_BAD = N_("文书：以下各份的内容与出具时登记的校验值不符：{numbers}")


def papers_verify() -> StrayReport:
    """Compare every document that has a code with the digest, the number and the record it was given."""
    report = StrayReport(_GOOD, _BAD)
    for code in _codes():
        report.checked += 1
        paper, number = _paper(code)
        if (paper.digest, number) != (code.digest, code.number):
            report.strays.append(code.number)
    return report


def _codes() -> Iterator[PaperCode]:
    """Yield every code with its document, the session never holding more than one batch of them."""
    last = ""
    whole = (joinedload(PaperCode.notice), joinedload(PaperCode.letter), joinedload(PaperCode.document))
    query = select(PaperCode).options(*whole).order_by(PaperCode.code).limit(BATCH)
    while batch := db.session.scalars(
        query.where(PaperCode.code > last).execution_options(populate_existing=True)
    ).all():
        yield from batch
        last = batch[-1].code
        db.session.expunge_all()


def _paper(code: PaperCode) -> tuple[Paper, str | None]:
    """Return what the document says now, and the number of its record."""
    record: Notice | Letter | None = code.notice or code.letter
    if isinstance(record, Notice):
        return notice_paper(record.content), record.number
    if record is not None:
        return letter_paper(record.content), record.number
    if code.document is None:
        raise ValueError("a code without a document")
    return paper_from(code.document.content), code.document.number

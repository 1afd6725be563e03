"""A document as PDF, set with the square that leads to the page of its code; or as .docx to edit, without it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import IO

import segno
from flask import current_app

from tracker.database import db
from tracker.exporting.shown import Receipt, Shown, paper_shown
from tracker.exporting.work import Work
from tracker.languages import SOURCE, _, speaking
from tracker.models import ExportMedium, PaperCode
from tracker.papers.paper import Paper
from tracker.reports.docx import write_docx
from tracker.reports.pdf import Progress, pdf_render
from tracker.services.chain import audit_record
from tracker.services.export_tasks import Outcome
from tracker.storage import DamagedError
from tracker.storage.small_pictures import printed_picture

STEPS = 7  # of the renderer
Seal = dict[str, str] | None
Read = Callable[[str], bytes]


def paper_make(work: Work, file: IO[bytes]) -> Outcome:
    """Write the document of the record that is ``given`` by its id; its seal leads to the given ``address``."""
    record: int = work.given["id"]
    shown = paper_shown(work.kind, record, work.actor, work.now)
    file.write(_WRITERS[work.medium](shown, work))

    def keep(at: datetime, sha256: str) -> None:
        detail = {"number": shown.paper.number, "medium": work.medium.value, "sha256": sha256}
        audit_record("document.export", actor=work.actor, at=at, target=f"{work.kind}:{record}", detail=detail)

    return Outcome(work.pulse.pages, [record], keep)


def _pdf(shown: Shown, work: Work) -> bytes:
    html = paper_html(shown.paper, work.picture, shown.received, seal_of(shown.code, work.given["address"]))

    def read(sha256: str) -> bytes:
        return printed_picture(work.picture(sha256))

    pulse = work.pulse
    pulse.total, pulse.pages = STEPS, 0
    db.session.rollback()  # the renderer takes its time, and asks the database for nothing

    def tell(progress: Progress) -> None:
        pulse.check()
        pulse.done, pulse.pages = max(pulse.done, progress.step), max(pulse.pages or 0, progress.pages)

    return pdf_render(html, read=read, fonts=work.fonts, tell=tell)


def _docx(shown: Shown, work: Work) -> bytes:
    pictures = {name: printed_picture(work.picture(name)) for name in _readable(shown.paper, work.picture)}
    return write_docx(shown.paper, shown.received, pictures)


_WRITERS: Mapping[ExportMedium, Callable[[Shown, Work], bytes]] = {ExportMedium.PDF: _pdf, ExportMedium.DOCX: _docx}


def paper_html(paper: Paper, read: Read, received: Receipt, seal: Seal) -> str:
    """Return the page that the renderer sets, in the language of official documents; no request is needed."""
    with speaking(SOURCE):
        template = current_app.jinja_env.get_template("reports/paper.html")
        return template.render(paper=paper, received=received, pictures=_readable(paper, read), seal=seal)


def seal_of(code: PaperCode | None, address: str) -> Seal:
    """Return the square that leads to ``address``, the page of the code, and the words below it."""
    if code is None:
        return None
    grouped = " ".join(code.code[at : at + 4] for at in range(0, len(code.code), 4))
    with speaking(SOURCE):
        words = (_("核验码"), grouped, code.digest[:16])
    return {"picture": str(segno.make(address, error="m").svg_data_uri(border=0)), "words": "\n".join(words)}


def _readable(paper: Paper, read: Read) -> set[str]:
    """Return the SHA-256 of the pictures of a document; one that cannot be read is left out."""
    found = {row[0] for block in paper.blocks if block.shape == "photos" for row in block.rows if row[0]}
    for sha256 in tuple(found):
        try:
            read(sha256)
        except DamagedError:  # the paper says so in its place; the weekly scrub reports it
            found.discard(sha256)
    return found

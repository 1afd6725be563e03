"""A document as PDF: its words set with its pictures and the square that leads to the page of its code."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import datetime
from typing import IO

import segno
from flask import current_app

from tracker.database import db
from tracker.exporting.work import Work
from tracker.languages import SOURCE, _, speaking
from tracker.models import PaperCode
from tracker.papers.paper import Paper, paper_from
from tracker.queries.documents import code_of, document_seen
from tracker.reports.pdf import Progress, pdf_render
from tracker.services.chain import audit_record
from tracker.services.export_tasks import Outcome
from tracker.storage import DamagedError

STEPS = 7  # of the renderer
Receipt = tuple[str, str] | None
Seal = dict[str, str] | None
Read = Callable[[str], bytes]


def document_make(work: Work, file: IO[bytes]) -> Outcome:
    """Write the document that is ``given`` by its id; its seal leads to the given ``address``."""
    document = document_seen(work.given["document_id"], work.actor)
    seal = seal_of(code_of(document), work.given["address"])
    html, pulse = paper_html(paper_from(document.content), work.picture, None, seal), work.pulse
    number, target = document.number, f"document:{document.id}"
    pulse.total, pulse.pages = STEPS, 0
    db.session.rollback()  # the renderer takes its time, and asks the database for nothing

    def tell(progress: Progress) -> None:
        pulse.check()
        pulse.done, pulse.pages = max(pulse.done, progress.step), max(pulse.pages or 0, progress.pages)

    file.write(pdf_render(html, fonts=current_app.config["FONT_FOLDER"], tell=tell))

    def keep(at: datetime, sha256: str) -> None:
        detail = {"number": number, "sha256": sha256}
        audit_record("document.export", actor=work.actor, at=at, target=target, detail=detail)

    return Outcome(pulse.pages, [], keep)


def paper_html(paper: Paper, read: Read, received: Receipt, seal: Seal) -> str:
    """Return the page that the renderer sets, in the language of official documents; no request is needed."""
    with speaking(SOURCE):
        template = current_app.jinja_env.get_template("reports/paper.html")
        return template.render(paper=paper, received=received, pictures=_addresses(paper, read), seal=seal)


def seal_of(code: PaperCode | None, address: str) -> Seal:
    """Return the square that leads to ``address``, the page of the code, and the words below it."""
    if code is None:
        return None
    grouped = " ".join(code.code[at : at + 4] for at in range(0, len(code.code), 4))
    with speaking(SOURCE):
        words = (_("核验码"), grouped, code.digest[:16])
    return {"picture": str(segno.make(address, error="m").svg_data_uri(border=0)), "words": "\n".join(words)}


def _addresses(paper: Paper, read: Read) -> dict[str, str]:
    """Return the pictures of a document as addresses that carry them."""
    return {
        sha256: "data:image/jpeg;base64," + base64.b64encode(content).decode()
        for sha256, content in pictures_of(paper, read).items()
    }


def pictures_of(paper: Paper, read: Read) -> dict[str, bytes]:
    """Return the pictures of a document by their SHA-256; one that cannot be read is left out."""
    wanted = {row[0] for block in paper.blocks if block.shape == "photos" for row in block.rows if row[0]}
    found = {}
    for sha256 in wanted:
        try:
            found[sha256] = read(sha256)
        except DamagedError:  # the paper says so in its place; the weekly scrub reports it
            continue
    return found

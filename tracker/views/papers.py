"""A document as PDF: its pictures from the store, its fonts from the folder that is set."""

from __future__ import annotations

import base64
from datetime import datetime

import segno
from flask import Response, current_app, render_template, url_for

from tracker.clock import local
from tracker.languages import SOURCE, _, speaking
from tracker.models import PaperCode, Person
from tracker.papers.paper import Paper
from tracker.reports.docx import write_docx
from tracker.reports.pdf import pdf_render
from tracker.storage import DamagedError
from tracker.storage.names import disposition
from tracker.views.evidence import current_store

Receipt = tuple[str, str] | None
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def receipt_of(who: Person | None, at: datetime | None) -> Receipt:
    """Return who signed for a document and when, as pages and papers say it; nothing while nobody has."""
    return None if who is None or at is None else (who.name, f"{local(at):%Y-%m-%d %H:%M}")


def paper_pdf(paper: Paper, received: Receipt = None, code: PaperCode | None = None) -> Response:
    """Return the document as a PDF to keep, with the code by which it is found to be genuine."""
    with speaking(SOURCE):
        html = render_template(
            "reports/paper.html", paper=paper, received=received, pictures=_pictures(paper), seal=_seal(code)
        )
    answer = Response(pdf_render(html, fonts=current_app.config["FONT_FOLDER"]), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = disposition(f"{paper.number}{paper.title}.pdf")
    return answer


def paper_docx(paper: Paper, received: Receipt = None) -> Response:
    """Return the document as a file to edit and to stamp; it bears no code, for its words may be changed."""
    answer = Response(write_docx(paper, received, _read(paper)), mimetype=_DOCX)
    answer.headers["Content-Disposition"] = disposition(f"{paper.number}{paper.title}.docx")
    return answer


def _seal(code: PaperCode | None) -> dict[str, str] | None:
    """Return the square that leads to the page of the code, and the words below it."""
    if code is None:
        return None
    base = current_app.config["BASE_URL"].rstrip("/")
    path = url_for("verify.paper", code=code.code)
    address = f"{base}{path}" if base else url_for("verify.paper", code=code.code, _external=True)
    grouped = " ".join(code.code[at : at + 4] for at in range(0, len(code.code), 4))
    words = (_("核验码"), grouped, code.digest[:16])
    return {"picture": str(segno.make(address, error="m").svg_data_uri(border=0)), "words": "\n".join(words)}


def _pictures(paper: Paper) -> dict[str, str]:
    """Return the pictures of a document as addresses that carry them."""
    return {
        sha256: "data:image/jpeg;base64," + base64.b64encode(content).decode()
        for sha256, content in _read(paper).items()
    }


def _read(paper: Paper) -> dict[str, bytes]:
    """Return the pictures of a document by their SHA-256; one that cannot be read is left out."""
    wanted = {row[0] for block in paper.blocks if block.shape == "photos" for row in block.rows if row[0]}
    found = {}
    for sha256 in wanted:
        try:
            found[sha256] = current_store().read(sha256)
        except DamagedError:  # the paper says so in its place; the weekly scrub reports it
            continue
    return found

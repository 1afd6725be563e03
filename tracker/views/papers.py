"""A document as PDF or to edit: its pictures from the store, its fonts from the folder that is set."""

from __future__ import annotations

from datetime import datetime

from flask import Response, current_app, url_for

from tracker.clock import local
from tracker.exporting.papers import Receipt, paper_html, pictures_of, seal_of
from tracker.models import PaperCode, Person
from tracker.papers.paper import Paper
from tracker.reports.docx import write_docx
from tracker.reports.pdf import pdf_render
from tracker.storage.names import disposition
from tracker.views.evidence import current_store

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def receipt_of(who: Person | None, at: datetime | None) -> Receipt:
    """Return who signed for a document and when, as pages and papers say it; nothing while nobody has."""
    return None if who is None or at is None else (who.name, f"{local(at):%Y-%m-%d %H:%M}")


def paper_pdf(paper: Paper, received: Receipt = None, code: PaperCode | None = None) -> Response:
    """Return the document as a PDF to keep, with the code by which it is found to be genuine."""
    html = paper_html(paper, current_store().read, received, seal_of(code, code_address(code)))
    answer = Response(pdf_render(html, fonts=current_app.config["FONT_FOLDER"]), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = disposition(pdf_name(paper))
    return answer


def paper_docx(paper: Paper, received: Receipt = None) -> Response:
    """Return the document as a file to edit and to stamp; it bears no code, for its words may be changed."""
    answer = Response(write_docx(paper, received, pictures_of(paper, current_store().read)), mimetype=_DOCX)
    answer.headers["Content-Disposition"] = disposition(f"{paper.number}{paper.title}.docx")
    return answer


def pdf_name(paper: Paper) -> str:
    """Return what a document is called as a file."""
    return f"{paper.number}{paper.title}.pdf"


def code_address(code: PaperCode | None) -> str:
    """Return the address of the page of a code, as people outside reach it; nothing without a code."""
    if code is None:
        return ""
    base = current_app.config["BASE_URL"].rstrip("/")
    path = url_for("verify.paper", code=code.code)
    return f"{base}{path}" if base else url_for("verify.paper", code=code.code, _external=True)

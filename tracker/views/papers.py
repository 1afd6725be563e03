"""Documents as files, whatever record they are of: ordered here, made beside the request, fetched like all exports."""

from __future__ import annotations

from flask import current_app, g, url_for
from werkzeug.wrappers import Response

from tracker import clock
from tracker.exporting.shown import paper_shown
from tracker.models import ExportKind, ExportMedium, PaperCode
from tracker.services.exports import ExportWish
from tracker.views.exports import order

FILES = "<any(pdf, docx):medium>"  # of an address, behind the dot


def order_paper(kind: ExportKind, record_id: int, medium: str, back: str) -> Response:
    """Have the document of a record made as PDF or .docx; ``back`` is the page on which it is asked for."""
    at = clock.now()
    shown = paper_shown(kind, record_id, g.actor, at)
    given = {"id": record_id, "address": code_address(shown.code), "back": back}
    name = f"{shown.paper.number}{shown.paper.title}.{medium}"
    return order(ExportWish(kind, ExportMedium(medium), name, given, shown.at))


def code_address(code: PaperCode | None) -> str:
    """Return the address of the page of a code, as people outside reach it; nothing without a code."""
    if code is None:
        return ""
    base = current_app.config["BASE_URL"].rstrip("/")
    path = url_for("verify.paper", code=code.code)
    return f"{base}{path}" if base else url_for("verify.paper", code=code.code, _external=True)

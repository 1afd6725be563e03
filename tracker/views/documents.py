"""Documents made of a record: made on the page of the record, shown as a page to print and as PDF."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from tracker import clock, labels
from tracker.errors import InvalidError, NotFoundError, RefusedError
from tracker.languages import _
from tracker.models import Document, DocumentKind, ExportKind, Extension, Visit
from tracker.papers.paper import paper_from
from tracker.queries.documents import code_of, document_seen
from tracker.queries.issue_page import issue_of
from tracker.queries.visit_records import visit_seen
from tracker.services import documents
from tracker.storage import DamagedError
from tracker.views.access import access
from tracker.views.evidence import current_store
from tracker.views.papers import FILES, order_paper

bp = Blueprint("documents", __name__)


def _kind() -> DocumentKind:
    try:
        return DocumentKind(request.form.get("kind", ""))
    except ValueError as error:
        raise InvalidError({"kind": _("请选择文书种类")}) from error


def _made(make: Callable[[], Document], back: str) -> AnyResponse:
    """Show the document that was made; where it cannot be made yet, say why on the page it was asked for on."""
    try:
        document = make()
    except RefusedError as error:
        flash(error.message, "error")
        return redirect(back, 303)
    kind = labels.word(labels.DOCUMENT_KIND, document.kind)
    flash(_("已出具{kind} {number}").format(kind=kind, number=document.number), "success")
    return redirect(url_for("documents.page", document_id=document.id), 303)


@bp.post("/issues/<int:issue_id>/documents")
@access("document.make")
def of_issue(issue_id: int) -> AnyResponse:
    kind, at = _kind(), clock.now()
    return _made(lambda: documents.issue_document(issue_id=issue_id, kind=kind, actor=g.actor, at=at),
                 url_for("issue.detail", issue_id=issue_id))  # fmt: skip


@bp.post("/extensions/<int:extension_id>/documents")
@access("document.make")
def of_extension(extension_id: int) -> AnyResponse:
    kind, at = _kind(), clock.now()
    back = url_for("issue.detail", issue_id=issue_of(Extension, extension_id, g.actor))
    return _made(lambda: documents.extension_document(extension_id=extension_id, kind=kind, actor=g.actor, at=at), back)


@bp.post("/rounds/<int:round_id>/documents")
@access("document.make")
def of_round(round_id: int) -> AnyResponse:
    at = clock.now()
    return _made(lambda: documents.round_document(round_id=round_id, actor=g.actor, at=at),
                 url_for("rounds.detail", round_id=round_id))  # fmt: skip


@bp.post("/visits/<int:visit_id>/documents")
@access("document.make")
def of_visit(visit_id: int) -> AnyResponse:
    at = clock.now()
    back = _of_visit(visit_seen(g.actor, visit_id))
    return _made(lambda: documents.visit_document(visit_id=visit_id, actor=g.actor, at=at), back)


def _of_visit(visit: Visit) -> str:
    if visit.stop_id is None:
        return url_for("ad_hoc_visits.visit", visit_id=visit.id)
    return url_for("visits.stop", stop_id=visit.stop_id)


@bp.get("/documents/<int:document_id>")
@access("document.read")
def page(document_id: int) -> str:
    document = document_seen(document_id, g.actor)
    return render_template(
        "documents/page.html", document=document, paper=paper_from(document.content), code=code_of(document),
        back=_back(document),
        picture=lambda sha256: url_for("documents.picture", document_id=document_id, sha256=sha256),
    )  # fmt: skip


def _back(document: Document) -> str:
    if document.issue_id is not None:
        return url_for("issue.detail", issue_id=document.issue_id)
    if document.bulletin_id is not None:
        return url_for("bulletins.detail", bulletin_id=document.bulletin_id)
    if document.round_id is not None:
        return url_for("rounds.detail", round_id=document.round_id)
    return _of_visit(document.visit) if document.visit else url_for("home.index")


@bp.post(f"/documents/<int:document_id>.{FILES}")
@access("document.read")
def file(document_id: int, medium: str) -> AnyResponse:
    return order_paper(ExportKind.DOCUMENT, document_id, medium, url_for("documents.page", document_id=document_id))


@bp.get("/documents/<int:document_id>/pictures/<sha256>")
@access("document.read")
def picture(document_id: int, sha256: str) -> Response:
    paper = paper_from(document_seen(document_id, g.actor).content)
    if sha256 not in {row[0] for block in paper.blocks if block.shape == "photos" for row in block.rows}:
        raise NotFoundError
    try:
        answer = Response(current_store().read(sha256), mimetype="image/jpeg")
    except DamagedError as error:
        raise NotFoundError from error
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer

"""A notice as a page to print, and as PDF."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from tracker import clock
from tracker.database import db
from tracker.errors import RefusedError
from tracker.languages import _
from tracker.models import Notice, NoticeKind, Person
from tracker.papers.notice import notice_paper
from tracker.policy import cell_for
from tracker.queries.documents import code_of
from tracker.queries.notices import notice_for
from tracker.services.comments import is_addressed, notice_sign
from tracker.views.access import access
from tracker.views.papers import paper_docx, paper_pdf, receipt_of

bp = Blueprint("notices", __name__, url_prefix="/notices")


@bp.get("/<int:notice_id>")
@access("issue.read")
def page(notice_id: int) -> str:
    notice = notice_for(notice_id, g.actor)
    may_sign = (
        notice.kind == NoticeKind.URGE and notice.received_at is None and is_addressed(g.actor, notice)
        and cell_for("issue.accept", g.actor.role).allows
    )  # fmt: skip
    return render_template("notices/page.html", notice=notice, may_sign=may_sign, **_shown(notice))


@bp.post("/<int:notice_id>/receive")
@access("issue.accept")
def receive(notice_id: int) -> AnyResponse:
    try:
        notice = notice_sign(notice_id=notice_id, actor=g.actor, at=clock.now())
    except RefusedError as error:
        flash(error.message, "error")
    else:
        flash(_("{number} 已签收").format(number=notice.number), "success")
    return redirect(url_for("notices.page", notice_id=notice_id), 303)


@bp.get("/<int:notice_id>.pdf")
@access("issue.read")
def pdf(notice_id: int) -> Response:
    return paper_pdf(**_shown(notice_for(notice_id, g.actor)))


@bp.get("/<int:notice_id>.docx")
@access("issue.read")
def docx(notice_id: int) -> Response:
    shown = _shown(notice_for(notice_id, g.actor))
    return paper_docx(shown["paper"], shown["received"])


def _shown(notice: Notice) -> dict[str, Any]:
    """Return what page and paper show alike."""
    who = db.session.get(Person, notice.received_by_id) if notice.received_by_id else None
    received = receipt_of(who, notice.received_at)
    return {"paper": notice_paper(notice.content), "received": received, "code": code_of(notice)}

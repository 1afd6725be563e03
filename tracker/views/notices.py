"""A notice as a page to print, and as PDF."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, render_template

from tracker.database import db
from tracker.models import Notice, Person
from tracker.papers.notice import notice_paper
from tracker.queries.notices import notice_for
from tracker.views.access import access
from tracker.views.papers import paper_pdf, receipt_of

bp = Blueprint("notices", __name__, url_prefix="/notices")


@bp.get("/<int:notice_id>")
@access("issue.read")
def page(notice_id: int) -> str:
    notice = notice_for(notice_id, g.actor)
    return render_template("notices/page.html", notice=notice, **_shown(notice))


@bp.get("/<int:notice_id>.pdf")
@access("issue.read")
def pdf(notice_id: int) -> Response:
    return paper_pdf(**_shown(notice_for(notice_id, g.actor)))


def _shown(notice: Notice) -> dict[str, Any]:
    """Return what page and paper show alike."""
    who = db.session.get(Person, notice.received_by_id) if notice.received_by_id else None
    return {"paper": notice_paper(notice.content), "received": receipt_of(who, notice.received_at)}

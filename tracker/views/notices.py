"""A notice as a page to print, and as PDF."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, render_template

from tracker.clock import local
from tracker.database import db
from tracker.languages import SOURCE, speaking
from tracker.models import Notice, Person
from tracker.queries.notices import notice_for
from tracker.reports.notice import notice_paper
from tracker.reports.pdf import pdf_render
from tracker.storage.names import disposition
from tracker.views.access import access

bp = Blueprint("notices", __name__, url_prefix="/notices")


@bp.get("/<int:notice_id>")
@access("issue.read")
def page(notice_id: int) -> str:
    notice = notice_for(notice_id, g.actor)
    return render_template("notices/page.html", notice=notice, **_shown(notice))


@bp.get("/<int:notice_id>.pdf")
@access("issue.read")
def pdf(notice_id: int) -> Response:
    notice = notice_for(notice_id, g.actor)
    shown = _shown(notice)
    with speaking(SOURCE):
        html = render_template("reports/notice.html", **shown)
    answer = Response(pdf_render(html), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = disposition(f"{notice.number}{shown['paper'].title}.pdf")
    return answer


def _shown(notice: Notice) -> dict[str, Any]:
    """Return what page and paper show alike."""
    received = None
    if notice.received_at is not None and notice.received_by_id is not None:
        who = db.session.get_one(Person, notice.received_by_id)
        received = (who.name, f"{local(notice.received_at):%Y-%m-%d %H:%M}")
    return {"paper": notice_paper(notice.content), "received": received}

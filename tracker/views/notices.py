"""A notice as a page to print, and as PDF."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from tracker import clock
from tracker.errors import RefusedError
from tracker.exporting.shown import notice_shown
from tracker.languages import _
from tracker.models import ExportKind, NoticeKind
from tracker.policy import cell_for
from tracker.queries.notices import notice_for
from tracker.services.comments import is_addressed, notice_sign
from tracker.views.access import access
from tracker.views.papers import FILES, order_paper

bp = Blueprint("notices", __name__, url_prefix="/notices")


@bp.get("/<int:notice_id>")
@access("issue.read")
def page(notice_id: int) -> str:
    notice = notice_for(notice_id, g.actor)
    may_sign = (
        notice.kind == NoticeKind.URGE and notice.received_at is None and is_addressed(g.actor, notice)
        and cell_for("issue.accept", g.actor.role).allows
    )  # fmt: skip
    shown = notice_shown(notice)
    return render_template(
        "notices/page.html", notice=notice, may_sign=may_sign, paper=shown.paper, received=shown.received,
        code=shown.code,
    )  # fmt: skip


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


@bp.post(f"/<int:notice_id>.{FILES}")
@access("issue.read")
def file(notice_id: int, medium: str) -> AnyResponse:
    return order_paper(ExportKind.NOTICE, notice_id, medium, url_for("notices.page", notice_id=notice_id))

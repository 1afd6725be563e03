"""The report of a group on its round, and the photographs of its visits."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from tracker import clock
from tracker.errors import NotFoundError
from tracker.forms import visits as forms
from tracker.languages import _
from tracker.models import ExportKind
from tracker.queries import visits as queries
from tracker.queries.visit_records import photo_seen
from tracker.services.visit_reports import group_close, group_report
from tracker.views.access import access
from tracker.views.evidence import current_store
from tracker.views.exports import order_list
from tracker.views.ids import id_of
from tracker.views.issue_pages import MISTAKES, errors_of
from tracker.views.rounds import may_plan
from tracker.views.visits import errors_by_field, field_labels, may_report
from workflows.round import WALKABLE

bp = Blueprint("visit_reports", __name__, url_prefix="/visits")
_DAY = 86_400


@bp.get("/rounds/<int:round_id>/report")
@access("visit.read")
def report(round_id: int) -> ResponseReturnValue:
    return _page(round_id, {})


def _page(round_id: int, errors: Mapping[str, str], group_id: int | None = None) -> str:
    wanted = group_id or id_of(request.args.get("group"))
    page = queries.walked(g.actor, round_id, (g.actor.group_id if g.actor.is_group else wanted) or None)
    open_yet = page.held.state in WALKABLE and page.group.reported_at is None
    return render_template(
        "visits/report.html", page=page, held=page.held, group=page.group, errors=errors, labels=field_labels(),
        typed=request.form, may=may_report() and open_yet, open_yet=open_yet, made_at=clock.now(),
        may_close=open_yet and may_plan() and page.held.last_day < g.actor.today,
    )  # fmt: skip


@bp.post("/rounds/<int:round_id>/report")
@access("visit.report")
def hand_in(round_id: int) -> ResponseReturnValue:
    try:
        form = forms.ReportForm.parse(request.form)
        group_report(
            round_id=round_id, words=form.report, why_missed=form.why_missed, actor=g.actor, at=clock.now()
        )  # fmt: skip
    except MISTAKES as error:
        found = errors_of(error)
        return _page(
            round_id, {"report" if name == "words" else name: said for name, said in found.items()}
        ), error.status
    flash(_("报告已提交"), "success")
    return redirect(url_for("visit_reports.report", round_id=round_id), 303)


@bp.post("/rounds/<int:round_id>/groups/<int:group_id>/close")
@access("round.manage")
def close(round_id: int, group_id: int) -> ResponseReturnValue:
    try:
        reason = forms.MissForm.parse(request.form).reason
        group_close(round_id=round_id, group_id=group_id, reason=reason, actor=g.actor, at=clock.now())
    except MISTAKES as error:
        return _page(round_id, errors_by_field(error), group_id), error.status
    flash(_("已代为结束，没有走访的村转入下一轮"), "success")
    return redirect(url_for("visit_reports.report", round_id=round_id, group=group_id), 303)


@bp.post("/visits.xlsx")
@access("visit.read")
def workbook() -> ResponseReturnValue:
    form = forms.VisitListForm.parse(request.args)
    query = urlencode(form.model_dump(mode="json", exclude_none=True))
    return order_list(ExportKind.VISITS, _("走访记录"), query, _listed_on(form))


def _listed_on(form: forms.VisitListForm) -> str:
    """Return the page that has the button for these visits."""
    if form.round is not None:
        return url_for("visit_reports.report", round_id=form.round, group=form.group)
    return url_for("visits.index" if g.actor.is_group else "coverage.index")


@bp.get("/photos/<int:photo_id>/copy")
@access("visit.read")
def photo(photo_id: int) -> Response:
    return _picture(photo_seen(g.actor, photo_id).blob.copy_sha256)


@bp.get("/photos/<int:photo_id>/thumb")
@access("visit.read")
def thumb(photo_id: int) -> Response:
    return _picture(photo_seen(g.actor, photo_id).blob.thumb_sha256)


def _picture(sha256: str | None) -> Response:
    """Return a picture without what the camera wrote into it."""
    if sha256 is None:
        raise NotFoundError
    answer = Response(current_store().read(sha256), mimetype="image/jpeg")
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = f"private, max-age={_DAY}, immutable"
    return answer

"""Acts on a whole round: published, with an answer for the villages it asks too much of, withdrawn, put away."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from tracker import clock, labels
from tracker.errors import InvalidError
from tracker.forms import rounds as forms
from tracker.languages import _
from tracker.queries.rounds import round_seen
from tracker.services.round_publishing import BurdenAnswer, round_publish, round_withdraw
from tracker.services.rounds import round_archive
from tracker.views.access import access
from tracker.views.rounds import detail_page
from workflows.round import RoundState

bp = Blueprint("round_acts", __name__, url_prefix="/rounds")


@bp.post("/<int:round_id>/publish")
@access("round.manage")
def publish(round_id: int) -> ResponseReturnValue:
    try:
        form = forms.PublishForm.parse(request.form)
        burden = BurdenAnswer(form.burden_known, form.burden_reason, form.burden_seen)
        round_publish(round_id=round_id, version=form.version, actor=g.actor, at=clock.now(), burden=burden)
    except InvalidError as error:
        return detail_page(round_id, error.errors, "publish"), 422
    flash(_("已发布，各组已收到通知"), "success")
    return _back(round_id)


@bp.post("/<int:round_id>/withdraw")
@access("round.manage")
def withdraw(round_id: int) -> ResponseReturnValue:
    form = forms.ActForm.parse(request.form)
    if not form.reason:
        return detail_page(round_id, {"reason": labels.word(labels.REFUSAL, "round_no_reason")}, "withdraw"), 422
    round_withdraw(
        round_id=round_id, version=form.version, reason=form.reason, actor=g.actor, at=clock.now()
    )  # fmt: skip
    flash(_("已撤回，各组不再看到本轮"), "success")
    return _back(round_id)


@bp.post("/<int:round_id>/archive")
@access("round.manage")
def archive(round_id: int) -> ResponseReturnValue:
    form = forms.ActForm.parse(request.form)
    held = round_seen(g.actor, round_id)
    if not form.reason and held.state is RoundState.PLANNED:
        return detail_page(round_id, {"reason": labels.word(labels.REFUSAL, "round_no_reason")}, "give_up"), 422
    round_archive(
        round_id=round_id, version=form.version, reason=form.reason, actor=g.actor, at=clock.now()
    )  # fmt: skip
    flash(_("已归档"), "success")
    return _back(round_id)


def _back(round_id: int) -> ResponseReturnValue:
    return redirect(url_for("rounds.detail", round_id=round_id), 303)

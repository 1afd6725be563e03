"""The office's hand in a plan: one stop moved, locked, removed; a village added."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker import clock
from tracker.errors import InvalidError, RefusedError
from tracker.forms import rounds as forms
from tracker.labels.rounds import reason_words
from tracker.languages import _
from tracker.models import RoundStop
from tracker.queries import rounds as queries
from tracker.queries.round_rules import PLACES
from tracker.queries.unit_search import unit_resolve
from tracker.services import round_edits, rounds
from tracker.views.access import access
from tracker.views.rounds import field_labels

bp = Blueprint("round_stops", __name__, url_prefix="/rounds")


@bp.get("/<int:round_id>/stops/<int:stop_id>")
@access("round.manage")
def detail(round_id: int, stop_id: int) -> ResponseReturnValue:
    return _page(round_id, stop_id, {})


def _page(round_id: int, stop_id: int, errors: dict[str, str]) -> str:
    stop = queries.stop_seen(g.actor, round_id, stop_id)
    held = queries.round_seen(g.actor, round_id)
    days = sorted({day for group in held.groups for day in group.days})
    groups = [(group.group_id, group.group.name) for group in held.groups]
    return render_template(
        "rounds/stop.html", stop=stop, held=held, groups=groups, days=[(day, day) for day in days], errors=errors,
        typed=request.form, labels=field_labels(), reason_words=reason_words,
    )  # fmt: skip


@bp.post("/<int:round_id>/stops/<int:stop_id>/move")
@access("round.manage")
def move(round_id: int, stop_id: int) -> ResponseReturnValue:
    try:
        form = forms.PlaceForm.parse(request.form)
        stop = round_edits.stop_place(
            round_id=round_id, stop_id=stop_id, group_id=form.group_id, day=form.day, position=form.position,
            actor=g.actor, at=clock.now(),
        )  # fmt: skip
    except InvalidError as error:
        return _page(round_id, stop_id, error.errors), 422
    except RefusedError as error:
        return _page(round_id, stop_id, {"form": error.message}), 409
    flash(_("已移动并锁定，重新生成计划时不变"), "success")
    return _back(round_id, stop.group_id)


@bp.post("/<int:round_id>/stops/<int:stop_id>/lock")
@access("round.manage")
def lock(round_id: int, stop_id: int) -> ResponseReturnValue:
    wanted = request.form.get("locked") == "1"
    stop = round_edits.stop_release(
        round_id=round_id, stop_id=stop_id, is_locked=wanted, actor=g.actor, at=clock.now()
    )  # fmt: skip
    flash(_("已锁定") if wanted else _("已解除锁定"), "success")
    return _back(round_id, stop.group_id)


@bp.post("/<int:round_id>/stops/<int:stop_id>/remove")
@access("round.manage")
def remove(round_id: int, stop_id: int) -> ResponseReturnValue:
    group_id = queries.stop_seen(g.actor, round_id, stop_id).group_id
    try:
        form = forms.ActForm.parse(request.form)
        round_edits.stop_remove(
            round_id=round_id, stop_id=stop_id, reason=form.reason, actor=g.actor, at=clock.now()
        )  # fmt: skip
    except InvalidError as error:
        return _page(round_id, stop_id, error.errors), 422
    except RefusedError as error:
        return _page(round_id, stop_id, {"form": error.message}), 409
    flash(_("已移出，列在未排入清单"), "success")
    return _back(round_id, group_id)


@bp.route("/<int:round_id>/add", methods=["GET", "POST"])
@access("round.manage")
def add(round_id: int) -> ResponseReturnValue:
    rounds.require_planned(queries.round_seen(g.actor, round_id))
    if request.method == "GET":
        return _add(round_id, {})
    try:
        form = forms.AddForm.parse(request.form)
        village_id = form.village_id or unit_resolve(g.actor, form.village_id_text, PLACES, "village_id")
        stop: RoundStop = round_edits.stop_add(
            round_id=round_id, village_id=village_id, group_id=form.group_id, day=form.day, note=form.note,
            actor=g.actor, at=clock.now(),
        )  # fmt: skip
    except InvalidError as error:
        return _add(round_id, error.errors), 422
    except RefusedError as error:
        return _add(round_id, {"form": error.message}), 409
    flash(_("已加入计划"), "success")
    return _back(round_id, stop.group_id)


def _add(round_id: int, errors: dict[str, str]) -> str:
    held = queries.round_seen(g.actor, round_id)
    given = request.form or request.args
    return render_template(
        "rounds/add.html", held=held, groups=[(group.group_id, group.group.name) for group in held.groups],
        days=[(day, day) for day in sorted({day for group in held.groups for day in group.days})], errors=errors,
        typed=given, labels=field_labels(),
    )  # fmt: skip


def _back(round_id: int, group_id: int) -> ResponseReturnValue:
    return redirect(url_for("rounds.detail", round_id=round_id, group=group_id), 303)

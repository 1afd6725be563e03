"""Coverage and burden as pages: the villages longest unvisited, and what was asked of one this month."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.errors import InvalidError
from tracker.forms import coverage as forms
from tracker.languages import _
from tracker.models import Visit
from tracker.policy.visits import may_read_visit
from tracker.queries import coverage as queries
from tracker.queries.groups import group_list, town_choices
from tracker.queries.rules import policy_on
from tracker.views.access import access
from tracker.views.ids import id_of

bp = Blueprint("coverage", __name__, url_prefix="/coverage")


def _labels() -> dict[str, str]:
    return {name: _(words) for name, words in forms.LABELS.items()}


@bp.get("/")
@access("coverage.read")
def index() -> ResponseReturnValue:
    status, errors = 200, {}
    try:
        form = forms.CoverageForm.parse(request.args)
    except InvalidError as error:
        form, errors, status = forms.CoverageForm(), error.errors, 422
    lines = queries.coverage(g.actor, town_id=form.town, group_id=form.group)
    towns = {one.village.township.id: one.village.township.name for one in lines if one.village.township}
    if form.town or form.group or not g.actor.is_group:
        towns |= {choice.town.id: choice.town.name for choice in town_choices(0, g.actor.today)}
    groups = [] if g.actor.is_group else [(line.group.id, line.group.name) for line in group_list(g.actor.today)]
    return render_template(
        "coverage/index.html", lines=lines, form=form, errors=errors, labels=_labels(), towns=list(towns.items()),
        groups=groups, policy=policy_on(g.actor.today).policy, never=sum(line.last is None for line in lines),
    ), status  # fmt: skip


@bp.get("/burden")
@access("burden.read")
def burden() -> ResponseReturnValue:
    return _burden(id_of(request.args.get("village")))


@bp.get("/mine")
@access("burden.own")
def mine() -> ResponseReturnValue:
    return _burden(g.actor.unit_id or 0)


def _burden(village_id: int) -> ResponseReturnValue:
    status, errors = 200, {}
    try:
        form = forms.BurdenForm.parse(request.args)
    except InvalidError as error:
        form, errors, status = forms.BurdenForm(), error.errors, 422
    if not village_id:
        return redirect(url_for("coverage.index"), 303)
    page = queries.village_burden(g.actor, village_id, form.month or g.actor.today)
    return render_template("coverage/burden.html", page=page, errors=errors, labels=_labels()), status


@bp.app_template_global("may_read_visit")
def may_read(visit: Visit) -> bool:
    """Tell whether the reader may open the record of a visit."""
    return may_read_visit(g.actor, visit)

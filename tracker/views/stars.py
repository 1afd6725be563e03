"""Stars per kind of unit: their names, their lead departments, their indicators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker import clock, labels
from tracker.errors import InvalidError
from tracker.forms import stars as forms
from tracker.forms.base import Form
from tracker.languages import _
from tracker.models import IndicatorKind, UnitKind
from tracker.queries import stars as queries
from tracker.queries.units import parents_for
from tracker.services import stars
from tracker.views.access import access
from tracker.views.units import may_manage

bp = Blueprint("stars", __name__, url_prefix="/stars")
FormT = TypeVar("FormT", bound=Form)


def _labels() -> dict[str, str]:
    return {name: _(words) for name, words in forms.LABELS.items()}


@bp.get("/")
@access("unit.read")
def index() -> ResponseReturnValue:
    return _index({})


def _index(errors: dict[str, str]) -> str:
    return render_template(
        "stars/index.html", stars=queries.star_list(g.actor.today), kinds=stars.STARRED, may=may_manage(),
        errors=errors, labels=_labels(), typed=request.form,
    )  # fmt: skip


@bp.post("/seed")
@access("unit.manage")
def seed() -> ResponseReturnValue:
    n = stars.stars_seed(actor=g.actor, at=clock.now())
    flash(_("已建立 {n} 颗星").format(n=n) if n else _("常用的星都已建立"), "success")
    return redirect(url_for("stars.index"), 303)


@bp.post("/")
@access("unit.manage")
def create() -> ResponseReturnValue:
    try:
        form = forms.StarForm.parse(request.form)
        star = stars.star_create(values=stars.StarValues(**dict(form)), actor=g.actor, at=clock.now())
    except InvalidError as error:
        return _index(error.errors), 422
    flash(_("已建立“{name}”").format(name=star.name), "success")
    return redirect(url_for("stars.detail", star_id=star.id), 303)


@bp.get("/<int:star_id>")
@access("unit.read")
def detail(star_id: int) -> ResponseReturnValue:
    return _detail(star_id)


def _detail(star_id: int, opened: str = "", errors: dict[str, str] | None = None) -> str:
    star = queries.star_page(star_id)
    return render_template(
        "stars/detail.html", star=star, lead=queries.lead_on(star.leads, g.actor.today), may=may_manage(),
        opened=opened, errors=errors or {}, labels=_labels(), typed=request.form if opened else {},
        departments=parents_for((UnitKind.DEPARTMENT, UnitKind.OFFICE)),
        indicator_kinds=[(kind.value, labels.word(labels.INDICATOR_KIND, kind)) for kind in IndicatorKind],
    )  # fmt: skip


def _act(
    star_id: int, name: str, schema: type[FormT], call: Callable[[FormT, dict[str, Any]], object]
) -> ResponseReturnValue:
    """Parse, call one service, and go back to the star; what is wrong opens the form ``name`` again."""
    try:
        call(schema.parse(request.form), {"actor": g.actor, "at": clock.now()})
    except InvalidError as error:
        return _detail(star_id, name, error.errors), 422
    flash(_("已保存"), "success")
    return redirect(url_for("stars.detail", star_id=star_id), 303)


@bp.post("/<int:star_id>/edit")
@access("unit.manage")
def edit(star_id: int) -> ResponseReturnValue:
    def call(form: forms.StarEditForm, by: dict[str, Any]) -> object:
        return stars.star_edit(star_id=star_id, **dict(form), **by)

    return _act(star_id, "edit", forms.StarEditForm, call)


@bp.post("/<int:star_id>/leads")
@access("unit.manage")
def lead(star_id: int) -> ResponseReturnValue:
    def call(form: forms.LeadForm, by: dict[str, Any]) -> object:
        return stars.lead_set(star_id=star_id, **dict(form), **by)

    return _act(star_id, "lead", forms.LeadForm, call)


@bp.post("/<int:star_id>/leads/<int:lead_id>/end")
@access("unit.manage")
def lead_end(star_id: int, lead_id: int) -> ResponseReturnValue:
    def call(form: forms.LeadEndForm, by: dict[str, Any]) -> object:
        return stars.lead_end(lead_id=lead_id, valid_to=form.valid_to, **by)

    return _act(star_id, f"lead-{lead_id}", forms.LeadEndForm, call)


@bp.post("/<int:star_id>/indicators")
@access("unit.manage")
def indicator_add(star_id: int) -> ResponseReturnValue:
    def call(form: forms.IndicatorForm, by: dict[str, Any]) -> object:
        return stars.indicator_add(
            star_id=star_id, values=stars.IndicatorValues(**dict(form) | {"is_active": True}), **by
        )

    return _act(star_id, "indicator", forms.IndicatorForm, call)


@bp.post("/indicators/<int:indicator_id>")
@access("unit.manage")
def indicator_edit(indicator_id: int) -> ResponseReturnValue:
    star_id = queries.indicator_get(indicator_id).star_id

    def call(form: forms.IndicatorForm, by: dict[str, Any]) -> object:
        return stars.indicator_edit(indicator_id=indicator_id, values=stars.IndicatorValues(**dict(form)), **by)

    return _act(star_id, f"indicator-{indicator_id}", forms.IndicatorForm, call)

"""Look-backs as pages: the register, the rates, and one record as page and as PDF."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, g, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from tracker import clock, labels
from tracker.errors import InvalidError
from tracker.forms import look_backs as forms
from tracker.languages import _
from tracker.models import ExportKind
from tracker.papers.look_back import pick_words, record_paper
from tracker.policy import cell_for
from tracker.policy.look_backs import sees_waiting
from tracker.queries import look_back_rates
from tracker.queries import look_backs as queries
from tracker.queries.places import group_names, star_names, township_names, unit_names
from tracker.views.access import access
from tracker.views.exports import order_list
from tracker.views.papers import FILES, order_paper
from workflows.look_back import LookBackState

bp = Blueprint("look_backs", __name__, url_prefix="/look-backs")
Page = str | tuple[str, int]


def field_labels() -> dict[str, str]:
    """Return the words of the fields."""
    return {name: _(words) for name, words in forms.LABELS.items()}


@bp.app_template_global()
def picked(row: Any) -> str:
    """Return how a row came into its sample."""
    return pick_words(row.reason.value if row.reason else "", row.population, row.rank)


@bp.get("")
@access("look_back.read")
def index() -> Page:
    errors: Mapping[str, str] = {}
    try:
        form = forms.RegisterForm.parse(request.args)
    except InvalidError as error:
        form, errors = forms.RegisterForm(), error.errors
    page = render_template(
        "look_backs/index.html", form=form, errors=errors, typed=form.query(), labels=field_labels(),
        page=queries.look_back_page(g.actor, form.chosen(), form.after), made_at=clock.now(),
        choices=_choices(), unit_name=unit_names([form.unit]).get(form.unit, "") if form.unit else "",
        tabs=_tabs(form), may_export=cell_for("look_back.export", g.actor.role).allows,
        may_plans=cell_for("look_back.plan_read", g.actor.role).allows,
    )  # fmt: skip
    return (page, 422) if errors else page


def _tabs(form: forms.RegisterForm) -> list[tuple[str, str]]:
    """Return the codes and words of the results; who may not know what waits is offered none of it."""
    codes = list(LookBackState) if sees_waiting(g.actor) else [LookBackState.HELD, LookBackState.FOUND_AGAIN]
    return [("", _("全部")), *((code.value, labels.word(labels.LOOK_BACK_STATE, code)) for code in codes)]


def _choices() -> dict[str, list[tuple[Any, str]]]:
    known = set(queries.groups_looking(g.actor))
    return {
        "town": [*township_names(), (queries.NONE, _("未定"))], "star": [*star_names(), (queries.NONE, _("未定星"))],
        "group": [(group, name) for group, name in group_names() if group in known],
        "plan": queries.plan_names() if sees_waiting(g.actor) else [],
        "drawn": [("plan", _("抽样方案抽中")), ("beside", _("主动回头看"))],
    }  # fmt: skip


@bp.post("/export.xlsx")
@access("look_back.export")
def export() -> AnyResponse:
    asked = forms.RegisterForm.parse(request.args).query()
    back = url_for("look_backs.index", **asked)
    return order_list(ExportKind.LOOK_BACKS, _("回头看记录登记簿"), urlencode(asked), back)


@bp.get("/rates")
@access("look_back.read")
def rates() -> Page:
    errors: Mapping[str, str] = {}
    try:
        form = forms.RatesForm.parse(request.args)
    except InvalidError as error:
        form, errors = forms.RatesForm(), error.errors
    found = look_back_rates.rates(g.actor, form.by, form.chosen())
    page = render_template(
        "look_backs/rates.html", form=form, errors=errors, typed=form.query(), labels=field_labels(), rates=found,
        whole=look_back_rates.whole(found), small=look_back_rates.SMALL, made_at=clock.now(),
        plans=queries.plan_names() if sees_waiting(g.actor) else [], sees_waiting=sees_waiting(g.actor),
        narrows={"unit": "unit", "township": "town", "star": "star"}[form.by],
    )  # fmt: skip
    return (page, 422) if errors else page


@bp.get("/<int:look_back_id>")
@access("look_back.read")
def page(look_back_id: int) -> str:
    row = queries.look_back_seen(look_back_id, g.actor)
    ids = {one.blob.copy_sha256: one.id for one in queries.photos_of(row)}

    def picture(sha256: str) -> str:
        return url_for("evidence.show", evidence_id=ids[sha256]) if sha256 in ids else ""

    return render_template("look_backs/page.html", row=row, paper=record_paper(row.content), picture=picture)


@bp.post(f"/<int:look_back_id>.{FILES}")
@access("look_back.read")
def file(look_back_id: int, medium: str) -> AnyResponse:
    back = url_for("look_backs.page", look_back_id=look_back_id)
    return order_paper(ExportKind.LOOK_BACK, look_back_id, medium, back)

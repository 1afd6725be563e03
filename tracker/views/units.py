"""The tree of units: browsing, one unit's page, making one, finding one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker import clock, labels
from tracker.errors import InvalidError
from tracker.forms.units import LABELS, BatchForm, UnitForm, UnitListForm
from tracker.languages import _
from tracker.models import UnitKind
from tracker.policy import cell_for
from tracker.queries import units as queries
from tracker.queries.substitutes import substitutes_now
from tracker.queries.unit_search import FoundUnit, unit_suggest
from tracker.services.unit_tree import PARENTS
from tracker.services.units import UnitValues, tag_add, unit_confirm_kind, unit_create
from tracker.views.access import access

bp = Blueprint("units", __name__, url_prefix="/units")
_MADE_BY_HAND = [kind for kind in UnitKind if kind is not UnitKind.COUNTY]


def may_manage() -> bool:
    """Tell whether the reader may also change what they see here."""
    return cell_for("unit.manage", g.actor.role if g.actor else None).allows


def field_labels() -> dict[str, str]:
    """Return the names of the fields in the reader's language, for the list of errors."""
    return {name: _(words) for name, words in LABELS.items()}


@bp.get("/")
@access("unit.read")
def index() -> ResponseReturnValue:
    return _index({})


def _index(errors: dict[str, str]) -> ResponseReturnValue:
    try:
        form = UnitListForm.parse(request.args)
        root = queries.unit_root()
        parent = queries.unit_get(form.parent) if form.parent else root
        wanted = queries.UnitFilter(
            parent.id if parent else None, form.q, form.kind, form.tag, form.unconfirmed, form.closed
        )
        lines = queries.unit_list(g.actor, wanted) if parent else []
    except InvalidError as error:
        form, parent, lines, errors = UnitListForm(), None, [], error.errors
    page = render_template(
        "units/index.html", form=form, parent=parent, steps=queries.unit_steps(parent) if parent else (),
        lines=lines, most=queries.MOST, tags=queries.tags_in_use(), kinds=_kinds_words(UnitKind),
        unconfirmed=queries.unconfirmed_count(), may=may_manage(), errors=errors, labels=field_labels(),
    )  # fmt: skip
    return page, 422 if errors else 200


def _kinds_words(kinds: Iterable[UnitKind]) -> list[tuple[str, str]]:
    return [(kind.value, labels.word(labels.UNIT_KIND, kind)) for kind in kinds]


@bp.post("/batch")
@access("unit.manage")
def batch() -> ResponseReturnValue:
    at = clock.now()
    try:
        form = BatchForm.parse(request.form)
        if form.tag:
            n = tag_add(unit_ids=form.ids, tag=form.tag, since=g.actor.today, until=None, actor=g.actor, at=at)
            words = _("已为 {n} 个单位加上标签“{tag}”").format(n=n, tag=form.tag)
        else:
            n = unit_confirm_kind(unit_ids=form.ids, kind=form.kind, actor=g.actor, at=at)
            words = _("已确认 {n} 个单位的类型").format(n=n)
    except InvalidError as error:
        return _index(error.errors)
    flash(words, "success")
    return redirect(f"{url_for('units.index')}?{urlencode(request.args.to_dict())}", 303)


@bp.route("/new", methods=["GET", "POST"])
@access("unit.manage")
def new() -> ResponseReturnValue:
    if request.method == "GET":
        return _new_page(request.args, {})
    try:
        form = UnitForm.parse(request.form)
        unit = unit_create(values=UnitValues(**dict(form)), actor=g.actor, at=clock.now())
    except InvalidError as error:
        return _new_page(request.form, error.errors), 422
    flash(_("已建立“{name}”").format(name=unit.name), "success")
    return redirect(url_for("units.detail", unit_id=unit.id), 303)


def _new_page(typed: Any, errors: dict[str, str]) -> str:
    above = {kind for kinds in PARENTS.values() for kind in kinds if kind not in (UnitKind.VILLAGE, UnitKind.COMMUNITY)}
    parents = queries.parents_for(above)
    given = typed.get("parent_id", "")
    if given.isdigit() and int(given) not in dict(parents):
        parents.append((int(given), queries.unit_get(int(given)).name))
    return render_template(
        "units/new.html", typed=typed, errors=errors, labels=field_labels(), kinds=_kinds_words(_MADE_BY_HAND),
        parents=parents,
    )  # fmt: skip


@bp.get("/<int:unit_id>")
@access("unit.read")
def detail(unit_id: int) -> ResponseReturnValue:
    return detail_page(unit_id)


def detail_page(unit_id: int, opened: str = "", errors: dict[str, str] | None = None) -> str:
    """Return the page of a unit, with the form ``opened`` that was refused."""
    page = queries.unit_page(g.actor, unit_id)
    return render_template(
        "units/detail.html", page=page, unit=page.unit, may=may_manage(), opened=opened, errors=errors or {},
        labels=field_labels(), typed=request.form if opened else {}, tags=queries.tags_in_use(),
        parents=queries.parents_for(PARENTS[page.unit.kind]), away=substitutes_now(g.actor),
    )  # fmt: skip


@bp.get("/suggest")
@access("unit.suggest")
def suggest() -> ResponseReturnValue:
    kinds = _kinds(request.args.get("kinds", ""))
    return jsonify([_line(unit) for unit in unit_suggest(g.actor, request.args.get("q", ""), kinds)])


def _line(unit: FoundUnit) -> dict[str, object]:
    path = _("{path}（原 {former}）").format(path=unit.path, former=unit.former) if unit.former else unit.path
    return {"id": unit.id, "name": unit.name, "path": path, "kind": unit.kind}


def _kinds(text: str) -> list[UnitKind]:
    try:
        return [UnitKind(code) for code in text.split(",") if code]
    except ValueError as error:
        raise InvalidError({"kinds": _("没有这种单位类型")}) from error

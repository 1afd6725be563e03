"""What administrators do to a unit: one route an act, each refused with its form open again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from tracker import clock
from tracker.errors import InvalidError
from tracker.forms import units as forms
from tracker.forms.base import Form
from tracker.languages import _
from tracker.models import UnitKind
from tracker.queries.unit_search import unit_resolve
from tracker.queries.units import unit_get
from tracker.services import unit_tree, units
from tracker.services.unit_places import unit_locate
from tracker.views.access import access
from tracker.views.units import detail_page

bp = Blueprint("unit_acts", __name__, url_prefix="/units")
FormT = TypeVar("FormT", bound=Form)


def _act(
    unit_id: int, name: str, schema: type[FormT], call: Callable[[FormT, dict[str, Any]], object], done: str,
    given: Any = None,
) -> ResponseReturnValue:  # fmt: skip
    """Parse, call one service, and go back to the unit; what is wrong opens the form ``name`` again."""
    unit_get(unit_id)
    try:
        form = schema.parse(given() if given else request.form)
        call(form, {"actor": g.actor, "at": clock.now()})
    except InvalidError as error:
        return detail_page(unit_id, name, error.errors), 422
    flash(done, "success")
    return redirect(url_for("units.detail", unit_id=unit_id), 303)


@bp.post("/<int:unit_id>/rename")
@access("unit.manage")
def rename(unit_id: int) -> ResponseReturnValue:
    def call(form: forms.RenameForm, by: dict[str, Any]) -> object:
        full_name = form.full_name or form.name
        return units.unit_rename(
            unit_id=unit_id, name=form.name, full_name=full_name, on=form.on, version=form.version, **by
        )

    return _act(unit_id, "rename", forms.RenameForm, call, _("已更名，原名保留在历史中"))


@bp.post("/<int:unit_id>/recode")
@access("unit.manage")
def recode(unit_id: int) -> ResponseReturnValue:
    def call(form: forms.RecodeForm, by: dict[str, Any]) -> object:
        return units.unit_recode(unit_id=unit_id, code=form.code, on=form.on, version=form.version, **by)

    return _act(unit_id, "recode", forms.RecodeForm, call, _("已更改代码，原代码保留在历史中"))


@bp.post("/<int:unit_id>/move")
@access("unit.manage")
def move(unit_id: int) -> ResponseReturnValue:
    def call(form: forms.MoveForm, by: dict[str, Any]) -> object:
        return unit_tree.unit_move(unit_id=unit_id, parent_id=form.parent_id, version=form.version, **by)

    return _act(unit_id, "move", forms.MoveForm, call, _("已移动，下级单位和问题随之移动"))


@bp.post("/<int:unit_id>/merge")
@access("unit.manage")
def merge(unit_id: int) -> ResponseReturnValue:
    def call(form: forms.MergeForm, by: dict[str, Any]) -> object:
        return unit_tree.unit_merge(unit_id=unit_id, into_id=form.into_id, on=form.on, version=form.version, **by)

    return _act(unit_id, "merge", forms.MergeForm, call, _("已合并，问题由新单位承接"), _with_successor)


def _with_successor() -> dict[str, Any]:
    """Return the form, with the successor looked up by name where no script has chosen its id."""
    given = request.form.to_dict()
    if not given.get("into_id") and given.get("into_id_text", "").strip():
        level = (UnitKind.VILLAGE, UnitKind.COMMUNITY, UnitKind.TOWNSHIP, UnitKind.STREET, UnitKind.DEPARTMENT)
        given["into_id"] = str(unit_resolve(g.actor, given["into_id_text"], level, "into_id"))
    return given


@bp.post("/<int:unit_id>/close")
@access("unit.manage")
def close(unit_id: int) -> ResponseReturnValue:
    def call(form: forms.CloseForm, by: dict[str, Any]) -> object:
        return unit_tree.unit_close(unit_id=unit_id, on=form.on, version=form.version, **by)

    return _act(unit_id, "close", forms.CloseForm, call, _("已撤销"))


@bp.post("/<int:unit_id>/reopen")
@access("unit.manage")
def reopen(unit_id: int) -> ResponseReturnValue:
    def call(form: forms.VersionForm, by: dict[str, Any]) -> object:
        return unit_tree.unit_reopen(unit_id=unit_id, version=form.version, **by)

    return _act(unit_id, "reopen", forms.VersionForm, call, _("已恢复"))


@bp.post("/<int:unit_id>/place")
@access("unit.manage")
def place(unit_id: int) -> ResponseReturnValue:
    def call(form: forms.PlaceForm, by: dict[str, Any]) -> object:
        given = form.model_dump(include={"longitude", "latitude", "source"})
        return unit_locate(unit_id=unit_id, **given, **by)

    return _act(unit_id, "place", forms.PlaceForm, call, _("坐标已保存"))


@bp.post("/<int:unit_id>/aliases")
@access("unit.manage")
def alias(unit_id: int) -> ResponseReturnValue:
    def call(form: forms.AliasForm, by: dict[str, Any]) -> object:
        return units.alias_add(unit_id=unit_id, name=form.alias, **by)

    return _act(unit_id, "alias", forms.AliasForm, call, _("已添加别名"))


@bp.post("/<int:unit_id>/tags")
@access("unit.manage")
def tag(unit_id: int) -> ResponseReturnValue:
    def call(form: forms.TagForm, by: dict[str, Any]) -> object:
        n = units.tag_add(unit_ids=[unit_id], tag=form.tag, since=form.since, until=form.until, **by)
        if not n:
            raise InvalidError({"tag": _("这段时间已有这个标签")})
        return n

    return _act(unit_id, "tag", forms.TagForm, call, _("已添加标签"))


@bp.post("/<int:unit_id>/tags/<int:tag_id>/end")
@access("unit.manage")
def tag_end(unit_id: int, tag_id: int) -> ResponseReturnValue:
    def call(form: forms.TagEndForm, by: dict[str, Any]) -> object:
        return units.tag_end(tag_id=tag_id, until=form.until, **by)

    return _act(unit_id, f"tag-{tag_id}", forms.TagEndForm, call, _("标签已结束"))


@bp.post("/<int:unit_id>/kind")
@access("unit.manage")
def kind(unit_id: int) -> ResponseReturnValue:
    def call(form: forms.BatchForm, by: dict[str, Any]) -> object:
        return units.unit_confirm_kind(unit_ids=[unit_id], kind=form.kind, **by)

    def given() -> dict[str, Any]:
        return {"ids": [unit_id], "kind": request.form.get("kind", "")}

    return _act(unit_id, "kind", forms.BatchForm, call, _("类型已确认"), given)

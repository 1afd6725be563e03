"""The tree of units: finding one."""

from __future__ import annotations

from flask import Blueprint, g, jsonify, request
from flask.typing import ResponseReturnValue

from tracker.errors import InvalidError
from tracker.languages import _
from tracker.models import UnitKind
from tracker.queries.unit_search import FoundUnit, unit_suggest
from tracker.views.access import access

bp = Blueprint("units", __name__, url_prefix="/units")


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

"""People by a few letters."""

from __future__ import annotations

from flask import Blueprint, g, jsonify, request
from flask.typing import ResponseReturnValue

from tracker import labels
from tracker.errors import InvalidError
from tracker.languages import _
from tracker.queries.people import people_suggest
from tracker.views.access import access

bp = Blueprint("people", __name__, url_prefix="/people")


@bp.get("/suggest")
@access("issue.assign")
def suggest() -> ResponseReturnValue:
    unit_id = _id(request.args.get("unit_id", ""))
    found = people_suggest(request.args.get("q", ""), today=g.actor.today, unit_id=unit_id)
    return jsonify(
        [
            {
                "id": one.id,
                "name": one.name,
                "path": " ".join(filter(None, (one.unit, one.post or labels.word(labels.ROLE, one.role)))),
                "kind": one.role,
            }
            for one in found
        ]
    )


def _id(text: str) -> int | None:
    if not text.strip():
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise InvalidError({"unit_id": _("请从列表中选择单位")})
    return int(text)

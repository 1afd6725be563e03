"""Points 考核扣分 of the annual evaluation: by unit, what each was taken for, as Excel."""

from __future__ import annotations

from flask import Blueprint, g, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker import clock
from tracker.languages import _
from tracker.models import ExportKind
from tracker.policy import cell_for
from tracker.queries import points as queries
from tracker.reports.points import cause_words, rule_words
from tracker.views.access import access
from tracker.views.exports import order_list

bp = Blueprint("points", __name__, url_prefix="/points")
_FIRST, _LAST = 2000, 2100


def _year() -> int:
    """Return the year of the address, or this one where it names none."""
    given = request.args.get("year", type=int)
    return given if given is not None and _FIRST <= given <= _LAST else int(g.actor.today.year)


@bp.get("")
@access("points.read")
def index() -> str:
    year = _year()
    return render_template(
        "points/index.html", year=year, years=queries.point_years(g.actor),
        totals=queries.point_totals(g.actor, year), causes=queries.cause_codes(),
        may_export=cell_for("points.export", g.actor.role).allows, made_at=clock.now(),
    )  # fmt: skip


@bp.get("/<int:unit_id>")
@access("points.read")
def unit(unit_id: int) -> str:
    found, year = queries.point_unit(unit_id), _year()
    return render_template(
        "points/unit.html", unit=found, year=year, rows=queries.point_list(g.actor, year, unit_id),
        cause_words=cause_words, rule_words=rule_words, made_at=clock.now(),
    )  # fmt: skip


@bp.post("/export.xlsx")
@access("points.export")
def export() -> Response:
    year = _year()
    back = url_for("points.index", year=year)
    return order_list(ExportKind.POINTS, _("考核扣分"), f"year={year}", back, year=year)

"""The overdue ledger: rows, totals, what became late, what has no deadline."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker import clock
from tracker.errors import InvalidError
from tracker.forms.filters import OverdueForm
from tracker.languages import _
from tracker.models import ExportKind
from tracker.policy import cell_for
from tracker.queries.home import digest
from tracker.queries.letters import letters_taken
from tracker.queries.overdue import COLOURS, overdue_page, sum_of, totals
from tracker.queries.saved_filters import saved_filters
from tracker.views.access import access
from tracker.views.choices import filter_choices, place_and_unit
from tracker.views.exports import order_list
from tracker.views.home import digest_tiles

bp = Blueprint("overdue", __name__)
PAGE = "overdue"
# What a heading of the totals is called in the filter.
NARROWS = {"township": "place", "unit": "unit", "star": "star", "group": "finder", "band": "band"}


@bp.get("/overdue")
@access("ledger.read")
def index() -> Response | str | tuple[str, int]:
    default = next((one for one in saved_filters(g.actor, PAGE) if one.is_default), None) if not request.args else None
    if default is not None:
        return redirect(f"{url_for('overdue.index')}?{default.query}")
    try:
        form = OverdueForm.parse(request.args)
    except InvalidError as error:
        return render_template("overdue/index.html", **_frame(OverdueForm(), error.errors)), 422
    return render_template("overdue/index.html", **_frame(form), **_content(form))


@bp.post("/overdue.xlsx")
@access("ledger.export")
def export() -> Response | tuple[str, int]:
    try:
        form = OverdueForm.parse(request.args)
    except InvalidError as error:
        return render_template("overdue/index.html", **_frame(OverdueForm(), error.errors)), 422
    query = form.canonical()
    return order_list(ExportKind.OVERDUE, _("整改问题逾期台账"), query, f"{url_for('overdue.index')}?{query}")


def _content(form: OverdueForm) -> dict[str, Any]:
    if form.view == "summary":
        rows = totals(g.actor, form.chosen(), form.by)
        return {"totals": rows, "whole": sum_of(rows), "colours": COLOURS, "narrows": NARROWS[form.by]}
    page = overdue_page(g.actor, form.chosen(), form.order(), newly=form.view == "newly")
    return {"page": page, "taken": letters_taken([line.row.id for line in page.lines], g.actor)}


def _frame(form: OverdueForm, errors: dict[str, str] | None = None) -> dict[str, Any]:
    """Return what the page shows around its rows; only the whole ledger's first page counts the whole."""
    typed = form.query(whole=False) if errors is None else request.args.to_dict()
    is_whole = not (form.is_narrowed or form.after or form.before or errors)
    figures = digest(g.actor) if is_whole else None
    return {
        "form": form,
        "typed": typed,
        "errors": errors or {},
        "canonical": form.canonical(),
        "saved": saved_filters(g.actor, PAGE),
        "choices": filter_choices(),
        "names": place_and_unit(form),
        "digest": figures,
        "tiles": digest_tiles(figures) if figures else [],
        "may_remind": cell_for("issue.remind", g.actor.role).allows,
        "may_write": cell_for("letter.write", g.actor.role).allows,
        "may_export": cell_for("ledger.export", g.actor.role).allows,
        "made_at": clock.now(),
    }

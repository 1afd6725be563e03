"""The dashboard that leaders read, and the same for the wall of a meeting room."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from tracker import clock
from tracker.errors import InvalidError
from tracker.forms.dashboard import DashboardForm
from tracker.languages import _
from tracker.queries.county_map import county_map
from tracker.queries.dashboard import ranking
from tracker.queries.movements import ages, flows, stays, stays_since
from tracker.queries.places import county_name, star_names, township_names
from tracker.views.access import access
from workflows.periods import Span, cut

bp = Blueprint("dashboard", __name__, url_prefix="/dashboard")
# What a heading of the ranking is called in the filter of the list.
NARROWS = {"township": "place", "unit": "unit", "star": "star", "group": "finder"}


@bp.get("/")
@access("ledger.read")
def index() -> ResponseReturnValue:
    return _shown("dashboard/index.html", _stays)


@bp.get("/screen")
@access("ledger.read")
def screen() -> ResponseReturnValue:
    return _shown("dashboard/screen.html")


def _shown(template: str, more: Callable[[DashboardForm], dict[str, Any]] | None = None) -> ResponseReturnValue:
    status, errors = 200, {}
    try:
        form = DashboardForm.parse(request.args)
    except InvalidError as error:
        form, errors, status = DashboardForm(), error.errors, 422
    besides = more(form) if more else {}
    return render_template(template, errors=errors, **_content(form), **besides), status


def _stays(form: DashboardForm) -> dict[str, Any]:
    period = form.period(g.actor.today)
    since = stays_since(period)
    return {"stays": stays(g.actor, form.chosen(), period, since), "stays_since": since}


def _content(form: DashboardForm) -> dict[str, Any]:
    period, whenever = form.period(g.actor.today), form.chosen()
    ranked = ranking(g.actor, form.chosen(period), form.by)
    by_town = ranked if form.by == "township" else ranking(g.actor, form.chosen(period), "township")
    return {
        "form": form,
        "labels": {name: _(words) for name, words in form.labels.items()},
        "period": period,
        "spans": quick_spans(g.actor.today),
        "ranking": ranked,
        "ages": ages(g.actor, whenever),
        "flows": flows(g.actor, whenever, cut(period)),
        "map": county_map(by_town),
        "narrows": NARROWS[form.by],
        "kept": {name: value for name, value in (("place", form.place), ("star", form.star)) if value},
        "townships": township_names(),
        "stars": star_names(),
        "county": county_name(),
        "made_at": clock.now(),
    }


def quick_spans(today: date) -> dict[str, Span]:
    """Return the periods that are one click away, up to ``today``, by their code."""
    quarter = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    return {
        "month": Span(today.replace(day=1), today),
        "quarter": Span(quarter, today),
        "year": Span(date(today.year, 1, 1), today),
        "last_year": Span(date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
    }

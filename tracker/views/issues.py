"""The list of issues: filtered, sorted, page by page; on paper and in Excel the same rows."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker import clock, labels
from tracker.errors import InvalidError
from tracker.forms.filters import ListForm
from tracker.languages import _
from tracker.models import ExportKind
from tracker.policy import cell_for
from tracker.queries.counts import tab_counts
from tracker.queries.filters import ALL_TAB, OPEN_TAB, STANDING_TAB, TABS
from tracker.queries.issues import issue_page
from tracker.queries.moves import MOVES
from tracker.queries.saved_filters import saved_filters
from tracker.views.access import access
from tracker.views.choices import filter_choices, place_and_unit
from tracker.views.exports import order_list

bp = Blueprint("issues", __name__)
PAGE = "issues"
_ACTS = {
    "log": "issue.log", "register": "issue.register", "assign": "issue.assign", "remind": "issue.remind",
    "write": "letter.write",
}  # fmt: skip


@bp.get("/issues/")
@access("issue.read")
def index() -> Response | str | tuple[str, int]:
    default = next((one for one in saved_filters(g.actor, PAGE) if one.is_default), None) if not request.args else None
    if default is not None:
        return redirect(f"{url_for('issues.index')}?{default.query}")
    try:
        form = ListForm.parse(request.args)
    except InvalidError as error:
        return render_template("issues/index.html", **_frame(ListForm(), error.errors)), 422
    found = issue_page(g.actor, form.chosen(), form.order())
    counts = tab_counts(g.actor, form.chosen())
    tabs = _tabs(form, counts)
    total = counts.get(form.chosen().states[0]) if len(form.chosen().states) == 1 else None
    return render_template("issues/index.html", **_frame(form), page=found, tabs=tabs, total=total)


@bp.post("/issues.xlsx")
@access("ledger.export")
def export() -> Response | tuple[str, int]:
    try:
        form = ListForm.parse(request.args)
    except InvalidError as error:
        return render_template("issues/index.html", **_frame(ListForm(), error.errors)), 422
    query = form.canonical()
    return order_list(ExportKind.ISSUES, _("整改问题台账"), query, f"{url_for('issues.index')}?{query}")


def _frame(form: ListForm, errors: dict[str, str] | None = None) -> dict[str, Any]:
    """Return what the page shows around its rows."""
    typed = form.query(whole=False) if errors is None else request.args.to_dict()
    return {
        "form": form,
        "typed": typed,
        "errors": errors or {},
        "canonical": form.canonical(),
        "saved": saved_filters(g.actor, PAGE),
        "choices": filter_choices(),
        "names": place_and_unit(form),
        "may": {act: cell_for(action, g.actor.role).allows for act, action in _ACTS.items()},
        "may_export": cell_for("ledger.export", g.actor.role).allows,
        "made_at": clock.now(),
        "heading": _heading(form),
    }


def _heading(form: ListForm) -> str:
    """Return what the list is called that somebody came to from their first page or from a digest."""
    if form.digest is None:
        return _(MOVES[form.todo].words) if form.todo else ""
    section = labels.word(labels.DIGEST_SECTION, form.part) if form.part else _("全部")
    return _("每日摘要 {day}：{section}").format(day=form.digest, section=section)


def _tabs(form: ListForm, counts: Any) -> list[dict[str, Any]]:
    """Return the tabs: open, each state that has issues or is shown, all."""
    shown = form.chosen().states
    more = (STANDING_TAB,) if STANDING_TAB in shown else ()
    order = (OPEN_TAB, *(tab for tab in TABS if tab not in (OPEN_TAB, ALL_TAB)), *more, ALL_TAB)
    kept = {name: value for name, value in form.query(whole=False).items() if name != "state"}
    return [
        {
            "label": labels.word(labels.TAB if tab in labels.TAB else labels.STATE, tab),
            "count": counts.get(tab),
            "current": shown == (tab,),
            "url": url_for("issues.index", **kept, state=tab),
        }
        for tab in order
        if tab in (OPEN_TAB, ALL_TAB) or tab in shown or counts[tab].number
    ]

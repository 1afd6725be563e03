"""Two instants of the ledgers compared."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, g, render_template, request

from tracker import clock
from tracker.errors import InvalidError
from tracker.forms.ledgers import ComparisonForm
from tracker.languages import _
from tracker.queries.asof_changes import change_counts, change_rows, parts_of
from tracker.queries.asof_filter import Asked
from tracker.queries.moments import history_begins, moment, present
from tracker.views.access import access
from tracker.views.choices import filter_choices, filter_words, place_and_unit
from tracker.views.ledgers import instant_of

bp = Blueprint("ledger_changes", __name__)
_USUAL = timedelta(days=7)


@bp.get("/ledgers/changes")
@access("ledger.read")
def index() -> str | tuple[str, int]:
    try:
        form = ComparisonForm.parse(request.args)
        return render_template("ledgers/changes.html", **_frame(form), **_content(form))
    except InvalidError as error:
        return render_template("ledgers/changes.html", **_frame(ComparisonForm(), error.errors)), 422


def _content(form: ComparisonForm) -> dict[str, Any]:
    until = instant_of(form.until, "until")
    begins = history_begins()
    usual = until - _USUAL
    since = instant_of(form.since or (max(usual, begins) if begins else usual), "since")
    if since >= until:
        raise InvalidError({"since": _("开始时刻应早于结束时刻")})
    later = present(until) if form.until is None else moment(until)
    asked, before = Asked(g.actor, form.chosen(), later), moment(since)
    counts = change_counts(asked, before)
    found: dict[str, Any] = {"since": since, "until": until, "parts": parts_of(counts), "late": counts["late"]}
    if form.view:
        rows, after = change_rows(asked, before, form.view, request.args.get("from", 0, type=int))
        found |= {"rows": rows, "after": after}
    return found


def _frame(form: ComparisonForm, errors: dict[str, str] | None = None) -> dict[str, Any]:
    typed = form.query(whole=False) if errors is None else request.args.to_dict()
    return {
        "form": form, "typed": typed, "errors": errors or {}, "choices": filter_choices(),
        "names": place_and_unit(form), "words": filter_words(form), "made_at": clock.now(),
    }  # fmt: skip

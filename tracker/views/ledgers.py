"""The ledgers as of any instant: rows, subtotals, columns of one's choice."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from tracker import clock, labels
from tracker.errors import InvalidError
from tracker.forms.ledgers import LedgerForm, local_text
from tracker.languages import _
from tracker.models import LedgerKind
from tracker.policy import cell_for
from tracker.queries.asof import (
    asof_count,
    asof_page,
    asof_page_before,
    asof_subtotals,
    place_at,
    sum_of,
)
from tracker.queries.asof_filter import Asked
from tracker.queries.asof_place import Place, place_text
from tracker.queries.ledger import LedgerRow
from tracker.queries.ledger_columns import LEDGERS
from tracker.queries.ledger_photos import MOST_PICTURED, has_photos, pictured
from tracker.queries.moments import history_begins, moment, policy_version_at, present
from tracker.queries.saved_filters import saved_filters
from tracker.reports.ledger_columns import COLUMNS
from tracker.reports.ledger_pdf import ROWS_A_SECOND
from tracker.services.versions import instant_close
from tracker.views.access import access
from tracker.views.choices import filter_choices, filter_words, place_and_unit
from tracker.views.ledger_lines import page_lines

bp = Blueprint("ledgers", __name__)
PAGE = "ledgers"
# What a heading of the subtotals is called in the filter.
NARROWS = {"township": "place", "unit": "unit", "star": "star", "group": "finder"}


@bp.get("/ledgers")
@access("ledger.read")
def index() -> Response | str | tuple[str, int]:
    default = next((one for one in saved_filters(g.actor, PAGE) if one.is_default), None) if not request.args else None
    if default is not None:
        return redirect(f"{url_for('ledgers.index')}?{default.query}")
    try:
        form = LedgerForm.parse(request.args)
        asked = asked_for(form)
    except InvalidError as error:
        return render_template("ledgers/index.html", **frame(as_typed(error.errors), error.errors)), 422
    if form.move:
        return redirect(f"{url_for('ledgers.index')}?{urlencode(form.moved(), doseq=True)}")
    return render_template("ledgers/index.html", **frame(form), **_content(form, asked))


def as_typed(errors: dict[str, str]) -> LedgerForm:
    """Return the form without what is wrong in it, so that nothing else has to be typed again."""
    for wrong in ({*errors}, {*errors, "after", "before"}):
        kept = [(name, value) for name, value in request.args.items(multi=True) if name not in wrong]
        try:
            return LedgerForm.parse(MultiDict(kept))
        except InvalidError:
            continue
    return LedgerForm()


def asked_for(form: LedgerForm) -> Asked:
    """Return the question that ``form`` asks; raise ``InvalidError`` for an instant to come, or before all history."""
    at = instant_of(form.at)
    return Asked(g.actor, form.chosen(), present(at) if form.at is None else moment(at), form.order_by)


def instant_of(at: datetime | None, field: str = "at") -> datetime:
    """Return the instant a ledger is asked for, closed, so that it stays as it is; without one it is this second."""
    now = clock.now()
    begins = history_begins()
    if at is None:
        return now
    if at > now:
        raise InvalidError({field: _("只能查看过去的台账，请填写早于现在的时间")})
    if begins is not None and at < begins:
        words = _("台账历史自 {at} 起保存，更早的无法还原")
        raise InvalidError({field: words.format(at=local_text(begins).replace("T", " "))})
    instant_close(at)
    return at


def _content(form: LedgerForm, asked: Asked) -> dict[str, Any]:
    rows, before, after = _page(form, asked)
    rows = list(pictured(rows, form.columns, asked.moment.at))
    count = asof_count(asked)
    found: dict[str, Any] = {
        "lines": page_lines(rows, form.columns, form.group),
        "before": place_text(before, form.order_by),
        "after": place_text(after, form.order_by),
        "count": count,
        "as_of": asked.moment.at,
        "policy_version": policy_version_at(asked.moment.at),
        "most_pictured": MOST_PICTURED,
        "too_many": has_photos(form.columns) and count.number > MOST_PICTURED,
    }
    if form.group:
        subtotals = asof_subtotals(asked, form.group)
        found |= {"subtotals": subtotals, "whole": sum_of(subtotals), "headings": {one.key: one for one in subtotals}}
    return found


def _page(form: LedgerForm, asked: Asked) -> tuple[list[LedgerRow], Place | None, Place | None]:
    """Return the rows of the page, and the places before and after which its neighbours lie."""
    size, end = int(form.size), form.ends_before()
    if end is not None:
        rows, before = asof_page_before(asked, end, size)
        return rows, before, place_at(asked, rows[-1]) if rows else None
    begin = form.begins_after()
    rows, after = asof_page(asked, begin, size)
    return rows, place_at(asked, rows[0]) if rows and begin else None, after


def photos_fit(form: LedgerForm, asked: Asked) -> None:
    """Raise ``InvalidError`` where a workbook would have more rows than can bear pictures."""
    if has_photos(form.columns) and asof_count(asked).number > MOST_PICTURED:
        words = _("带照片列的 Excel 最多 {n} 条，请缩小范围，或去掉照片列")
        raise InvalidError({"col": words.format(n=MOST_PICTURED)})


def frame(form: LedgerForm, errors: dict[str, str] | None = None) -> dict[str, Any]:
    """Return what the page shows around its rows."""
    typed = form.query(whole=False) if errors is None else _typed() or form.query(whole=False)
    return {
        "form": form,
        "typed": typed,
        "errors": errors or {},
        "canonical": form.canonical(),
        "saved": saved_filters(g.actor, PAGE),
        "choices": filter_choices(),
        "names": place_and_unit(form),
        "words": filter_words(form),
        "tabs": _tabs(form, typed),
        "columns": COLUMNS,
        "others": [key for key in COLUMNS if key not in form.columns],
        "is_usual": list(form.columns) == list(LEDGERS[form.view]),
        "narrows": NARROWS.get(form.group),
        "pdf_seconds": max(1, round(1000 / ROWS_A_SECOND)),
        "may_export": cell_for("ledger.export", g.actor.role).allows,
        "may_reimport": cell_for("ledger.reimport", g.actor.role).allows,
        "made_at": clock.now(),
    }


def _typed() -> dict[str, Any]:
    """Return what the address says as it is, what was said several times as a list."""
    given = request.args.to_dict(flat=False).items()
    return {name: values if len(values) > 1 else values[0] for name, values in given}


def _tabs(form: LedgerForm, typed: dict[str, Any]) -> list[dict[str, Any]]:
    kept = {name: value for name, value in typed.items() if name not in ("view", "col", "state", "timing", "colour")}
    return [
        {
            "label": labels.word(labels.LEDGER, kind),
            "url": url_for("ledgers.index", **{**kept, "view": kind.value}),
            "current": form.view is kind,
        }
        for kind in LedgerKind
    ]

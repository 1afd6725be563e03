"""The ledgers as files: Excel, CSV, JSON, PDF; ordered here, made in the background, fetched among one's exports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from tracker import clock, labels
from tracker.errors import InvalidError
from tracker.forms.ledgers import LedgerForm
from tracker.languages import _
from tracker.models import ExportKind, ExportMedium, LedgerKind
from tracker.queries.asof_filter import Asked
from tracker.queries.moments import moment
from tracker.services.exports import ExportWish
from tracker.views.access import access
from tracker.views.choices import filter_words
from tracker.views.exports import order
from tracker.views.issued_ledgers import unit_line
from tracker.views.ledgers import as_typed, frame, instant_of, photos_fit

bp = Blueprint("ledger_files", __name__)
ALL = "all"


@bp.post("/ledgers.xlsx")
@access("ledger.export")
def workbook() -> ResponseReturnValue:
    return _order(ExportMedium.XLSX, request.args.get("book") == ALL)


@bp.post("/ledgers.csv")
@access("ledger.export")
def table() -> ResponseReturnValue:
    return _order(ExportMedium.CSV)


@bp.post("/ledgers.json")
@access("ledger.export")
def data() -> ResponseReturnValue:
    return _order(ExportMedium.JSON)


@bp.post("/ledgers.pdf")
@access("ledger.export")
def sheet() -> ResponseReturnValue:
    return _order(ExportMedium.PDF)


def _order(medium: ExportMedium, whole_book: bool = False) -> ResponseReturnValue:
    try:
        form = LedgerForm.parse(request.args)
        forms = _book() if whole_book else [form]
        at = instant_of(form.at or clock.now().replace(microsecond=0))
        for one in forms if medium is ExportMedium.XLSX else ():
            photos_fit(one, Asked(g.actor, one.chosen(), moment(at), one.order_by))
        return order(_wish(forms, medium, at))
    except InvalidError as error:
        return render_template("ledgers/index.html", **frame(as_typed(error.errors), error.errors)), 422


def _wish(forms: Sequence[LedgerForm], medium: ExportMedium, at: datetime) -> ExportWish:
    name = labels.word(labels.LEDGER_TITLE, forms[0].view) if len(forms) == 1 else _("整改台账汇编")
    asked = [{"query": one.canonical(), "words": filter_words(one)} for one in forms]
    back = f"{url_for('ledgers.index')}?{asked[0]['query']}"
    given = {"ledgers": asked, "made_for": unit_line(), "back": back}
    return ExportWish(ExportKind.LEDGERS, medium, f"{name}{clock.local(at):%Y%m%d%H%M}.{medium.value}", given, at)


def _book() -> list[LedgerForm]:
    """Return every ledger under the filter of the address."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in ("view", "col", "state")]
    return [LedgerForm.parse(MultiDict([*kept, ("view", kind.value)])) for kind in LedgerKind]

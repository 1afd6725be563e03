"""Ledgers that went out: made as a sheet for paper, listed, read again from the history."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import parse_qsl

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from tracker import clock
from tracker.errors import InvalidError
from tracker.exporting.reissue import still_seen
from tracker.forms.ledgers import LedgerForm
from tracker.languages import _
from tracker.models import IssuedLedger, LedgerMedium, Role
from tracker.policy import cell_for
from tracker.queries.asof import asof_rows
from tracker.queries.asof_filter import Asked
from tracker.queries.issued_ledgers import issued_page
from tracker.queries.ledger_photos import has_photos, pictured
from tracker.queries.moments import moment
from tracker.queries.places import county_name
from tracker.reports.ledger_columns import COLUMNS
from tracker.reports.ledger_files import heads_of
from tracker.services.issued_ledgers import (
    Layout,
    Tally,
    issued_find,
    issued_rows,
    issued_seen,
    issued_verify,
    ledger_keep,
)
from tracker.views.access import access
from tracker.views.choices import filter_words
from tracker.views.ledger_lines import sheet_lines
from tracker.views.ledgers import frame, instant_of

bp = Blueprint("issued_ledgers", __name__, url_prefix="/ledgers/issued")
TOO_LONG = "query"  # what is wrong with a ledger that is too long for the print view
MOST_ON_PAPER = 3000


@bp.get("")
@access("ledger.read")
def index() -> Response | str:
    words = request.args.get("digest", "").strip()
    if words:
        found = issued_seen(issued_find(words).id, g.actor, sees_all=sees_all())
        return redirect(url_for("issued_ledgers.detail", ledger_id=found.id))
    before = request.args.get("before", type=int)
    return render_template("ledgers/issued_index.html", page=issued_page(g.actor, before, sees_all=sees_all()))


@bp.post("")
@access("ledger.export")
def issue() -> Response | tuple[str, int]:
    form = LedgerForm()
    try:
        form = LedgerForm.parse(MultiDict(parse_qsl(request.form.get("query", ""))))
        issued = _on_paper(form, instant_of(form.at or clock.now().replace(microsecond=0)))
    except InvalidError as error:
        is_long = TOO_LONG in error.errors
        return render_template("ledgers/index.html", **frame(form, error.errors), is_long=is_long), 422
    flash(_("已出打印稿，校验码写在末尾"), "success")
    return redirect(url_for("issued_ledgers.detail", ledger_id=issued.id), 303)


@bp.get("/<int:ledger_id>")
@access("ledger.read")
def detail(ledger_id: int) -> str:
    issued = issued_seen(ledger_id, g.actor, sees_all=sees_all())
    report = issued_verify(issued)
    seen = still_seen(issued, g.actor)
    rows = issued_rows(issued) if issued.rows <= MOST_ON_PAPER else iter(())
    shown = [row for row in rows if seen is None or row.issue.issue_id in seen]
    lines = sheet_lines(pictured(shown, issued.columns, issued.at), issued.columns, issued.grouped)
    return render_template(
        "ledgers/issued.html", issued=issued, report=report, lines=lines, heads=heads_of(issued.columns),
        columns=COLUMNS, most=MOST_ON_PAPER, photos=has_photos(issued.columns),
        hidden=0 if seen is None else issued.rows - len(shown), county=county_name(),
        may_reimport=cell_for("ledger.reimport", g.actor.role).allows,
    )  # fmt: skip


def _on_paper(form: LedgerForm, at: datetime) -> IssuedLedger:
    tally, asked = Tally(), Asked(g.actor, form.chosen(), moment(at), form.order_by)
    for _row in tally.watch(asof_rows(asked)):
        if len(tally.ids) > MOST_ON_PAPER:
            words = _("打印稿最多 {n} 条，请缩小范围，或导出 PDF、Excel")
            raise InvalidError({TOO_LONG: words.format(n=MOST_ON_PAPER)})
    return ledger_keep(
        asked=asked, layout=layout_of(form), medium=LedgerMedium.PAPER, tally=tally, made_for=unit_line(),
        at=clock.now(),
    )  # fmt: skip


def layout_of(form: LedgerForm) -> Layout:
    """Return how the ledger of ``form`` looks."""
    return Layout(form.view, form.columns, form.group, form.canonical(), filter_words(form))


def unit_line() -> str:
    """Return whose ledger it is: the county, then the group or unit of the reader."""
    county = county_name()
    own = g.actor.group_name or g.actor.unit_name
    return " ".join(dict.fromkeys(name for name in (county, own) if name))


def sees_all() -> bool:
    """Tell whether the reader may open what others issued."""
    return g.actor.role in (Role.OFFICE, Role.LEADER)

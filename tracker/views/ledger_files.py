"""The ledgers as files: Excel, CSV, JSON; each is kept with its instant and digest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO

from flask import Blueprint, g, request, send_file
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from tracker import clock, labels
from tracker.forms.ledgers import LedgerForm
from tracker.languages import _
from tracker.models import LedgerKind, LedgerMedium
from tracker.queries.asof import asof_rows
from tracker.queries.asof_filter import Asked
from tracker.queries.ledger import LedgerRow
from tracker.queries.moments import moment, policy_version_at
from tracker.reports.ledger_files import Frame, write_csv, write_json, write_ledgers
from tracker.services.issued_ledgers import Tally, ledger_keep
from tracker.views.access import access
from tracker.views.choices import filter_words
from tracker.views.evidence import current_store
from tracker.views.issued_ledgers import layout_of, unit_line
from tracker.views.ledgers import instant_of, photos_fit
from tracker.views.workbooks import XLSX

bp = Blueprint("ledger_files", __name__)
ALL = "all"


@bp.get("/ledgers.xlsx")
@access("ledger.export")
def workbook() -> Response:
    at = _at(LedgerForm.parse(request.args))
    out = [Outgoing(form, at) for form in _forms()]
    for one in out:
        photos_fit(one.form, one.asked)
    ledgers = [(one.frame, one.rows()) for one in out]
    return _send(out, LedgerMedium.XLSX, XLSX, lambda file: write_ledgers(file, ledgers))


@bp.get("/ledgers.csv")
@access("ledger.export")
def table() -> Response:
    form = LedgerForm.parse(request.args)
    one = Outgoing(form, _at(form))
    return _send(
        [one], LedgerMedium.CSV, "text/csv; charset=utf-8", lambda file: write_csv(file, one.frame, one.rows())
    )


@bp.get("/ledgers.json")
@access("ledger.export")
def data() -> Response:
    form = LedgerForm.parse(request.args)
    one = Outgoing(form, _at(form))

    def about() -> dict[str, object]:
        policy = policy_version_at(one.asked.moment.at)
        return {"filter": one.words, "policy_version": policy, "count": len(one.tally.ids), "sha256": one.tally.digest}

    return _send(
        [one], LedgerMedium.JSON, "application/json", lambda file: write_json(file, one.frame, one.rows(), about)
    )


class Outgoing:
    """A ledger on its way out: what is asked, what stands around it, and the tally of its rows."""

    def __init__(self, form: LedgerForm, at: datetime) -> None:
        self.form, self.tally, self.words = form, Tally(), filter_words(form)
        self.asked = Asked(g.actor, form.chosen(), moment(at), form.order_by)
        self.frame = Frame(
            form.view, form.columns, unit_line(), self.words, at, self._closing, form.group, current_store().read
        )

    def rows(self) -> Iterator[LedgerRow]:
        """Return the rows, counted as they go by."""
        return self.tally.watch(asof_rows(self.asked))

    def _closing(self) -> str:
        policy = policy_version_at(self.asked.moment.at)
        return _("共 {n} 条　　{policy}　　校验码 {digest}").format(
            n=len(self.tally.ids), digest=self.tally.digest,
            policy=_("规则第 {n} 版").format(n=policy) if policy else _("内置规则"),
        )  # fmt: skip


def _forms() -> list[LedgerForm]:
    """Return the ledger of the address, or with ``book=all`` every ledger under the same filter."""
    if request.args.get("book") != ALL:
        return [LedgerForm.parse(request.args)]
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in ("view", "col", "state")]
    return [LedgerForm.parse(MultiDict([*kept, ("view", kind.value)])) for kind in LedgerKind]


def _at(form: LedgerForm) -> datetime:
    return instant_of(form.at or clock.now().replace(microsecond=0))


def _send(out: list[Outgoing], medium: LedgerMedium, kind: str, write: Callable[[IO[bytes]], None]) -> Response:
    file = TemporaryFile()  # noqa: SIM115  # closed by the response
    try:
        write(file)
        at = clock.now()
        for one in out:
            ledger_keep(
                asked=one.asked, layout=layout_of(one.form), medium=medium, tally=one.tally, made_for=unit_line(), at=at
            )
        file.seek(0)
        name = labels.word(labels.LEDGER_TITLE, out[0].form.view) if len(out) == 1 else _("整改台账汇编")
        day = f"{clock.local(out[0].asked.moment.at):%Y%m%d%H%M}"
        return send_file(file, mimetype=kind, as_attachment=True, download_name=f"{name}{day}.{medium.value}")
    except BaseException:
        file.close()
        raise

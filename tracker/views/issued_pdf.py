"""A ledger that went out, as PDF."""

from __future__ import annotations

from flask import Blueprint, g, url_for
from werkzeug.wrappers import Response

from tracker import clock, labels
from tracker.models import ExportKind, ExportMedium, IssuedLedger
from tracker.services.exports import ExportWish
from tracker.services.issued_ledgers import issued_seen
from tracker.views.access import access
from tracker.views.exports import order
from tracker.views.issued_ledgers import sees_all

bp = Blueprint("issued_pdf", __name__, url_prefix="/ledgers/issued")


@bp.post("/<int:ledger_id>.pdf")
@access("ledger.read")
def sheet(ledger_id: int) -> Response:
    issued = issued_seen(ledger_id, g.actor, sees_all=sees_all())
    back = url_for("issued_ledgers.detail", ledger_id=ledger_id)
    given = {"issued": issued.id, "action": "ledger.read", "back": back}
    return order(ExportWish(ExportKind.LEDGERS, ExportMedium.PDF, _name(issued), given, issued.at))


def _name(issued: IssuedLedger) -> str:
    return f"{labels.word(labels.LEDGER_TITLE, issued.kind)}{clock.local(issued.at):%Y%m%d%H%M}.pdf"

"""A ledger that went out, as PDF: while one waits, or in the background where it is long."""

from __future__ import annotations

from tempfile import TemporaryFile

from flask import Blueprint, current_app, g, send_file, url_for
from werkzeug.wrappers import Response

from tracker import clock, labels
from tracker.errors import RefusedError
from tracker.exporting.reissue import Reissue
from tracker.languages import _
from tracker.models import ExportKind, ExportMedium, IssuedLedger
from tracker.reports.ledger_pdf import write_pdf
from tracker.services.exports import ExportWish
from tracker.services.issued_ledgers import issued_seen
from tracker.views.access import access
from tracker.views.exports import order
from tracker.views.issued_ledgers import MOST_AS_PDF, sees_all

bp = Blueprint("issued_pdf", __name__, url_prefix="/ledgers/issued")


@bp.get("/<int:ledger_id>.pdf")
@access("ledger.read")
def sheet(ledger_id: int) -> Response:
    issued = issued_seen(ledger_id, g.actor, sees_all=sees_all())
    if issued.rows > MOST_AS_PDF:
        words = _("超过 {n} 条的在后台生成，请在已出台账的页面上点“下载 PDF”")
        raise RefusedError(words.format(n=MOST_AS_PDF))
    again = Reissue(issued, g.actor)
    file = TemporaryFile()  # noqa: SIM115  # closed by the response
    try:
        write_pdf(file, again.frame, again.rows(), fonts=current_app.config["FONT_FOLDER"])
        file.seek(0)
        return send_file(file, mimetype="application/pdf", download_name=_name(issued))
    except BaseException:
        file.close()
        raise


@bp.post("/<int:ledger_id>.pdf")
@access("ledger.export")
def wanted(ledger_id: int) -> Response:
    issued = issued_seen(ledger_id, g.actor, sees_all=sees_all())
    given = {"issued": issued.id, "back": url_for("issued_ledgers.detail", ledger_id=ledger_id)}
    return order(ExportWish(ExportKind.LEDGERS, ExportMedium.PDF, _name(issued), given, issued.at))


def _name(issued: IssuedLedger) -> str:
    return f"{labels.word(labels.LEDGER_TITLE, issued.kind)}{clock.local(issued.at):%Y%m%d%H%M}.pdf"

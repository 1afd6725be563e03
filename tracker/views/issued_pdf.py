"""A ledger that went out, as PDF: set again from the history, whatever it was issued as."""

from __future__ import annotations

from collections.abc import Iterator
from tempfile import TemporaryFile

from flask import Blueprint, current_app, g, send_file
from werkzeug.wrappers import Response

from tracker import clock, labels
from tracker.errors import RefusedError
from tracker.languages import _
from tracker.models import IssuedLedger
from tracker.queries.ledger import LedgerRow
from tracker.reports.ledger_files import Frame, closing_words
from tracker.reports.ledger_pdf import write_pdf
from tracker.services.issued_ledgers import Tally, issued_rows, issued_seen, members_of
from tracker.views.access import access
from tracker.views.issued_ledgers import MOST_AS_PDF, sees_all, still_seen

bp = Blueprint("issued_pdf", __name__, url_prefix="/ledgers/issued")


@bp.get("/<int:ledger_id>.pdf")
@access("ledger.read")
def sheet(ledger_id: int) -> Response:
    issued = issued_seen(ledger_id, g.actor, sees_all=sees_all())
    if issued.rows > MOST_AS_PDF:
        words = _("超过 {n} 条，请缩小范围后重新出具")
        raise RefusedError(words.format(n=MOST_AS_PDF))
    again = Again(issued, still_seen(members_of(issued)[0]))
    file = TemporaryFile()  # noqa: SIM115  # closed by the response
    try:
        write_pdf(file, again.frame, again.rows(), fonts=current_app.config["FONT_FOLDER"])
        file.seek(0)
        name = f"{labels.word(labels.LEDGER_TITLE, issued.kind)}{clock.local(issued.at):%Y%m%d%H%M}.pdf"
        return send_file(file, mimetype="application/pdf", download_name=name)
    except BaseException:
        file.close()
        raise


class Again:
    """An issued ledger read from the history again; ``seen`` are the issues that the reader may see, ``None`` for all.

    What was issued with the same columns and filter says the same, to the byte, as long as the history does.
    """

    def __init__(self, issued: IssuedLedger, seen: set[int] | None) -> None:
        self._issued, self._seen, self._tally, self._hidden = issued, seen, Tally(), 0
        self.frame = Frame(
            issued.kind, issued.columns, issued.made_for, issued.words, issued.at, self._closing, issued.grouped
        )

    def rows(self) -> Iterator[LedgerRow]:
        """Yield the rows that the reader may see; all of them are digested."""
        for row in self._tally.watch(issued_rows(self._issued)):
            if self._seen is None or row.issue.issue_id in self._seen:
                yield row
            else:
                self._hidden += 1

    def _closing(self) -> str:
        issued, found = self._issued, self._tally.digest
        lines = [closing_words(issued.rows, issued.policy_version_id, issued.digest)]
        if found != issued.digest:
            lines.append(_("不符：由历史重算的校验码为 {digest}").format(digest=found))
        if self._hidden:
            words = _("其中 {n} 条您现在无权查看，没有列出；校验码是当时全部行的。")
            lines.append(words.format(n=self._hidden))
        return "\n".join(lines)

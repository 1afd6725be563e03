"""The ledgers as files: each is kept with its instant and digest once its rows have gone by."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import IO, Any
from urllib.parse import parse_qsl

from werkzeug.datastructures import MultiDict

from tracker.exporting.pulse import Pulse
from tracker.exporting.reissue import Reissue
from tracker.exporting.work import Work
from tracker.forms.ledgers import LedgerForm
from tracker.models import ExportMedium, LedgerMedium, Role
from tracker.queries.asof import asof_rows, asof_total
from tracker.queries.asof_filter import Asked
from tracker.queries.ledger import LedgerRow
from tracker.queries.moments import moment, policy_version_at
from tracker.reports.ledger_files import Frame, closing_words, write_csv, write_json, write_ledgers
from tracker.reports.ledger_pdf import write_pdf
from tracker.services.export_tasks import Outcome
from tracker.services.issued_ledgers import Layout, Tally, issued_seen, ledger_keep


class Outgoing:
    """A ledger on its way out: what is asked, what stands around it, and the tally of its rows."""

    def __init__(self, query: str, words: str, work: Work) -> None:
        form = LedgerForm.parse(MultiDict(parse_qsl(query)))
        self.tally, self._pulse, self.fonts = Tally(), work.pulse, work.fonts
        self.asked = Asked(work.actor, form.chosen(), moment(work.at), form.order_by)
        self.layout = Layout(form.view, form.columns, form.group, query, words)
        self.frame = Frame(
            form.view, form.columns, work.given["made_for"], words, work.at, self._closing, form.group, work.picture
        )

    def rows(self) -> Iterator[LedgerRow]:
        """Return the rows, counted as they go by."""
        return self.tally.watch(self._pulse.watch(asof_rows(self.asked)))

    def about(self) -> dict[str, object]:
        """Return what the file says of itself, once the rows have gone by."""
        policy = policy_version_at(self.asked.moment.at)
        return {
            "filter": self.layout.words, "policy_version": policy, "count": len(self.tally.ids),
            "sha256": self.tally.digest,
        }  # fmt: skip

    def _closing(self) -> str:
        return closing_words(len(self.tally.ids), policy_version_at(self.asked.moment.at), self.tally.digest)


def _xlsx(file: IO[bytes], ledgers: Sequence[Outgoing], _pulse: Pulse) -> None:
    write_ledgers(file, [(one.frame, one.rows()) for one in ledgers])


def _csv(file: IO[bytes], ledgers: Sequence[Outgoing], _pulse: Pulse) -> None:
    write_csv(file, ledgers[0].frame, ledgers[0].rows())


def _json(file: IO[bytes], ledgers: Sequence[Outgoing], _pulse: Pulse) -> None:
    write_json(file, ledgers[0].frame, ledgers[0].rows(), ledgers[0].about)


def _pdf(file: IO[bytes], ledgers: Sequence[Outgoing], _pulse: Pulse) -> None:
    write_pdf(file, ledgers[0].frame, ledgers[0].rows(), fonts=ledgers[0].fonts)


Writer = Callable[[IO[bytes], Sequence[Outgoing], Pulse], None]
WRITERS: Mapping[ExportMedium, Writer] = {
    ExportMedium.XLSX: _xlsx, ExportMedium.CSV: _csv, ExportMedium.JSON: _json,
    ExportMedium.PDF: _pdf,
}  # fmt: skip
BOOKS = (ExportMedium.XLSX,)  # what can hold several ledgers


def ledgers_make(work: Work, file: IO[bytes]) -> Outcome:
    """Write the ledgers that ``work`` asks for: ``given`` has the query and the filter in words of each."""
    if "issued" in work.given:
        return _again(work, file)
    ledgers = [Outgoing(one["query"], one["words"], work) for one in work.given["ledgers"]]
    work.pulse.total = sum(asof_total(one.asked).total for one in ledgers)
    WRITERS[work.medium](file, ledgers, work.pulse)

    def keep(at: datetime, _sha256: str) -> None:
        said: dict[str, Any] = {"medium": LedgerMedium(work.medium.value), "made_for": work.given["made_for"], "at": at}
        for one in ledgers:
            ledger_keep(asked=one.asked, layout=one.layout, tally=one.tally, **said)

    members = [key for one in ledgers for key in one.tally.ids]
    return Outcome(len(members), members, keep)


def _again(work: Work, file: IO[bytes]) -> Outcome:
    """Set a ledger that went out already as PDF; nothing new is issued by it."""
    sees_all = work.actor.role in (Role.OFFICE, Role.LEADER)
    again = Reissue(issued_seen(work.given["issued"], work.actor, sees_all=sees_all), work.actor)
    work.pulse.total = again.rows_before
    write_pdf(file, again.frame, work.pulse.watch(again.rows()), fonts=work.fonts)
    return Outcome(len(again.shown), again.shown, lambda _at, _sha256: None)

"""An edited ledger that the demo's office has brought back, to be looked at before it is written."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from tracker.clock import local, local_date
from tracker.demo.people import World
from tracker.models import LedgerKind, LedgerMedium
from tracker.policy import actor_of
from tracker.queries.asof import asof_rows
from tracker.queries.asof_filter import Asked
from tracker.queries.filters import IssueFilter, Timing
from tracker.queries.ledger import LedgerRow
from tracker.queries.ledger_columns import LEDGERS
from tracker.queries.moments import moment
from tracker.reports.ledger_columns import COLUMNS, values_of
from tracker.reports.ledger_files import Frame, write_ledgers
from tracker.services.annotations import issue_annotate
from tracker.services.issued_ledgers import Layout, Tally, ledger_keep
from tracker.services.reimporting.tasks import upload_place, upload_work
from tracker.services.reimporting.uploads import upload_begin
from tracker.storage import SheetFile

_EDITED = 6


def ledger_bring_back(world: World, at: datetime, data: Path) -> None:
    """Export the overdue ledger of yesterday, type into some of its rows, and bring it back; others typed too."""
    actor = actor_of(world.people["demo-office"], local_date(at))
    then = moment(at.replace(microsecond=0) - timedelta(days=1))
    asked = Asked(actor, IssueFilter(states=("all",), timing=Timing.OVERDUE), then, "deadline")
    columns = LEDGERS[LedgerKind.OVERDUE]
    tally, file = Tally(), io.BytesIO()
    rows = list(tally.watch(asof_rows(asked)))
    query = f"view=overdue&at={local(then.at):%Y-%m-%dT%H:%M:%S}"
    layout = Layout(LedgerKind.OVERDUE, columns, "", query, "")
    ledger_keep(asked=asked, layout=layout, medium=LedgerMedium.XLSX, tally=tally, made_for=actor.unit_name, at=at)
    frame = Frame(LedgerKind.OVERDUE, columns, actor.unit_name, "", then.at, lambda: tally.digest)
    write_ledgers(file, [(frame, _typed_into(rows))])
    if rows:
        issue_annotate(issue_id=rows[0].issue.issue_id, changes={"remark": "示例：已电话催办"}, actor=actor, at=at)
    place = upload_place(data, COLUMNS, values_of)
    incoming = place.store.receive(io.BytesIO(file.getvalue()), len(file.getvalue()))
    kept = SheetFile("整改问题逾期台账（示例：已填原因）.xlsx", place.store.keep(incoming.path), incoming.size)
    upload_work(upload_begin(file=kept, actor=actor, at=at).id, place)


def _typed_into(rows: list[LedgerRow]) -> Iterator[LedgerRow]:
    """Yield the rows with a reason and a remark in the first, and in one of them a unit, which is no business here."""
    for n, row in enumerate(rows):
        typed: dict[str, str] = {}
        if n < _EDITED:
            typed |= {"overdue_reason": "示例：等待资金到位"} | ({"remark": "示例：下周复查"} if n % 2 == 0 else {})
        if n == 1:
            typed |= {"unit": "示例单位"}
        yield row._replace(issue=row.issue._replace(**typed))

"""The list of issues and the overdue ledger of today as Excel."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import IO, Any
from urllib.parse import parse_qsl

from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

from tracker.database import db
from tracker.exporting.work import Work
from tracker.forms.filters import ListForm, OverdueForm
from tracker.models import Issue
from tracker.queries.issues import narrowed
from tracker.queries.ledger import LedgerRow, full_ledger, overdue_ledger
from tracker.queries.places import county_name
from tracker.reports.ledger import write_full, write_overdue
from tracker.services.export_tasks import Outcome
from tracker.services.exports import ledger_exported


def issues_make(work: Work, file: IO[bytes]) -> Outcome:
    """Write the list of issues that the query asks for."""
    form = ListForm.parse(MultiDict(parse_qsl(work.given["query"])))
    return _make("issues", work, form, full_ledger, write_full, file)


def overdue_make(work: Work, file: IO[bytes]) -> Outcome:
    """Write the overdue ledger that the query asks for."""
    form = OverdueForm.parse(MultiDict(parse_qsl(work.given["query"])))

    def ledger(*asked: Any) -> Iterator[LedgerRow]:
        return overdue_ledger(*asked, newly=form.view == "newly")

    return _make("overdue", work, form, ledger, write_overdue, file)


def _make(
    page: str, work: Work, form: ListForm, ledger: Callable[..., Iterator[LedgerRow]], write: Callable[..., int],
    file: IO[bytes],
) -> Outcome:  # fmt: skip
    order, members, actor = replace(form.order(), cursor=None, backward=False), [], work.actor
    work.pulse.total = _count(work, form)

    def rows() -> Iterator[LedgerRow]:
        for row in work.pulse.watch(ledger(actor, form.chosen(), order)):
            members.append(row.issue.id)
            yield row

    number = write(file, rows(), actor=actor, at=work.now, county=county_name())

    def keep(at: datetime, sha256: str) -> None:
        query = work.given["query"][:1000]
        ledger_exported(actor=actor, at=at, page=page, query=query, rows=number, sha256=sha256)

    return Outcome(number, members, keep)


def _count(work: Work, form: ListForm) -> int:
    """Return about how many rows there will be; of what became late since the last working day, fewer come."""
    return db.session.scalar(narrowed(select(func.count(Issue.id)), work.actor, form.chosen())) or 0

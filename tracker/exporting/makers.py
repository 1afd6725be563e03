"""What there is to make, by kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import IO

from tracker.exporting.books import BOOKS, book_make, faults_make
from tracker.exporting.ledgers import ledgers_make
from tracker.exporting.lists import issues_make, overdue_make
from tracker.exporting.papers import paper_make
from tracker.exporting.work import Work
from tracker.models import PAPERS, ExportKind
from tracker.services.export_tasks import Outcome

Maker = Callable[[Work, IO[bytes]], Outcome]
MAKERS: Mapping[ExportKind, Maker] = {
    ExportKind.LEDGERS: ledgers_make, ExportKind.ISSUES: issues_make, ExportKind.OVERDUE: overdue_make,
    ExportKind.FAULTS: faults_make, **dict.fromkeys(BOOKS, book_make), **dict.fromkeys(PAPERS, paper_make),
}  # fmt: skip

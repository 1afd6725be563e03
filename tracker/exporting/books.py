"""Workbooks of today: rounds and visits, look-backs and what they were drawn from, points, the faults of an import."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any, TypeVar
from urllib.parse import parse_qsl

from flask import current_app
from werkzeug.datastructures import MultiDict

from tracker.database import db
from tracker.errors import RefusedError
from tracker.exporting.work import Work
from tracker.forms.look_backs import RegisterForm
from tracker.forms.visits import VisitListForm
from tracker.languages import _
from tracker.models import ExportKind, ImportBatch
from tracker.queries.look_back_plans import frame_rows, plan_seen
from tracker.queries.look_backs import look_back_rows
from tracker.queries.places import county_name
from tracker.queries.points import point_rows
from tracker.queries.rounds import left_out, round_page
from tracker.queries.visit_lists import visit_lines
from tracker.reports.import_faults import Fault, write_faults
from tracker.reports.look_back import write_frame, write_register
from tracker.reports.points import write_points
from tracker.reports.rounds import write_round, write_visits
from tracker.services.export_tasks import Outcome
from tracker.services.exports import ledger_exported
from tracker.services.importing.faults import faults_of, staged_cells
from tracker.services.importing.tasks import folders

RowT = TypeVar("RowT")
Members = list[int]


def book_make(work: Work, file: IO[bytes]) -> Outcome:
    """Write the workbook that ``work`` asks for."""
    members: Members = []
    rows = BOOKS[work.kind](work, file, members)

    def keep(at: datetime, sha256: str) -> None:
        query = work.given["query"][:1000]
        ledger_exported(actor=work.actor, at=at, page=work.kind.value, query=query, rows=rows, sha256=sha256)

    return Outcome(rows, members, keep)


def _about(work: Work) -> dict[str, Any]:
    return {"at": work.now, "county": county_name()}


def _noted(work: Work, rows: Iterable[RowT], members: Members, key: Callable[[RowT], int]) -> Iterator[RowT]:
    """Yield ``rows``, noting of which records they are."""
    for row in work.pulse.watch(rows):
        members.append(key(row))
        yield row


def _round(work: Work, file: IO[bytes], members: Members) -> int:
    round_id, group_id = work.given["id"], work.given["group"]
    page = round_page(work.actor, round_id, group_id=group_id)
    left = None if work.actor.is_group or group_id else left_out(round_id, most=None)
    members += [stop.id for plan in page.plans for stops in plan.days.values() for stop in stops]
    return write_round(file, page, left, **_about(work))


def _visits(work: Work, file: IO[bytes], members: Members) -> int:
    """Write the visits of a round, or of a period: without one this year's; a group gets its own."""
    actor, form = work.actor, VisitListForm.parse(MultiDict(parse_qsl(work.given["query"])))
    first = form.first or (None if form.round else date(actor.today.year, 1, 1))
    group_id = actor.group_id if actor.is_group else form.group
    lines = visit_lines(actor, group_id=group_id, round_id=form.round, first=first, last=form.last)
    noted = _noted(work, lines, members, lambda line: line.visit.id)
    return write_visits(file, noted, title=_("走访记录"), **_about(work))


def _look_backs(work: Work, file: IO[bytes], members: Members) -> int:
    form = RegisterForm.parse(MultiDict(parse_qsl(work.given["query"])))
    rows = look_back_rows(work.actor, form.chosen())
    return write_register(file, _noted(work, rows, members, lambda row: row.id), **_about(work))


def _frame(work: Work, file: IO[bytes], members: Members) -> int:
    plan = plan_seen(work.given["id"])
    members.append(plan.id)
    return write_frame(file, plan, work.pulse.watch(frame_rows(plan)), **_about(work))


def _points(work: Work, file: IO[bytes], members: Members) -> int:
    rows = _noted(work, point_rows(work.actor, work.given["year"]), members, lambda row: int(row.id))
    return write_points(file, rows, year=work.given["year"], **_about(work))


BOOKS: Mapping[ExportKind, Callable[[Work, IO[bytes], Members], int]] = {
    ExportKind.ROUND: _round, ExportKind.VISITS: _visits, ExportKind.LOOK_BACKS: _look_backs,
    ExportKind.FRAME: _frame, ExportKind.POINTS: _points,
}  # fmt: skip


def faults_make(work: Work, file: IO[bytes]) -> Outcome:
    """Write the file of an import as it came, with its faults marked; nobody hands anything out by it."""
    batch = db.session.get_one(ImportBatch, work.given["id"])
    if batch.task is not None:
        raise RefusedError(_("这次导入正在处理，请稍后再下载"))
    marks = [Fault(one.row, one.column, one.words, one.level) for one in faults_of(batch)]
    path = folders(Path(current_app.config["DATA_DIR"])).imports.path_of(batch.file_sha256)
    write_faults(
        path, batch.file_name, batch.about["sheet"], marks, file, rows=staged_cells(batch.id), headings=_headings(batch)
    )
    return Outcome(None, [batch.id], lambda _at, _sha256: None)


def _headings(batch: ImportBatch) -> tuple[int, int]:
    """Return the rows of the headings; a file without any is taken to begin with its rows."""
    first, last = batch.about["header"]
    return (int(first), int(last)) if last else (1, 1)

"""What is done to an edited ledger in the background; taken up again where a process died over it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import insert

from tracker import clock
from tracker.clock import local_date
from tracker.database import db, transaction
from tracker.errors import NotFoundError, TrackerError
from tracker.languages import _
from tracker.models import IssuedLedger, LedgerUpload, LedgerUploadCell, Post, UploadTask
from tracker.policy import Actor, actor_of
from tracker.reading.edited_tables import EditedSheet
from tracker.services.issued_ledgers import issued_find
from tracker.services.reimporting.comparing import Comparison
from tracker.services.reimporting.sheets import CellsRead, LedgerCells, edited_sheets
from tracker.services.reimporting.uploads import upload_file_let_go, uploads_tidy
from tracker.services.reimporting.writing import upload_apply, upload_undo
from tracker.services.tasks import task_beat, task_claim, tasks_left
from tracker.storage import Store

_LOG = logging.getLogger(__name__)
_NUMBERS = 300  # kept of a file that does not say what it is, to find out which export it was
Beat = Callable[[int, int], None]


class Headed(Protocol):
    """A column of a ledger, by what stands above it (a msgid)."""

    @property
    def heading(self) -> str: ...


@dataclass(frozen=True)
class UploadPlace:
    """Where the files lie, and how a ledger's cells are written out."""

    store: Store
    cells: LedgerCells


def upload_place(data: Path, columns: Mapping[str, Headed], read: CellsRead) -> UploadPlace:
    """Return the folder of edited ledgers below the data folder, and how the ledgers' columns are written out.

    A file stays there until it has been compared.
    """
    cells = LedgerCells({key: column.heading for key, column in columns.items()}, read)
    return UploadPlace(Store(data / "ledger_uploads"), cells)


def upload_work(upload_id: int, where: UploadPlace) -> None:
    """Do what waits to be done to an upload, unless another process is at it already."""
    if not task_claim(LedgerUpload, upload_id, clock.now()):
        return
    upload = db.session.get_one(LedgerUpload, upload_id, populate_existing=True)
    task = upload.task
    try:
        if task is not None:
            _STEPS[task](upload, where, _actor(upload), _beat(upload_id))
    except TrackerError as error:
        db.session.rollback()
        _ended(upload_id, task, failure=error.message)
    except BaseException:
        db.session.rollback()
        _LOG.exception("ledger upload %s: %s failed", upload_id, task)
        _ended(upload_id, task, failure=_("处理时发生意外错误，请重试；仍不成功请联系系统管理员"))
        raise
    if task is UploadTask.COMPARE:
        upload_file_let_go(upload.file_sha256, where.store)


def uploads_resume(where: UploadPlace, at: datetime) -> None:
    """Take up what a process left behind when it died, and clear away what nobody came back to."""
    for upload_id in tasks_left(LedgerUpload, at):
        upload_work(upload_id, where)
    for sha256 in uploads_tidy(at=at):
        upload_file_let_go(sha256, where.store)


def _compare(upload: LedgerUpload, where: UploadPlace, actor: Actor, beat: Beat) -> None:
    sheets = edited_sheets(where.store.path_of(upload.file_sha256), upload.file_name, where.cells)
    known = [(sheet, _issued(sheet, upload)) for sheet in sheets]
    named = [(sheet, issued) for sheet, issued in known if issued is not None]
    if not named:
        _ended(upload.id, UploadTask.COMPARE, about={"numbers": _numbers(sheets)})
        return
    found = Comparison(actor, where.cells, clock.now())
    done, total = 0, sum(len(sheet.lines) for sheet, _issued_ledger in named)
    for sheet, issued in named:
        for lines in found.compare(sheet, issued):
            beat(done + lines, total)
        done += len(sheet.lines)
    _keep(upload.id, found, [sheet.name for sheet, issued in known if issued is None])


def _issued(sheet: EditedSheet, upload: LedgerUpload) -> IssuedLedger | None:
    """Return the ledger that a sheet was: by its digest, or as the person named it; the newest of equal ones."""
    for digest in reversed(sheet.digests):
        try:
            return issued_find(digest)
        except NotFoundError:
            continue
    return db.session.get(IssuedLedger, upload.issued_id) if upload.issued_id is not None else None


def _numbers(sheets: Sequence[EditedSheet]) -> list[str]:
    return [line.issue for sheet in sheets for line in sheet.lines][:_NUMBERS]


def _keep(upload_id: int, found: Comparison, unnamed: Sequence[str]) -> None:
    rows = [
        {
            "upload_id": upload_id, "n": n, "issue_id": edit.issue_id, "sheet": edit.sheet, "line": edit.line,
            "column": edit.column, "kind": judged.kind, "is_taken": False, "base": edit.base, "mine": edit.mine,
            "now": judged.now, "now_id": judged.now_id, "note": judged.note, "note_words": judged.note_words,
        }
        for n, (edit, judged) in enumerate(found.judged, 1)
    ]  # fmt: skip
    about = {"sheets": found.sheets, "lines": found.lines, "unnamed": list(unnamed)}
    with transaction() as session:
        if session.get_one(LedgerUpload, upload_id, populate_existing=True).task is not UploadTask.COMPARE:
            return  # another process was faster
        if rows:
            session.connection().execute(insert(LedgerUploadCell), rows)
        _ended(upload_id, UploadTask.COMPARE, about=about, summary=found.summary(), compared_at=found.at)


def _apply(upload: LedgerUpload, _where: UploadPlace, actor: Actor, beat: Beat) -> None:
    upload_apply(upload, actor, clock.now(), beat)
    _ended(upload.id, UploadTask.APPLY)


def _undo(upload: LedgerUpload, _where: UploadPlace, actor: Actor, beat: Beat) -> None:
    upload_undo(upload, actor, clock.now(), beat)
    _ended(upload.id, UploadTask.UNDO)


_STEPS: dict[UploadTask, Callable[[LedgerUpload, UploadPlace, Actor, Beat], None]] = {
    UploadTask.COMPARE: _compare, UploadTask.APPLY: _apply, UploadTask.UNDO: _undo,
}  # fmt: skip


def _actor(upload: LedgerUpload) -> Actor:
    """Return who ordered what is being done, in the post they did it in."""
    return actor_of(db.session.get_one(Post, upload.about["post"]), local_date(clock.now()))


def _beat(upload_id: int) -> Beat:
    def beat(done: int, total: int) -> None:
        task_beat(LedgerUpload, upload_id, clock.now(), task_done=done, task_total=total)

    return beat


def _ended(upload_id: int, task: UploadTask | None, *, failure: str = "", about: Any = None, **columns: Any) -> None:
    """End a task with what it came to; one that another process ended meanwhile is none of ours any more."""
    with transaction() as session:
        upload = session.get_one(LedgerUpload, upload_id, populate_existing=True)
        if upload.task is not task:
            return
        upload.task, upload.task_at, upload.failure = None, None, failure
        upload.about = {**upload.about, **(about or {})}
        for name, value in columns.items():
            setattr(upload, name, value)

"""Writes what was edited, and sets it back: an act of its own for each issue, some issues a transaction.

What the preview showed is looked at again under the lock: a cell that somebody changed since becomes a conflict and is
not written. A crash leaves each issue either written and noted as such, or neither.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, func, select

from tracker.database import db, transaction
from tracker.errors import ForbiddenError, InvalidError, NotFoundError
from tracker.models import Issue, LedgerUpload, LedgerUploadCell, UploadCellKind
from tracker.policy import Actor
from tracker.services.annotations import SPONSOR, issue_annotate
from tracker.services.chain import AUDIT, ISSUES, audit_record, chain_lock
from tracker.services.reimporting.judging import FIELDS, Edit, Judge, Judged
from tracker.services.reimporting.uploads import PENDING
from tracker.services.transitions import issue_for_change

CHUNK = 50  # issues a transaction, so that others' saving waits no longer than for one
K = UploadCellKind
Cell = LedgerUploadCell
Beat = Callable[[int, int], None]
Act = Callable[[Issue, Sequence[Cell], "_Writer"], dict[str, Any]]


def upload_apply(upload: LedgerUpload, actor: Actor, at: datetime, beat: Beat) -> None:
    """Write the changes, and the conflicts that were decided so; the caller holds no transaction."""
    _Writer(upload, actor, at, K.WRONG).run("ledger.reimport", PENDING, _to_write, beat)


def upload_undo(upload: LedgerUpload, actor: Actor, at: datetime, beat: Beat) -> None:
    """Set back what still stands as it was written; the caller holds no transaction."""
    _Writer(upload, actor, at, K.STAYED).run("ledger.reimport_undo", Cell.kind == K.DONE, _to_set_back, beat)


class _Writer:
    """Walks the issues of one upload for the person who ordered it; ``failed`` is what a cell becomes on an error."""

    def __init__(self, upload: LedgerUpload, actor: Actor, at: datetime, failed: UploadCellKind) -> None:
        self.upload_id, self.actor, self.at, self.failed = upload.id, actor, at, failed
        self.judge = Judge(actor)

    def run(self, action: str, wanted: ColumnElement[bool], act: Act, beat: Beat) -> None:
        """Do ``act`` on every issue with cells that are wanted; the audit has its entry with the first of them."""
        total, done = self._total(wanted), 0
        for ids in self._chunks(wanted):
            with transaction():
                chain_lock(ISSUES)
                chain_lock(AUDIT)
                self._note(action, wanted)
                for issue_id, cells in self._cells(ids, wanted):
                    self._one(issue_id, cells, act)
            done += len(ids)
            beat(done, total)

    def _one(self, issue_id: int, cells: Sequence[Cell], act: Act) -> None:
        """Write one issue; a cell that cannot be written says why and stays."""
        try:
            issue = issue_for_change(issue_id, self.actor)
            changes = act(issue, cells, self)
            if changes:
                told = {"ledger_upload": self.upload_id}
                issue_annotate(issue_id=issue_id, changes=changes, actor=self.actor, at=self.at, told=told)
        except (NotFoundError, ForbiddenError, InvalidError) as error:
            gone = isinstance(error, NotFoundError)
            for cell in cells:
                if cell.is_taken or cell.kind in (K.CHANGE, K.DONE, K.UNDONE):
                    cell.kind, cell.is_taken = self.failed, False
                    cell.note, cell.note_words = ("gone", "") if gone else ("refused", error.message)

    def _total(self, wanted: ColumnElement[bool]) -> int:
        query = select(func.count(Cell.issue_id.distinct())).where(Cell.upload_id == self.upload_id, wanted)
        return db.session.scalar(query) or 0

    def _chunks(self, wanted: ColumnElement[bool]) -> Iterator[list[int]]:
        """Yield the issues, some at a time, each once."""
        last = 0
        query = select(Cell.issue_id).where(Cell.upload_id == self.upload_id, wanted).distinct()
        while ids := list(db.session.scalars(query.where(Cell.issue_id > last).order_by(Cell.issue_id).limit(CHUNK))):
            yield ids
            last = ids[-1]

    def _cells(self, ids: Sequence[int], wanted: ColumnElement[bool]) -> list[tuple[int, list[Cell]]]:
        query = select(Cell).where(Cell.upload_id == self.upload_id, Cell.issue_id.in_(ids), wanted)
        found = db.session.execute(query.order_by(Cell.issue_id, Cell.n), execution_options={"populate_existing": True})
        return [(key, list(cells)) for key, cells in groupby(found.scalars(), key=lambda cell: cell.issue_id)]

    def _note(self, action: str, wanted: ColumnElement[bool]) -> None:
        """Note in the audit and on the upload who brings which file in, once an order."""
        upload = db.session.get_one(LedgerUpload, self.upload_id, populate_existing=True)
        if upload.about.get("noted") == action:
            return
        cells = db.session.scalar(select(func.count()).where(Cell.upload_id == self.upload_id, wanted))
        detail = {
            "sha256": upload.file_sha256, "cells": cells, "issues": self._total(wanted),
            "ledgers": sorted({sheet["issued"] for sheet in upload.about.get("sheets", ())}),
        }  # fmt: skip
        target = f"ledger_upload:{upload.id} {upload.file_name}"[:120]
        audit_record(action, actor=self.actor, at=self.at, target=target, detail=detail)
        upload.about = {**upload.about, "noted": action}
        if self.failed is K.STAYED:
            upload.undone_at = self.at
        else:
            upload.applied_at = self.at


def _to_write(issue: Issue, cells: Sequence[Cell], writer: _Writer) -> dict[str, Any]:
    """Return what is written of an issue; what was changed since the preview becomes what it then is."""
    changes = {}
    for cell in cells:
        judged = writer.judge.judge(issue, _edit(cell))
        if judged.kind is K.CHANGE or (judged.kind is K.CONFLICT and cell.is_taken and judged.now == cell.now):
            changes[FIELDS[cell.column]] = judged.value
            cell.kind = K.DONE
        else:
            cell.kind, cell.is_taken = judged.kind, False
        _keep(cell, judged)
    return changes


def _to_set_back(issue: Issue, cells: Sequence[Cell], writer: _Writer) -> dict[str, Any]:
    """Return what is set back of an issue: what nobody has changed since."""
    changes: dict[str, Any] = {}
    for cell in cells:
        column = FIELDS[cell.column]
        if writer.judge.judge(issue, _edit(cell)).kind is not K.SAME:
            cell.kind = K.STAYED
            continue
        changes[column] = cell.now_id if column == SPONSOR else cell.now
        cell.kind = K.UNDONE
    return changes


def _edit(cell: Cell) -> Edit:
    return Edit(cell.issue_id, cell.sheet, cell.line, cell.column, cell.base, cell.mine)


def _keep(cell: Cell, judged: Judged) -> None:
    cell.now, cell.now_id = judged.now, judged.now_id
    cell.note, cell.note_words = judged.note, judged.note_words

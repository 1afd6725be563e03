"""Edited ledgers that came back, and their cells as the person who brought them sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVarTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import defer

from tracker.database import db
from tracker.models import Issue, IssuedLedger, LedgerMedium, LedgerUpload, LedgerUploadCell, UploadCellKind
from tracker.policy import Actor, recorded

Ts = TypeVarTuple("Ts")
SIZE = 100
_LISTED = 50
_EXPORTED = (LedgerMedium.XLSX, LedgerMedium.CSV)


@dataclass(frozen=True)
class CellRow:
    """One edited cell with the number of its issue."""

    cell: LedgerUploadCell
    number: str


@dataclass(frozen=True)
class CellPage:
    """Some cells in the order of the file, and after which the next ones come."""

    rows: Sequence[CellRow]
    after: int | None


def uploads_made(actor: Actor) -> list[LedgerUpload]:
    """Return the newest uploads of a person."""
    query = select(LedgerUpload).where(LedgerUpload.made_by_id == actor.person_id)
    return list(db.session.scalars(query.order_by(LedgerUpload.id.desc()).limit(_LISTED)))


def cell_counts(upload_id: int, actor: Actor) -> dict[str, int]:
    """Return kind → number of cells, of issues that the person may see today."""
    query = _seen(select(LedgerUploadCell.kind, func.count()), upload_id, actor)
    found = {row[0]: row[1] for row in db.session.execute(query.group_by(LedgerUploadCell.kind))}
    return {kind.value: found[kind] for kind in UploadCellKind if kind in found}


def issues_counted(upload_id: int, actor: Actor, kinds: Sequence[UploadCellKind]) -> int:
    """Return in how many issues there are cells of these kinds."""
    query = _seen(select(func.count(LedgerUploadCell.issue_id.distinct())), upload_id, actor)
    return db.session.scalar(query.where(LedgerUploadCell.kind.in_(kinds))) or 0


def conflicts_taken(upload_id: int, actor: Actor) -> int:
    """Return how many conflicts were decided for what came back."""
    query = _seen(select(func.count()).select_from(LedgerUploadCell), upload_id, actor)
    taken = (LedgerUploadCell.kind == UploadCellKind.CONFLICT, LedgerUploadCell.is_taken)
    return db.session.scalar(query.where(*taken)) or 0


def cell_page(upload_id: int, actor: Actor, kind: str, after: int) -> CellPage:
    """Return the cells of a kind, or of all, behind the ``after``-th."""
    query = _seen(select(LedgerUploadCell, Issue.number), upload_id, actor).where(LedgerUploadCell.n > after)
    if kind:
        query = query.where(LedgerUploadCell.kind == UploadCellKind(kind))
    query = query.order_by(LedgerUploadCell.n).limit(SIZE + 1)
    rows = [CellRow(cell, number or "") for cell, number in db.session.execute(query)]
    return CellPage(rows[:SIZE], rows[SIZE - 1].cell.n if len(rows) > SIZE else None)


def exports_of(actor: Actor) -> list[IssuedLedger]:
    """Return the newest files that a person exported, without what their rows were."""
    query = select(IssuedLedger).where(IssuedLedger.made_by_id == actor.person_id, IssuedLedger.medium.in_(_EXPORTED))
    query = query.options(defer(IssuedLedger.members)).order_by(IssuedLedger.id.desc()).limit(_LISTED)
    return list(db.session.scalars(query))


def ids_of_numbers(numbers: Sequence[str], actor: Actor) -> set[int]:
    """Return the issues with these numbers that the person may see today."""
    return set(db.session.scalars(select(Issue.id).where(Issue.number.in_(numbers), *recorded(actor))))


def _seen(query: Select[*Ts], upload_id: int, actor: Actor) -> Select[*Ts]:
    joined = query.join(Issue, Issue.id == LedgerUploadCell.issue_id)
    return joined.where(LedgerUploadCell.upload_id == upload_id, *recorded(actor))

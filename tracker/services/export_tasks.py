"""The making of an export as the database sees it: claimed, beaten for, finished or failed, cleared away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, delete, exists, func, select, update

from tracker.clock import local
from tracker.database import db, transaction
from tracker.errors import RefusedError
from tracker.models import PAPERS, Export
from tracker.services.export_rights import may_have, packed
from tracker.services.exports import IN_THE_MAKING
from tracker.services.outbox import enqueue
from tracker.services.tasks import LEASE
from tracker.services.transitions import machine_move
from tracker.storage import Store
from workflows.exporting import EXPORT, ExportCapacity, ExportFacts, ExportState

MOST_TRIES = 3
LONG = timedelta(seconds=2)  # whoever waited longer may have gone elsewhere, and is told
KEPT_RECORDS = timedelta(days=90)
_SETTLED = timedelta(hours=1)  # a file that has just come is left alone, whoever's it is
_DONE = (ExportState.FAILED, ExportState.CANCELLED, ExportState.EXPIRED)
_MAKER = ExportFacts(capacities=frozenset({ExportCapacity.MAKER}))


@dataclass(frozen=True)
class Claim:
    """The right to make one export, until the beats stop; ``number`` tells it from the claims before it."""

    export_id: int
    number: int


@dataclass(frozen=True)
class Outcome:
    """A file that was made: how many rows, or pages; the ids of what it tells of; what is kept when it is handed over.

    ``keep`` is called with the instant and the SHA-256 of the file, in the transaction that makes the file ready.
    """

    rows: int | None
    members: Sequence[int]
    keep: Callable[[datetime, str], None]


def export_claim(export_id: int, at: datetime) -> Claim | None:
    """Take an export that waits, or that a process left behind when it died; ``None`` where it is not to be had."""
    with transaction():
        export = _locked(export_id)
        if export is None or export.state not in IN_THE_MAKING:
            return None
        is_left = export.beat_at is None or export.beat_at < at - LEASE
        facts = replace(_MAKER, is_abandoned=is_left, has_tries_left=export.tries < MOST_TRIES)
        try:
            machine_move(EXPORT, export, "start", facts)
        except RefusedError as refusal:
            if refusal.code == "export_no_more_tries":
                _fail(export, refusal.message, at)
            return None
        export.tries += 1
        export.started_at = export.beat_at = at
        export.done = export.total = 0
        return Claim(export.id, export.tries)


def export_beat(claim: Claim, far: tuple[int, int, int | None], at: datetime) -> bool:
    """Say how far it is: done, of how many, and its pages; return whether it is still wanted, and by this claim."""
    said = dict(zip(("done", "total", "rows"), far, strict=True))
    mine = (Export.id == claim.export_id, Export.tries == claim.number, Export.state == ExportState.RUNNING)
    with transaction() as session:
        beaten = session.execute(update(Export).where(*mine).values(**said, beat_at=at))
    return isinstance(beaten, CursorResult) and beaten.rowcount == 1


def export_finish(claim: Claim, outcome: Outcome, file: tuple[str, int], kept_until: datetime, at: datetime) -> bool:
    """Hand a file over, its SHA-256 and size; return whether it became ready.

    Whoever lost the post meanwhile, or may no longer see one of the rows, gets no file.
    """
    with transaction():
        export = _held(claim)
        if export is None:
            return False
        try:
            facts = replace(_MAKER, may_have=may_have(export, outcome.members, at))
            machine_move(EXPORT, export, "finish", facts)
        except RefusedError as refusal:
            _fail(export, refusal.message, at)
            return False
        outcome.keep(at, file[0])
        export.file_sha256, export.file_size = file
        export.rows, export.members = outcome.rows, packed(outcome.members)
        counted = 0 if export.kind in PAPERS else outcome.rows or 0
        export.done = export.total = max(export.total, counted)
        export.ended_at, export.kept_until = at, kept_until
        _tell("export_ready", export, at)
        return True


def export_failed(claim: Claim, words: str, at: datetime) -> None:
    """Say why nothing came of it, unless somebody gave it up or another process has it."""
    with transaction():
        export = _held(claim)
        if export is not None:
            _fail(export, words, at)


def exports_left(at: datetime) -> list[int]:
    """Return the exports that nobody makes: those that waited too long, and those whose maker fell silent."""
    since = func.coalesce(Export.beat_at, Export.asked_at)
    query = select(Export.id).where(Export.state.in_(IN_THE_MAKING), since < at - LEASE)
    return list(db.session.scalars(query.order_by(Export.id)))


def exports_clear(store: Store, at: datetime) -> int:
    """Remove the files whose time is over, and forget what was done with long ago; return how many files went."""
    over = select(Export.id).where(Export.state == ExportState.READY, Export.kept_until <= at)
    gone = [_expire(export_id, store, at) for export_id in db.session.scalars(over.order_by(Export.id)).all()]
    old = (Export.state.in_(_DONE), Export.asked_at < at - KEPT_RECORDS)
    if db.session.scalar(select(exists().where(*old))):  # every process asks, and mostly there is nothing to write
        with transaction() as session:
            session.execute(delete(Export).where(*old))
    store.sweep(at - timedelta(days=1))
    return sum(gone)


def _expire(export_id: int, store: Store, at: datetime) -> bool:
    with transaction():
        export = _locked(export_id)
        if export is None or export.state is not ExportState.READY:
            return False
        machine_move(EXPORT, export, "expire", replace(_MAKER, is_over=True))
        export.members = None
    file_drop(store, export.file_sha256, at - _SETTLED)
    return True


def file_drop(store: Store, sha256: str, before: datetime) -> None:
    """Remove a file that came before that instant and that no export needs.

    A newer one may have just been made again by somebody whose export does not say so yet.
    """
    path = store.path_of(sha256)
    needed = select(exists().where(Export.file_sha256 == sha256, Export.state == ExportState.READY))
    if not db.session.scalar(needed) and path.exists() and path.stat().st_mtime < before.timestamp():
        path.unlink(missing_ok=True)


def _locked(export_id: int) -> Export | None:
    query = select(Export).where(Export.id == export_id).with_for_update()
    return db.session.execute(query, execution_options={"populate_existing": True}).scalar_one_or_none()


def _held(claim: Claim) -> Export | None:
    export = _locked(claim.export_id)
    is_ours = export is not None and export.state is ExportState.RUNNING and export.tries == claim.number
    return export if is_ours else None


def _fail(export: Export, words: str, at: datetime) -> None:
    machine_move(EXPORT, export, "fail", _MAKER)
    export.failure, export.ended_at = words, at
    _tell("export_failed", export, at)


def _tell(kind: str, export: Export, at: datetime) -> None:
    """Tell whoever has waited long."""
    if at - export.asked_at < LONG:
        return
    day = f"{local(export.kept_until):%Y-%m-%d %H:%M}" if export.kept_until else ""
    enqueue(
        key=f"{kind}:{export.id}:{export.asked_at.isoformat()}", recipients=[export.asked_by_id], kind=kind,
        context={"file": export.name, "day": day}, at=at, subject=f"export:{export.id}",
    )  # fmt: skip

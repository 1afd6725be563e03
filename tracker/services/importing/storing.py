"""Stores what an import brings, in one transaction: all of it, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from tracker.clock import local_date
from tracker.database import db, transaction
from tracker.models import Fate, ImportBatch, Post
from tracker.policy import Actor, actor_of
from tracker.reading.fields import ImportKind
from tracker.services.chain import AUDIT, ISSUES, audit_record, chain_lock
from tracker.services.importing.batches import import_facts, import_for_change
from tracker.services.importing.ledger_check import LedgerWork
from tracker.services.importing.ledger_store import LedgerStore, Photos
from tracker.services.importing.organisation import ACTIONS, organisation_store
from tracker.services.importing.photos import photos_take
from tracker.services.importing.staging import Beat, rows_staged
from tracker.services.transitions import import_move
from tracker.storage import Store

Stored = tuple[int, dict[str, Any]]  # how many records, and what the audit says of it


def import_store(batch: ImportBatch, path: Path, evidence: Store, beat: Beat, at: datetime) -> None:
    """Store the good rows of an import that was ordered; the caller holds no transaction."""
    order: Mapping[str, Any] = batch.about["order"]
    actor = _actor(order.get("post"), at)
    before = _BEFORE.get(batch.kind)
    prepared = before(batch, path, evidence, beat, at) if before else {}
    with transaction():
        chain_lock(ISSUES)
        chain_lock(AUDIT)
        fresh = import_for_change(batch.id, tasked=True)
        facts = import_facts(fresh, actor, at, two_persons=bool(order["two"]))
        rows, told = _STORE[fresh.kind](fresh, actor, at, prepared)
        import_move(fresh, order["trigger"], facts)
        fresh.rows, fresh.stored_at, fresh.task, fresh.task_at = rows, at, None, None
        fresh.about = {key: value for key, value in fresh.about.items() if key != "order"} | {"stored": told}
        detail = {"kind": fresh.kind.value, "rows": rows, **told}
        target = f"import:{fresh.id} {fresh.file_name}"[:120]
        audit_record("import.run", actor=actor, at=at, target=target, detail=detail)


def _actor(post_id: int | None, at: datetime) -> Actor | None:
    return actor_of(db.session.get_one(Post, post_id), local_date(at)) if post_id else None


def _photos(batch: ImportBatch, path: Path, evidence: Store, beat: Beat, at: datetime) -> dict[str, Any]:
    """Take the pictures of the good rows out of the file, before the transaction that refers to them."""
    places = [(int(row), int(column), str(part)) for row, column, part in batch.about.get("pictures", ())]
    if not places:
        return {}
    good = {row.number for chunk in rows_staged(batch.id, fates=(Fate.NEW, Fate.DOUBT)) for row in chunk}
    taken, refused = photos_take(LedgerWork(batch, local_date(at)), path, places, good, evidence, beat)
    beat(0, 0)
    return {"photos": taken, "refused": refused}


def _ledger(batch: ImportBatch, actor: Actor | None, at: datetime, prepared: Mapping[str, Any]) -> Stored:
    photos: Photos = prepared.get("photos", {})
    rows, new_units = LedgerStore(batch, actor=actor, at=at, photos=photos).store()
    told: dict[str, Any] = {"new_units": new_units[:200]} if new_units else {}
    if prepared.get("refused"):
        told["photos_refused"] = prepared["refused"][:200]
    return rows, told


_BEFORE: dict[ImportKind, Callable[[ImportBatch, Path, Store, Beat, datetime], dict[str, Any]]] = {
    ImportKind.LEDGER: _photos,
}
_STORE: dict[ImportKind, Callable[[ImportBatch, Actor | None, datetime, Mapping[str, Any]], Stored]] = {
    ImportKind.LEDGER: _ledger,
    **dict.fromkeys(ACTIONS, organisation_store),
}

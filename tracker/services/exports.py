"""What leaves the house as a file: asked for, given up, tried again, fetched; each with its entry in the audit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from tracker.database import db, transaction
from tracker.errors import ForbiddenError, GoneError, NotFoundError, RefusedError
from tracker.labels import REFUSAL, word
from tracker.languages import _, current
from tracker.models import AuditEntry, Export, ExportKind, ExportMedium
from tracker.policy import Actor
from tracker.services.chain import audit_record
from tracker.services.checks import in_range
from tracker.services.export_rights import may_have, unpacked
from tracker.services.transitions import machine_move
from workflows.exporting import EXPORT, ExportCapacity, ExportFacts, ExportState

IN_THE_MAKING = (ExportState.WAITING, ExportState.RUNNING)
_ASKER = ExportFacts(capacities=frozenset({ExportCapacity.ASKER}))


@dataclass(frozen=True)
class ExportWish:
    """What somebody wants as a file: ``given`` is what it is made from, ``at`` the instant it shows."""

    kind: ExportKind
    medium: ExportMedium
    name: str
    given: Mapping[str, Any]
    at: datetime


def ledger_exported(*, actor: Actor, at: datetime, page: str, query: str, rows: int, sha256: str) -> AuditEntry:
    """Record who exported which rows, and the digest of the file."""
    with transaction():
        return audit_record(
            "ledger.export", actor=actor, at=at, target=page, detail={"query": query, "rows": rows, "sha256": sha256}
        )


def export_order(*, wish: ExportWish, actor: Actor, at: datetime, most: int) -> Export:
    """Note a file that is to be made; the very same one, while it is in the making, is not ordered twice.

    Raises ``RefusedError`` where the actor has ``most`` of them in the making already.
    """
    with transaction() as session:
        going: Sequence[Export] = session.scalars(_going(actor)).all()
        same = next((one for one in going if _is_same(one, wish, actor)), None)
        if same is not None:
            return same
        _room(len(going), most)
        export = Export(
            kind=wish.kind, medium=wish.medium, state=ExportState.WAITING, name=wish.name[:200], language=current(),
            given=dict(wish.given), at=wish.at, asked_by_id=actor.person_id, post_id=actor.post_id, asked_at=at,
        )  # fmt: skip
        session.add(export)
        session.flush()
        return export


def _going(actor: Actor) -> Any:
    query = select(Export).where(Export.asked_by_id == actor.person_id, Export.state.in_(IN_THE_MAKING))
    return query.order_by(Export.id)


def _is_same(export: Export, wish: ExportWish, actor: Actor) -> bool:
    asked = (export.kind, export.medium, export.given, export.post_id, export.language)
    return asked == (wish.kind, wish.medium, dict(wish.given), actor.post_id, current())


def _room(going: int, most: int) -> None:
    if going >= most:
        words = _("您已有 {n} 份文件在生成，请等其中一份完成，或取消不需要的，再导出")
        raise RefusedError(words.format(n=going))


def export_seen(export_id: int, actor: Actor) -> Export:
    """Return an export as it is now to who asked for it; raise ``NotFoundError`` for everybody else."""
    query = select(Export).where(Export.id == export_id, Export.asked_by_id == actor.person_id)
    fresh = {"populate_existing": True}
    found = db.session.execute(query, execution_options=fresh).scalar_one_or_none() if in_range(export_id) else None
    if found is None:
        raise NotFoundError
    return found


def export_cancel(*, export_id: int, actor: Actor, at: datetime) -> Export:
    """Give an export up; whoever makes it stops at the next beat."""
    with transaction():
        export = _for_change(export_id, actor)
        machine_move(EXPORT, export, "cancel", _ASKER)
        export.ended_at = at
        return export


def export_again(*, export_id: int, actor: Actor, at: datetime, most: int) -> Export:
    """Have an export that failed or was given up made once more, of the same instant."""
    with transaction() as session:
        going = session.scalar(select(func.count()).select_from(_going(actor).subquery())) or 0
        export = _for_change(export_id, actor)
        machine_move(EXPORT, export, "retry", _ASKER)
        _room(going, most)
        export.asked_at, export.failure, export.tries = at, "", 0
        export.started_at = export.beat_at = export.ended_at = None
        export.done = export.total = 0
        return export


def _for_change(export_id: int, actor: Actor) -> Export:
    export_seen(export_id, actor)
    query = select(Export).where(Export.id == export_id).with_for_update()
    return db.session.execute(query, execution_options={"populate_existing": True}).scalar_one()


def export_fetched(*, export_id: int, actor: Actor, at: datetime) -> Export:
    """Return an export whose file may be handed out now, and note that it was; raise where it may not be."""
    with transaction():
        export = export_seen(export_id, actor)
        if export.state is ExportState.EXPIRED or (export.kept_until is not None and export.kept_until <= at):
            raise GoneError(_("文件保存期已过，请重新导出"))
        if export.state is not ExportState.READY:
            raise NotFoundError
        if not may_have(export, unpacked(export.members), at):
            raise ForbiddenError(word(REFUSAL, "export_not_yours_now"))
        detail = {"name": export.name, "sha256": export.file_sha256, "rows": export.rows}
        audit_record("export.fetch", actor=actor, at=at, target=f"export:{export.id}", detail=detail)
        return export

"""Mappings kept by name, so that the next workbook of the same shape is understood by itself."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from tracker.database import db, transaction
from tracker.errors import InvalidError, NotFoundError
from tracker.languages import _
from tracker.models import ImportMapping, ImportTask
from tracker.policy import Actor
from tracker.reading.mapping import FileMapping
from tracker.services.chain import audit_record
from tracker.services.checks import in_range, words_of
from tracker.services.importing.batches import import_for_change, task_begin
from workflows.importing import ImportState

_LONGEST = 40


def mapping_keep(*, batch_id: int, name: str, actor: Actor | None, at: datetime) -> ImportMapping:
    """Keep the mapping of an import by name; the same name of the same kind replaces what was kept before.

    An import that waits to be stored goes by that name itself, and is checked again, so that the numbers of its rows
    are known when the next workbook comes.
    """
    with transaction() as session:
        batch = import_for_change(batch_id)
        words = words_of("name", name, _LONGEST)
        if not words:
            raise InvalidError({"name": _("请给这份对应关系起个名字")})
        kept = session.scalars(select(ImportMapping).where(ImportMapping.name == words)).first()
        if kept is not None and kept.kind is not batch.kind:
            raise InvalidError({"name": _("这个名字已用于另一类文件，请换一个")})
        if kept is None:
            kept = ImportMapping(name=words, kind=batch.kind, made_by_id=actor.person_id if actor else None, uses=0)
            session.add(kept)
        kept.headings = [heading for _column, heading in batch.about.get("headings", ())]
        kept.body = FileMapping.model_validate(batch.mapping).kept()
        kept.made_at = at
        if batch.state is ImportState.PROPOSED and batch.mapping.get("name") != words:
            batch.mapping = {**batch.mapping, "name": words}
            task_begin(batch, ImportTask.CHECK)
        session.flush()
        audit_record("import.mapping", actor=actor, at=at, target=f"mapping:{kept.id} {words}")
        return kept


def mapping_forget(*, mapping_id: int, actor: Actor, at: datetime) -> None:
    """Delete a kept mapping; what was imported by it stays."""
    with transaction() as session:
        kept = session.get(ImportMapping, mapping_id) if in_range(mapping_id) else None
        if kept is None:
            raise NotFoundError
        audit_record("import.mapping_forget", actor=actor, at=at, target=f"mapping:{kept.id} {kept.name}")
        session.delete(kept)


def mappings_kept() -> list[ImportMapping]:
    """Return the kept mappings by name."""
    return list(db.session.scalars(select(ImportMapping).order_by(ImportMapping.kind, ImportMapping.name)))

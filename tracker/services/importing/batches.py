"""An import's own life: begun with a file, corrected, asked for, confirmed by a second person, dropped or undone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, delete, select

from tracker.clock import local_date
from tracker.database import db, transaction
from tracker.errors import ConflictError, NotFoundError, RefusedError
from tracker.languages import _
from tracker.models import Fate, ImportBatch, ImportRow, ImportTask, Issue, IssueEvent, Person, Post, Role
from tracker.policy import Actor
from tracker.reading.fields import ImportKind
from tracker.reading.mapping import FileMapping
from tracker.services.chain import AUDIT, ISSUES, audit_record, chain_lock, events_record
from tracker.services.checks import in_force, in_range
from tracker.services.outbox import enqueue
from tracker.services.transitions import import_move, import_permit, issues_withdraw
from tracker.storage import SheetFile
from workflows.importing import ImportCapacity, ImportFacts, ImportState
from workflows.issue import IssueState

CONFIRM_WITHIN = timedelta(days=1)
KEPT_ROWS = timedelta(days=30)
_DONE = (ImportState.STORED, ImportState.UNDONE, ImportState.DROPPED, ImportState.FAILED)
_CLOSED = frozenset({IssueState.SIGNED_OFF.value, IssueState.DISMISSED.value})
_QUIET = frozenset({"import", "calendar", "policy"})  # what happens to an issue without anybody working on it


def import_begin(
    *, kind: ImportKind, file: SheetFile, actor: Actor | None, at: datetime, mapping: FileMapping | None = None
) -> ImportBatch:
    """Note a file that has been received and is to be read; ``mapping`` is how, where the sender knows."""
    with transaction() as session:
        batch = ImportBatch(
            kind=kind, state=ImportState.RECEIVED, file_name=file.name[:255], file_sha256=file.sha256,
            file_size=file.size, about={"given": mapping is not None}, summary={}, rows=0, failure="",
            mapping=(mapping or FileMapping(kind=kind)).stored(), task=ImportTask.READ, task_done=0, task_total=0,
            made_by_id=actor.person_id if actor else None, made_at=at, good_only=False,
        )  # fmt: skip
        session.add(batch)
        session.flush()
        return batch


def import_for_change(batch_id: int, version: int | None = None, *, tasked: bool = False) -> ImportBatch:
    """Return the import, fresh, inside the caller's transaction; raise where it is gone or no longer as seen.

    One that is being worked on is free for its task alone (``tasked``).
    """
    query = select(ImportBatch).where(ImportBatch.id == batch_id).with_for_update()
    fresh = {"populate_existing": True}
    batch = db.session.execute(query, execution_options=fresh).scalar_one_or_none() if in_range(batch_id) else None
    if batch is None:
        raise NotFoundError
    if batch.task is not None and not tasked:
        raise ConflictError(_("这次导入正在处理，请稍候再试"))
    if version is not None and batch.version != version:
        raise ConflictError(_("这次导入已被他人修改，请刷新后重试"))
    return batch


def task_begin(batch: ImportBatch, task: ImportTask) -> None:
    """Have a task done to the import, once the caller's transaction is through."""
    batch.task, batch.task_done, batch.task_total, batch.task_at, batch.failure = task, 0, 0, None, ""


def import_facts(
    batch: ImportBatch, actor: Actor | None, at: datetime, *, two_persons: bool, good_only: bool | None = None
) -> ImportFacts:
    """Return what the law looks at; without an actor it is the operator at the machine, who needs no second."""
    fates: Mapping[str, int] = batch.summary.get("fates", {})
    me = actor.person_id if actor else None
    closing = bool(_CLOSED & batch.summary.get("states", {}).keys())
    others = {ImportCapacity.CONFIRMER} if actor else set()
    return ImportFacts(
        capacities=frozenset({ImportCapacity.IMPORTER} | others), is_read="fates" in batch.summary,
        good_rows=fates.get(Fate.NEW, 0) + fates.get(Fate.DOUBT, 0),
        faulty_rows=fates.get(Fate.WRONG, 0) + fates.get(Fate.ASK, 0),
        good_only=batch.good_only if good_only is None else good_only,
        needs_second=two_persons and actor is not None and batch.kind is ImportKind.LEDGER and closing,
        actor_asked=me is not None and me in (batch.asked_by_id, batch.made_by_id),
        is_recent=batch.asked_at is None or at - batch.asked_at <= CONFIRM_WITHIN,
        can_go_back=batch.kind is ImportKind.LEDGER,
        is_untouched=batch.state is not ImportState.STORED or not worked_on(batch.id, 1),
    )  # fmt: skip


def import_ask(
    *, batch_id: int, good_only: bool, actor: Actor, at: datetime, version: int | None = None
) -> ImportBatch:
    """Hand an import whose rows arrive signed off to a second person, who stores it by confirming."""
    with transaction():
        chain_lock(AUDIT)
        batch = import_for_change(batch_id, version)
        import_move(batch, "ask", import_facts(batch, actor, at, two_persons=True, good_only=good_only))
        batch.good_only, batch.asked_by_id, batch.asked_at = good_only, actor.person_id, at
        _audit("import.ask", batch, actor, at)
        _tell("import_asked", batch, _confirmers(actor, at), actor, at)
        return batch


def import_decline(*, batch_id: int, actor: Actor, at: datetime, version: int | None = None) -> ImportBatch:
    """Give an import back to be corrected, or take one's own request back."""
    with transaction():
        chain_lock(AUDIT)
        batch = import_for_change(batch_id, version)
        import_move(batch, "decline", import_facts(batch, actor, at, two_persons=True))
        if batch.asked_by_id != actor.person_id:
            _tell("import_declined", batch, [batch.asked_by_id], actor, at)
        batch.asked_by_id = batch.asked_at = None
        _audit("import.decline", batch, actor, at)
        return batch


def import_order(
    *, batch_id: int, good_only: bool | None = None, two_persons: bool, actor: Actor | None, at: datetime,
    version: int | None = None,
) -> ImportBatch:  # fmt: skip
    """Have an import stored: by whoever made it, or by the second person whom it was handed to.

    The law is asked now, and again by the task that stores it and moves it along.
    """
    with transaction():
        batch = import_for_change(batch_id, version)
        trigger = "confirm" if batch.state is ImportState.ASKED else "store"
        facts = import_facts(batch, actor, at, two_persons=two_persons, good_only=good_only)
        import_permit(batch, trigger, facts)
        if good_only is not None:
            batch.good_only = good_only
        post_id = actor.post_id if actor else None
        batch.about = {**batch.about, "order": {"trigger": trigger, "post": post_id, "two": two_persons}}
        batch.stored_by_id = actor.person_id if actor else None
        task_begin(batch, ImportTask.STORE)
        return batch


def import_drop(*, batch_id: int, actor: Actor | None, at: datetime, version: int | None = None) -> ImportBatch:
    """Put an import aside for good; nothing of it comes in."""
    with transaction():
        batch = import_for_change(batch_id, version)
        import_move(batch, "drop", import_facts(batch, actor, at, two_persons=False))
        db.session.execute(delete(ImportRow).where(ImportRow.batch_id == batch_id))
        return batch


def import_forget(*, batch_id: int) -> None:
    """Remove every trace of an import that was only tried; what has been stored once stays."""
    with transaction() as session:
        batch = import_for_change(batch_id)
        if batch.state in (ImportState.STORED, ImportState.UNDONE):
            raise RefusedError(_("已导入的记录不能删除，可以撤销"))
        session.execute(delete(ImportRow).where(ImportRow.batch_id == batch_id))
        session.delete(batch)


def imports_tidy(*, at: datetime) -> int:
    """Clear away the rows of imports that were done with long ago, whose files and issues stay; return how many."""
    done = select(ImportBatch.id).where(
        ImportBatch.state.in_(_DONE), ImportBatch.task.is_(None), ImportBatch.made_at < at - KEPT_ROWS
    )
    with transaction() as session:
        result = session.execute(delete(ImportRow).where(ImportRow.batch_id.in_(done)))
        return result.rowcount if isinstance(result, CursorResult) else 0


def import_undo(*, batch_id: int, actor: Actor | None, at: datetime, version: int | None = None) -> int:
    """Take back every issue that an import made, while nobody has worked on any; return how many.

    Numbers and history stay, as everywhere: the issues are dismissed with that reason and leave the lists.
    """
    with transaction():
        chain_lock(ISSUES)
        chain_lock(AUDIT)
        batch = import_for_change(batch_id, version)
        import_move(batch, "undo", import_facts(batch, actor, at, two_persons=False))
        batch.undone_by_id, batch.undone_at = (actor.person_id if actor else None), at
        left = issues_withdraw(batch_id, at)
        dest = IssueState.DISMISSED.value
        told = [
            (key, {"source": state.value, "dest": dest, "detail": {"file": batch.file_name}}) for key, state in left
        ]
        events_record(told, "import_undo", actor=actor, at=at)
        _audit("import.undo", batch, actor, at)
        return len(left)


def worked_on(batch_id: int, limit: int) -> list[str]:
    """Return the numbers of the first issues of an import that somebody has worked on since."""
    query = (
        select(Issue.number)
        .join(IssueEvent, IssueEvent.issue_id == Issue.id)
        .where(Issue.import_batch_id == batch_id, IssueEvent.trigger.not_in(_QUIET))
        .distinct()
        .order_by(Issue.number)
        .limit(limit)
    )
    return [number or "" for number in db.session.scalars(query)]


def _confirmers(actor: Actor, at: datetime) -> list[int]:
    """Return who may confirm what the actor asks for: the others of the office, and the county's leaders."""
    query = (
        select(Person.id)
        .join(Post, Post.person_id == Person.id)
        .where(Post.role.in_((Role.OFFICE, Role.LEADER)), Person.id != actor.person_id, *in_force(local_date(at)))
    )
    return list(db.session.scalars(query.distinct()))


def _tell(kind: str, batch: ImportBatch, recipients: Iterable[int | None], actor: Actor, at: datetime) -> None:
    context = {"import": batch.id, "file": batch.file_name, "n": batch.summary.get("issues", 0), "name": actor.name}
    enqueue(key=f"{kind}:{batch.id}:{batch.version}", recipients=recipients, kind=kind, context=context, at=at)


def _audit(action: str, batch: ImportBatch, actor: Actor | None, at: datetime) -> None:
    detail: dict[str, Any] = {"kind": batch.kind.value, "rows": batch.rows or batch.summary.get("issues", 0)}
    audit_record(action, actor=actor, at=at, target=f"import:{batch.id} {batch.file_name}"[:120], detail=detail)

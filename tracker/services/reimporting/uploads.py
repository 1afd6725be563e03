"""An edited ledger's own life: received, asked about, compared, decided, ordered to be written or set back, dropped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update

from tracker.database import db, transaction
from tracker.errors import ConflictError, InvalidError, NotFoundError, RefusedError
from tracker.languages import _
from tracker.models import IssuedLedger, LedgerUpload, LedgerUploadCell, UploadCellKind, UploadTask
from tracker.policy import Actor
from tracker.services.checks import in_range
from tracker.services.issued_ledgers import issued_seen
from tracker.storage import SheetFile, Store

KEPT = timedelta(days=30)  # how long one waits that nothing was written of
K = UploadCellKind
Cell = LedgerUploadCell
# What is written when it is ordered: what nobody else touched, and conflicts that were decided so.
PENDING = or_(Cell.kind == K.CHANGE, (Cell.kind == K.CONFLICT) & Cell.is_taken)


def upload_begin(*, file: SheetFile, actor: Actor, at: datetime) -> LedgerUpload:
    """Note a file that has been received and is to be compared."""
    with transaction() as session:
        upload = LedgerUpload(
            file_name=file.name[:255], file_sha256=file.sha256, file_size=file.size, made_by_id=actor.person_id,
            made_at=at, about={"post": actor.post_id}, summary={}, failure="", task=UploadTask.COMPARE, task_done=0,
            task_total=0,
        )  # fmt: skip
        session.add(upload)
        session.flush()
        return upload


def upload_seen(upload_id: int, actor: Actor) -> LedgerUpload:
    """Return an upload to who made it, as it is now; raise ``NotFoundError`` to anybody else."""
    query = select(LedgerUpload).where(LedgerUpload.id == upload_id, LedgerUpload.made_by_id == actor.person_id)
    found = db.session.scalars(query.execution_options(populate_existing=True)) if in_range(upload_id) else None
    upload = found.one_or_none() if found is not None else None
    if upload is None:
        raise NotFoundError
    return upload


def upload_name(*, upload_id: int, issued_id: int, actor: Actor, version: int | None = None) -> LedgerUpload:
    """Say which of the ledgers that the actor has handed out a file without a digest was; it is compared anew."""
    with transaction():
        upload = _for_change(upload_id, actor, version)
        try:
            issued: IssuedLedger = issued_seen(issued_id, actor, sees_all=False)
        except NotFoundError as error:
            raise InvalidError({"issued": _("请选择是哪一次导出的")}) from error
        if upload.compared_at is not None:
            raise RefusedError(_("已经核对过了"))
        upload.issued_id, upload.failure = issued.id, ""
        _order(upload, UploadTask.COMPARE, actor)
        return upload


def upload_decide(
    *, upload_id: int, shown: Iterable[int], taken: Iterable[int], actor: Actor, version: int | None = None
) -> None:
    """Decide these conflicts: those that are taken will be written, the rest of those shown keep what stands there."""
    with transaction() as session:
        upload = _for_change(upload_id, actor, version)
        wanted = set(taken)
        conflicts = (Cell.upload_id == upload.id, Cell.kind == K.CONFLICT, Cell.n.in_(set(shown) | wanted))
        for cell in session.scalars(select(Cell).where(*conflicts)):
            cell.is_taken = cell.n in wanted


def upload_decide_all(*, upload_id: int, take: bool, actor: Actor, version: int | None = None) -> None:
    """Decide every conflict alike."""
    with transaction() as session:
        upload = _for_change(upload_id, actor, version)
        held = (Cell.upload_id == upload.id, Cell.kind == K.CONFLICT)
        session.execute(update(Cell).where(*held).values(is_taken=take))


def upload_order(
    *, upload_id: int, task: UploadTask, actor: Actor, version: int | None = None
) -> LedgerUpload:  # fmt: skip
    """Have the changes written, or what was written set back; raise ``RefusedError`` where there is nothing to do."""
    with transaction():
        upload = _for_change(upload_id, actor, version)
        wanted = PENDING if task is UploadTask.APPLY else Cell.kind == K.DONE
        if db.session.scalar(select(Cell.n).where(Cell.upload_id == upload.id, wanted).limit(1)) is None:
            refusals = {UploadTask.APPLY: _("没有要写入的改动"), UploadTask.UNDO: _("没有可以撤回的改动")}
            raise RefusedError(refusals[task])
        _order(upload, task, actor)
        return upload


def upload_drop(*, upload_id: int, actor: Actor, version: int | None = None) -> str:
    """Remove an upload of which nothing was written; return the hash of its file."""
    with transaction():
        upload = _for_change(upload_id, actor, version)
        if upload.applied_at is not None:
            raise RefusedError(_("已写入的回传要留作记录，可以撤回，不能删除"))
        _remove([upload])
        return upload.file_sha256


def uploads_tidy(*, at: datetime) -> list[str]:
    """Remove uploads of which nothing was written for long; return the hashes of their files."""
    with transaction() as session:
        query = select(LedgerUpload).where(
            LedgerUpload.applied_at.is_(None), LedgerUpload.task.is_(None), LedgerUpload.made_at < at - KEPT
        )
        found = list(session.scalars(query))
        _remove(found)
        return [upload.file_sha256 for upload in found]


def upload_file_let_go(sha256: str, store: Store) -> None:
    """Remove a file that no upload waits to be read from; belongs after the transaction that was done with it."""
    waiting = select(LedgerUpload.id).where(LedgerUpload.file_sha256 == sha256, LedgerUpload.compared_at.is_(None))
    if db.session.scalars(waiting.limit(1)).first() is None:
        store.path_of(sha256).unlink(missing_ok=True)


def _remove(uploads: Sequence[LedgerUpload]) -> None:
    ids = [upload.id for upload in uploads]
    db.session.execute(delete(Cell).where(Cell.upload_id.in_(ids)))
    db.session.execute(delete(LedgerUpload).where(LedgerUpload.id.in_(ids)))


def _order(upload: LedgerUpload, task: UploadTask, actor: Actor) -> None:
    upload.task, upload.task_done, upload.task_total, upload.task_at = task, 0, 0, None
    upload.about = {**upload.about, "post": actor.post_id, "noted": ""}


def _for_change(upload_id: int, actor: Actor, version: int | None) -> LedgerUpload:
    """Return the upload, fresh, inside the caller's transaction; raise where it is gone, busy, or no longer as seen."""
    upload = upload_seen(upload_id, actor)
    if upload.task is not None:
        raise RefusedError(_("正在处理，请稍候再试"))
    if version is not None and upload.version != version:
        raise ConflictError(_("内容已有变化，请刷新后重试"))
    return upload

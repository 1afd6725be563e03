"""Evidence 佐证: rows that tie stored bytes to an issue, a phase and a cycle. The bytes are on disk before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from tracker.database import db, transaction
from tracker.errors import ForbiddenError, InvalidError, RefusedError
from tracker.languages import _
from tracker.models import Blob, Evidence, Issue, Phase
from tracker.policy import Actor, capacities
from tracker.services.chain import audit_record
from tracker.services.transitions import issue_for_change, note
from tracker.storage import StoredFile
from workflows.issue import OPEN_STATES, Capacity, IssueState

# Which phase takes evidence outside a step of the law: in which states, and from whom.
_TAKEN = {
    Phase.BEFORE: ({IssueState.DRAFT, IssueState.REGISTERED}, {Capacity.FINDER, Capacity.OFFICE}),
    Phase.AFTER: ({IssueState.RECTIFYING}, {Capacity.RESPONSIBLE}),
    Phase.RECHECK: ({IssueState.SUBMITTED}, {Capacity.GROUP}),
    Phase.LOOKBACK: ({IssueState.SIGNED_OFF}, {Capacity.GROUP, Capacity.OFFICE}),
    Phase.ATTACHMENT: (OPEN_STATES, {Capacity.OFFICE}),
}


def evidence_add(
    *, issue_id: int, phase: Phase, files: Sequence[StoredFile], actor: Actor, at: datetime, version: int | None = None
) -> list[Evidence]:
    """Add evidence to an issue outside any step; return the rows.

    Raises ``ForbiddenError`` or ``RefusedError`` where this phase is not the actor's or not of this state.
    """
    with transaction():
        issue = issue_for_change(issue_id, actor, version)
        if not files:
            raise InvalidError({"files": _("请选择要上传的照片或文件")})
        _check_taken(issue, phase, actor)
        return evidence_attach(issue, phase, files, actor=actor, at=at)


def phases_open(issue: Issue, actor: Actor) -> list[Phase]:
    """Return the phases in which the actor may add evidence to the issue now."""
    held = capacities(actor, issue)
    taken = _TAKEN.items()
    return [phase for phase, (states, takers) in taken if issue.state in states and not held.isdisjoint(takers)]


def _check_taken(issue: Issue, phase: Phase, actor: Actor) -> None:
    states, takers = _TAKEN[phase]
    if capacities(actor, issue).isdisjoint(takers):
        raise ForbiddenError
    if issue.state not in states:
        raise RefusedError(_("当前状态不能上传这一类佐证，请刷新页面查看最新状态"))


def evidence_attach(
    issue: Issue, phase: Phase, files: Sequence[StoredFile], *, actor: Actor, at: datetime
) -> list[Evidence]:
    """Tie ``files`` to ``issue`` in the caller's transaction, and record one event with their hashes.

    The same bytes count once in a phase and cycle. Raises ``InvalidError`` for bytes that this issue holds from
    another phase or an earlier cycle: an old photograph proves nothing new.
    """
    unique = list({file.sha256: file for file in files}.values())
    rows = [_attached(issue, phase, file, actor, at) for file in unique]
    fresh = [row for row in rows if row.id is None]
    if fresh:
        blobs_remember(unique, at)
        db.session.add_all(fresh)
        db.session.flush()
        told = [{"name": row.name, "sha256": row.blob_sha256} for row in fresh]
        note(issue, "evidence", actor=actor, at=at, detail={"phase": phase.value, "files": told})
    return rows


def _attached(issue: Issue, phase: Phase, file: StoredFile, actor: Actor, at: datetime) -> Evidence:
    """Return the row that ties ``file`` to the issue: the one that is there, or a new one, not yet stored."""
    held = select(Evidence).where(Evidence.issue_id == issue.id, Evidence.blob_sha256 == file.sha256)
    known = db.session.scalars(held.order_by(Evidence.id)).all()
    same = next((row for row in known if (row.phase, row.cycle) == (phase, issue.cycle)), None)
    if same is not None:
        return same
    if known and phase is not Phase.ATTACHMENT:
        raise InvalidError({"files": _("“{name}”此前已作为本问题的佐证，请上传新拍的照片").format(name=file.name)})
    return Evidence(
        issue_id=issue.id, blob_sha256=file.sha256, phase=phase, cycle=issue.cycle, name=file.name,
        uploaded_by_id=actor.person_id, uploaded_unit_id=actor.unit_id, uploaded_at=at,
    )  # fmt: skip


def blobs_remember(files: Sequence[StoredFile], at: datetime) -> None:
    """Enter the bytes by their hash; two people may bring the same ones at the same moment."""
    insert = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    for file in sorted(files, key=lambda one: one.sha256):
        row = {
            "sha256": file.sha256, "size": file.size, "media_type": file.media_type, "width": file.width,
            "height": file.height, "copy_sha256": file.copy_sha256, "thumb_sha256": file.thumb_sha256,
            "device_taken_at": file.device_taken_at, "stored_at": at,
        }  # fmt: skip
        db.session.execute(insert(Blob).values(row).on_conflict_do_nothing())


def evidence_report_damage(*, target: str, sha256: str, actor: Actor, at: datetime) -> None:
    """Record that bytes asked for, of ``target``, were missing or no longer matched their hash."""
    with transaction():
        audit_record(
            "evidence.damaged", actor=actor, at=at, target=target, outcome="failed",
            detail={"sha256": sha256},
        )  # fmt: skip

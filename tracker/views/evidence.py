"""Evidence: taken in before the act, served as a re-encoded copy or as a file to save."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, cast

from flask import Blueprint, Response, current_app, flash, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from tracker import clock
from tracker.errors import NotFoundError
from tracker.forms.base import Form
from tracker.languages import N_, _
from tracker.models import Blob, Phase
from tracker.queries.evidence import evidence_for
from tracker.services.evidence import evidence_add, evidence_report_damage
from tracker.storage import DamagedError, Limits, Store, StoredFile, Upload, intake
from tracker.storage.names import disposition
from tracker.views.access import access

bp = Blueprint("evidence", __name__)
_DAY = 86_400
# Nothing in a file may run, whatever it is.
_POLICY = "default-src 'none'; sandbox"


class EvidenceForm(Form):
    """In which phase the files belong, and the version of the issue that the user saw."""

    phase: Phase
    version: int | None = None
    labels: ClassVar = {"phase": N_("佐证类别"), "version": N_("版本")}


def current_store() -> Store:
    """Return the store of this installation."""
    return Store(Path(current_app.config["DATA_DIR"]) / "evidence")


def received_files(field: str = "files") -> tuple[StoredFile, ...]:
    """Return what was chosen in ``<input type="file" name=field multiple>``, checked and safe on disk.

    Belongs before the transaction of the act. Raises ``InvalidError`` (field ``files``), ``TooLargeError`` or
    ``FileTypeError``.
    """
    chosen = [file for file in request.files.getlist(field) if file.filename]
    uploads = [Upload(file.filename or "", file.stream) for file in chosen]  # type: ignore[arg-type]
    limits = Limits(file_bytes=current_app.config["MAX_FILE_BYTES"], files=current_app.config["MAX_FILES"])
    return intake(current_store(), uploads, limits)


@bp.post("/issues/<int:issue_id>/evidence")
@access("evidence.add")
def add(issue_id: int) -> AnyResponse:
    form = EvidenceForm.parse(request.form)
    files = received_files()
    rows = evidence_add(
        issue_id=issue_id, phase=form.phase, files=files, actor=g.actor, at=clock.now(), version=form.version
    )
    flash(_("已上传 {n} 个佐证文件").format(n=len(rows)), "success")
    return redirect(url_for("issue.detail", issue_id=issue_id), 303)


@bp.get("/evidence/<int:evidence_id>/copy")
@access("evidence.read")
def show(evidence_id: int) -> Response:
    evidence = evidence_for(evidence_id, g.actor)
    return picture_shown(evidence.blob.copy_sha256, f"evidence:{evidence.id}")


@bp.get("/evidence/<int:evidence_id>/thumb")
@access("evidence.read")
def thumb(evidence_id: int) -> Response:
    evidence = evidence_for(evidence_id, g.actor)
    return picture_shown(evidence.blob.thumb_sha256, f"evidence:{evidence.id}")


@bp.get("/evidence/<int:evidence_id>/file")
@access("evidence.read")
def download(evidence_id: int) -> Response:
    evidence = evidence_for(evidence_id, g.actor)
    return file_saved(evidence.blob, evidence.name, f"evidence:{evidence.id}")


def picture_shown(sha256: str | None, target: str) -> Response:
    """Return a re-encoded picture to be shown; ``target`` is what the audit calls it if it is damaged."""
    if sha256 is None:
        raise NotFoundError
    answer = _answer(target, sha256, "image/jpeg")
    answer.headers["Cache-Control"] = f"private, max-age={_DAY}, immutable"
    return answer


def file_saved(blob: Blob, name: str, target: str) -> Response:
    """Return a file to be saved; of a picture the copy, since the original tells where its owner stood."""
    if blob.copy_sha256 is None:
        answer = _answer(target, blob.sha256, blob.media_type)
    else:
        answer, name = _answer(target, blob.copy_sha256, "image/jpeg"), str(Path(name).with_suffix(".jpg"))
    answer.headers["Content-Disposition"] = disposition(name)
    return answer


def _answer(target: str, sha256: str, media_type: str) -> Response:
    """Return the bytes, if they are what they were; else record the damage and raise ``DamagedError``."""
    try:
        content = current_store().read(sha256)
    except DamagedError:
        evidence_report_damage(target=target, sha256=sha256, actor=g.actor, at=clock.now())
        raise
    answer = Response(content, mimetype=media_type)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = _POLICY
    answer.set_etag(sha256)
    return cast("Response", answer.make_conditional(request))

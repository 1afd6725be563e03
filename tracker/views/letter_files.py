"""What came with a reply to a document of supervision: seen by whoever sees the document."""

from __future__ import annotations

from flask import Blueprint, Response, g

from tracker.queries.letters import letter_file_seen
from tracker.views.access import access
from tracker.views.evidence import file_saved, picture_shown

bp = Blueprint("letter_files", __name__, url_prefix="/letters/files")


@bp.get("/<int:letter_file_id>/copy")
@access("letter.read")
def show(letter_file_id: int) -> Response:
    return picture_shown(letter_file_seen(letter_file_id, g.actor).blob.copy_sha256, f"letter_file:{letter_file_id}")


@bp.get("/<int:letter_file_id>/thumb")
@access("letter.read")
def thumb(letter_file_id: int) -> Response:
    return picture_shown(letter_file_seen(letter_file_id, g.actor).blob.thumb_sha256, f"letter_file:{letter_file_id}")


@bp.get("/<int:letter_file_id>/file")
@access("letter.read")
def download(letter_file_id: int) -> Response:
    file = letter_file_seen(letter_file_id, g.actor)
    return file_saved(file.blob, file.name, f"letter_file:{letter_file_id}")

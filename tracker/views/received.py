"""What a refused form keeps: files received already come back as signed values, so that nobody sends twice."""

from __future__ import annotations

from dataclasses import asdict

from flask import current_app, g, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from tracker.storage import StoredFile
from tracker.views.evidence import received_files

FIELD = "kept"
_SALT = "received-file"
_HOURS = 12


def files_of_form(field: str = "files") -> tuple[StoredFile, ...]:
    """Return what was received with an earlier try of this form and with this one; raises as ``received_files``."""
    return kept_files() + received_files(field)


def kept_files() -> tuple[StoredFile, ...]:
    """Return the files of an earlier try that the form still holds; a value we did not sign is no file."""
    return tuple(file for value in request.form.getlist(FIELD)[:100] if (file := _read(value)) is not None)


def to_keep(files: tuple[StoredFile, ...]) -> list[tuple[str, StoredFile]]:
    """Return each file with the signed value that stands for it in the form."""
    unique = {file.sha256: file for file in files}
    return [(_serializer().dumps({"person": g.actor.person_id} | asdict(file)), file) for file in unique.values()]


def _read(value: str) -> StoredFile | None:
    try:
        fields = _serializer().loads(value, max_age=_HOURS * 3600)
    except BadSignature:
        return None
    return StoredFile(**fields) if fields.pop("person", None) == g.actor.person_id else None


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt=_SALT)

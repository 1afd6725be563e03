"""Takes what a browser uploads: counted, hashed, checked, re-encoded, and only then put in its place."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from tracker.errors import InvalidError, TooLargeError
from tracker.languages import _
from tracker.storage.content import Kind, kind_of
from tracker.storage.names import clean_name
from tracker.storage.pictures import Job, Made, pictures_make
from tracker.storage.store import Incoming, Store
from tracker.storage.stored import Limits, StoredFile, Upload


@dataclass(frozen=True)
class _Checked:
    """One file that is what it says; ``job`` is the work its picture needs."""

    name: str
    incoming: Incoming
    kind: Kind
    job: Job | None


def intake(store: Store, uploads: Sequence[Upload], limits: Limits | None = None) -> tuple[StoredFile, ...]:
    """Return the uploaded files, safe on disk; belongs before the transaction that refers to them.

    Either all are taken or none. Raises ``InvalidError`` (field ``files``), ``TooLargeError`` or ``FileTypeError``.
    """
    limits = limits or Limits()
    if len(uploads) > limits.files:
        raise InvalidError({"files": _("一次最多上传 {n} 个文件，请分次上传").format(n=limits.files)})
    with ExitStack() as leftovers:
        checked = [_check(store, upload, limits, leftovers) for upload in uploads]
        made = dict(_made(checked, limits.pixels))
        return tuple(_kept(store, file, made.get(index)) for index, file in enumerate(checked))


def _check(store: Store, upload: Upload, limits: Limits, leftovers: ExitStack) -> _Checked:
    name = clean_name(upload.name)
    incoming = _received(store, upload, name, limits.file_bytes)
    leftovers.callback(incoming.path.unlink, missing_ok=True)
    if incoming.size == 0:
        raise InvalidError({"files": _("“{name}”是空文件，请重新选择").format(name=name)})
    kind = kind_of(incoming.path, name)
    if not kind.is_picture:
        return _Checked(name, incoming, kind, None)
    job = Job(incoming.path, name, store.waiting(), store.waiting())
    for path in (job.copy, job.thumb):
        leftovers.callback(path.unlink, missing_ok=True)
    return _Checked(name, incoming, kind, job)


def _received(store: Store, upload: Upload, name: str, limit: int) -> Incoming:
    try:
        return store.receive(upload.stream, limit)
    except TooLargeError as error:
        words = _("单个文件不超过{size}MB").format(size=limit // (1024 * 1024))
        raise TooLargeError(_("{words}：“{name}”").format(words=words, name=name)) from error


def _made(checked: Sequence[_Checked], pixels: int) -> list[tuple[int, Made]]:
    """Return what became of the pictures, each with its place among the files."""
    places = [(index, file.job) for index, file in enumerate(checked) if file.job]
    made = pictures_make([job for _index, job in places], pixels)
    return [(index, one) for (index, _job), one in zip(places, made, strict=True)]


def _kept(store: Store, file: _Checked, made: Made | None) -> StoredFile:
    copy, thumb = (store.keep(file.job.copy), store.keep(file.job.thumb)) if file.job else (None, None)
    return StoredFile(
        sha256=store.keep(file.incoming.path),
        size=file.incoming.size,
        media_type=file.kind.media_type,
        name=file.name,
        width=made.width if made else None,
        height=made.height if made else None,
        copy_sha256=copy,
        thumb_sha256=thumb,
        device_taken_at=made.taken if made else None,
    )

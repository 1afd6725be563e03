"""Tells by its bytes what a file is; only what is on the list here is taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tracker.errors import FileTypeError, InvalidError
from tracker.languages import N_, _
from tracker.storage import documents
from tracker.storage.names import extension_of

_OFFICE = "application/vnd.openxmlformats-officedocument."


@dataclass(frozen=True)
class Kind:
    """One kind of file: its media type, the extensions it may carry, and who checks its structure."""

    media_type: str
    extensions: frozenset[str]
    check: Callable[[Path], None] | None = None

    @property
    def is_picture(self) -> bool:
        """Tell whether a copy is made for showing."""
        return self.media_type.startswith("image/")


_PDF = Kind("application/pdf", frozenset({"pdf"}), documents.check_pdf)
_PICTURES = (
    (b"\xff\xd8\xff", 0, Kind("image/jpeg", frozenset({"jpg", "jpeg", "jpe", "jfif"}))),
    (b"\x89PNG\r\n\x1a\n", 0, Kind("image/png", frozenset({"png"}))),
    (b"GIF87a", 0, Kind("image/gif", frozenset({"gif"}))),
    (b"GIF89a", 0, Kind("image/gif", frozenset({"gif"}))),
    (b"WEBP", 8, Kind("image/webp", frozenset({"webp"}))),
)
_PACKAGES = {
    "docx": _OFFICE + "wordprocessingml.document",
    "xlsx": _OFFICE + "spreadsheetml.sheet",
    "pptx": _OFFICE + "presentationml.presentation",
}
_COMPOUNDS = {"doc": "application/msword", "xls": "application/vnd.ms-excel", "ppt": "application/vnd.ms-powerpoint"}
_HEIF = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif")
_NO_HEIF = N_("“{name}”是 HEIC 照片，暂不支持；请在相机设置中选择“兼容性最佳”，或另存为 JPEG 后上传")
_MISMATCH = N_("“{name}”：文件内容与类型不符，请上传照片(JPG、PNG、WEBP、GIF)、PDF 或 Office 文档")


def kind_of(path: Path, name: str) -> Kind:
    """Return what the file at ``path`` is; its ``name`` must agree.

    Raises ``FileTypeError`` where it does not or where the content is of no listed kind, ``InvalidError`` where its
    structure is not sound.
    """
    with path.open("rb") as file:
        head = file.read(1024)
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF:
        raise FileTypeError(_(_NO_HEIF).format(name=name))
    kind = _listed(head, extension_of(name))
    if kind is None or extension_of(name) not in kind.extensions:
        raise FileTypeError(_(_MISMATCH).format(name=name))
    if kind.check:
        _check(kind.check, path, name)
    return kind


def _listed(head: bytes, extension: str) -> Kind | None:
    for mark, offset, kind in _PICTURES:
        if head[offset:].startswith(mark) and (offset == 0 or head.startswith(b"RIFF")):
            return kind
    if head.startswith(b"%PDF-"):
        return _PDF
    if head.startswith(b"PK\x03\x04") and extension in _PACKAGES:
        return _package(extension)
    if head.startswith(documents.COMPOUND_MARK) and extension in _COMPOUNDS:
        return _compound(extension)
    return None


def _package(extension: str) -> Kind:
    part = _PACKAGES[extension] + ".main+xml"
    return Kind(_PACKAGES[extension], frozenset({extension}), lambda path: documents.check_package(path, part))


def _compound(extension: str) -> Kind:
    media_type = _COMPOUNDS[extension]
    return Kind(media_type, frozenset({extension}), lambda path: documents.check_compound(path, extension))


def _check(check: Callable[[Path], None], path: Path, name: str) -> None:
    try:
        check(path)
    except documents.PretenceError as error:
        raise FileTypeError(f"{_(_MISMATCH).format(name=name)}（{_(str(error))}）") from error
    except documents.MalformedError as error:
        words = _("“{name}”：{reason}，请用办公软件打开后另存一份再上传")
        raise InvalidError({"files": words.format(name=name, reason=_(str(error)))}) from error

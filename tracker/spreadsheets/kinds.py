"""Tells by its bytes what a file is; the name only says whether text is meant as a table."""

from __future__ import annotations

import codecs
import mmap
import re
from pathlib import Path, PurePath

from tracker.spreadsheets.packages import Package
from tracker.spreadsheets.trouble import Trouble, UnreadableError

_PICTURES = (
    (b"\x89PNG", 0, "PNG"), (b"\xff\xd8\xff", 0, "JPEG"), (b"GIF8", 0, "GIF"), (b"WEBP", 8, "WebP"),
    (b"II*\0", 0, "TIFF"), (b"MM\0*", 0, "TIFF"), (b"ftypheic", 4, "HEIC"), (b"ftypmif1", 4, "HEIC"),
)  # fmt: skip
_MARKS = (
    (b"%PDF-", Trouble.PDF), (b"{\\rtf", Trouble.WORD), (b"Rar!", Trouble.ARCHIVE), (b"7z\xbc\xaf", Trouble.ARCHIVE),
    (b"\x1f\x8b", Trouble.ARCHIVE),
)  # fmt: skip
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STREAMS = (
    ("EncryptedPackage", Trouble.ENCRYPTED), ("WordDocument", Trouble.WORD), ("PowerPoint Document", Trouble.SLIDES),
)  # fmt: skip
_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|meta|body|table|style|div)\b|mime-version:",
    re.I | re.S,
)
_XML = re.compile(r"\s*<\?xml\b")
_MAIN = re.compile(
    rb"(wordprocessingml|presentationml|spreadsheetml|ms-excel|ms-word|ms-powerpoint)[\w.]*\.main\b", re.I
)
_FAMILIES = {
    b"wordprocessingml": Trouble.WORD,
    b"ms-word": Trouble.WORD,
    b"presentationml": Trouble.SLIDES,
    b"ms-powerpoint": Trouble.SLIDES,
}
_OPEN_FAMILIES = {b"spreadsheet": None, b"text": Trouble.WORD, b"presentation": Trouble.SLIDES}
_TYPES, _MIMETYPE, _MANIFEST = "[Content_Types].xml", "mimetype", "META-INF/manifest.xml"
_HEAD = 4096


def kind_of(path: Path, name: str) -> str:
    """Return ``xlsx``, ``xls``, ``ods`` or ``csv``; raise ``UnreadableError`` saying what else it is."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head:
        raise UnreadableError(Trouble.EMPTY)
    _refuse_others(head)
    if head.startswith(b"PK\x03\x04"):
        return _package_kind(Package(path))
    if head.startswith(_COMPOUND):
        return _compound_kind(path)
    return _text_kind(head, PurePath(name).suffix.lower())


def _refuse_others(head: bytes) -> None:
    for mark, at, what in _PICTURES:
        if head.startswith(mark, at):
            raise UnreadableError(Trouble.PICTURE, what=what)
    if head.startswith(b"BM") and head[6:10] == b"\0\0\0\0":
        raise UnreadableError(Trouble.PICTURE, what="BMP")
    for mark, trouble in _MARKS:
        if head.startswith(mark):
            raise UnreadableError(trouble)


def _package_kind(package: Package) -> str:
    if _MIMETYPE in package:
        return _open_document_kind(package)
    if _TYPES not in package:
        raise UnreadableError(Trouble.ARCHIVE)
    found = _MAIN.search(b"".join(package.text(_TYPES)))
    if found is None:
        raise UnreadableError(Trouble.UNKNOWN)
    if b"binary" in found[0].lower():
        raise UnreadableError(Trouble.BINARY)
    if (trouble := _FAMILIES.get(found[1].lower())) is not None:
        raise UnreadableError(trouble)
    return "xlsx"


def _open_document_kind(package: Package) -> str:
    stated = next(package.chunks(_MIMETYPE), b"")
    family = next((word for word in _OPEN_FAMILIES if b"opendocument." + word in stated), None)
    if family is None:
        raise UnreadableError(Trouble.UNKNOWN)
    if (trouble := _OPEN_FAMILIES[family]) is not None:
        raise UnreadableError(trouble)
    if _MANIFEST in package and b"encryption-data" in b"".join(package.text(_MANIFEST)):
        raise UnreadableError(Trouble.ENCRYPTED)
    return "ods"


def _compound_kind(path: Path) -> str:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        for stream, trouble in _STREAMS:
            if _has_stream(content, stream):
                raise UnreadableError(trouble)
        if not any(_has_stream(content, stream) for stream in ("Workbook", "Book")):
            raise UnreadableError(Trouble.DAMAGED)
    return "xls"


def _has_stream(content: mmap.mmap, name: str) -> bool:
    """Look for a directory entry: 128 bytes on their own line, the name first, its length in bytes at 64."""
    words = name.encode("utf-16-le") + b"\0\0"
    at = content.find(words)
    while at >= 0:
        if at % 128 == 0 and content[at + 64 : at + 66] == len(words).to_bytes(2, "little"):
            return True
        at = content.find(words, at + 1)
    return False


def _text_kind(head: bytes, extension: str) -> str:
    is_wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if not is_wide and b"\0" in head:
        raise UnreadableError(Trouble.UNKNOWN)
    text = head.decode("utf-16" if is_wide else "utf-8-sig", "ignore")
    if _HTML.match(text):
        raise UnreadableError(Trouble.HTML)
    if _XML.match(text):
        raise UnreadableError(Trouble.XML)
    if extension not in (".csv", ".tsv", ".txt"):
        raise UnreadableError(Trouble.TEXT)
    return "csv"

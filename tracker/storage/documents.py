"""Looks at the structure of documents without unpacking or rendering them."""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from pathlib import Path

from tracker.languages import N_

COMPOUND_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STREAMS = {  # the stream that each kind of old Office file must have
    "doc": ("WordDocument",),
    "xls": ("Workbook", "Book"),
    "ppt": ("PowerPoint Document",),
}
_MOST_ENTRIES = 4_000
_MOST_DIRECTORY = 1024 * 1024
_MOST_UNPACKED = 300 * 1024 * 1024
_MOST_RATIO = 200  # of one entry of a megabyte or more; real sheets stay below 60
_MOST_TYPES = 1024 * 1024
_END = b"PK\x05\x06"
_DAMAGED = N_("文件不完整或已损坏")
_SUSPECT = N_("压缩结构异常")
_OTHER_KIND, _TWO_KINDS, _MACROS = N_("与扩展名不一致"), N_("同时是另一种文件"), N_("文档含有宏")
_PRETENCES = (_OTHER_KIND, _TWO_KINDS, _MACROS)


class MalformedError(ValueError):
    """The structure is not sound; the message is a msgid."""


class PretenceError(MalformedError):
    """The content is of another kind than it says."""


def _require(holds: bool, words: str) -> None:
    if not holds:
        raise (PretenceError if words in _PRETENCES else MalformedError)(words)


def check_pdf(path: Path) -> None:
    """Refuse a PDF without version, cross-reference or end, and one that is another file as well."""
    content = path.read_bytes()
    tail = content[-2048:]
    _require(re.match(rb"%PDF-[12]\.\d", content) is not None, _DAMAGED)
    _require(b"startxref" in tail and b"%%EOF" in tail, _DAMAGED)
    _require(_END not in content[-66_000:], _TWO_KINDS)


def check_compound(path: Path, extension: str) -> None:
    """Refuse an OLE file whose header is wrong, or which lacks the stream of its kind."""
    content = path.read_bytes()
    whole = len(content) >= 1536 and content[28:30] == b"\xfe\xff" and content[30] in (9, 12)
    _require(whole, _DAMAGED)
    _require(any(stream.encode("utf-16-le") in content for stream in _STREAMS[extension]), _OTHER_KIND)


def check_package(path: Path, main_part: str) -> None:
    """Refuse an Office package that is a bomb, hides paths, links or macros, or has no ``main_part``."""
    _check_end(path)
    try:
        with zipfile.ZipFile(path) as package:
            entries = package.infolist()
            _check_entries(entries, path.stat().st_size)
            _check_types(package, main_part)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, LookupError, ValueError, RuntimeError) as error:
        if isinstance(error, MalformedError):
            raise
        raise MalformedError(_DAMAGED) from error


def _check_end(path: Path) -> None:
    """Look at the directory's own size before anything reads it."""
    with path.open("rb") as file:
        file.seek(0, 2)
        size = file.tell()
        file.seek(max(0, size - 66_000))
        tail = file.read()
    at = tail.rfind(_END)
    _require(at >= 0 and len(tail) >= at + 22, _DAMAGED)
    entries = int.from_bytes(tail[at + 10 : at + 12], "little")
    directory = int.from_bytes(tail[at + 12 : at + 16], "little")
    _require(0 < entries <= _MOST_ENTRIES and directory <= _MOST_DIRECTORY, _SUSPECT)


def _check_entries(entries: list[zipfile.ZipInfo], size: int) -> None:
    names = [entry.filename for entry in entries]
    _require(0 < len(names) <= _MOST_ENTRIES and len(set(map(str.lower, names))) == len(names), _SUSPECT)
    _require(sum(entry.file_size for entry in entries) <= _MOST_UNPACKED, _SUSPECT)
    _require(not any(name.lower().endswith("vbaproject.bin") for name in names), _MACROS)
    end = 0
    for entry in sorted(entries, key=lambda one: one.header_offset):
        _require(_is_sound(entry), _SUSPECT)
        _require(entry.header_offset >= end, _SUSPECT)  # entries that overlap unpack the same bytes again and again
        end = entry.header_offset + 30 + len(entry.orig_filename.encode()) + entry.compress_size
    _require(end <= size, _SUSPECT)


def _is_sound(entry: zipfile.ZipInfo) -> bool:
    parts = re.split(r"[/\\]", entry.filename)
    plain = not entry.filename.startswith(("/", "\\")) and ".." not in parts and ":" not in parts[0]
    link = stat.S_ISLNK(entry.external_attr >> 16)
    stored = entry.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    dense = entry.file_size < _MOST_TYPES or entry.file_size <= entry.compress_size * _MOST_RATIO
    return plain and not link and stored and dense and not entry.flag_bits & 1


def _check_types(package: zipfile.ZipFile, main_part: str) -> None:
    with package.open("[Content_Types].xml") as part:
        types = part.read(_MOST_TYPES)
    _require(main_part.encode() in types, _OTHER_KIND)

"""The zip file that is an .xlsx or .ods: looked over before anything in it is unpacked."""

from __future__ import annotations

import codecs
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tracker.spreadsheets.markup import starts
from tracker.spreadsheets.trouble import Trouble, UnreadableError

_MEGA = 1024 * 1024
_MOST_ENTRIES = 5_000
_MOST_DIRECTORY = 4 * _MEGA
_MOST_UNPACKED = 600 * _MEGA
_MOST_PART = 512 * _MEGA
_MOST_RATIO, _RATIO_FROM = 300, 10 * _MEGA  # real sheets stay below 60
_CHUNK = 128 * 1024
_END, _END_SIZE = b"PK\x05\x06", 22
_LONGEST_COMMENT = 65_535
_UTF_16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


@dataclass(frozen=True)
class Relation:
    """What a part leads to: the last word of the relation's type, and the full name of the part."""

    kind: str
    part: str


def _require(holds: bool, trouble: Trouble) -> None:
    if not holds:
        raise UnreadableError(trouble)


class Package:
    """The parts of one file by their names, which do not tell capitals from small letters."""

    def __init__(self, path: Path) -> None:
        """Raise ``UnreadableError`` for a bomb, an encrypted entry or a damaged directory."""
        _check_end(path)
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, OverflowError) as error:
            raise UnreadableError(Trouble.DAMAGED) from error
        entries = [entry for entry in self._zip.infolist() if not entry.is_dir()]
        _check_entries(entries, path.stat().st_size)
        # Some writers begin the name of a part with a slash, as the relations do.
        self._entries = {entry.filename.lower().lstrip("/"): entry for entry in entries}

    def __contains__(self, part: str) -> bool:
        return part.lower() in self._entries

    def parts(self) -> list[str]:
        """Return the names of all parts."""
        return [entry.filename.lstrip("/") for entry in self._entries.values()]

    def size(self, part: str) -> int:
        """Return the bytes a part has by the directory."""
        return self._entries[part.lower()].file_size

    def chunks(self, part: str) -> Iterator[bytes]:
        """Yield the bytes of a part, checked by their sum at the end; raise ``UnreadableError`` where they fail."""
        entry = self._entries.get(part.lower())
        if entry is None:
            raise UnreadableError(Trouble.DAMAGED)
        try:
            with self._zip.open(entry) as stream:
                while chunk := stream.read(_CHUNK):
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
            raise UnreadableError(Trouble.DAMAGED) from error

    def text(self, part: str) -> Iterator[bytes]:
        """Yield the bytes of an XML part as UTF-8, which is what nearly all of them are."""
        chunks = self.chunks(part)
        first = next(chunks, b"")
        encoding = _UTF_16.get(first[:2])
        if encoding is None:
            yield first
            yield from chunks
            return
        decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        yield decoder.decode(first[2:]).encode()
        for chunk in chunks:
            yield decoder.decode(chunk).encode()

    def relations(self, part: str) -> dict[str, Relation]:
        """Return what ``part`` leads to inside the package, by its own names for it; ``""`` is the package itself."""
        folder, name = posixpath.split(part)
        source = posixpath.join(folder, "_rels", name + ".rels")
        if source not in self:
            return {}
        return {
            found.get("Id", ""): Relation(found.get("Type", "").rpartition("/")[2], _resolved(folder, found["Target"]))
            for name, found in starts(self.text(source))
            if name == "Relationship" and found.get("TargetMode") != "External" and "Target" in found
        }

    def related(self, part: str, kind: str) -> str | None:
        """Return the first part of a kind that ``part`` leads to, if it is there."""
        parts = (relation.part for relation in self.relations(part).values() if relation.kind == kind)
        return next((part for part in parts if part in self), None)


def _resolved(folder: str, target: str) -> str:
    """Return the name of a part as the directory has it; a target that begins with a slash counts from the top."""
    return posixpath.normpath(posixpath.join("/", folder, target.replace("\\", "/"))).lstrip("/")


def _check_end(path: Path) -> None:
    """Look at the directory's own size before anything reads it."""
    with path.open("rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - _LONGEST_COMMENT - _END_SIZE))
        tail = file.read()
    at = tail.rfind(_END)
    _require(at >= 0 and len(tail) >= at + _END_SIZE, Trouble.DAMAGED)
    _require(int.from_bytes(tail[at + 10 : at + 12], "little") <= _MOST_ENTRIES, Trouble.SUSPECT)
    _require(int.from_bytes(tail[at + 12 : at + 16], "little") <= _MOST_DIRECTORY, Trouble.SUSPECT)


def _check_entries(entries: list[zipfile.ZipInfo], size: int) -> None:
    _require(0 < len(entries) <= _MOST_ENTRIES, Trouble.SUSPECT if entries else Trouble.DAMAGED)
    _require(len({entry.filename.lower() for entry in entries}) == len(entries), Trouble.SUSPECT)
    _require(sum(entry.file_size for entry in entries) <= _MOST_UNPACKED, Trouble.SUSPECT)
    _require(sum(entry.compress_size for entry in entries) <= size, Trouble.SUSPECT)  # entries that share their bytes
    for entry in entries:
        _require(not entry.flag_bits & 1, Trouble.ENCRYPTED)
        _require(entry.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED), Trouble.SUSPECT)
        _require(entry.file_size <= _MOST_PART, Trouble.SUSPECT)
        is_dense = entry.file_size <= max(_RATIO_FROM, entry.compress_size * _MOST_RATIO)
        _require(is_dense, Trouble.SUSPECT)

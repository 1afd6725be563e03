"""What goes into the store and what comes out of it, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO


@dataclass(frozen=True)
class Upload:
    """One file as the browser sends it: the name it claims, and its bytes yet unread."""

    name: str
    stream: BinaryIO


@dataclass(frozen=True)
class Limits:
    """How large one file (in bytes) and how many in one act.

    ``pixels`` is what a JPEG may have; other pictures, which must be decoded whole, half as many.
    """

    file_bytes: int = 20 * 1024 * 1024
    files: int = 20
    pixels: int = 60_000_000


@dataclass(frozen=True)
class StoredFile:
    """Bytes that lie checked and safe on disk; ``device_taken_at`` is what the camera claims, never the truth."""

    sha256: str
    size: int
    media_type: str
    name: str
    width: int | None = None
    height: int | None = None
    copy_sha256: str | None = None
    thumb_sha256: str | None = None
    device_taken_at: str | None = None


@dataclass(frozen=True)
class SheetFile:
    """A file of tables that lies safe in a store, not looked into yet; ``name`` is what its owner called it."""

    name: str
    sha256: str
    size: int

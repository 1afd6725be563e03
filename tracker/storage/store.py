"""A folder of files named by their SHA-256; what it says is stored survives a power cut."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from tracker.errors import StorageFullError, TooLargeError, TrackerError
from tracker.languages import N_

_CHUNK = 1024 * 1024
_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))


class DamagedError(TrackerError):
    """Stored bytes are gone or no longer what their hash says."""

    status = 500
    default = N_("文件校验不符或已缺失，已停止提供并记录在案，请联系系统管理员")


@dataclass(frozen=True)
class Incoming:
    """Bytes on their way in, in a file without a name of its own yet."""

    path: Path
    sha256: str
    size: int


class Store:
    """Content-addressed files below ``folder``: ``ab/cd/abcd…``; what comes in waits in ``incoming``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.incoming = folder / "incoming"

    def path_of(self, sha256: str) -> Path:
        """Return where the bytes with that hash lie, or would lie."""
        return self.folder / sha256[:2] / sha256[2:4] / sha256

    def waiting(self) -> Path:
        """Return a fresh path in ``incoming``, for whoever makes a file beside the store."""
        with full_disk_told():
            self.incoming.mkdir(parents=True, exist_ok=True)
        return self.incoming / secrets.token_hex(16)

    def receive(self, stream: BinaryIO, limit: int) -> Incoming:
        """Write ``stream`` to a waiting file, hashing it on the way; raise ``TooLargeError`` past ``limit`` bytes."""
        path, digest, size = self.waiting(), hashlib.sha256(), 0
        try:
            with full_disk_told(), path.open("xb") as file:
                while chunk := stream.read(_CHUNK):
                    size += len(chunk)
                    if size > limit:
                        raise TooLargeError
                    digest.update(chunk)
                    file.write(chunk)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return Incoming(path, digest.hexdigest(), size)

    def keep(self, waiting: Path) -> str:
        """Move a waiting file to its place by content, synced to the disk; return its hash."""
        with full_disk_told():
            with waiting.open("rb") as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
                os.fsync(file.fileno())
            target = self.path_of(sha256)
            target.parent.mkdir(parents=True, exist_ok=True)
            waiting.chmod(0o440)
            waiting.replace(target)  # equal by content to what may lie there, and sound where that one is not
            for folder in (target.parent, target.parent.parent, self.folder):
                _sync_folder(folder)
        return sha256

    def read(self, sha256: str) -> bytes:
        """Return the bytes with that hash; raise ``DamagedError`` where they are missing or have changed."""
        try:
            found = self.path_of(sha256).read_bytes()
        except FileNotFoundError as error:
            raise DamagedError from error
        if hashlib.sha256(found).hexdigest() != sha256:
            raise DamagedError
        return found

    def sweep(self, before: datetime) -> int:
        """Remove what has waited since before that instant, left by an act that was cut off; return how many."""
        stale = [path for path in self.incoming.glob("*") if path.stat().st_mtime < before.timestamp()]
        for path in stale:
            path.unlink(missing_ok=True)
        return len(stale)


def _sync_folder(folder: Path) -> None:
    """Make a new name in ``folder`` outlive a power cut."""
    if os.name == "nt":  # Windows offers no way to sync a folder, and needs none: its journal keeps names.
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def full_disk_told() -> Iterator[None]:
    """Turn a full disk into ``StorageFullError``."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFullError from error
        raise

"""Bytes lie under their hash, whole, and damage shows."""

from __future__ import annotations

import errno
import io
import os
from datetime import timedelta
from pathlib import Path

import pytest

from tests import pictures
from tests.conftest import AT
from tracker.errors import StorageFullError
from tracker.storage import DamagedError, Store


def kept(store: Store, content: bytes) -> str:
    return store.keep(store.receive(io.BytesIO(content), 1000).path)


def test_bytes_lie_under_their_hash_and_cannot_be_written(tmp_path: Path) -> None:
    store = Store(tmp_path)
    sha256 = kept(store, b"abc")
    path = tmp_path / sha256[:2] / sha256[2:4] / sha256
    assert path == store.path_of(sha256)
    assert (path.read_bytes(), path.stat().st_mode & 0o222) == (b"abc", 0)


def test_the_same_bytes_lie_once(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert kept(store, b"abc") == kept(store, b"abc")
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_a_flipped_bit_is_found_and_healed_by_the_same_upload(tmp_path: Path) -> None:
    store = Store(tmp_path)
    sha256 = kept(store, b"abc")
    store.path_of(sha256).chmod(0o640)
    store.path_of(sha256).write_bytes(b"abb")
    with pytest.raises(DamagedError):
        store.read(sha256)
    kept(store, b"abc")
    assert store.read(sha256) == b"abc"


def test_missing_bytes_are_told(tmp_path: Path) -> None:
    with pytest.raises(DamagedError):
        Store(tmp_path).read("0" * 64)


def test_file_and_folders_are_synced_before_the_hash_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, synced = Store(tmp_path), []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: (synced.append(os.readlink(f"/proc/self/fd/{fd}")), real(fd))[1])
    sha256 = kept(store, b"abc")
    place = store.path_of(sha256)
    assert synced[0].startswith(str(store.incoming))
    assert synced[1:] == [str(place.parent), str(place.parent.parent), str(tmp_path)]


class Endless(io.RawIOBase):
    """A stream whose disk runs full while it is read."""

    def read(self, size: int = -1) -> bytes:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_told_in_words_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(StorageFullError):
        Store(tmp_path).receive(Endless(), 1000)  # type: ignore[arg-type]
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_stored_names_never_reach_the_disk(tmp_path: Path) -> None:
    pictures.stored(tmp_path, pictures.PDF, name="整改报告.pdf")
    assert not [path for path in tmp_path.rglob("*") if "整改" in path.name]


def test_what_an_act_left_behind_is_swept_after_a_while(tmp_path: Path) -> None:
    store = Store(tmp_path)
    old, fresh = (store.receive(io.BytesIO(b"abc"), 1000).path for _n in range(2))
    os.utime(old, (0, (AT - timedelta(days=2)).timestamp()))
    os.utime(fresh, (0, AT.timestamp()))
    assert store.sweep(AT - timedelta(days=1)) == 1
    assert (old.exists(), fresh.exists()) == (False, True)

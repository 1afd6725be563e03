"""The child that touches pictures may hang, die or starve; only its picture suffers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import pictures
from tracker.errors import InvalidError, StorageFullError
from tracker.storage import Limits, Store, intake
from tracker.storage import pictures as child


def replaced(monkeypatch: pytest.MonkeyPatch, folder: Path, program: str) -> None:
    """Let another program do the worker's work."""
    worker = folder / "worker.py"
    worker.write_text(program)
    monkeypatch.setattr(child, "_WORKER", worker)


def test_a_worker_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    replaced(monkeypatch, tmp_path, "import time\ntime.sleep(60)\n")
    monkeypatch.setattr(child, "_WALL_SECONDS", 1)
    with pytest.raises(InvalidError, match="图片无法处理"):
        pictures.stored(tmp_path / "store", pictures.picture())


def test_a_worker_that_dies_names_the_pictures_it_left(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    replaced(
        monkeypatch,
        tmp_path,
        'import os\nprint(\'{"width": 1, "height": 1, "taken": null}\', flush=True)\nos.abort()\n',
    )
    uploads = [pictures.upload(pictures.picture(), name) for name in ("好.jpg", "坏.jpg")]
    with pytest.raises(InvalidError) as refusal:
        intake(Store(tmp_path / "store"), uploads)
    assert ("坏.jpg" in refusal.value.message, "好.jpg" in refusal.value.message) == (True, False)
    assert not [path for path in (tmp_path / "store").rglob("*") if path.is_file()]


def test_a_full_disk_is_told_as_such(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    replaced(monkeypatch, tmp_path, 'print(\'{"error": "full"}\')\n')
    with pytest.raises(StorageFullError):
        pictures.stored(tmp_path / "store", pictures.picture())


def test_a_picture_beyond_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(child, "_MEMORY", 120 * 1024 * 1024)
    with pytest.raises(InvalidError, match="大.png"):
        pictures.stored(tmp_path / "store", pictures.picture("PNG", (5000, 5000), mode="RGBA"), name="大.png")


def test_only_jpeg_may_use_all_pixels(tmp_path: Path) -> None:
    limits = Limits(pixels=3000)
    taken = intake(Store(tmp_path), [pictures.upload(pictures.picture(size=(60, 50)), "a.jpg")], limits)
    assert (taken[0].width, taken[0].height) == (60, 50)
    with pytest.raises(InvalidError, match="像素过大"):
        intake(Store(tmp_path), [pictures.upload(pictures.picture("PNG", size=(60, 50)), "a.png")], limits)

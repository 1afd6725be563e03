"""Has pictures re-encoded by a child process, one for all pictures of an act."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from tracker.errors import InvalidError, StorageFullError, TrackerError
from tracker.languages import N_, _

_WORKER = Path(__file__).with_name("picture_worker.py")
_MEMORY = 768 * 1024 * 1024
_AT_ONCE = BoundedSemaphore(2)  # children of this process
_CPU_SECONDS, _WALL_SECONDS = 5, 8  # for one picture; a few more for each further one
_MORE_SECONDS = 3
_ERRORS = {
    "pixels": N_("“{name}”：图片像素过大，请缩小后再上传"),
    "damaged": N_("“{name}”：图片不完整或已损坏，请重新拍照或另选一张"),
}
_LOST = N_("“{name}”：图片无法处理，请另存为普通 JPEG 后再上传")


@dataclass(frozen=True)
class Job:
    """One picture: where it lies, what its owner calls it, and where its copy and thumbnail go."""

    source: Path
    name: str
    copy: Path
    thumb: Path


@dataclass(frozen=True)
class Made:
    """The size of a picture in pixels as it is looked at, and when its camera says it was taken."""

    width: int
    height: int
    taken: str | None


def pictures_make(jobs: Sequence[Job], pixels: int) -> list[Made]:
    """Write the copy and thumbnail of each picture; raise ``InvalidError`` naming every one that cannot be taken."""
    if not jobs:
        return []
    answers = _asked(jobs, pixels)
    if any(answer.get("error") == "full" for answer in answers):
        raise StorageFullError
    refusals = [
        _(_ERRORS.get(answer.get("error", ""), _LOST)).format(name=job.name)
        for job, answer in zip(jobs, answers, strict=True)
        if "width" not in answer
    ]
    if refusals:
        raise InvalidError({"files": "；".join(refusals)})
    return [Made(answer["width"], answer["height"], answer["taken"]) for answer in answers]


def _asked(jobs: Sequence[Job], pixels: int) -> list[dict[str, Any]]:
    """Return one answer per job; the job at which the worker died, and those after it, have an empty one."""
    more = _MORE_SECONDS * (len(jobs) - 1)
    order = {
        "limits": {"bytes": _MEMORY, "seconds": _CPU_SECONDS + more, "pixels": pixels},
        "jobs": [{"source": str(job.source), "copy": str(job.copy), "thumb": str(job.thumb)} for job in jobs],
    }
    with _AT_ONCE:
        output = _run(json.dumps(order).encode(), _WALL_SECONDS + more)
    answers = [json.loads(line) for line in output.splitlines()]
    return answers + [{}] * (len(jobs) - len(answers))


def _run(order: bytes, seconds: int) -> bytes:
    command = [sys.executable, "-I", str(_WORKER)]  # isolated: neither this package nor the environment is read
    try:
        done = subprocess.run(  # noqa: S603  # our own file, no argument from outside
            command, input=order, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=seconds, check=False,
            env={name: os.environ[name] for name in ("LD_LIBRARY_PATH", "SYSTEMROOT") if name in os.environ},
        )  # fmt: skip
    except subprocess.TimeoutExpired as late:
        return late.stdout or b""
    except OSError as error:
        raise TrackerError(_("服务器暂时无法处理照片，请稍后再试")) from error
    return done.stdout

"""Re-encodes pictures, in a process of its own that may be killed; needs Pillow and nothing of this package.

Reads one JSON object from stdin: ``limits`` (``bytes`` of memory, ``seconds`` of CPU, ``pixels``) and ``jobs``,
each with the paths ``source``, ``copy`` and ``thumb``. Writes one line of JSON per job, in order: ``width``,
``height`` and ``taken``, or ``error``: ``pixels``, ``damaged`` or ``full``.
"""

from __future__ import annotations

import errno
import json
import re
import sys
from typing import Any

if sys.platform != "win32":
    import resource

from PIL import Image, ImageFile, ImageOps

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
COPY, THUMB, QUALITY = 2000, 480, 85
FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
EXIF_FOLDER, TAKEN, OFFSET = 0x8769, 0x9003, 0x9011


class TooManyPixelsError(Exception):
    """The header promises more pixels than allowed."""


def confine(limits: dict[str, int]) -> None:
    """Give up memory and time beyond ``limits`` for good."""
    if sys.platform == "linux":  # others map far more than they use, or refuse the limit
        resource.setrlimit(resource.RLIMIT_AS, (limits["bytes"], limits["bytes"]))
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_CPU, (limits["seconds"], limits["seconds"]))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    Image.MAX_IMAGE_PIXELS = None  # we look ourselves, before anything is decoded
    ImageFile.LOAD_TRUNCATED_IMAGES = False


def taken_at(picture: Image.Image) -> str | None:
    """Return when the camera says it was, as ``2026-03-02T09:00:00+08:00``; its offset only where it tells one."""
    folder = picture.getexif().get_ifd(EXIF_FOLDER)
    found = re.fullmatch(r"(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)", str(folder.get(TAKEN, "")).strip("\0 "))
    if found is None:
        return None
    offset = re.fullmatch(r"[+-]\d\d:\d\d", str(folder.get(OFFSET, "")).strip("\0 "))
    year, month, day, time = found.groups()
    return f"{year}-{month}-{day}T{time}{offset.group() if offset else ''}"


def flattened(picture: Image.Image) -> Image.Image:
    """Return the picture as plain RGB, on white where it is transparent."""
    if picture.mode.startswith("I;16"):
        picture = picture.point(lambda value: value / 256).convert("L")
    if picture.mode in ("P", "PA", "LA", "RGBa", "La") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
    if picture.mode == "RGBA":
        ground = Image.new("RGB", picture.size, "white")
        ground.paste(picture, mask=picture.getchannel("A"))
        return ground
    return picture.convert("RGB")


def make(job: dict[str, str], pixels: int) -> dict[str, Any]:
    """Write copy and thumbnail of one picture, its first frame alone; return its size as it is looked at."""
    with Image.open(job["source"], formats=FORMATS) as picture:
        # Only JPEG can be decoded at a fraction of its size.
        if picture.width * picture.height > (pixels if picture.format in ("JPEG", "MPO") else pixels // 2):
            raise TooManyPixelsError
        taken = taken_at(picture)
        whole = picture.size
        target = whole[0] * COPY // max(whole), whole[1] * COPY // max(whole)
        picture.draft("RGB", target)  # JPEG is decoded no larger than is needed
        picture.load()
        shown = picture if picture.mode not in ("P", "PA") else flattened(picture)
        shown.thumbnail((COPY, COPY), Image.Resampling.BICUBIC, reducing_gap=2.0)
        upright = ImageOps.exif_transpose(shown)
    plain = flattened(upright)
    plain.info.clear()
    plain.save(job["copy"], "JPEG", quality=QUALITY)
    plain.thumbnail((THUMB, THUMB), Image.Resampling.BICUBIC)
    plain.save(job["thumb"], "JPEG", quality=QUALITY - 5)
    turned = (upright.width > upright.height) != (whole[0] > whole[1])
    return {"width": whole[turned], "height": whole[not turned], "taken": taken}


def answer(job: dict[str, str], pixels: int) -> dict[str, Any]:
    """Return what became of one job; whatever a broken file makes Pillow raise, it is the file that is broken."""
    try:
        return make(job, pixels)
    except TooManyPixelsError:
        return {"error": "pixels"}
    except Exception as error:
        is_full = isinstance(error, OSError) and error.errno in FULL
        return {"error": "full" if is_full else "damaged"}


def main() -> None:
    """Do every job of stdin."""
    order = json.load(sys.stdin)
    confine(order["limits"])
    for job in order["jobs"]:
        sys.stdout.write(json.dumps(answer(job, order["limits"]["pixels"])) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

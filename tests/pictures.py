"""Makes the files that tests upload: good ones, and bad ones of every sort."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

from PIL import Image

from tracker.storage import Store, StoredFile, Upload, intake

MAIN = "application/vnd.openxmlformats-officedocument.{}.main+xml"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\nxref\n0 1\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"


def picture(form: str = "JPEG", size: tuple[int, int] = (64, 48), mode: str = "RGB", **given: Any) -> bytes:
    """Return a plain picture in that format; ``color`` tells it from another."""
    made = io.BytesIO()
    color = given.pop("color", None)
    Image.new(mode, size, color if color is not None else 128 if len(mode) == 1 else None).save(made, form, **given)
    return made.getvalue()


def phone_photo(orientation: int = 6, taken: str = "2026:03:01 16:30:00") -> bytes:
    """Return a JPEG as a phone makes it: turned by EXIF, with time and place."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif.get_ifd(0x8769).update({0x9003: taken, 0x9011: "+08:00"})
    exif.get_ifd(0x8825).update({1: "N", 2: (35.0, 6.0, 1.0)})
    return picture(size=(2400, 1200), exif=exif)


def png_header(width: int, height: int) -> bytes:
    """Return a PNG that promises ``width`` times ``height`` pixels and holds almost none."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")
    )


def package(part: str = "wordprocessingml.document", extra: dict[str, bytes] | None = None) -> bytes:
    """Return a small Office package with ``extra`` entries."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", f'<Types><Override ContentType="{MAIN.format(part)}"/></Types>')
        for name, body in (extra or {}).items():
            archive.writestr(name, body)
    return made.getvalue()


def compound(stream: str = "WordDocument") -> bytes:
    """Return the bare bones of an old Office file."""
    header = OLE + bytes(16) + b"\x3e\x00\x03\x00\xfe\xff\x09\x00\x06\x00"
    return header.ljust(512, b"\0") + stream.encode("utf-16-le").ljust(2048, b"\0")


def upload(content: bytes, name: str = "照片.jpg") -> Upload:
    """Return what a browser sends."""
    return Upload(name, io.BytesIO(content))


def stored(folder: Path, *contents: bytes, name: str = "照片.jpg") -> tuple[StoredFile, ...]:
    """Return ``contents`` taken into a store at ``folder``."""
    return intake(Store(folder), [upload(content, name) for content in contents])

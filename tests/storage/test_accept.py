"""What is taken, what is refused, and that a refusal leaves nothing behind."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from tests import pictures
from tracker.errors import FileTypeError, InvalidError, TooLargeError, TrackerError
from tracker.storage import Limits, Store, intake

PICTURES = {
    "a.jpg": pictures.picture(),
    "a.jpeg": pictures.picture(mode="CMYK"),
    "a.png": pictures.picture("PNG", mode="RGBA"),
    "b.png": pictures.picture("PNG", mode="I;16"),
    "c.png": pictures.picture("PNG", mode="P"),
    "d.png": pictures.picture("PNG", mode="1"),
    "a.webp": pictures.picture("WEBP"),
    "a.gif": pictures.picture(
        "GIF", mode="P", save_all=True, append_images=[Image.new("P", (64, 48), n) for n in (1, 2)]
    ),
    "polyglot.gif": pictures.picture("GIF", mode="P") + b"/*<script>alert(1)</script>*/",
}
DOCUMENTS = {
    "整改报告.pdf": (pictures.PDF, "application/pdf"),
    "方案.docx": (pictures.package(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "台账.xlsx": (
        pictures.package("spreadsheetml.sheet"),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    "汇报.pptx": (
        pictures.package("presentationml.presentation"),
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
    "旧.doc": (pictures.compound(), "application/msword"),
    "旧.xls": (pictures.compound("Workbook"), "application/vnd.ms-excel"),
    "旧.ppt": (pictures.compound("PowerPoint Document"), "application/vnd.ms-powerpoint"),
}


def linked() -> bytes:
    """Return a package one of whose entries is a symbolic link."""
    made = io.BytesIO(pictures.package())
    with zipfile.ZipFile(made, "a") as archive:
        entry = zipfile.ZipInfo("word/link")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
    return made.getvalue()


def doubled() -> bytes:
    """Return a package that holds one name twice."""
    made = io.BytesIO(pictures.package())
    with zipfile.ZipFile(made, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("[Content_Types].xml", "<Types/>")
    return made.getvalue()


def overlapping() -> bytes:
    """Return a package whose entries are all the same bytes again."""
    body = bytearray(pictures.package(extra={"a.xml": b"x" * 9000, "b.xml": b"y" * 9000}))
    first = body.index(b"PK\x01\x02")
    for _entry in range(3):
        body[first + 42 : first + 46] = struct.pack("<I", 0)
        first = body.find(b"PK\x01\x02", first + 4)
    return bytes(body)


def garbled() -> bytes:
    """Return a package whose directory is sound and whose content is not."""
    body = bytearray(pictures.package())
    start = 30 + len("[Content_Types].xml")
    body[start : start + 8] = b"\xff" * 8
    return bytes(body)


HEIC = b"\0\0\0\x18ftypheic" + bytes(64)
WRONG_CONTENT = {
    "html as jpg": ("a.jpg", b"<html><script>alert(1)</script>"),
    "jpeg as html": ("a.html", pictures.picture()),
    "png as jpg": ("a.jpg", pictures.picture("PNG")),
    "pdf as docx": ("a.docx", pictures.PDF),
    "xlsx as docx": ("a.docx", pictures.package("spreadsheetml.sheet")),
    "xls as doc": ("a.doc", pictures.compound("Workbook")),
    "installer as doc": ("a.doc", pictures.compound("Something")),
    "zip": ("a.zip", pictures.package()),
    "pdf and zip": ("a.pdf", pictures.PDF + pictures.package() + b"\nstartxref\n%%EOF"),
    "heic": ("a.jpg", HEIC),
    "tiff": ("a.tif", pictures.picture("TIFF")),
    "bmp": ("a.bmp", pictures.picture("BMP")),
    "eps": ("a.eps", b"%!PS-Adobe-3.0 EPSF-3.0\n"),
    "svg": ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
    "double extension": ("a.php.jpg", pictures.picture()),
    "program": ("a.jpg.exe", pictures.picture()),
    "trailing dot": ("a.jpg.", pictures.picture()),
    "trailing space": ("a.jpg ", pictures.picture()),
    "no extension": ("照片", pictures.picture()),
    "macros": ("a.docx", pictures.package(extra={"word/vbaProject.bin": b"x"})),
}
UNSOUND = {
    "half a pdf": ("a.pdf", pictures.PDF[:40]),
    "bomb": ("a.docx", pictures.package(extra={"word/document.xml": bytes(250_000_000)})),
    "absolute path": ("a.docx", pictures.package(extra={"/etc/passwd": b"x"})),
    "path upwards": ("a.docx", pictures.package(extra={"../../x": b"x"})),
    "drive": ("a.docx", pictures.package(extra={"C:/x": b"x"})),
    "many entries": ("a.docx", pictures.package(extra={f"{n}": b"" for n in range(5000)})),
    "link": ("a.docx", linked()),
    "twice": ("a.docx", doubled()),
    "overlap": ("a.docx", overlapping()),
    "garbled": ("a.docx", garbled()),
    "half a package": ("a.docx", pictures.package()[:-30]),
}
BAD_PICTURES = {
    "truncated": ("a.jpg", pictures.picture(size=(800, 600), color=(9, 200, 40))[:-4000], "不完整或已损坏"),
    "head only": ("a.jpg", b"\xff\xd8\xff\xe0" + bytes(200), "不完整或已损坏"),
    "900 Mpx": ("a.png", pictures.png_header(30_000, 30_000), "像素过大"),
    "144 Mpx": ("a.png", pictures.png_header(12_000, 12_000), "像素过大"),
    "missing rows": ("a.png", pictures.png_header(2_000, 2_000), "不完整或已损坏"),
}


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_kept_with_a_copy_and_a_thumbnail(tmp_path: Path, name: str) -> None:
    [file] = pictures.stored(tmp_path, PICTURES[name], name=name)
    store = Store(tmp_path)
    assert store.read(file.sha256) == PICTURES[name]
    assert (file.width, file.height) == (64, 48)
    for made in (file.copy_sha256, file.thumb_sha256):
        with Image.open(io.BytesIO(store.read(made or ""))) as shown:
            assert (shown.format, shown.mode, shown.size) == ("JPEG", "RGB", (64, 48))
    assert len(files_below(tmp_path)) == len({file.sha256, file.copy_sha256, file.thumb_sha256})


def test_a_polyglot_is_shown_only_as_what_was_drawn(tmp_path: Path) -> None:
    [file] = pictures.stored(tmp_path, PICTURES["polyglot.gif"], name="a.gif")
    assert b"script" not in Store(tmp_path).read(file.copy_sha256 or "")


def test_a_phone_photo_is_turned_shrunk_and_loses_its_place(tmp_path: Path) -> None:
    photo = pictures.phone_photo()
    [file] = pictures.stored(tmp_path, photo)
    store = Store(tmp_path)
    assert (file.width, file.height, file.device_taken_at) == (1200, 2400, "2026-03-01T16:30:00+08:00")
    with Image.open(io.BytesIO(store.read(file.copy_sha256 or ""))) as copy:
        assert (copy.size, len(copy.getexif())) == ((1000, 2000), 0)
    with Image.open(io.BytesIO(store.read(file.thumb_sha256 or ""))) as thumb:
        assert thumb.size == (240, 480)


@pytest.mark.parametrize("taken", ["yesterday", "2026:03:01", "<script>"])
def test_a_camera_that_tells_no_time_is_not_believed(tmp_path: Path, taken: str) -> None:
    [file] = pictures.stored(tmp_path, pictures.phone_photo(taken=taken))
    assert file.device_taken_at is None


def test_transparent_becomes_white(tmp_path: Path) -> None:
    [file] = pictures.stored(tmp_path, pictures.picture("PNG", mode="RGBA", color=(0, 0, 0, 0)), name="a.png")
    with Image.open(io.BytesIO(Store(tmp_path).read(file.copy_sha256 or ""))) as shown:
        assert shown.getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_kept_as_it_is(tmp_path: Path, name: str) -> None:
    content, media_type = DOCUMENTS[name]
    [file] = pictures.stored(tmp_path, content, name=name)
    assert (file.media_type, file.name, file.size, file.copy_sha256) == (media_type, name, len(content), None)
    assert Store(tmp_path).read(file.sha256) == content


@pytest.mark.parametrize("case", WRONG_CONTENT)
def test_what_is_not_what_it_says_is_refused_without_a_trace(tmp_path: Path, case: str) -> None:
    name, content = WRONG_CONTENT[case]
    with pytest.raises(FileTypeError):
        pictures.stored(tmp_path, content, name=name)
    assert not files_below(tmp_path)


@pytest.mark.parametrize("case", UNSOUND)
def test_an_unsound_document_is_refused_unread_without_a_trace(tmp_path: Path, case: str) -> None:
    name, content = UNSOUND[case]
    with pytest.raises(InvalidError, match="文件不完整或已损坏|压缩结构异常"):
        pictures.stored(tmp_path, content, name=name)
    assert not files_below(tmp_path)


@pytest.mark.parametrize("case", BAD_PICTURES)
def test_a_bad_picture_is_refused_in_words_without_a_trace(tmp_path: Path, case: str) -> None:
    name, content, words = BAD_PICTURES[case]
    with pytest.raises(InvalidError, match=words):
        pictures.stored(tmp_path, content, name=name)
    assert not files_below(tmp_path)


def test_heic_is_refused_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(FileTypeError, match="兼容性最佳"):
        pictures.stored(tmp_path, HEIC, name="IMG_0001.HEIC")


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match="空文件"):
        pictures.stored(tmp_path, b"")


def test_a_file_over_the_limit_is_refused(tmp_path: Path) -> None:
    body = pictures.picture() + bytes(20 * 1024 * 1024)
    with pytest.raises(TooLargeError, match="单个文件不超过20MB"):
        pictures.stored(tmp_path, body)
    assert not files_below(tmp_path)


def test_the_twenty_first_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match="最多上传 20 个文件"):
        pictures.stored(tmp_path, *[pictures.PDF] * 21, name="a.pdf")


def test_one_bad_file_keeps_all_others_out(tmp_path: Path) -> None:
    uploads = [pictures.upload(pictures.picture(), "a.jpg"), pictures.upload(b"<html>", "b.jpg")]
    with pytest.raises(TrackerError):
        intake(Store(tmp_path), uploads)
    assert not files_below(tmp_path)


def test_every_bad_picture_of_an_act_is_named(tmp_path: Path) -> None:
    large, small = pictures.picture("PNG", (40, 40)), pictures.picture("PNG", (4, 4))
    uploads = [
        pictures.upload(content, name) for name, content in (("大1.png", large), ("小.png", small), ("大2.png", large))
    ]
    with pytest.raises(InvalidError) as refusal:
        intake(Store(tmp_path), uploads, Limits(pixels=100))
    assert [name in refusal.value.errors["files"] for name in ("大1.png", "小.png", "大2.png")] == [True, False, True]

"""What is no table, or cannot be read, is refused in words that say what it is and what to do."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from tests.spreadsheets.files import cell, compound, ods, packed, read, relations, sheet, workbook
from tracker.errors import FileTypeError, InvalidError, StorageFullError, TrackerError
from tracker.spreadsheets.trouble import Trouble, UnreadableError
from tracker.storage import tables

HTML = "<html><head><meta charset='gbk'></head><body><table><tr><td>1</td></tr></table></body></html>"
FULL = sheet(cell("<v>1</v>"))


def picture(kind: str) -> bytes:
    output = io.BytesIO()
    Image.new("RGB", (4, 4)).save(output, kind)
    return output.getvalue()


def office(main: str) -> dict[str, str | bytes]:
    """Return the parts of another office document."""
    kind = f'<Override PartName="/x.xml" ContentType="application/{main}"/>'
    return {"[Content_Types].xml": f"<Types>{kind}</Types>", "_rels/.rels": relations(("a", "officeDocument", "x.xml"))}


def refused(path: Path, name: str = "台账.xlsx") -> TrackerError:
    with pytest.raises(TrackerError) as refusal:
        read(path, name)
    return refusal.value


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (picture("PNG"), "a.xlsx", "这是一张 PNG 图片，不是表格"),
        (picture("JPEG"), "a.xlsx", "这是一张 JPEG 图片，不是表格"),
        (picture("GIF"), "a.csv", "这是一张 GIF 图片"),
        (picture("BMP"), "a.xls", "这是一张 BMP 图片"),
        (picture("WEBP"), "a.xls", "这是一张 WebP 图片"),
        (picture("TIFF"), "a.xls", "这是一张 TIFF 图片"),
        (b"%PDF-1.7\n", "a.xlsx", "这是一份 PDF 文件"),
        (b"{\\rtf1", "a.xlsx", "这是一份 Word 文档"),
        (b"Rar!\x1a\x07", "a.xlsx", "这是一个压缩包"),
        (HTML.encode(), "a.xls", "这是一个网页.*另存为 .xlsx"),
        (b"\xef\xbb\xbf\r\n<!-- x -->\n<TABLE border=1>", "a.xls", "这是一个网页"),
        (HTML.encode("utf-16"), "a.csv", "这是一个网页"),
        (b"MIME-Version: 1.0\r\n", "a.xls", "这是一个网页"),
        (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>', "a.xls", "这是一个 XML 文件"),
        ("问题\t单位\n".encode(), "a.xls", "这是一个文本文件.*另存为 .xlsx"),
        (b"\0\1\2\3", "a.xlsx", "无法识别"),
    ],
)
def test_another_kind_of_file_is_called_by_its_name(tmp_path: Path, content: bytes, name: str, words: str) -> None:
    path = tmp_path / "a"
    path.write_bytes(content)
    with pytest.raises(FileTypeError, match=words):
        read(path, name)


@pytest.mark.parametrize(
    ("main", "words"),
    [
        ("vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml", "这是一份 Word 文档"),
        ("vnd.openxmlformats-officedocument.presentationml.presentation.main+xml", "这是一份演示文稿"),
        ("vnd.ms-excel.sheet.binary.macroEnabled.main", r"这是二进制工作簿\(.xlsb\)"),
        ("vnd.ms-visio.drawing+xml", "无法识别"),
    ],
)
def test_another_office_document_is_called_by_its_name(tmp_path: Path, main: str, words: str) -> None:
    with pytest.raises(FileTypeError, match=words):
        read(packed(tmp_path / "a.xlsx", office(main)))


def test_other_archives_and_documents_are_called_by_their_names(tmp_path: Path) -> None:
    assert "压缩包" in refused(packed(tmp_path / "a.xlsx", {"台账.xlsx": "x"})).message
    assert "Word" in refused(compound(tmp_path / "b.xlsx", WordDocument=b"x")).message
    assert "演示文稿" in refused(compound(tmp_path / "c.xls", PowerPoint_Document=b"x")).message
    assert "Word" in refused(ods(tmp_path / "d.ods", "", mimetype="text")).message
    assert "演示文稿" in refused(ods(tmp_path / "e.ods", "", mimetype="presentation")).message


def test_a_workbook_with_macros_is_read_as_what_it_holds(tmp_path: Path) -> None:
    parts = dict(workbook(FULL))
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    with_macros = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    parts["[Content_Types].xml"] = str(parts["[Content_Types].xml"]).replace(kind, with_macros)
    assert read(packed(tmp_path / "a.xlsm", parts), "a.xlsm")[0].format == "xlsx"


def test_a_password_is_asked_to_be_taken_off(tmp_path: Path) -> None:
    error = refused(compound(tmp_path / "a.xlsx", EncryptionInfo=b"x", EncryptedPackage=b"x"))
    assert isinstance(error, InvalidError)
    assert error.errors == {"file": "文件有密码，请取消密码后重试"}


def test_an_encrypted_entry_is_a_password_as_well(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.xlsx", workbook(FULL))
    content = bytearray(path.read_bytes())
    at = content.rfind(b"PK\x01\x02")
    content[at + 8] |= 1
    path.write_bytes(content)
    assert "文件有密码" in refused(path).message


def test_an_empty_file_is_called_empty(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").touch()
    assert refused(tmp_path / "a.xlsx").message == "文件是空的，请重新选择"


@pytest.mark.parametrize("share", [0.2, 0.6, 0.98])
def test_a_file_cut_short_is_damaged(tmp_path: Path, share: float) -> None:
    path = packed(tmp_path / "a.xlsx", workbook(FULL))
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    assert "文件不完整或已损坏" in refused(path).message


def test_a_changed_byte_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as package:
        for name, content in workbook(FULL).items():
            package.writestr(name, content)
    path.write_bytes(path.read_bytes().replace(b"<v>1</v>", b"<v>2</v>"))
    assert "文件不完整或已损坏" in refused(path).message


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml"])
def test_a_missing_part_is_refused(tmp_path: Path, part: str) -> None:
    parts = dict(workbook(FULL))
    del parts[part]
    assert refused(packed(tmp_path / "a.xlsx", parts)).status in (415, 422)


@pytest.mark.parametrize(
    "data",
    [
        '<row r="1"><c r="A1"><v>1</v></row>',
        '<row r="1"><c r="A1"><v>一</v></c></row>',
        '<row r="一"><c r="A1"><v>1</v></c></row>',
        '<row r="0"><c r="A1"><v>1</v></c></row>',
        '<row r="1048577"><c r="A1"><v>1</v></c></row>',
        '<row r="1"><c r="!1"><v>1</v></c></row>',
        '<row r="1"><c r="XFE1" s="1" t="n"><v>1</v></c><c r="XFE1" vm="1"><v>1</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>3</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>-1</v></c></row>',
        '<row r="1"><c r="A1"><v>&nbsp;</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c></row></sheetData>',
    ],
)
def test_markup_that_makes_no_sense_is_damage(tmp_path: Path, data: str) -> None:
    assert "文件不完整或已损坏" in refused(packed(tmp_path / "a.xlsx", workbook(sheet(data)))).message


def test_every_trouble_has_its_words() -> None:
    for trouble in Trouble:
        error = tables._refusal(UnreadableError(trouble, what="PNG", sheet="甲", names="乙"))
        assert error.message
        assert "{" not in error.message
    assert isinstance(tables._refusal(UnreadableError(Trouble.FULL)), StorageFullError)

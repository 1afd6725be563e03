"""Tables as text: their encodings, delimiters and quotes."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from tests.spreadsheets.files import read, read_whole, values
from tracker.errors import FileTypeError, InvalidError
from tracker.storage.tables import LeftOut, SheetAbout

TEXT = "问题,责任单位\n路面破损,城管局\n"
TABLE = [("问题", "责任单位"), ("路面破损", "城管局")]


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "a.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (codecs.BOM_UTF8 + TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-16"), "utf-16"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16"),
        (TEXT.encode("gb18030"), "gb18030"),
    ],
)
def test_the_encoding_is_found_out(tmp_path: Path, content: bytes, encoding: str) -> None:
    about, rows = read(written(tmp_path, content), "台账 3月.csv")
    assert (about.format, about.encoding, [row.cells for row in rows]) == ("csv", encoding, TABLE)
    assert about.sheets == (SheetAbout("台账 3月", is_hidden=False, is_empty=False),)


@pytest.mark.parametrize(
    ("text", "table"),
    [
        ("标题\n甲;乙\n1,5;2,5\n1,5;2,5\n", [("标题",), ("甲", "乙"), ("1,5", "2,5"), ("1,5", "2,5")]),
        ("甲\t乙\n一,二\t三\n", [("甲", "乙"), ("一,二", "三")]),
        ("甲,乙\n一;二,三\n", [("甲", "乙"), ("一;二", "三")]),
        ("甲\n乙\n", [("甲",), ("乙",)]),
    ],
)
def test_the_delimiter_is_found_out(tmp_path: Path, text: str, table: list[tuple[str, ...]]) -> None:
    assert values(written(tmp_path, text), "a.csv") == table


def test_quotes_hold_lines_and_commas(tmp_path: Path) -> None:
    text = '序号,问题\r\n1,"一，""路面"",\r\n二"\r\n\r\n,\r\n3, 空格 ,\r\n'
    rows = read(written(tmp_path, text), "a.csv")[1]
    found = [(row.number, row.cells) for row in rows]
    assert found == [(1, ("序号", "问题")), (2, ("1", '一，"路面",\n二')), (5, ("3", " 空格 "))]


def test_numbers_and_days_stay_text(tmp_path: Path) -> None:
    assert values(written(tmp_path, "007,2026-03-02,1e3\n"), "a.csv") == [("007", "2026-03-02", "1e3")]


def test_columns_and_rows_are_limited(tmp_path: Path) -> None:
    text = "\n".join(["a," * 299 + "b"] * 3)
    _about, rows, table = read_whole(written(tmp_path, text), "a.csv", rows=2)
    assert ([len(row.cells) for row in rows], table.left_out) == ([256, 256], LeftOut(1, 2 * 44 + 300))


def test_a_quote_that_never_ends_is_said_to_be_one(tmp_path: Path) -> None:
    text = 'a,b\n1,"' + "路面破损，\n" * 250_000
    with pytest.raises(InvalidError, match="引号没有配对"):
        read(written(tmp_path, text), "a.csv")


def test_a_line_that_never_ends_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match="文字过长"):
        read(written(tmp_path, "a," * 4_000_000), "a.csv")


@pytest.mark.parametrize("content", [b"a,b\n\xff\xff\xff\n", b"a,b\n" * 2000 + b"\0\1\2"])
def test_bytes_that_are_no_text_are_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(FileTypeError, match="无法识别"):
        read(written(tmp_path, content), "a.csv")


def test_lines_without_content_are_none(tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match="没有内容"):
        read(written(tmp_path, "\n,,\n\n"), "a.csv")

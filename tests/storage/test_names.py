"""Names are data: cleaned, cut and told to the browser without harm."""

from __future__ import annotations

import pytest
from werkzeug.http import parse_options_header

from tracker.errors import FileTypeError
from tracker.storage.names import clean_name, disposition

CLAIMED = {
    "../../app.pdf": "app.pdf",
    "..\\x.pdf": "x.pdf",
    "/etc/passwd.pdf": "passwd.pdf",
    "C:\\Users\\整改报告.pdf": "整改报告.pdf",
    "%2e%2e%2fx.pdf": "%2e%2e%2fx.pdf",
    "a\x00b.pdf": "ab.pdf",
    "a\r\nSet-Cookie: x.pdf": "aSet-Cookie: x.pdf",
    "a\u202efdp.jpg": "afdp.jpg",
    "坏\ud800.pdf": "坏.pdf",
    ".pdf": "未命名.pdf",
    "2026.11.整改报告.PDF": "2026.11.整改报告.PDF",
    "〇😀.jpg": "〇😀.jpg",
}


@pytest.mark.parametrize("claimed", CLAIMED)
def test_a_name_is_cleaned(claimed: str) -> None:
    assert clean_name(claimed) == CLAIMED[claimed]


@pytest.mark.parametrize("name", ["", "照片", "a.", "a.js.pdf", "a.HTML.jpg", "a.svg", "a.pdf. "])
def test_a_name_that_pretends_is_refused(name: str) -> None:
    with pytest.raises(FileTypeError):
        clean_name(name)


@pytest.mark.parametrize("stem", ["汉" * 300, "😀" * 300, "a" + "汉" * 300])
def test_a_long_name_is_cut_on_a_character(stem: str) -> None:
    name = clean_name(stem + ".jpg")
    assert name.endswith(".jpg")
    assert 250 <= len(name.encode()) <= 255
    assert name.removesuffix(".jpg") == stem[: len(name) - 4]


@pytest.mark.parametrize("name", ['a";filename=b.exe.pdf', "整改 报告.pdf", "a;b'c%0d%0a.pdf", "〇😀é.pdf"])
def test_the_header_carries_the_name_and_nothing_else(name: str) -> None:
    header = disposition(name)
    kind, options = parse_options_header(header)
    assert (kind, options) == ("attachment", {"filename": name})
    assert header.isascii()
    assert header.isprintable()

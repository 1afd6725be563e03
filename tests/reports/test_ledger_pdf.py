"""A ledger as PDF, measured in the file itself: every word of every row, headings and foot on each page, fonts."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import uharfbuzz as hb
from fontTools.cffLib import CFFFontSet
from fontTools.pens.recordingPen import RecordingPen
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PageObject, PdfReader

from tests.reports.test_paper import MM, RARE, drawn
from tracker.reports import ledger_pdf_child
from tracker.reports.ledger_pdf_child import FONTS, pdf_set
from tracker.reports.ledger_pdf_fonts import faces
from tracker.reports.ledger_pdf_layout import A3, A4, LARGEST, SIDE, SMALLEST, layout
from tracker.reports.ledger_pdf_text import _NOT_FIRST, _NOT_LAST, Script
from tracker.reports.pdf import PdfUnavailableError

COLUMNS = (("序号", 6), ("问题编号", 16), ("具体问题", 40), ("责任单位", 16))
FOOT = "示例台账　数据截至 2026-03-02 10:00:00"
SHEET: dict[str, Any] = {
    "title": "示例整改问题台账", "lines": ["填报单位：示例县创建办        数据截至：2026-03-02 10:00:00"],
    "columns": COLUMNS, "spans": (), "language": "zh-CN", "made": "20260302100000+08'00'", "foot": FOOT,
    "page": "第 {n} 页", "pages": "共 {n} 页", "continued": "（续）",
}  # fmt: skip
END = ["end", ["共 120 条　　规则第 1 版　　校验码 abcdef0123"], ["制表人：", "审核人："], "校验码 abcdef01"]
Lines = list[list[Any]]


def cells(number: int, words: str = "沟渠淤积，责任单位应于三日内清理并建立长效机制。") -> list[str]:
    return [str(number), f"SL-2026-{number:05d}", words, "示例镇人民政府"]


def rows(many: int) -> Lines:
    return [["row", cells(number)] for number in range(1, many + 1)]


def made(lines: Lines, **changed: Any) -> bytes:
    file = io.BytesIO()
    pdf_set(file, SHEET | changed, [*lines, END])
    return file.getvalue()


def read(lines: Lines, **changed: Any) -> PdfReader:
    return PdfReader(io.BytesIO(made(lines, **changed)), strict=True)


def said(reader: PdfReader) -> str:
    """Return the text of all pages without white space: a cell's lines follow each other in another order than read."""
    return "".join("".join(page.extract_text().split()) for page in reader.pages)


@cache
def long_one() -> PdfReader:
    return read(rows(120))


def test_every_row_is_there_and_every_page_has_headings_and_foot() -> None:
    reader = long_one()
    many = len(reader.pages)
    assert many > 2
    for number, page in enumerate(reader.pages, 1):
        text = page.extract_text()
        assert all(words in text for words, _width in COLUMNS)
        assert f"第 {number} 页" in text
        assert f"共 {many} 页" in text
        assert FOOT in text
        assert "校验码 abcdef01" in text
    text = said(reader)
    assert [number for number in range(1, 121) if f"SL-2026-{number:05d}" not in text] == []
    assert text.count("示例镇人民政府") == 120
    assert "共120条规则第1版校验码abcdef0123制表人：审核人：" in text


def test_fonts_are_embedded_and_the_document_says_its_title_and_language() -> None:
    reader = long_one()
    assert reader.metadata is not None
    assert reader.metadata.title == "示例整改问题台账"
    assert reader.root_object["/Lang"] == "zh-CN"
    fonts = reader.pages[0]["/Resources"]["/Font"].values()
    for font in fonts:
        inner = font["/DescendantFonts"][0]
        assert {"/FontFile2", "/FontFile3"} & set(inner["/FontDescriptor"])
    assert {str(font["/BaseFont"])[:8] for font in fonts} == {"/LEDGER+"}


def test_the_same_rows_give_the_same_bytes() -> None:
    lines = [["begin", "甲"], *rows(3), ["sum", "小计"]]
    assert made(lines) == made(lines)


@pytest.mark.parametrize(("columns", "paper"), [(4, A4), (12, A3), (40, A3), (90, A3)])
def test_paper_and_letters_follow_the_columns(columns: int, paper: tuple[float, float]) -> None:
    widths = ([6, 16, 40, 16] * 23)[:columns]
    found = layout(widths)
    assert found.paper == paper
    assert found.edges[0] == pytest.approx(SIDE, abs=0.1)
    assert found.edges[-1] == pytest.approx(paper[0] - SIDE, abs=0.1)
    assert found.size <= LARGEST
    assert found.size >= SMALLEST or columns == 90
    assert all(found.room(n, n) >= 2000 for n in range(columns))  # two characters at the least


def test_what_is_longer_than_a_page_goes_on_and_loses_nothing() -> None:
    words = "".join(chr(0x4E00 + n) for n in range(3500))
    reader = read([["row", cells(1)], ["row", cells(2, words)], ["row", cells(3)]])
    assert len(reader.pages) >= 3
    texts = ["".join(page.extract_text().split()) for page in reader.pages]
    held = [len(set(words) & set(text)) > 100 for text in texts]
    assert ["（续）" in text for text in texts] == [holds and any(held[:n]) for n, holds in enumerate(held)]
    text = "".join(texts)
    assert [one for one in words if one not in text] == []
    assert "SL-2026-00003" in texts[-1]


def test_a_short_row_stays_on_one_page() -> None:
    reader = read([["row", cells(n, "排查整改。" * 20)] for n in range(1, 16)])
    texts = ["".join(page.extract_text().split()) for page in reader.pages]
    assert [text.count("SL-2026-") * 20 for text in texts] == [text.count("排查整改。") for text in texts]


def test_groups_have_headings_sums_and_a_contents() -> None:
    lines: Lines = []
    for name in ("甲镇", "乙镇"):
        lines += [["begin", f"乡镇：{name}"], *rows(30), ["sum", f"小计：{name}共 30 条"]]
    reader = read([*lines, ["sum", "合计：共 60 条"]])
    text = said(reader)
    assert text.index("乡镇：甲镇") < text.index("小计：甲镇共30条") < text.index("乡镇：乙镇") < text.index("合计：")
    assert [entry.title for entry in reader.outline] == ["乡镇：甲镇", "乡镇：乙镇"]
    for entry in reader.outline:
        number = reader.get_destination_page_number(entry)
        assert entry.title in reader.pages[number].extract_text()


@pytest.mark.parametrize("first", [1, 12, 40])
def test_the_heading_of_a_group_stands_where_its_first_row_begins(first: int) -> None:
    """Whatever room the page has left, and whether the row is short, long, or longer than the page."""
    for many in range(16, 27):
        lines = [
            *rows(many),
            ["begin", "乡镇：末镇"],
            ["row", cells(500, "排查整改，限期办结。" * first)],
            ["sum", "小计"],
        ]
        reader = read(lines)
        texts = [page.extract_text() for page in reader.pages]
        [place] = [n for n, text in enumerate(texts) if "乡镇：末镇" in text]
        assert "SL-2026-00500" in texts[place], many
        [entry] = reader.outline
        assert reader.get_destination_page_number(entry) == place


@pytest.mark.parametrize("many", [20, 23, 25, 27])
def test_what_closes_a_ledger_never_stands_on_a_page_alone(many: int) -> None:
    last = read([*rows(many), ["sum", "合计：全部"]]).pages[-1].extract_text()
    assert f"SL-2026-{many:05d}" in last
    assert "合计：全部" in last
    assert "制表人：" in last


def test_headings_that_belong_together_stand_under_one() -> None:
    columns = (*COLUMNS, ("原定", 11), ("现", 11), ("延期次数", 6))
    reader = read([["row", [*cells(1), "2026-03-01", "2026-03-08", "1"]]], columns=columns, spans=[(4, 6, "整改时限")])
    heights = {words: y for words, y in placed(reader.pages[0]) if words in ("整改时限", "原定", "现", "具体问题")}
    assert heights["整改时限"] > heights["具体问题"] > heights["原定"] == heights["现"]


def placed(page: PageObject) -> Iterator[tuple[str, float]]:
    """Yield each run of text with the height of its base line, in mm from the foot."""
    found: list[tuple[str, float]] = []

    def visit(text: str, cm: list[float], tm: list[float], _font: Any, _size: float) -> None:
        found.append((text.strip(), round((tm[5] * cm[3] + cm[5]) / MM, 1)))

    page.extract_text(visitor_text=visit)
    yield from found


def test_rare_characters_are_drawn_and_never_as_boxes() -> None:
    reader = read([["row", cells(1, f"姓名：{RARE}Ωж①")]])
    found = drawn(reader)
    assert {one: found.get(one) for one in f"{RARE}Ωж①" if not found.get(one, (0, False))[0]} == {}
    assert all(found[one][1] for one in RARE)
    assert f"姓名：{RARE}Ωж①" in said(reader)


def test_a_font_of_the_folder_whose_glyphs_are_numbered_in_its_own_way_draws_the_right_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, words = script().faces[0], "督办A"
    wanted = hb.SubsetInput()
    for character in words:
        wanted.unicode_set.add(ord(character))
    wanted.drop_table_tag_set.update(int.from_bytes(tag, "big") for tag in (b"GSUB", b"GPOS"))
    whole = hb.Face(hb.Blob.from_file_path(own.path), own.index)
    few = TTFont(io.BytesIO(wanted.subset(whole).blob.data))  # its glyphs are 1, 2, 3 and named by their old numbers
    for record in few["name"].names:
        record.string = "Oddly Numbered" if record.nameID in (1, 4, 16) else record.toUnicode()
    few.save(tmp_path / "odd.otf")
    monkeypatch.setattr(ledger_pdf_child, "FONTS", {"body": "Oddly Numbered", "head": "Oddly Numbered"})
    file = io.BytesIO()
    pdf_set(file, SHEET, [["row", cells(1, words)], END], fonts=str(tmp_path))
    outlines = embedded(PdfReader(file), "B0")
    for character in words:
        glyph = few.getBestCmap()[ord(character)]
        assert outlines[few.getGlyphID(glyph)] == outline(few["CFF "].cff[0].CharStrings[glyph]) != []


def embedded(reader: PdfReader, name: str) -> dict[int, list[Any]]:
    """Return the outlines of an embedded CFF font, by the codes that the text draws them with."""
    inner = reader.pages[0]["/Resources"]["/Font"][f"/{name}"]["/DescendantFonts"][0]
    fonts = CFFFontSet()
    fonts.decompile(io.BytesIO(inner["/FontDescriptor"]["/FontFile3"].get_data()), None)
    return {int(glyph.removeprefix("cid").replace(".notdef", "0")): outline(fonts[0].CharStrings[glyph])
            for glyph in fonts[0].charset}  # fmt: skip


def outline(glyph: Any) -> list[Any]:
    pen = RecordingPen()
    glyph.draw(pen)
    return list(pen.value)


def test_what_no_font_has_is_written_as_its_code_and_what_has_no_shape_is_left_out() -> None:
    text = said(read([["row", cells(1, "姓名：\U000323b0\u200b王\ufe0f\x07\ud800\u2028四")]]))
    assert "姓名：〔U+323B0〕王〔U+D800〕四" in text


@cache
def script() -> Script:
    return Script(faces(FONTS["body"]), "B")


SIGNS = "督办销号（）“”，。；：、！abcXYZ0123456789 .-/%\n𠮷Ω"


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from(SIGNS), max_size=120), st.integers(1000, 20000))
def test_lines_keep_every_character_and_the_rules_of_punctuation(words: str, room: int) -> None:
    own = script()
    words = own.clean(words)
    lines = own.lines(words, room)
    assert "".join(lines) == words.replace("\n", "")
    assert all(own.width(line.rstrip(" ")) <= room or len(line.rstrip(" ")) == 1 for line in lines)
    for paragraph in words.split("\n"):
        for line, after in pairwise(own.lines(paragraph, room)):
            is_good = after[0] not in _NOT_FIRST and line[-1] not in _NOT_LAST
            places = (one for one in pairwise(line + after[0]))
            assert is_good or not any(b not in _NOT_FIRST and a not in _NOT_LAST and is_han(a + b) for a, b in places)


def is_han(words: str) -> bool:
    return all("\u4e00" <= one <= "\u9fff" for one in words)


def test_a_word_stays_whole_and_brackets_stay_with_what_they_hold() -> None:
    own = script()
    assert own.lines(own.clean("编号SL-2026-00012"), 6000) == ["编号SL-", "2026-00012"]
    assert own.lines(own.clean("督办督办（督办）督办"), 5000) == ["督办督办", "（督办）督", "办"]
    assert [line[0] in _NOT_FIRST or line[-1] in _NOT_LAST for line in own.lines("督办。" * 9, 4000)] == [False] * 9


def test_a_failure_names_the_row() -> None:
    with pytest.raises(PdfUnavailableError, match="第 2 行无法排版"):
        made([["row", cells(1)], ["row", ["2", "one cell too few"]], ["row", cells(3)]])


def test_a_row_that_takes_too_much_memory_or_time_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [["row", cells(1)], ["row", cells(2, "督办" * 4_000_000)]]
    monkeypatch.setattr(ledger_pdf_child, "_LIMITS", ledger_pdf_child._LIMITS | {"bytes": 140 * 1024 * 1024})
    with pytest.raises(PdfUnavailableError, match="第 1 行无法排版|第 2 行无法排版"):
        made(lines)


def test_an_error_of_the_rows_reaches_the_caller_and_ends_the_child() -> None:
    def broken() -> Iterator[list[Any]]:
        yield from rows(2000)
        raise KeyError("stopped")

    with pytest.raises(KeyError, match="stopped"):
        pdf_set(io.BytesIO(), SHEET, broken())


def test_a_target_that_cannot_be_written_says_so() -> None:
    class Full(io.BytesIO):
        def write(self, _some: Any) -> int:
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        pdf_set(Full(), SHEET, [*rows(3), END])


@pytest.mark.parametrize("act", ["open('/etc/hostname')", "__import__('socket').create_connection(('127.0.0.1', 9))"])
def test_the_child_can_neither_read_files_nor_call(act: str, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    start = ledger_pdf_child._START.replace("; sys.exit", f"; w.Pages.row = lambda *_: {act}; sys.exit")
    monkeypatch.setattr(ledger_pdf_child, "_START", f"import socket; {start}")
    with pytest.raises(PdfUnavailableError):
        made(rows(1))
    assert "PermissionError" in caplog.text


def test_progress_is_told_in_rows_and_pages() -> None:
    told: list[tuple[int, int]] = []
    file = io.BytesIO()
    pdf_set(file, SHEET, [*rows(1000), END], tell=lambda *some: told.append(some))
    assert told == sorted(told)
    assert told[-1][0] > 0
    assert told[-1][1] > 0

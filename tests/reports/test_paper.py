"""A document on paper, measured in the PDF itself against GB/T 9704-2012; lengths in mm from the page's top left."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from flask import Flask, render_template
from fontTools.cffLib import CFFFontSet
from fontTools.pens.recordingPen import RecordingPen
from fontTools.ttLib import TTFont
from pypdf import PageObject, PdfReader

from tests.papers.test_papers import CONTENT
from tracker.papers.notice import notice_paper
from tracker.papers.paper import Block
from tracker.reports.pdf import pdf_render

MM = 72 / 25.4
LINE, CHARACTER = 225 / 22, 156 / 28
LEFT, RIGHT, TOP, BOTTOM = 28, 184, 37, 262
RARE = "𠮷镕喆堃昇珺〇"
PAPER = replace(notice_paper(CONTENT), copies="示例县纪委监委，示例县委组织部")
Run = tuple[str, float, float, float]
_made: dict[str, bytes] = {}


def read(app: Flask, **changed: Any) -> PdfReader:
    """Return the document with these changes; each is drawn once."""
    paper = replace(PAPER, **changed)
    if paper.digest not in _made:
        with app.test_request_context():
            _made[paper.digest] = pdf_render(render_template("reports/paper.html", paper=paper, pictures={}))
    return PdfReader(io.BytesIO(_made[paper.digest]))


def placed(page: PageObject) -> list[Run]:
    """Return each run of text with its left edge and base line, and its size in pt."""
    found: list[Run] = []

    def visit(text: str, cm: list[float], tm: list[float], _font: Any, size: float) -> None:
        if text.strip():
            x = (tm[4] * cm[0] + cm[4]) / MM
            y = 297 - (tm[5] * cm[3] + cm[5]) / MM
            found.append((text.strip(), x, y, size * abs(cm[3]) * abs(tm[3])))

    page.extract_text(visitor_text=visit)
    return found


def run(page: PageObject, words: str) -> Run:
    """Return the one run that begins with these words."""
    [found] = [one for one in placed(page) if one[0].startswith(words)]
    return found


Rule = tuple[float, float, float, float, tuple[float, ...]]


def bars(page: PageObject) -> list[Rule]:
    """Return the rules: left, top, width, height and colour; each is what an outer rectangle leaves of an inner one."""
    found: dict[Rule, None] = {}
    colours: list[tuple[float, ...]] = [(0.0,)]
    paths: list[tuple[float, float, float, float]] = []

    def visit(operator: bytes, operands: list[Any], cm: list[float], _tm: list[float]) -> None:
        if operator == b"rg":
            colours.append(tuple(float(one) for one in operands))
        elif operator == b"re":
            x, y, width, height = (float(one) for one in operands)
            left, right = sorted((x * cm[0] + cm[4], (x + width) * cm[0] + cm[4]))
            low, high = sorted((y * cm[3] + cm[5], (y + height) * cm[3] + cm[5]))
            paths.append((left / MM, 297 - high / MM, (right - left) / MM, (high - low) / MM))
        elif operator in (b"f", b"f*", b"n", b"S"):
            found.update(dict.fromkeys(_sides(paths, colours[-1]) if operator == b"f*" else ()))
            paths.clear()

    page.extract_text(visitor_operand_before=visit)
    return list(found)


def _sides(paths: list[tuple[float, float, float, float]], colour: tuple[float, ...]) -> list[Rule]:
    """Return what the outer of two rectangles leaves of the inner one, above and below."""
    sides = []
    for inner, outer in zip(paths[::2], paths[1::2], strict=False):
        sides.append((outer[0], outer[1], outer[2], inner[1] - outer[1]))
        sides.append((outer[0], inner[1] + inner[3], outer[2], outer[1] + outer[3] - inner[1] - inner[3]))
    rounded = [(round(x, 2), round(y, 2), round(w, 2), round(h, 2), colour) for x, y, w, h in sides]
    return [one for one in rounded if one[3] > 0.1]


def words(reader: PdfReader) -> str:
    return "".join(page.extract_text() for page in reader.pages).replace("\n", "")


def test_the_paper_says_what_was_issued(sqlite_app: Flask) -> None:
    text = words(read(sqlite_app))
    for part in (
        "督整〔2026〕12号", "SL-2026-00012", "示例镇人民政府：", "2026年4月1日前（含当日）", "示例局、示例办",
        "抄送：示例县纪委监委，示例县委组织部。", "2026年3月2日印发",
    ):  # fmt: skip
        assert part in text
    assert "暂定" not in text


def test_the_paper_can_be_read_out(sqlite_app: Flask) -> None:
    root = read(sqlite_app).root_object
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"]) == ("zh-CN", True)
    found, waiting = set(), [root["/StructTreeRoot"]]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            found.add(one.get("/S", ""))
            kids = one.get("/K", [])
            waiting += [kid.get_object() for kid in (kids if isinstance(kids, list) else [kids])]
    assert {"/H1", "/P"} <= found


def test_the_sheet_is_a4_and_the_text_keeps_to_its_area(sqlite_app: Flask) -> None:
    reader = read(sqlite_app, blocks=(Block("text", words="示例：沟渠淤积。" * 120),))
    assert len(reader.pages) >= 2
    for page in reader.pages:
        assert [round(float(side) / MM) for side in page.mediabox[2:]] == [210, 297]
        text = [one for one in placed(page) if not one[0].startswith("—")]
        assert all(LEFT - 0.5 <= x <= RIGHT and TOP <= y <= BOTTOM + 0.5 for _text, x, y, _size in text)


def test_a_full_page_holds_22_lines_of_28_characters(sqlite_app: Flask) -> None:
    page = read(sqlite_app, blocks=(Block("text", words="示" * 2000),)).pages[1]
    lines = [(text, y) for text, _x, y, _size in placed(page) if "示" in text]
    assert (len(lines), {len(text) for text, _y in lines}) == (22, {28})
    steps = [below[1] - above[1] for above, below in zip(lines, lines[1:], strict=False)]
    assert steps == pytest.approx([LINE] * 21, abs=0.02)


def test_sizes_are_those_of_the_standard(sqlite_app: Flask) -> None:
    first, last = read(sqlite_app).pages
    assert run(first, "整改通知书")[3] == pytest.approx(22, abs=0.1)
    assert [run(first, one)[3] for one in ("督整", "示例镇人民政府：")] == pytest.approx([16, 16], abs=0.1)
    assert [run(last, one)[3] for one in ("抄送", "— 2")] == pytest.approx([14, 14], abs=0.1)


def test_the_red_head_stands_35_mm_below_the_top_of_the_type_area(sqlite_app: Flask) -> None:
    page = read(sqlite_app).pages[0]
    mark, number, title = (run(page, one) for one in ("示例县创建办", "督整", "整改通知书"))
    size = mark[3] / MM
    assert size <= 22  # never as large as the mark of the State Council
    assert mark[2] - 0.86 * size == pytest.approx(TOP + 35, abs=1.5)  # where the characters begin above the base line
    [(left, top, width, height, colour)] = [one for one in bars(page) if one[4][0] > 0.7]
    assert (left, width, height, *colour[1:]) == pytest.approx((LEFT, 156, 0.7, 0, 0), abs=0.1)
    assert top - number[2] == pytest.approx(4 + 1.7, abs=0.8)  # 4 mm below the characters, which reach under their line
    assert number[2] - mark[2] == pytest.approx(3 * LINE, abs=4)  # two lines stay empty
    assert title[2] - top == pytest.approx(3 * LINE, abs=4)
    assert mark[1] + size * 3 == pytest.approx((LEFT + RIGHT) / 2, abs=2)


def test_a_long_issuer_stays_on_one_line(sqlite_app: Flask) -> None:
    page = read(sqlite_app, mark="中共示例县委“五星”支部创建工作领导小组办公室文件").pages[0]
    found = run(page, "中共示例县委")
    assert found[0].endswith("文件")
    assert found[1] >= LEFT


@pytest.mark.parametrize(("issuer", "kept"), [("示例县创建办", 4.0), ("示例县“五星”支部创建工作领导小组办公室", None)])
def test_the_signature_stands_to_the_right_above_its_day(sqlite_app: Flask, issuer: str, kept: float | None) -> None:
    page = read(sqlite_app, issuer=issuer, mark="示例", printer="").pages[-1]
    above, below = run(page, issuer), run(page, "2026年3月2日")
    assert below[2] - above[2] == pytest.approx(LINE, abs=0.1)
    widths = len(issuer) * CHARACTER, 6.3 * CHARACTER  # six digits, a little wider than half
    assert above[1] + widths[0] / 2 == pytest.approx(below[1] + widths[1] / 2, abs=3)
    if kept is not None:
        assert RIGHT - below[1] - widths[1] == pytest.approx(kept * CHARACTER, abs=3)
    else:
        assert RIGHT - above[1] - widths[0] == pytest.approx(2 * CHARACTER, abs=3)


def test_the_end_block_closes_the_last_page(sqlite_app: Flask) -> None:
    first, last = read(sqlite_app).pages
    assert "抄送" not in first.extract_text()
    printed = run(last, "2026年3月2日印发")
    lines = sorted(one[1] + one[3] for one in bars(last) if one[2] > 150 and one[1] > 200)
    assert lines[-1] == pytest.approx(BOTTOM, abs=0.1)
    assert run(last, "抄送")[2] < printed[2] < BOTTOM
    assert len(lines) == 3


def test_page_numbers_stand_below_the_type_area_outside(sqlite_app: Flask) -> None:
    odd, even = (run(page, "—") for page in read(sqlite_app).pages)
    assert (odd[0], even[0]) == ("— 1 —", "— 2 —")
    for one in (odd, even):
        assert one[2] - BOTTOM == pytest.approx(7 + 14 / MM * 0.9, abs=2)
    assert even[1] == pytest.approx(LEFT + 14 / MM, abs=1)
    assert RIGHT - odd[1] == pytest.approx(14 / MM * 3.4, abs=3)


def test_each_line_that_was_typed_is_a_paragraph(sqlite_app: Flask) -> None:
    page = read(sqlite_app, blocks=(Block("text", "", "第一处\n\n第二处"),)).pages[0]
    assert run(page, "第二处")[1] == pytest.approx(LEFT + 2 * CHARACTER, abs=0.3)


def test_the_same_document_gives_the_same_bytes(sqlite_app: Flask) -> None:
    with sqlite_app.test_request_context():
        html = render_template(
            "reports/paper.html", paper=PAPER, pictures={}, received=("镇组织委员", "2026-03-03 09:00")
        )
    first = pdf_render(html)
    assert first == pdf_render(html)
    assert "镇组织委员　2026-03-03 09:00" in PdfReader(io.BytesIO(first)).pages[-1].extract_text()


@cache
def _program(data: bytes) -> tuple[Any, list[str]]:
    """Return the glyphs of an embedded font and their names by id."""
    if data[:4] in (b"OTTO", b"\0\1\0\0", b"true"):
        font = TTFont(io.BytesIO(data))
        return font.getGlyphSet(), font.getGlyphOrder()
    fonts = CFFFontSet()
    fonts.decompile(io.BytesIO(data), None)
    top = fonts[0]
    return top.CharStrings, top.charset


def drawn(reader: PdfReader) -> dict[str, tuple[int, bool]]:
    """Map each character to the glyph it is drawn with, and whether that glyph shows anything."""
    found: dict[str, tuple[int, bool]] = {}
    for page in reader.pages:
        for reference in page["/Resources"]["/Font"].values():
            font = reference.get_object()
            program = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
            data = next(program[name].get_object() for name in ("/FontFile2", "/FontFile3") if name in program)
            glyphs, order = _program(data.get_data())
            for code, text in _unicode(font["/ToUnicode"].get_object().get_data().decode()):
                pen = RecordingPen()
                name = f"cid{code:05d}" if f"cid{code:05d}" in glyphs else order[code]
                glyphs[name].draw(pen)
                found[text] = (code, bool(pen.value))
    return found


def _unicode(cmap: str) -> list[tuple[int, str]]:
    """Return each glyph id with the character it stands for."""
    pairs = re.findall(r"^<([0-9a-f]{4})> <([0-9a-f]{4,8})>$", cmap, re.MULTILINE)
    return [
        (int(code, 16), bytes.fromhex(text).decode("utf-16-be")) for code, text in pairs if code + text != "0000ffff"
    ]


def test_rare_characters_are_drawn_from_embedded_fonts_and_never_as_boxes(sqlite_app: Flask) -> None:
    found = drawn(read(sqlite_app, blocks=(Block("text", "", f"示例：{RARE}"),)))
    assert {one: found.get(one) for one in RARE if found.get(one, (0, False))[0] == 0} == {}
    assert all(shows for _code, shows in (found[one] for one in RARE))


def test_a_character_without_a_glyph_is_written_as_its_code(sqlite_app: Flask) -> None:
    told: list[str] = []
    with sqlite_app.test_request_context():
        paper = replace(PAPER, blocks=(Block("text", "", "姓名：\U000323b0"),))
        html = render_template("reports/paper.html", paper=paper, pictures={})
    made = pdf_render(html, tell=lambda one: told.append(one.missing))
    assert "〔U+323B0〕" in words(PdfReader(io.BytesIO(made)))
    assert [one for one in told if one] == ["\U000323b0"]

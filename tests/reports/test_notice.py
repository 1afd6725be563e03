"""The paper of a notice: its words, and its measures after GB/T 9704-2012."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask, render_template
from pypdf import PageObject, PdfReader

from tracker.languages import speaking
from tracker.reports.notice import LONGEST, notice_paper
from tracker.reports.pdf import pdf_render

MM = 72 / 25.4
CONTENT: dict[str, Any] = {
    "number": "督整〔2026〕12号",
    "issue_number": "SL-2026-00012",
    "place": "示例镇示例村村口",
    "description": "示例：村口垃圾未清运，" * 12,
    "goal": "清运干净",
    "responsible_unit": "示例镇人民政府",
    "responsible": "镇组织委员",
    "assisting": ["示例局", "示例办"],
    "deadline": "2026-04-01",
    "deadline_is_provisional": False,
    "issuer": "示例县创建办",
    "issued_on": "2026-03-02",
}


def read(app: Flask, **changed: Any) -> PdfReader:
    with app.test_request_context():
        html = render_template("reports/notice.html", paper=notice_paper(CONTENT | changed), received=None)
    return PdfReader(io.BytesIO(pdf_render(html)))


def placed(page: PageObject) -> list[tuple[str, float, float, float]]:
    """Return each run of text with its left edge and base line in mm from the page's top left, and its size in pt."""
    found: list[tuple[str, float, float, float]] = []

    def visit(text: str, cm: list[float], tm: list[float], _font: Any, size: float) -> None:
        if text.strip():
            x = (tm[4] * cm[0] + cm[4]) / MM
            y = 297 - (tm[5] * cm[3] + cm[5]) / MM
            found.append((text.strip(), x, y, size * abs(cm[3]) * abs(tm[3])))

    page.extract_text(visitor_text=visit)
    return found


def words(reader: PdfReader) -> str:
    return "".join(page.extract_text() for page in reader.pages).replace("\n", "")


def test_the_paper_says_what_was_issued(sqlite_app: Flask) -> None:
    text = words(read(sqlite_app))
    for part in (
        "督整〔2026〕12号",
        "SL-2026-00012",
        "示例镇人民政府：",
        "2026年4月1日前（含当日）",
        "2026年3月2日",
        "示例局、示例办",
    ):
        assert part in text
    assert "暂定" not in text


def test_the_sheet_is_a4_and_the_text_keeps_to_its_area(sqlite_app: Flask) -> None:
    reader = read(sqlite_app, description="示例：沟渠淤积。" * 120)
    assert len(reader.pages) >= 2
    for page in reader.pages:
        assert [round(float(side) / MM) for side in page.mediabox[2:]] == [210, 297]
        text = [run for run in placed(page) if not run[0].startswith("—")]
        assert all(28 - 0.5 <= x <= 184 and 37 <= y <= 262.5 for _text, x, y, _size in text)
        [number] = [run for run in placed(page) if run[0].startswith("—")]
        assert 262 < number[2] < 280


def test_a_full_page_holds_22_lines_of_28_characters(sqlite_app: Flask) -> None:
    page = read(sqlite_app, description="示" * 2000).pages[1]
    lines = [text for text, _x, _y, _size in placed(page) if "示" in text]
    assert (len(lines), {len(line) for line in lines}) == (22, {28})


def test_fonts_lie_in_the_file(sqlite_app: Flask) -> None:
    fonts = [
        font["/DescendantFonts"][0].get_object()
        for page in read(sqlite_app).pages
        for font in (reference.get_object() for reference in page["/Resources"]["/Font"].values())
    ]
    assert fonts
    assert all({"/FontFile2", "/FontFile3"} & set(font["/FontDescriptor"].get_object()) for font in fonts)


def test_the_same_notice_gives_the_same_bytes(sqlite_app: Flask) -> None:
    with sqlite_app.test_request_context():
        html = render_template(
            "reports/notice.html", paper=notice_paper(CONTENT), received=("镇组织委员", "2026-03-03 09:00")
        )
    first = pdf_render(html)
    assert first == pdf_render(html)
    assert "镇组织委员　2026-03-03 09:00" in PdfReader(io.BytesIO(first)).pages[-1].extract_text()


def test_what_rests_on_no_calendar_is_provisional() -> None:
    entries = dict(notice_paper(CONTENT | {"deadline_is_provisional": True}).entries)
    assert "（暂定" in entries["七、整改时限："]


def test_what_is_empty_has_no_heading() -> None:
    paper = notice_paper(CONTENT | {"goal": "", "assisting": [], "deadline": ""})
    headings = [heading for heading, _words in paper.entries]
    assert headings == ["一、问题地点：", "二、具体问题：", "三、责任单位：", "四、责任人：", "五、整改时限："]
    assert paper.entries[-1][1] == "未定时限"


def test_a_very_long_description_is_cut_and_says_so() -> None:
    [described] = [
        text for heading, text in notice_paper(CONTENT | {"description": "长" * 200_000}).entries if "具体" in heading
    ]
    assert (len(described) < LONGEST + 40, described.endswith("（内容过长，已截断，全文见系统）")) == (True, True)


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_a_document_is_chinese_for_every_reader(language: str) -> None:
    with speaking(language):
        assert notice_paper(CONTENT).title == "整改通知书"


def test_each_line_that_was_typed_is_a_paragraph(sqlite_app: Flask) -> None:
    page = read(sqlite_app, description="第一处\n\n第二处").pages[0]
    edges = {text[-3:]: x for text, x, _y, _size in placed(page) if text.endswith(("第一处", "第二处"))}
    indent = 28 + 2 * 16 / 72 * 25.4
    assert edges["第二处"] == pytest.approx(indent, abs=1)

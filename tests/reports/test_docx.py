"""A document as .docx: the same words in the same order, the same measures, and a file that can be opened."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm

from tests import pictures
from tests.papers.test_papers import CONTENT, ISSUE, LETTER
from tracker.papers.letter import letter_paper
from tracker.papers.notice import notice_paper
from tracker.papers.paper import Block, Paper
from tracker.reports.docx import write_docx

SHA = "a" * 64
FORM = Paper(
    "督销审〔2026〕1号", "销号审批表",
    (
        Block("grid", rows=(("编号", "1", "等级", "一般"), ("具体问题", "示例"))),
        Block("photos", "整改前照片", rows=((SHA, "有图"), ("b" * 64, "无图"))),
        Block("opinions", rows=(("复核意见", "到位", "组员甲", "2026年3月2日"), ("县领导意见", "", "", ""))),
    ),
)  # fmt: skip


def opened(paper: Paper, **given: Any) -> Any:
    return Document(io.BytesIO(write_docx(paper, **given)))


def lines(file: Any) -> Iterator[str]:
    """Yield the words of each paragraph, those of tables in their place."""
    for paragraph in file.element.body.iter(qn("w:p")):
        yield "".join(text.text or "" for text in paragraph.iter(qn("w:t")))


@pytest.mark.parametrize("paper", [notice_paper(CONTENT), letter_paper(LETTER | {"issues": [ISSUE, ISSUE]}), FORM])
def test_it_says_what_the_paper_says_in_its_order(paper: Paper) -> None:
    text = "\n".join(lines(opened(paper)))
    wanted = [paper.mark, paper.number, paper.title, paper.recipient]
    for block in paper.blocks:
        wanted += [block.heading, *block.words.splitlines(), *(cell for row in block.rows for cell in row)]
    wanted += [paper.issuer, paper.issued_on, paper.copies]
    at = 0
    for part in wanted:
        if part and part not in (SHA, "b" * 64):
            at = text.find(part, at)
            assert at >= 0, part


def test_page_grid_and_fonts_are_those_of_the_standard() -> None:
    file = opened(notice_paper(CONTENT))
    section = file.sections[0]
    sides = (section.page_width, section.page_height, section.top_margin, section.left_margin, section.right_margin)
    assert [round(side / Mm(1)) for side in sides] == [210, 297, 37, 28, 26]
    grid = section._sectPr.find(qn("w:docGrid"))
    assert [grid.get(qn(f"w:{name}")) for name in ("type", "linePitch", "charSpace")] == ["lines", "580", None]
    normal = file.styles["Normal"]
    closer = int(normal.element.rPr.find(qn("w:spacing")).get(qn("w:val"))) / 20
    line = 156 / 25.4 * 72
    assert 28 * (normal.font.size.pt + closer) <= line < 29 * (normal.font.size.pt + closer)
    assert [one.get(qn("w:eastAsia")) for one in file.styles.element.iter(qn("w:lang"))] == ["zh-CN"]
    title = next(paragraph for paragraph in file.paragraphs if paragraph.text == "整改通知书")
    assert title.runs[0].font.size.pt == 22
    assert title.runs[0]._element.rPr.rFonts.get(qn("w:eastAsia")) == "FZXiaoBiaoSong-B05S"
    mark = next(paragraph for paragraph in file.paragraphs if paragraph.text == "示例县创建办")
    assert (str(mark.runs[0].font.color.rgb), round(mark.paragraph_format.space_before / Mm(1))) == ("D40000", 35)


def test_page_numbers_are_outside_on_both_sides() -> None:
    file = opened(notice_paper(CONTENT))
    assert file.settings.odd_and_even_pages_header_footer
    section = file.sections[0]
    for footer, side in ((section.footer, 2), (section.even_page_footer, 0)):
        paragraph = footer.paragraphs[0]
        assert (paragraph.alignment, paragraph.text.replace(" ", "")) == (side, "——")
        assert [field.get(qn("w:instr")) for field in paragraph._p.iter(qn("w:fldSimple"))] == ["PAGE"]


def test_pictures_are_inside_and_a_missing_one_is_named() -> None:
    file = opened(FORM, pictures={SHA: pictures.picture()})
    assert len(file.inline_shapes) == 1
    assert "无图（图片无法读取）" in list(lines(file))


def test_a_receipt_is_written_in() -> None:
    assert "签收：组织委员　2026-03-03 09:00" in list(
        lines(opened(notice_paper(CONTENT), received=("组织委员", "2026-03-03 09:00")))
    )


def test_what_xml_cannot_say_is_left_out() -> None:
    paper = replace(FORM, blocks=(Block("text", "", "甲\x00\x0b乙<b>&\ud800\uffff𠮷"),))
    assert "甲" in (text := "".join(lines(opened(paper))))
    assert text.endswith("乙<b>&𠮷")


def test_the_end_block_has_its_rules_and_the_day_at_the_right() -> None:
    paper = notice_paper(CONTENT)
    end = next(one for one in opened(paper).paragraphs if one.text.endswith("印发"))
    assert end.text.startswith(f"　{paper.printer}\t")
    inside = [one.tag.rpartition("}")[2] for one in end._p.pPr]
    assert inside.index("pBdr") < inside.index("tabs") < inside.index("spacing")  # the order that programs insist on
    assert [one.tag.rpartition("}")[2] for one in end._p.pPr.find(qn("w:pBdr"))] == ["top", "bottom"]


def test_tables_have_the_widths_of_the_paper_and_break_between_rows() -> None:
    grid = Block("grid", rows=(("示例", "示例", "示例", "示例"), ("示例", "示例")))
    opinions = Block("opinions", rows=(("示例", "示例", "", ""),))
    for table in opened(replace(notice_paper(CONTENT), blocks=(grid, opinions))).tables:
        assert sum(round(column.width / Mm(1)) for column in table.columns) == 156
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)

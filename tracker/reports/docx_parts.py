"""What python-docx has no words for: fonts for Chinese, rules, page numbers, headings that repeat."""

from __future__ import annotations

import re
from math import floor
from typing import Any

from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.table import Table
from docx.text.paragraph import Paragraph

BODY, TITLE, HEADING, DIGITS = "FangSong_GB2312", "FZXiaoBiaoSong-B05S", "SimHei", "SimSun"
_UNSPEAKABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def run_add(paragraph: Paragraph, words: str, font: str, size: float) -> Any:
    """Add words in a font, in points; what XML cannot say is left out."""
    run = paragraph.add_run(_UNSPEAKABLE.sub("", words))
    run.font.size = Pt(size)
    fonts_set(run._element.get_or_add_rPr(), font)  # noqa: SLF001  # the library sets no font for Chinese
    return run


def small_set(paragraph: Paragraph, words: str) -> Paragraph:
    """Add words as they stand in a table."""
    paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    run_add(paragraph, words, BODY, 12)
    return paragraph


def fonts_set(properties: Any, name: str) -> None:
    """Set the font for Chinese and for Latin letters."""
    fonts = properties.get_or_add_rFonts()
    for script in ("ascii", "hAnsi", "eastAsia"):
        fonts.set(qn(f"w:{script}"), name)


def spacing_set(properties: Any, points: float) -> None:
    """Set the characters that much further apart, closer where negative, rounded down to a twentieth of a point.

    A grid of characters would do the same in Word; LibreOffice gives a glyph that is wider than its cell two of them.
    """
    spacing = OxmlElement("w:spacing")
    spacing.set(qn("w:val"), str(floor(points * 20)))
    properties.insert_element_before(spacing, "w:w", "w:kern", "w:position", "w:sz", "w:szCs", "w:lang")


def chinese_set(file: Any) -> None:
    """Let lines be broken and checked as Chinese."""
    for language in file.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")


def rule_set(paragraph: Paragraph, side: str, eighths: int, colour: str, space: int) -> None:
    """Draw a line above or below a paragraph, ``eighths`` of a point thick, ``space`` points away."""
    properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001  # the library draws no borders
    borders = properties.find(qn("w:pBdr"))
    if borders is None:
        borders = OxmlElement("w:pBdr")
        properties.insert_element_before(borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")
    line = OxmlElement(f"w:{side}")
    for name, value in (("val", "single"), ("sz", str(eighths)), ("space", str(space)), ("color", colour)):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)


def number_set(paragraph: Paragraph, side: WD_ALIGN_PARAGRAPH) -> None:
    """Write the number of the page between dashes, one character in from its side."""
    paragraph.alignment = side
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Pt(14)
    run_add(paragraph, "— ", DIGITS, 14)
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)  # noqa: SLF001  # the library knows no fields
    run_add(paragraph, " —", DIGITS, 14)


def repeat_set(table: Table) -> None:
    """Repeat the headings on each page."""
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(mark)  # noqa: SLF001  # the library has no other way


def whole_set(table: Table) -> None:
    """Keep each row on one page."""
    for row in table.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001  # the library has no other way

"""A document as an editable .docx with the same words and the same measures, for whoever stamps it from Word or WPS."""

from __future__ import annotations

import io
from collections.abc import Mapping

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table
from docx.text.paragraph import Paragraph

from tracker.languages import SOURCE, _, speaking
from tracker.papers.paper import Block, Paper
from tracker.reports.docx_parts import (
    BODY,
    HEADING,
    TITLE,
    chinese_set,
    fonts_set,
    number_set,
    repeat_set,
    rule_set,
    run_add,
    small_set,
    spacing_set,
    whole_set,
)  # fmt: skip

LINE, CHARACTER = 225 / 22 / 25.4 * 72, 156 / 28 / 25.4 * 72  # pt: 22 lines of 28 characters in 156 mm by 225 mm
RED = RGBColor(0xD4, 0, 0)
_WIDTH = 156  # mm
_RIGHT, _CENTRE = WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.CENTER
Received = tuple[str, str] | None
Pictures = Mapping[str, bytes]


def write_docx(paper: Paper, received: Received = None, pictures: Pictures | None = None) -> bytes:
    """Return the document as .docx; ``pictures`` are JPEG by SHA-256, those that are missing are named only.

    It bears no code: whoever edits it would otherwise print a code that vouches for other words.
    """
    with speaking(SOURCE):
        made = _Writer(pictures or {})
        made.head(paper)
        for block in paper.blocks:
            made.block(block)
        made.foot(paper, received)
        return made.bytes()


class _Writer:
    """Fills a new file from above; every method adds what follows."""

    def __init__(self, pictures: Pictures) -> None:
        self.file = Document()
        self.pictures = pictures
        self._page()
        style = self.file.styles["Normal"]
        style.font.size = Pt(16)
        fonts_set(style.element.get_or_add_rPr(), BODY)
        spacing_set(style.element.get_or_add_rPr(), CHARACTER - 16)
        chinese_set(self.file)
        style.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
        style.paragraph_format.line_spacing = Pt(LINE)
        style.paragraph_format.space_after = Pt(0)

    def _page(self) -> None:
        section = self.file.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin, section.bottom_margin = Mm(37), Mm(35)
        section.left_margin, section.right_margin = Mm(28), Mm(26)
        section.footer_distance = Mm(35 - 7 - LINE / 72 * 25.4)
        grid = section._sectPr.find(qn("w:docGrid"))  # noqa: SLF001  # the library has no other way to the grid
        if grid is None:
            grid = OxmlElement("w:docGrid")
            section._sectPr.append(grid)  # noqa: SLF001
        grid.set(qn("w:type"), "lines")
        grid.set(qn("w:linePitch"), str(round(LINE * 20)))
        self.file.settings.odd_and_even_pages_header_footer = True
        for footer, side in ((section.footer, _RIGHT), (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT)):
            number_set(footer.paragraphs[0], side)

    def head(self, paper: Paper) -> None:
        """Add mark, number, title and recipient."""
        if paper.mark:
            mark = self.line(paper.mark, font=TITLE, size=paper.mark_size, align=_CENTRE)
            mark.paragraph_format.space_before = Mm(35)
            mark.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
            mark.runs[0].font.color.rgb = RED
            number = self.line(paper.number, align=_CENTRE)
            number.paragraph_format.space_before = Pt(2 * LINE)
            number.paragraph_format.space_after = Pt(2 * LINE)
            rule_set(number, "bottom", 16, "D40000", 11)
        else:
            self.line(paper.number, align=_RIGHT, size=14)
        title = self.line(paper.title, font=TITLE, size=22, align=_CENTRE)
        title.paragraph_format.space_after = Pt(LINE if paper.mark else LINE / 2)
        title.paragraph_format.line_spacing = Pt(32)
        if paper.recipient:
            self.line(paper.recipient)

    def block(self, block: Block) -> None:
        """Add one part of the text."""
        if block.shape == "text":
            self._text(block)
            return
        if block.heading:
            self.line(block.heading, font=HEADING).paragraph_format.keep_with_next = True
        {"table": self._table, "grid": self._grid, "opinions": self._opinions, "photos": self._photos}[block.shape](
            block
        )

    def _text(self, block: Block) -> None:
        lines = [line for line in block.words.splitlines() if line.strip()]
        for n, words in enumerate(lines):
            paragraph = self.line("", indent=True)
            if n == 0 and block.heading:
                run_add(paragraph, block.heading, HEADING, 16)
            run_add(paragraph, words, BODY, 16)

    def _table(self, block: Block) -> None:
        columns = len(block.rows[0])
        table = self._lattice(len(block.rows), *[_WIDTH / columns] * columns)
        for row, cells in zip(table.rows, block.rows, strict=True):
            for cell, words in zip(row.cells, cells, strict=True):
                small_set(cell.paragraphs[0], words)
        repeat_set(table)

    def _grid(self, block: Block) -> None:
        table = self._lattice(len(block.rows), 27, 51, 27, 51)
        for row, cells in zip(table.rows, block.rows, strict=True):
            places = row.cells
            if len(cells) == 2:
                places[1].merge(places[3])
            for place, words in zip(places, cells, strict=False):
                small_set(place.paragraphs[0], words)

    def _opinions(self, block: Block) -> None:
        table = self._lattice(len(block.rows), 26, 130)
        for row, (whose, words, who, day) in zip(table.rows, block.rows, strict=True):
            small_set(row.cells[0].paragraphs[0], whose)
            small_set(row.cells[1].paragraphs[0], words)
            row.cells[1].add_paragraph()
            signed = _("签名：{who}　　　　{day}").format(who=who or "　　　　", day=day or _("　　年　　月　　日"))
            small_set(row.cells[1].add_paragraph(), signed).alignment = _RIGHT

    def _photos(self, block: Block) -> None:
        for sha256, caption in block.rows:
            paragraph = self.line("", align=_CENTRE)
            paragraph.paragraph_format.keep_with_next = True  # as is its caption
            paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
            if sha256 in self.pictures:
                paragraph.add_run().add_picture(io.BytesIO(self.pictures[sha256]), width=Mm(75))
            else:
                caption += _("（图片无法读取）")
            small_set(self.line("", align=_CENTRE), caption)

    def foot(self, paper: Paper, received: Received) -> None:
        """Add enclosures, signature, receipt and end block."""
        for n, one in enumerate(paper.attachments, 1):
            self.line(f"{_('附件：') if n == 1 else '　　　'}{n}. {one}", indent=True)
        if paper.issuer:
            for words, keeps, before in (
                (paper.issuer, paper.margins[0], 2 * LINE),
                (paper.issued_on, paper.margins[1], 0),
            ):
                signed = self.line(words, align=_RIGHT)
                signed.paragraph_format.right_indent = Pt(keeps * 16)
                signed.paragraph_format.space_before = Pt(before)
                signed.paragraph_format.keep_with_next = before > 0
        if paper.is_received:
            words = _("签收人：　　　　　　　　　签收日期：　　　年　　月　　日")
            if received:
                words = _("签收：{who}　{time}").format(who=received[0], time=received[1])
            receipt = self.line(words, size=14)
            receipt.paragraph_format.space_before = Pt(LINE)
            rule_set(receipt, "top", 8, "000000", 4)
        self._end(paper)

    def _end(self, paper: Paper) -> None:
        if not paper.printer:
            return
        printed = _("{day}印发").format(day=paper.issued_on)
        self.line("")  # keeps the rule apart from that of the receipt: alike and side by side they would be one
        words = [_("抄送：{names}。").format(names=paper.copies)] if paper.copies else []
        for n, line in enumerate([*words, f"{paper.printer}\t{printed}"]):
            end = self.line(f"　{line}", size=14, align=WD_ALIGN_PARAGRAPH.LEFT)
            end.paragraph_format.tab_stops.add_tab_stop(Mm(_WIDTH) - Pt(14), WD_TAB_ALIGNMENT.RIGHT)
            rule_set(end, "top", 8 if n == 0 else 6, "000000", 2)
            end.paragraph_format.space_before = Pt(LINE if n == 0 else 0)
        rule_set(end, "bottom", 8, "000000", 2)

    def line(
        self, words: str, *, font: str = BODY, size: float = 16, align: WD_ALIGN_PARAGRAPH | None = None,
        indent: bool = False,
    ) -> Paragraph:  # fmt: skip
        """Add one paragraph."""
        paragraph = self.file.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY if align is None else align
        if indent:
            paragraph.paragraph_format.first_line_indent = Pt(32)
        if words:
            run_add(paragraph, words, font, size)
        return paragraph

    def _lattice(self, rows: int, *widths: float) -> Table:
        """Add a table of columns so many millimetres wide, whose rows stay on one page each."""
        table: Table = self.file.add_table(rows, len(widths))
        table.style, table.autofit = "Table Grid", False
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
            for cell in column.cells:
                cell.width = Mm(width)
        whole_set(table)
        return table

    def bytes(self) -> bytes:
        """Return the file."""
        target = io.BytesIO()
        self.file.save(target)
        return target.getvalue()

"""Writes one table as an Excel workbook, row by row, in flat memory and at the speed of the database.

What users typed becomes inert text (inline strings): a formula, a link or a control sign never comes to life.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import IO, Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

MOST_ROWS = 1_048_576
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_SPECIAL = re.compile(r"[&<>\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_LONGEST_CELL = 32_767
_ENOUGH = 256 * 1024
_EXCEL_DAY_0 = date(1899, 12, 30).toordinal()
_TITLE, _LINE, _HEAD, _CELL, _DAY = range(5)  # the styles below, in order
_NS = "http://schemas.openxmlformats.org"
_MAIN, _REL, _DOC = f"{_NS}/spreadsheetml/2006/main", f"{_NS}/package/2006/relationships", f"{_NS}/officeDocument/2006"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"


@dataclass(frozen=True)
class Column:
    """A heading and a width in characters."""

    heading: str
    width: int = 12


@dataclass(frozen=True)
class Sheet:
    """What stands around the rows: a title over all columns, lines below it, headings, and lines to sign on."""

    name: str
    title: str
    lines: Sequence[str]
    columns: Sequence[Column]
    footer: Sequence[str] = ()


def letters(number: int) -> str:
    """Return the letters of a column, counted from 1."""
    found = ""
    while number:
        number, rest = divmod(number - 1, 26)
        found = chr(65 + rest) + found
    return found


def inert(text: str) -> str:
    """Return ``text`` as the content of a cell: escaped, without signs that XML or Excel cannot hold."""
    if len(text) > _LONGEST_CELL:
        text = text[:_LONGEST_CELL]
    return escape(_CONTROL.sub("", text)) if _SPECIAL.search(text) else text


def cell(value: Any, style: int = _CELL) -> str:
    """Return one cell: text as inline string, a number as number, a day as day, nothing as an empty frame."""
    if value is None or value == "":
        return f'<c s="{style}"/>'
    if isinstance(value, str):
        return f'<c s="{style}" t="inlineStr"><is><t xml:space="preserve">{inert(value)}</t></is></c>'
    if isinstance(value, date):
        return f'<c s="{_DAY}"><v>{value.toordinal() - _EXCEL_DAY_0}</v></c>'
    return f'<c s="{style}"><v>{value}</v></c>'


def write(target: IO[bytes], sheet: Sheet, rows: Iterable[Sequence[Any]]) -> int:
    """Write the workbook into ``target``; return the number of rows, which stop where Excel ends."""
    with ZipFile(target, "w", ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in _frame(sheet).items():
            archive.writestr(name, _XML + content)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            return _sheet(part, sheet, rows)


def _sheet(part: IO[bytes], sheet: Sheet, rows: Iterable[Sequence[Any]]) -> int:
    head = len(sheet.lines) + 2
    buffer, size, number = [_XML, _before(sheet, head)], 0, 0
    for number, row in enumerate(rows, 1):  # noqa: B007  # the last number is the answer
        if number + head + len(sheet.footer) > MOST_ROWS:
            number -= 1  # noqa: PLW2901
            break
        line = f"<row>{''.join(map(cell, row))}</row>"
        buffer.append(line)
        size += len(line)
        if size > _ENOUGH:
            part.write("".join(buffer).encode())
            buffer, size = [], 0
    buffer.append(_after(sheet, head, number))
    part.write("".join(buffer).encode())
    return number


def _before(sheet: Sheet, head: int) -> str:
    widths = "".join(
        f'<col min="{n}" max="{n}" width="{column.width}" customWidth="1"/>'
        for n, column in enumerate(sheet.columns, 1)
    )
    rows = [f'<row ht="30" customHeight="1">{cell(sheet.title, _TITLE)}</row>']
    rows += [f"<row>{cell(line, _LINE)}</row>" for line in sheet.lines]
    rows += [f"<row>{''.join(cell(column.heading, _HEAD) for column in sheet.columns)}</row>"]
    return (
        f'<worksheet xmlns="{_MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
        f'<sheetViews><sheetView workbookViewId="0"><pane xSplit="2" ySplit="{head}" topLeftCell="C{head + 1}" '
        f'activePane="bottomRight" state="frozen"/></sheetView></sheetViews><cols>{widths}</cols>'
        f"<sheetData>{''.join(rows)}"
    )


def _after(sheet: Sheet, head: int, rows: int) -> str:
    last = letters(len(sheet.columns))
    foot = "".join(f'<row ht="24" customHeight="1">{cell(line, _LINE)}</row>' for line in sheet.footer)
    merged = [f"A{row}:{last}{row}" for row in range(1, head)]
    merged += [f"A{head + rows + n}:{last}{head + rows + n}" for n in range(1, len(sheet.footer) + 1)]
    cells = "".join(f'<mergeCell ref="{one}"/>' for one in merged)
    return (
        f'{foot}</sheetData><autoFilter ref="A{head}:{last}{head + rows}"/>'
        f'<mergeCells count="{len(merged)}">{cells}</mergeCells><printOptions horizontalCentered="1"/>'
        '<pageMargins left="0.4" right="0.4" top="0.6" bottom="0.6" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToWidth="1" fitToHeight="0"/>'
        "<headerFooter><oddFooter>&amp;C&amp;P / &amp;N</oddFooter></headerFooter></worksheet>"
    )


def _frame(sheet: Sheet) -> dict[str, str]:
    """Return every part of the workbook but the rows."""
    name = escape(re.sub(r"[\[\]:*?/\\']", "", sheet.name)[:31], {'"': "&quot;"})
    repeated = f"'{name}'!$1:${len(sheet.lines) + 2}"
    return {
        "[Content_Types].xml": (
            f'<Types xmlns="{_NS}/package/2006/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPES}.worksheet+xml"/></Types>'
        ),
        "_rels/.rels": _relations({"officeDocument": "xl/workbook.xml"}),
        "xl/_rels/workbook.xml.rels": _relations({"worksheet": "worksheets/sheet1.xml", "styles": "styles.xml"}),
        "xl/workbook.xml": (
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_DOC}/relationships"><sheets>'
            f'<sheet name="{name}" sheetId="1" r:id="rId1"/></sheets><definedNames>'
            f'<definedName name="_xlnm.Print_Titles" localSheetId="0">{repeated}</definedName>'
            "</definedNames></workbook>"
        ),
        "xl/styles.xml": _STYLES,
    }


def _relations(targets: dict[str, str]) -> str:
    parts = "".join(
        f'<Relationship Id="rId{n}" Type="{_DOC}/relationships/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets.items(), 1)
    )
    return f'<Relationships xmlns="{_REL}">{parts}</Relationships>'


def _font(face: str, size: int, *, bold: bool = False) -> str:
    return f'<font>{"<b/>" if bold else ""}<sz val="{size}"/><name val="{face}"/></font>'


def _style(font: int, fill: int, border: int, align: str, day: int = 0) -> str:
    return (
        f'<xf numFmtId="{day}" fontId="{font}" fillId="{fill}" borderId="{border}" xfId="0" applyFont="1" '
        f'applyFill="1" applyBorder="1" applyAlignment="1" applyNumberFormat="1"><alignment {align} wrapText="1"/></xf>'
    )


_EDGES = "".join(f'<{side} style="thin"><color auto="1"/></{side}>' for side in ("left", "right", "top", "bottom"))
_MIDDLE, _LEFT = 'horizontal="center" vertical="center"', 'horizontal="left" vertical="top"'
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
    f'<fonts count="4">{_font("SimSun", 10)}{_font("SimHei", 18)}{_font("SimHei", 10, bold=True)}'
    f"{_font('FangSong', 11)}</fonts>"
    '<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FFE8EDEE"/></patternFill></fill></fills>'
    f'<borders count="2"><border/><border>{_EDGES}</border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="5">'
    f"{_style(1, 0, 0, _MIDDLE)}{_style(3, 0, 0, _LEFT)}{_style(2, 2, 1, _MIDDLE)}{_style(0, 0, 1, _LEFT)}"
    f"{_style(0, 0, 1, _LEFT, 164)}</cellXfs></styleSheet>"
)

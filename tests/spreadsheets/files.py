"""Makes small spreadsheets, whole ones and ill ones."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tracker.storage.tables import Table, TableAbout, TableLimits, TableRow, table_open

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
Parts = Mapping[str, str | bytes]


def relations(*links: tuple[str, str, str]) -> str:
    """Return a part of relations: id, type (short, or whole with a colon), target."""
    lines = (
        f'<Relationship Id="{key}" Type="{kind if ":" in kind else f"{OFFICE}/{kind}"}" Target="{target}"/>'
        for key, kind, target in links
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{"".join(lines)}</Relationships>'


def sheet(data: str, before: str = "", after: str = "") -> str:
    """Return a sheet with these rows."""
    return f'<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}">{before}<sheetData>{data}</sheetData>{after}</worksheet>'


def strings(*items: str) -> str:
    """Return shared strings, each given as what stands in its ``si``."""
    return f'<sst xmlns="{MAIN}">{"".join(f"<si>{item}</si>" for item in items)}</sst>'


def styles(*formats: str | int) -> str:
    """Return styles: number 1 and on have these formats, codes or the numbers of built-in ones; number 0 is plain."""
    codes = "".join(
        f'<numFmt numFmtId="{200 + at}" formatCode="{code.replace(chr(34), "&quot;")}"/>'
        for at, code in enumerate(formats)
        if isinstance(code, str)
    )
    numbers = (200 + at if isinstance(code, str) else code for at, code in enumerate(formats))
    cells = "".join(f'<xf numFmtId="{number}" xfId="0"/>' for number in (0, *numbers))
    return (
        f'<styleSheet xmlns="{MAIN}"><numFmts>{codes}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
        f"<cellXfs>{cells}</cellXfs></styleSheet>"
    )


def workbook(*sheets: str, properties: str = "", states: Sequence[str] = ()) -> dict[str, str | bytes]:
    """Return the parts of a workbook whose sheets are called 表1, 表2 and so on."""
    named = "".join(
        f'<sheet name="表{at}" sheetId="{at}" r:id="rId{at}" state="{states[at - 1] if states else "visible"}"/>'
        for at in range(1, len(sheets) + 1)
    )
    links = [(f"rId{at}", "worksheet", f"worksheets/sheet{at}.xml") for at in range(1, len(sheets) + 1)]
    links += [("rIdS", "sharedStrings", "sharedStrings.xml"), ("rIdT", "styles", "styles.xml")]
    return {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Override PartName="/xl/workbook.xml" '
        f'ContentType="{CONTENT_TYPE}"/></Types>',
        "_rels/.rels": relations(("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{properties}<sheets>{named}</sheets>'
        "</workbook>",
        "xl/_rels/workbook.xml.rels": relations(*links),
    } | {f"xl/worksheets/sheet{at}.xml": text for at, text in enumerate(sheets, 1)}


def packed(path: Path, parts: Parts) -> Path:
    """Write the parts as a zip file and return where it is."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return path


def xlsx(folder: Path, data: str, before: str = "", after: str = "", **parts: str) -> Path:
    """Write a workbook of one sheet; ``strings`` and ``styles`` are whole parts."""
    names = {"strings": "xl/sharedStrings.xml", "styles": "xl/styles.xml"}
    more = {names[key]: text for key, text in parts.items()}
    return packed(folder / "a.xlsx", workbook(sheet(data, before, after)) | more)


def cell(inner: str, **attributes: str) -> str:
    """Return one row with one cell."""
    words = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f'<row r="1"><c r="A1"{words}>{inner}</c></row>'


def read(
    path: Path, name: str = "a.xlsx", wanted: str | None = None, **limits: Any
) -> tuple[TableAbout, list[TableRow]]:
    """Return what is told of a table, and its rows."""
    about, rows, _table = read_whole(path, name, wanted, **limits)
    return about, rows


def read_whole(
    path: Path, name: str = "a.xlsx", wanted: str | None = None, **limits: Any
) -> tuple[TableAbout, list[TableRow], Table]:
    """Return the same, and the table, which knows what was left out."""
    with table_open(path, name, wanted, limits=TableLimits(**limits)) as table:
        return table.about, list(table.rows()), table


def values(path: Path, name: str = "a.xlsx") -> list[tuple[Any, ...]]:
    """Return the cells of all rows."""
    return [row.cells for row in read(path, name)[1]]


def ods(path: Path, *tables: str, meta: str = "", mimetype: str = "spreadsheet", manifest: str = "") -> Path:
    """Write an OpenDocument file; each table is what stands in its ``table:table``."""
    spaces = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    body = "".join(f'<table:table table:name="表{at}">{text}</table:table>' for at, text in enumerate(tables, 1))
    return packed(path, {
        "mimetype": f"application/vnd.oasis.opendocument.{mimetype}",
        "META-INF/manifest.xml": f"<manifest>{manifest}</manifest>",
        "meta.xml": f'<meta xmlns:dc="d">{meta}</meta>',
        "content.xml": f"<office:document-content{spaces}><office:body><office:spreadsheet>{body}"
        "</office:spreadsheet></office:body></office:document-content>",
    })  # fmt: skip


def compound(path: Path, **streams: bytes) -> Path:
    """Write an OLE file; every stream is padded to 4096 bytes, so that none is a small one."""
    free, end, fat = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    sectors, chain, entries = [], [fat, end], [_entry("Root Entry", 5, end, 0, child=1)]
    for at, (name, content) in enumerate(streams.items(), 1):
        content += bytes(-len(content) % 512 or 0) + bytes(max(0, 4096 - len(content) - len(content) % 512))
        content = content.ljust(-(-len(content) // 512) * 512, b"\0")
        first, count = len(chain), len(content) // 512
        chain += [*range(first + 1, first + count), end]
        sectors.append(content)
        right = at + 1 if at < len(streams) else free
        entries.append(_entry(name.replace("_", " "), 2, first, len(content), right=right))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6xIIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, end, 0, end, 0, 0)
    header += struct.pack("<108I", *([free] * 108))
    table = struct.pack(f"<{len(chain)}I", *chain).ljust(512, b"\xff")
    path.write_bytes(header + table + b"".join(entries).ljust(512, b"\0") + b"".join(sectors))
    return path


def _entry(name: str, kind: int, first: int, size: int, *, right: int = 0xFFFFFFFF, child: int = 0xFFFFFFFF) -> bytes:
    words = name.encode("utf-16-le") + b"\0\0"
    head = words.ljust(64, b"\0") + struct.pack("<HBBIII", len(words), kind, 1, 0xFFFFFFFF, right, child)
    return head + bytes(36) + struct.pack("<IQ", first, size)


def xls(path: Path, *records: bytes, globals_: bytes = b"") -> Path:
    """Write a BIFF8 workbook of one sheet called Sheet1 with these records."""
    begin = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))
    name = b"Sheet1"
    size = len(begin) + len(globals_) + 4 + 8 + len(name) + 4
    bound = record(0x85, struct.pack("<IBBBB", size, 0, 0, len(name), 0) + name)
    sheet = record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0)) + b"".join(records) + record(0x0A, b"")
    return compound(path, Workbook=begin + globals_ + bound + record(0x0A, b"") + sheet)


def record(kind: int, content: bytes) -> bytes:
    """Return one record of BIFF."""
    return struct.pack("<HH", kind, len(content)) + content


def label(row: int, column: int, text: str) -> bytes:
    """Return a cell of text."""
    return record(0x204, struct.pack("<HHHHB", row, column, 0, len(text), 1) + text.encode("utf-16-le"))


def numeral(row: int, column: int, value: float) -> bytes:
    """Return a cell of a number."""
    return record(0x203, struct.pack("<HHHd", row, column, 0, value))

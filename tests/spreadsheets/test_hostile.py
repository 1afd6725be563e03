"""Files made to wear a reader out get their answer within seconds and within their memory."""

from __future__ import annotations

import random
import struct
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from tests.spreadsheets.files import cell, packed, read, read_whole, relations, sheet, strings, workbook, xlsx
from tracker.errors import InvalidError

SHEET = "xl/worksheets/sheet1.xml"
FULL = cell("<v>1</v>")
SECONDS = 20  # of the processor, where ours takes one or two: a file must not keep it busy for minutes
COMPLEX, SUSPECT, LONG = "过于复杂", "文件结构异常", "文字过长"


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    begin = time.process_time()
    yield
    assert time.process_time() - begin < SECONDS


def noise(size: int) -> str:
    """Return letters that pack to half their size, so that it is not the ratio that is refused."""
    return random.Random(size).randbytes(size // 2).hex()  # noqa: S311  # nothing secret


def written(path: Path, part: str, pieces: Iterable[str], parts: dict[str, str | bytes] | None = None) -> Path:
    """Write a workbook with one part that comes in pieces."""
    packed(path, {name: text for name, text in (parts or workbook(sheet(FULL))).items() if name != part})
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as package,
        package.open(part, "w") as stream,
    ):
        for piece in pieces:
            stream.write(piece.encode())
    return path


def around(middle: Iterable[str]) -> Iterator[str]:
    before, after = sheet(f"{FULL}|").split("|")
    yield before
    yield from middle
    yield after


def directory(path: Path, change: Callable[[bytearray, int], None]) -> Path:
    """Write a workbook whose directory says something else about its last part."""
    packed(path, workbook(sheet(FULL)))
    content = bytearray(path.read_bytes())
    change(content, content.rfind(b"PK\x01\x02"))
    path.write_bytes(content)
    return path


def claims(size: int, packed_size: int | None = None) -> Callable[[bytearray, int], None]:
    def change(content: bytearray, at: int) -> None:
        content[at + 24 : at + 28] = struct.pack("<I", size)
        if packed_size is not None:
            content[at + 20 : at + 24] = struct.pack("<I", packed_size)

    return change


@pytest.mark.parametrize("size", [513 << 20, 601 << 20, 20 << 20])
def test_a_bomb_is_told_by_its_directory(tmp_path: Path, size: int) -> None:
    with pytest.raises(InvalidError, match=SUSPECT):
        read(directory(tmp_path / "a.xlsx", claims(size)))


def test_a_real_bomb_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match=SUSPECT):
        read(xlsx(tmp_path, FULL + " " * (20 << 20)))


def test_parts_that_together_are_too_large_are_refused(tmp_path: Path) -> None:
    parts = workbook(sheet(FULL)) | {f"xl/media/{at}.bmp": noise(200_000) for at in range(70)}
    path = packed(tmp_path / "a.xlsx", parts)
    content = path.read_bytes()
    path.write_bytes(content.replace(struct.pack("<I", 200_000), struct.pack("<I", 9_900_000)))
    with pytest.raises(InvalidError, match=SUSPECT):
        read(path)


def test_too_many_entries_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match=SUSPECT):
        read(packed(tmp_path / "a.xlsx", workbook(sheet(FULL)) | {f"x/{at}": "" for at in range(5_000)}))


def test_entries_of_the_same_name_are_refused(tmp_path: Path) -> None:
    parts = workbook(sheet(FULL)) | {SHEET.upper(): sheet(FULL)}
    with pytest.raises(InvalidError, match=SUSPECT):
        read(packed(tmp_path / "a.xlsx", parts))


def test_a_part_larger_than_it_says_is_damaged(tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match="已损坏"):
        read(directory(tmp_path / "a.xlsx", claims(100)))


@pytest.mark.parametrize("part", [SHEET, "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml", "_rels/.rels"])
def test_declarations_are_refused(tmp_path: Path, part: str) -> None:
    laughs = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    parts = workbook(sheet(cell("<v>0</v>", t="s"))) | {
        "xl/styles.xml": "<a/>",
        "xl/sharedStrings.xml": strings("<t>1</t>"),
    }
    with pytest.raises(InvalidError, match=SUSPECT):
        read(packed(tmp_path / "a.xlsx", parts | {part: laughs + str(parts[part])}))


@pytest.mark.parametrize("part", [SHEET, "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml"])
def test_endless_nesting_is_refused(tmp_path: Path, part: str) -> None:
    nested = ("<a>" * 1000 + noise(40) for _ in range(3000))
    pieces = around(nested) if part == SHEET else nested
    with pytest.raises(InvalidError, match=COMPLEX):
        read(written(tmp_path / "a.xlsx", part, pieces))


@pytest.mark.parametrize(
    ("begin", "words"),
    [
        ("<!-- ", COMPLEX),
        ('<row r="2" x="', COMPLEX),
        ("<?x ", COMPLEX),
        ('<row r="2"><c r="A2" t="str"><v>', LONG),
        ('<row r="2"><c r="A2" t="str"><v><![CDATA[', LONG),
        ('<row r="2"><c r="A2" t="inlineStr"><is><t>', LONG),
    ],
)
def test_endless_text_is_refused(tmp_path: Path, begin: str, words: str) -> None:
    piece = noise(500_000)
    with pytest.raises(InvalidError, match=words):
        read(written(tmp_path / "a.xlsx", SHEET, around([begin, *(f"{piece} > " for _ in range(60))])))


def test_an_endless_beginning_is_refused(tmp_path: Path) -> None:
    piece = noise(500_000)
    with pytest.raises(InvalidError, match="文件里没有内容|过于复杂"):
        read(written(tmp_path / "a.xlsx", SHEET, ['<worksheet><sheetPr x="', *(piece for _ in range(60))]))


def test_an_endless_shared_string_is_refused(tmp_path: Path) -> None:
    piece = noise(500_000)
    with pytest.raises(InvalidError, match=LONG):
        read(written(tmp_path / "a.xlsx", "xl/sharedStrings.xml", ["<sst><si><t>", *(piece for _ in range(60))]))


def test_a_million_shared_strings_are_read(tmp_path: Path) -> None:
    parts = workbook(sheet(cell("<v>999999</v>", t="s")))
    pieces = ("".join(f"<si><t>第{at + more}条</t></si>" for more in range(1000)) for at in range(0, 1_000_000, 1000))
    path = written(tmp_path / "a.xlsx", "xl/sharedStrings.xml", ["<sst>", *pieces, "</sst>"], parts)
    assert [row.cells for row in read(path)[1]] == [("第999999条",)]


def test_areas_without_number_are_refused(tmp_path: Path) -> None:
    areas = "".join(f'<mergeCell ref="B{at}:F{at}"/>' for at in range(1, 300_000))
    with pytest.raises(InvalidError, match=COMPLEX):
        read(xlsx(tmp_path, FULL, after=f"<mergeCells>{areas}</mergeCells>"))


def test_many_sheets_in_one_part_are_looked_at_once(tmp_path: Path) -> None:
    named = "".join(f'<sheet name="{at}" r:id="rId1"/>' for at in range(1000))
    parts = workbook(
        sheet("".join(f'<row r="{at}"/>' for at in range(1, 200_000)) + '<row r="200000"><c><v>1</v></c></row>')
    )
    about, _rows = read(packed(tmp_path / "a.xlsx", parts | {"xl/workbook.xml": f"<w><sheets>{named}</sheets></w>"}))
    assert len(about.sheets) == 1000


def test_too_many_sheets_are_refused(tmp_path: Path) -> None:
    named = "".join(f'<sheet name="{at}" r:id="rId1"/>' for at in range(1001))
    parts = workbook(sheet(FULL)) | {"xl/workbook.xml": f"<w><sheets>{named}</sheets></w>"}
    with pytest.raises(InvalidError, match=COMPLEX):
        read(packed(tmp_path / "a.xlsx", parts))


def test_a_row_as_wide_as_a_sheet_is_cut_and_a_wider_one_is_damage(tmp_path: Path) -> None:
    cells = "".join(f"<c><v>{at}</v></c>" for at in range(1_000_000))
    cut = cells[: cells.index("<c><v>16384</v>")]
    _about, (found,), table = read_whole(xlsx(tmp_path, f'<row r="1">{cut}</row>'))
    assert (len(found.cells), table.left_out.cells) == (256, 16_384 - 256)
    with pytest.raises(InvalidError, match="已损坏"):
        read(xlsx(tmp_path, f'<row r="1">{cells}</row>'))


def test_only_so_many_pictures_are_told(tmp_path: Path) -> None:
    anchor = "<oneCellAnchor><from><col>1</col><row>{}</row></from><pic><blip embed='r1'/></pic></oneCellAnchor>"
    parts = workbook(sheet(FULL, after='<drawing r:id="rId1"/>')) | {
        "xl/worksheets/_rels/sheet1.xml.rels": relations(("rId1", "drawing", "../drawings/drawing1.xml")),
        "xl/drawings/drawing1.xml": f"<wsDr>{''.join(map(anchor.format, range(20_000)))}</wsDr>",
        "xl/drawings/_rels/drawing1.xml.rels": relations(("r1", "image", "../media/a.png")),
        "xl/media/a.png": "x",
    }
    assert len(read(packed(tmp_path / "a.xlsx", parts))[0].pictures) == 5_000

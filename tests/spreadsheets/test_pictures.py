"""Pictures on a sheet: floating, as a formula of WPS, as the value of a cell in Excel."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import xlsxwriter
from PIL import Image

from tests.spreadsheets.files import packed, read, relations, sheet, workbook
from tracker.errors import InvalidError
from tracker.storage.tables import PicturePlace, table_picture


def png(colour: str) -> bytes:
    output = io.BytesIO()
    Image.new("RGB", (8, 6), colour).save(output, "PNG")
    return output.getvalue()


def written(path: Path) -> Path:
    """Write a workbook with two floating pictures and two in cells."""
    book = xlsxwriter.Workbook(path)
    table = book.add_worksheet()
    table.write_row(0, 0, ["序号", "照片", "备注"])
    table.write_column(1, 0, [1, 2, 3])
    for row, colour in ((1, "red"), (2, "blue")):
        table.embed_image(row, 1, "a.png", {"image_data": io.BytesIO(png(colour))})
    table.insert_image(1, 2, "b.png", {"image_data": io.BytesIO(png("green"))})
    table.insert_image(3, 2, "c.png", {"image_data": io.BytesIO(png("green")), "object_position": 2})
    book.close()
    return path


def test_pictures_are_told_with_their_cells(tmp_path: Path) -> None:
    path = written(tmp_path / "a.xlsx")
    about, rows = read(path)
    places = {(place.row, place.column): place.part for place in about.pictures}
    assert sorted(places) == [(2, 1), (2, 2), (3, 1), (4, 2)]
    assert [row.cells for row in rows] == [("序号", "照片", "备注"), (1,), (2,), (3,)]
    contents = {at: table_picture(path, part) for at, part in places.items()}
    assert contents == {(2, 1): png("red"), (3, 1): png("blue"), (2, 2): png("green"), (4, 2): png("green")}


def wps(path: Path) -> Path:
    """Write what WPS writes: as it saves it, as Excel saves it again, and with its picture lost."""
    rows = (
        '<row r="1"><c r="A1" t="str"><f>_xlfn.DISPIMG("ID_A",1)</f><v>=DISPIMG("ID_A",1)</v></c>'
        '<c r="B1"><v>1</v></c></row>'
        '<row r="2"><c r="A2" t="e"><f>_xlfn.DISPIMG(&quot;ID_B&quot;,1)</f><v>#NAME?</v></c>'
        '<c r="B2"><v>2</v></c></row>'
        '<row r="3"><c r="A3" t="str"><v>=DISPIMG("ID_C",1)</v></c><c r="B3"><v>3</v></c></row>'
    )
    parts = dict(workbook(sheet(rows)))
    links = str(parts["xl/_rels/workbook.xml.rels"])
    kind = "http://www.wps.cn/officeDocument/2020/cellImage"
    more = f'<Relationship Id="rIdC" Type="{kind}" Target="cellimages.xml"/></Relationships>'
    parts["xl/_rels/workbook.xml.rels"] = links.replace("</Relationships>", more)
    parts["xl/cellimages.xml"] = "<etc:cellImages xmlns:etc='e'>" + "".join(
        f'<etc:cellImage><xdr:pic><xdr:nvPicPr><xdr:cNvPr id="1" name="{name}"/></xdr:nvPicPr>'
        f'<xdr:blipFill><a:blip r:embed="{key}"/></xdr:blipFill></xdr:pic></etc:cellImage>'
        for name, key in (("ID_A", "rId1"), ("ID_B", "rId2"), ("ID_C", "rId3"))
    ) + "</etc:cellImages>"  # fmt: skip
    parts["xl/cellimages.xml"] = parts["xl/cellimages.xml"].replace("xmlns:etc='e'", "xmlns:etc='e' xmlns:xdr='x'")
    parts["xl/_rels/cellimages.xml.rels"] = relations(
        ("rId1", "image", "media/1.png"), ("rId2", "image", "media/2.png"), ("rId3", "image", "media/3.png")
    )
    return packed(path, parts | {"xl/media/1.png": png("red"), "xl/media/2.png": png("blue")})


def test_pictures_of_wps_are_told_with_their_cells(tmp_path: Path) -> None:
    path = wps(tmp_path / "a.xlsx")
    about, rows = read(path)
    assert about.pictures == (PicturePlace(1, 0, "xl/media/1.png"), PicturePlace(2, 0, "xl/media/2.png"))
    assert [row.cells for row in rows] == [(None, 1), (None, 2), (None, 3)]
    assert table_picture(path, "xl/media/2.png") == png("blue")


def test_pictures_in_groups_count_and_their_fallbacks_do_not(tmp_path: Path) -> None:
    anchor = (
        "<xdr:twoCellAnchor><xdr:from><xdr:col>2</xdr:col><xdr:row>4</xdr:row></xdr:from>"
        "<xdr:to><xdr:col>9</xdr:col><xdr:row>9</xdr:row></xdr:to>{shape}</xdr:twoCellAnchor>"
    )
    picture = '<xdr:pic><xdr:blipFill><a:blip r:embed="rId1"/></xdr:blipFill></xdr:pic>'
    group = f"<xdr:grpSp>{picture}</xdr:grpSp>"
    choice = (
        f"<mc:AlternateContent><mc:Choice>{group}</mc:Choice><mc:Fallback>{picture}</mc:Fallback></mc:AlternateContent>"
    )
    shape = '<xdr:sp><xdr:spPr><a:blipFill><a:blip r:embed="rId1"/></a:blipFill></xdr:spPr></xdr:sp>'
    absolute = f"<xdr:absoluteAnchor>{picture}</xdr:absoluteAnchor>"
    drawing = anchor.format(shape=choice) + anchor.format(shape=shape) + absolute
    parts = workbook(sheet('<row r="1"><c r="A1"><v>1</v></c></row>', after='<drawing r:id="rId5"/>')) | {
        "xl/worksheets/_rels/sheet1.xml.rels": relations(("rId5", "drawing", "../drawings/drawing1.xml")),
        "xl/drawings/drawing1.xml": f"<xdr:wsDr xmlns:xdr='x' xmlns:a='a' xmlns:r='r'>{drawing}</xdr:wsDr>",
        "xl/drawings/_rels/drawing1.xml.rels": relations(("rId1", "image", "../media/1.png")),
        "xl/media/1.png": png("red"),
    }
    assert read(packed(tmp_path / "a.xlsx", parts))[0].pictures == (PicturePlace(5, 2, "xl/media/1.png"),)


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/media/9.png", "../../a.png", ""])
def test_only_pictures_are_given_out(tmp_path: Path, part: str) -> None:
    with pytest.raises(InvalidError, match="无法取出图片"):
        table_picture(wps(tmp_path / "a.xlsx"), part)


def test_a_picture_that_is_too_large_is_not_given_out(tmp_path: Path) -> None:
    path = written(tmp_path / "a.xlsx")
    large = packed(
        tmp_path / "b.xlsx",
        workbook(sheet("")) | {
            "xl/drawings/_rels/drawing1.xml.rels": relations(("rId1", "image", "../media/1.bmp")),
            "xl/media/1.bmp": bytes(range(256)) * 4096 * 21,
        },
    )  # fmt: skip
    assert path.exists()
    with pytest.raises(InvalidError, match="超过 20MB"):
        table_picture(large, "xl/media/1.bmp")

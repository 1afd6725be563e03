"""Rows in the usual writing are read without a parser; both ways come to the same."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.spreadsheets.files import sheet
from tracker.spreadsheets.cellpictures import CellPictures
from tracker.spreadsheets.cells import Row
from tracker.spreadsheets.rows import Rows
from tracker.spreadsheets.sheet import sheet_rows
from tracker.spreadsheets.values import Values

STRINGS = ["甲", "", "乙 丙"]
CELLS = (
    '<c r="{at}"><v>7</v></c>',
    '<c r="{at}" s="1"><v>44031.5</v></c>',
    '<c r="{at}" s="0" t="s"><v>2</v></c>',
    '<c r="{at}" t="s"><v>1</v></c>',
    '<c r="{at}" t="n" s="1"><v>3</v></c>',
    '<c r="{at}" t="str"><v>a&amp;b</v></c>',
    '<c r="{at}" t="str"><v>&gt;/></v></c>',
    '<c r="{at}" t="str"><v></v></c>',
    '<c r="{at}" t="str"><f>IF(A1&gt;2,"/>","")</f><v>好</v></c>',
    '<c r="{at}"><f t="shared" si="0"/><v>5</v></c>',
    '<c r="{at}"><f>A1</f></c>',
    '<c r="{at}" t="inlineStr"><is><t xml:space="preserve"> 文 </t></is></c>',
    '<c r="{at}" t="inlineStr"><is><r><t>一</t></r><r><t>二</t></r></is></c>',
    '<c r="{at}" t="e"><v>#N/A</v></c>',
    '<c r="{at}" t="b"><v>1</v></c>',
    '<c r="{at}" s="4"/>',
    '<c r="{at}" s="4"></c>',
    '<c r="{at}" vm="1"><v>1</v></c>',
    "<c><v>6</v></c>",
    "<c r='{at}'><v>8</v></c>",
    '<c r="{at}" t="str"><v><!-- <c r="A1"><v>1</v></c></row> -->x</v></c>',
    '<c r="{at}" t="str"><v><![CDATA[</row><row r="9"><c r="A9"><v>1</v></c></row>]]></v></c>',
    '<c r="{at}" t="str"><f>_xlfn.DISPIMG("ID_1",1)</f><v>=DISPIMG("ID_1",1)</v></c>',
)
ROWS = (
    '<row r="{number}">{cells}</row>',
    '<row r="{number}" spans="1:3" ht="15" x14ac:dyDescent="0.25">{cells}</row>',
    '<row r="{number}" hidden="1">{cells}</row>',
    '<row r="{number}" hidden="false" ht="0">{cells}</row>',
    "\n <row>{cells}</row >",
    '<row r="{number}" s="1"/>',
    "<?note </row> ?>",
)


@st.composite
def data(draw: st.DrawFn) -> str:
    pieces, number = ['<row r="1"/><row r="2"></row>'], 2  # The first row always goes to the parser.
    for form in draw(st.lists(st.sampled_from(ROWS[:2]) | st.sampled_from(ROWS), max_size=6)):
        number += draw(st.integers(1, 3))
        columns = sorted(draw(st.sets(st.sampled_from("ABCDZ"), max_size=3)))
        cells = "".join(
            draw(st.sampled_from(CELLS[:5]) | st.sampled_from(CELLS)).format(at=f"{column}{number}")
            for column in columns
        )
        pieces.append(form.format(number=number, cells=cells))
        number += form.startswith("\n") * 3  # a row that does not tell its number takes some other
    return "".join(pieces)


def rows(text: str, size: int) -> list[tuple[int, bool, list[object], int]]:
    content = text.encode()

    def chunks() -> Iterator[bytes]:
        for at in range(0, len(content), size):
            yield content[at : at + size]

    reader = sheet_rows(
        chunks(), Rows(20), Values(STRINGS, frozenset("1"), is_1904=False), CellPictures({"ID_1": "x"}, {})
    )
    return [_told(row) for row in reader]


def _told(row: Row) -> tuple[int, bool, list[object], int]:
    return row.number, row.is_hidden, [(value, type(value)) for value in row.cells], row.beyond


def test_rows_of_nothing_but_text_written_in_place_are_no_empty_rows() -> None:
    text = "".join(f'<row r="{at}"><c r="A{at}" t="inlineStr"><is><t>x</t></is></c></row>' for at in range(1, 50))
    assert [row[0] for row in rows(sheet(text), 700)] == list(range(1, 50))


def test_empty_rows_are_passed_over_and_the_next_keeps_its_number() -> None:
    empty = "".join(f'<row r="{at}" s="1"/>' for at in range(2, 300))
    text = f'<row r="1"><c r="A1"><v>1</v></c></row>{empty}<row><c><v>300</v></c></row>{empty.replace("r=", "t=")}'
    assert [row[:3] for row in rows(sheet(text), 200)] == [(1, False, [(1, int)]), (300, False, [(300, int)])]


@settings(max_examples=300, deadline=None)
@given(data(), st.integers(1, 400))
def test_both_ways_of_reading_agree(text: str, size: int) -> None:
    whole = sheet(text)
    slow = whole.replace("<sheetData>", "<!-- all of it goes to the parser --><sheetData>")
    assert rows(whole, size) == rows(slow, 10_000)

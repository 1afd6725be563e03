"""Where the headings of a sheet stand: titles, unit lines, headings of two and three rows, tables without any."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.reading.fields import FIELDS, ImportKind
from tracker.reading.header_rows import HeadRow
from tracker.reading.heading_words import clean_heading, normalise
from tracker.reading.headings import HEADER_NOTES, HeaderFound, find_header, header_at
from tracker.spreadsheets.columns import letters_of

LEDGER = ["序号", "乡镇", "村（社区）", "具体问题", "整改措施", "责任单位", "责任人", "整改时限", "完成情况", "备注"]
DATA: list[list[object]] = [
    [
        1,
        "三阳乡",
        "前村",
        "村口垃圾清运不及时，异味明显",
        "当日清运，落实保洁员包段",
        "三阳乡",
        "王磊",
        date(2026, 7, 20),
        "已整改",
        None,
    ],
    [
        2,
        "三阳乡",
        "后村",
        "党务公开栏未更新",
        "更新公开栏并拍照报备",
        "三阳乡",
        "李娜",
        date(2026, 7, 25),
        "整改中",
        None,
    ],
    [
        3,
        "大封镇",
        "老街社区",
        "消防通道被占用",
        "联合执法清理",
        "县消防大队",
        "张强",
        date(2026, 8, 1),
        "未整改",
        "复查",
    ],
]


def sheet(*rows: list[object]) -> list[HeadRow]:
    """Return rows of a sheet; “<” is merged with the cell to its left, “^” with the one above."""
    read: list[HeadRow] = []
    for number, row in enumerate(rows, start=1):
        cells: list[object] = []
        for column, cell in enumerate(row):
            above = read[-1].cells[column] if cell == "^" else None
            cells.append(cells[-1] if cell == "<" else above if cell == "^" else cell)
        read.append(HeadRow(number, tuple(cells), frozenset(c for c, cell in enumerate(row) if cell in ("<", "^"))))
    return read


def found(*rows: list[object], kind: ImportKind | None = ImportKind.LEDGER) -> HeaderFound:
    return find_header(sheet(*rows), kind)


def words(header: HeaderFound) -> list[str]:
    return [heading.words for heading in header.headings]


def title(text: str, width: int = 10) -> list[object]:
    return [text, *["<"] * (width - 1)]


def test_a_header_in_the_first_row_is_found() -> None:
    header = found(LEDGER, *DATA)
    assert (header.first_row, header.last_row, header.title, header.notes) == (1, 1, "", ())
    assert words(header) == LEDGER
    assert header.sureness >= 0.9


def test_titles_unit_lines_and_gaps_above_are_passed_over() -> None:
    header = found(
        title("三阳乡“五星”支部创建问题整改台账"),
        [None] * 10,
        ["填报单位：三阳乡", "<", "<", None, None, "填报时间：2026年7月20日", "<", None, None, None],
        LEDGER,
        *DATA,
    )
    assert (header.first_row, header.last_row) == (4, 4)
    assert header.title == "三阳乡“五星”支部创建问题整改台账 填报单位：三阳乡 填报时间：2026年7月20日"


@pytest.mark.parametrize(
    "line",
    [
        ["填报单位：", "三阳乡", None, None, None, None, "填报时间：", date(2026, 7, 20), None, None],
        ["填报单位：三阳乡", None, None, None, None, None, None, "2026年7月", None, None],
        ["附件1", None, None, None, None, None, None, None, None, None],
        ["单位：处", None, None, "填表人：王磊", None, None, "联系电话：0391-7270000", None, None, None],
        ["（2026年第3期）", None, None, None, None, None, None, None, None, None],
    ],
)
def test_a_line_of_the_form_is_no_heading(line: list[object]) -> None:
    assert found(["问题台账"], line, LEDGER, *DATA).first_row == 3


def test_unmerged_titles_are_titles() -> None:
    header = found(["整改台账"], [None], LEDGER, *DATA)
    assert (header.first_row, header.title) == (3, "整改台账")


def test_line_breaks_and_blanks_inside_a_heading_do_no_harm() -> None:
    rows: list[list[object]] = [
        ["序\n号", "村 (社区)", "存 在 问 题", "整改\n时限", "责任 \u3000 人", "*责任单位："],
        [1, "前村", "灯不亮", "7.20", "王磊", "乡"],
    ]
    assert words(found(*rows)) == ["序号", "村(社区)", "存在问题", "整改时限", "责任人", "责任单位"]


def test_two_rows_are_joined_where_a_group_stands_above() -> None:
    header = found(
        title("台账", 8),
        ["序号", "村（社区）", "存在问题", "责任", "<", "整改", "<", "备注"],
        ["^", "^", "^", "单位", "人", "措施", "时限", "^"],
        [1, "前村", "路灯不亮", "三阳乡", "王磊", "更换灯泡", date(2026, 7, 20), None],
        [2, "后村", "河道有垃圾", "三阳乡", "李娜", "清理河道", date(2026, 7, 21), None],
    )
    assert (header.first_row, header.last_row, header.notes) == (2, 3, ("joined",))
    assert words(header) == ["序号", "村（社区）", "存在问题", "责任/单位", "责任/人", "整改/措施", "整改/时限", "备注"]
    assert header.headings[3].levels == ("责任", "单位")


def test_two_rows_are_joined_without_knowing_what_was_merged() -> None:
    header = found(
        ["序号", "村", "存在问题", "责任", None, "整改时限"],
        [None, None, None, "单位", "人", None],
        [1, "前村", "路灯不亮", "三阳乡", "王磊", "7月20日"],
        [2, "后村", "河道有垃圾", "三阳乡", "李娜", "7月21日"],
    )
    assert (header.first_row, header.last_row) == (1, 2)
    assert words(header) == ["序号", "村", "存在问题", "责任/单位", "责任/人", "整改时限"]


def test_three_rows_are_joined() -> None:
    header = found(
        ["序号", "问题", "整改", "<", "<", "<"],
        ["^", "^", "责任", "<", "时间", "<"],
        ["^", "^", "单位", "人", "交办日期", "整改时限"],
        [1, "路灯不亮", "三阳乡", "王磊", date(2026, 7, 1), date(2026, 7, 20)],
        [2, "河道有垃圾", "三阳乡", "李娜", date(2026, 7, 2), date(2026, 7, 21)],
    )
    assert (header.first_row, header.last_row) == (1, 3)
    assert words(header)[2:] == ["整改/责任/单位", "整改/责任/人", "整改/时间/交办日期", "整改/时间/整改时限"]


def test_a_first_row_of_data_is_not_joined_to_the_header() -> None:
    rows: list[list[object]] = [
        ["序号", "乡镇", "村", "存在问题", "责任人"],
        [1, "三阳乡", "前村", "路灯不亮", "王磊"],
        [2, "^", "后村", "灯杆倾斜", "^"],
    ]
    assert found(*rows).last_row == 1


def test_a_title_beside_a_note_is_no_group() -> None:
    header = found(
        ["整改台账", "<", "<", None, "当月情况填入本列", None],
        ["编号", "村", "存在问题", "责任人", "整改时限", "备注"],
        ["A-1", "前村", "路灯不亮", "王磊", "7月20日", None],
    )
    assert (header.first_row, header.last_row) == (2, 2)


def test_a_row_that_counts_the_columns_belongs_to_the_header() -> None:
    header = found(LEDGER, ["甲", *range(1, 10)], *DATA)
    assert (header.first_row, header.last_row, header.notes) == (1, 2, ("numbered",))


def test_headings_of_one_name_are_numbered() -> None:
    header = found(["序号", "存在问题", "责任人", "电话", "责任人", "电话"], [1, "路灯不亮", "王磊", "1", "李娜", "2"])
    assert words(header) == ["序号", "存在问题", "责任人", "电话", "责任人（2）", "电话（2）"]
    assert "doubled" in header.notes


def test_columns_without_a_heading_are_called_by_their_letter_if_they_hold_something() -> None:
    header = found(["序号", None, "存在问题", "责任人", None], [1, "前村", "路灯不亮", "王磊", None])
    assert words(header) == ["序号", "（B列）", "存在问题", "责任人"]
    assert header.notes == ("letters",)


def test_a_table_without_headings_goes_by_letters() -> None:
    header = found(*DATA)
    assert (header.first_row, header.last_row, header.notes) == (0, 0, ("no_header",))
    assert words(header)[:3] == ["（A列）", "（B列）", "（C列）"]


def test_a_title_over_a_table_without_headings_is_still_its_title() -> None:
    header = found(title("整改台账"), *DATA)
    assert (header.last_row, header.title) == (0, "整改台账")


def test_numbered_cells_betray_a_table_without_headings() -> None:
    assert found(*[[f"A{row}", f"B{row}", f"C{row}"] for row in range(1, 8)]).last_row == 0


def test_the_first_of_two_printed_headers_is_taken() -> None:
    assert found(["台账"], LEDGER, *DATA, LEDGER, *DATA).first_row == 2


def test_unknown_words_over_numbers_and_days_are_a_header() -> None:
    header = found(
        ["线别", "采集", "里程"], ["上行", date(2026, 1, 1), 200], ["下行", date(2026, 1, 2), 300], kind=None
    )
    assert header.first_row == 1
    assert header.sureness < 0.6


def test_periods_can_be_headings() -> None:
    header = found(
        ["指标代码", "指标名称", "2026年2月", "2026年6月"],
        ["NM1210", "基站", 45, 46],
        ["NM1221", "天线", 5, 6],
        kind=None,
    )
    assert header.first_row == 1


@pytest.mark.parametrize(
    "row",
    [
        "Case ID|Opened|Status|Description|Department|Due date",
        "issue number|found_on|status|problem|responsible_unit|deadline",
        "1.序号|2.发现时间|3.状态|4.问题描述|5.责任单位|6.整改时限（月/日）",
        "（一）编号|（二）日期|（三）状态|（四）问题|（五）单位|（六）时限",
    ],
)
def test_english_and_numbered_headings_are_headings(row: str) -> None:
    data: list[object] = [
        "A-7",
        date(2026, 1, 1),
        "open",
        "The street lamp in front of the school is broken",
        "三阳乡",
        date(2026, 1, 9),
    ]
    assert found(["ledger"], row.split("|"), data, data, kind=None).first_row == 2


def test_small_tables_of_the_office_are_known_without_their_kind() -> None:
    header = found(
        ["账号", "姓名", "手机号"], ["wang", "王磊", "13800000000"], ["li", "李娜", "13900000000"], kind=None
    )
    assert header.first_row == 1


def test_the_user_can_say_where_the_headings_stand() -> None:
    rows = sheet(title("台账"), LEDGER, *DATA)
    assert header_at(rows, 2, 2).headings == find_header(rows, ImportKind.LEDGER).headings
    assert header_at(rows, 3, 3).headings[2].words == "前村"
    nothing = header_at(rows, 0, 0)
    assert (nothing.first_row, nothing.last_row, nothing.title) == (0, 0, "台账")
    assert nothing.headings[0].words == "（A列）"


def test_an_empty_sheet_has_no_headings() -> None:
    assert find_header([], None) == HeaderFound(0, 0, (), "", 0.0, ("no_header",))
    assert find_header(sheet([None, None]), None).headings == ()


def test_every_note_has_its_words() -> None:
    assert all(HEADER_NOTES.values())


def test_columns_are_called_as_excel_does() -> None:
    assert [letters_of(column) for column in (0, 25, 26, 51, 701, 702)] == ["A", "Z", "AA", "AZ", "ZZ", "AAA"]


KNOWN = [field.synonyms[0] for field in FIELDS[ImportKind.LEDGER] if len(field.synonyms[0]) > 2]


@given(
    names=st.lists(st.sampled_from(KNOWN), min_size=4, max_size=14, unique=True),
    above=st.integers(0, 4),
    gap=st.integers(0, 2),
)
def test_known_headings_are_found_in_any_order_below_any_titles(names: list[str], above: int, gap: int) -> None:
    rows = [title(f"附件{n}", len(names)) for n in range(above)] + [[None] * len(names)] * gap
    data: list[object] = [f"第{n}处路面破损，需要尽快修补" for n in range(len(names))]
    header = found(*rows, list(names), data, data)
    assert (header.first_row, header.last_row) == (above + gap + 1, above + gap + 1)
    assert words(header) == [clean_heading(name) for name in names]


@given(
    st.lists(
        st.lists(st.none() | st.text(max_size=12) | st.integers() | st.dates() | st.floats(), max_size=8), max_size=12
    )
)
def test_whatever_stands_there_names_are_unique_and_rows_exist(rows: list[list[object]]) -> None:
    read = [HeadRow(number, tuple(row)) for number, row in enumerate(rows, start=1)]
    header = find_header(read, None)
    assert len(set(words(header))) == len(header.headings)
    assert 0 <= header.first_row <= header.last_row <= len(rows)
    assert 0 <= header.sureness <= 1


@given(st.text(max_size=30))
def test_a_normalised_heading_stays_as_it_is_when_cleaned_again(text: str) -> None:
    assert normalise(clean_heading(text)) == normalise(clean_heading(clean_heading(text)))

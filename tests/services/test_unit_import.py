"""A county's tree from a file of division codes, and the files that come after it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from tests import factories
from tests.conftest import AT, ROOT
from tracker.database import db
from tracker.errors import InvalidError
from tracker.models import AuditEntry, NameReason, Unit, UnitKind, UnitName
from tracker.services.unit_import import ImportReport, units_import

pytestmark = pytest.mark.usefixtures("app")

HEADING = "county_code,county,town_code,town,town_kind,village_code,village,village_kind"
TOWN = "990101,示例县,990101001,东关街道,街道"
COUNTRY = "990101,示例县,990101203,三阳乡,乡"
ROWS = (
    f"{TOWN},990101001001,建设社区居民委员会,居委会",
    f"{TOWN},990101001200,建设村民委员会,村委会",
    f"{COUNTRY},990101203200,北街村民委员会,村委会",
    f"{COUNTRY},990101203201,宋庄村村民委员会,村委会",
    f"{COUNTRY},990101203202,郭庵村民委员会,村委会",
)
LATER = AT + timedelta(days=365)


def bring(rows: Iterable[str] = ROWS, heading: str = HEADING, at: object = AT, **given: object) -> ImportReport:
    return units_import(content="\n".join((heading, *rows)), actor=None, at=at, **given)  # type: ignore[arg-type]


def by_code(code: str) -> Unit:
    return db.session.scalars(select(Unit).where(Unit.code == code)).one()


def history(unit: Unit) -> list[tuple[str | None, str, NameReason, date | None, date | None]]:
    rows = db.session.scalars(select(UnitName).where(UnitName.unit_id == unit.id).order_by(UnitName.id))
    return [(row.code, row.name, row.reason, row.valid_from, row.valid_to) for row in rows]


def units() -> int:
    return db.session.scalar(select(func.count()).select_from(Unit)) or 0


def test_import_builds_the_tree() -> None:
    report = bring()
    assert (report.counts, report.unchanged, report.towns, report.places) == ({"created": 8}, 0, 2, 5)
    county, town = by_code("990101000000"), by_code("990101001000")
    village = by_code("990101001200")
    assert (county.kind, county.path) == (UnitKind.COUNTY, f"/{county.id}/")
    assert (town.kind, town.kind_confirmed, town.township_id) == (UnitKind.STREET, True, town.id)
    assert (village.path, village.township_id) == (f"/{county.id}/{town.id}/{village.id}/", town.id)
    assert (village.name, village.full_name) == ("建设村", "建设村民委员会")
    assert (village.pinyin, village.initials) == ("jianshecun", "jsc")


def test_import_only_proposes_what_a_place_is() -> None:
    bring()
    places = [by_code(code) for code in ("990101001001", "990101001200")]
    assert [(p.kind, p.kind_confirmed, p.name) for p in places] == [
        (UnitKind.COMMUNITY, False, "建设社区"), (UnitKind.VILLAGE, False, "建设村"),
    ]  # fmt: skip


def test_import_again_changes_nothing() -> None:
    bring()
    names = db.session.scalar(select(func.count()).select_from(UnitName))
    again = bring(at=LATER)
    assert (again.changes, again.unchanged, again.gone) == ((), 8, ())
    assert (units(), db.session.scalar(select(func.count()).select_from(UnitName))) == (8, names)
    assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == 1


def test_rehearsed_import_stores_nothing() -> None:
    report = bring(dry_run=True)
    assert report.count("created") == 8
    assert (units(), db.session.scalar(select(func.count()).select_from(AuditEntry))) == (0, 0)


def test_new_name_under_the_same_code_is_history_and_keeps_its_issues() -> None:
    bring()
    unit = by_code("990101203200")
    issue = factories.issue(location=unit)
    report = bring([*ROWS[:2], f"{COUNTRY},990101203200,北关村民委员会,村委会", *ROWS[3:]], at=LATER)
    assert (report.counts, unit.name, issue.location_id) == ({"renamed": 1}, "北关村", unit.id)
    assert history(unit) == [
        ("990101203200", "北街村", NameReason.RENAMED, None, date(2027, 3, 1)),
        ("990101203200", "北关村", NameReason.CURRENT, date(2027, 3, 2), None),
    ]
    assert units() == 8


def test_township_made_a_town_stays_itself_with_all_its_villages() -> None:
    bring()
    town, village = by_code("990101203000"), by_code("990101203200")
    rows = [row.replace("990101203", "990101109").replace("三阳乡,乡", "三阳镇,镇") for row in ROWS]
    report = bring(rows, at=LATER)
    assert report.counts == {"recoded": 4, "renamed": 1}
    assert (town.code, town.name, village.code) == ("990101109000", "三阳镇", "990101109200")
    assert (units(), report.gone) == (8, ())


def test_villages_numbered_anew_keep_their_names_and_issues() -> None:
    bring()
    north, song = by_code("990101203200"), by_code("990101203201")
    rows = [
        *ROWS[:2],
        f"{COUNTRY},990101203200,新村村民委员会,村委会",
        f"{COUNTRY},990101203201,北街村民委员会,村委会",
        f"{COUNTRY},990101203202,宋庄村村民委员会,村委会",
        f"{COUNTRY},990101203203,郭庵村民委员会,村委会",
    ]
    report = bring(rows, at=LATER)
    assert report.counts == {"recoded": 3, "created": 1}
    assert [(u.name, u.code) for u in (north, song)] == [("北街村", "990101203201"), ("宋庄村", "990101203202")]


def test_older_file_does_not_undo_a_newer_one() -> None:
    bring()
    newer = [row.replace("990101203", "990101109").replace("三阳乡,乡", "三阳镇,镇") for row in ROWS]
    bring(newer, at=LATER)
    bring([row.replace("北街", "北关") for row in newer], at=LATER)
    report = bring(at=LATER)
    assert report.counts == {"former": 4}
    assert (by_code("990101109200").name, units()) == ("北关村", 8)


def test_unit_missing_from_the_file_is_told_and_stays_open() -> None:
    bring()
    report = bring(ROWS[:4], at=LATER)
    assert [(g.code, g.name) for g in report.gone] == [("990101203202", "郭庵村")]
    assert by_code("990101203202").closed_on is None


def test_successor_in_the_file_merges_and_keeps_issues_in_sight() -> None:
    bring()
    unit, into = by_code("990101203202"), by_code("990101203201")
    issue = factories.issue(location=unit)
    rows = [f"{row},{'990101203201' if '郭庵' in row else ''}" for row in ROWS]
    report = bring(rows, f"{HEADING},successor_code", at=LATER)
    assert (report.counts, unit.successor_id, unit.closed_on) == ({"merged": 1}, into.id, date(2027, 3, 2))
    assert (issue.location_id, unit.path) == (unit.id, f"{into.path}{unit.id}/")
    assert bring(rows, f"{HEADING},successor_code", at=LATER).changes == ()


def test_former_code_says_what_no_name_can() -> None:
    bring()
    unit = by_code("990101203202")
    rows = [f"{row}," for row in ROWS[:4]] + [f"{TOWN},990101001209,安乐村民委员会,村委会,990101203202"]
    report = bring(rows, f"{HEADING},former_code", at=LATER)
    assert report.counts == {"recoded": 1, "moved": 1, "renamed": 1}
    assert (unit.name, unit.township_id) == ("安乐村", by_code("990101001000").id)


def test_same_short_name_in_one_township_keeps_both_apart() -> None:
    bring([*ROWS, f"{COUNTRY},990101203203,北街村村民委员会,村委会"])
    names = {by_code(code).name for code in ("990101203200", "990101203203")}
    assert names == {"北街村民委员会", "北街村村民委员会"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_import_reads_what_chinese_offices_save(encoding: str) -> None:
    heading = "县代码,县,乡镇代码,乡镇,乡镇类型,村(社区)代码,村（社区）,村类型"
    text = "\r\n".join((heading, *ROWS[:2], heading, "", *ROWS))
    report = units_import(content=text.encode(encoding), actor=None, at=AT)
    assert (report.count("created"), report.skipped) == (8, 3)


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        (f"{TOWN},9.90101E+11,甲村民委员会,村委会", "village_code", "设为文本"),
        (f"{TOWN},99010100120,甲村民委员会,村委会", "village_code", "11 位"),
        (f"{TOWN},990101203299,甲村民委员会,村委会", "village_code", "990101001"),
        (f"{TOWN},99010100120a,甲村民委员会,村委会", "village_code", "数字"),
        (f"{TOWN},990101001250,,村委会", "village", "不能为空"),
        (f"{TOWN},990101001200,别的村民委员会,村委会", "village", "已用于"),
        (f"{TOWN},990101001250,甲村民委员会,生产队", "village_kind", "可填"),
        ("990102,别县,990102001,甲镇,镇,990102001200,乙村民委员会,村委会", "county_code", "一个县"),
        (f"{TOWN},990101001250,{'长' * 121},村委会", "village", "120"),
    ],
)
def test_bad_row_stores_nothing_and_says_where_and_what(row: str, column: str, said: str) -> None:
    with pytest.raises(InvalidError) as raised:
        bring([*ROWS, row, f"{TOWN},1,2,3"])
    assert said in raised.value.errors[f"7.{column}"]
    assert "第 7 行" in raised.value.errors[f"7.{column}"]
    assert any(key.startswith("8.") for key in raised.value.errors)
    assert units() == 0


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"", b"a,b\n1,2", HEADING.encode(), b"PK\x03\x04\x00\x00"])
def test_file_of_another_kind_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidError) as raised:
        units_import(content=content, actor=None, at=AT)
    assert raised.value.errors.keys() == {"file"}


def test_another_county_is_refused() -> None:
    bring()
    with pytest.raises(InvalidError, match="示例县"):
        bring(["990102,别县,990102001,甲镇,镇,990102001200,乙村民委员会,村委会"])
    assert units() == 8


def test_county_set_up_by_name_takes_the_code_of_its_file() -> None:
    root = factories.unit(UnitKind.COUNTY, name="示例县", full_name="示例县")
    report = bring()
    assert (root.code, report.counts) == ("990101000000", {"recoded": 1, "created": 7})


def test_the_real_county_is_whole() -> None:
    content = (ROOT / "tracker" / "data" / "wuzhi_divisions.csv").read_bytes()
    report = units_import(content=content, actor=None, at=AT)
    kinds = dict(db.session.execute(select(Unit.kind, func.count()).group_by(Unit.kind)).all())  # type: ignore[arg-type]
    assert kinds == {
        UnitKind.COUNTY: 1, UnitKind.STREET: 4, UnitKind.TOWNSHIP: 12, UnitKind.VILLAGE: 348, UnitKind.COMMUNITY: 18,
    }  # fmt: skip
    assert (report.towns, report.places, report.counts) == (16, 366, {"created": 383})
    assert [unit.name for unit in report.virtual] == ["宁郭农场虚拟生活区"]
    farm = by_code("410823598000")
    assert (farm.name, farm.kind_confirmed) == ("武陟宁郭农场", False)
    assert units_import(content=content, actor=None, at=LATER).unchanged == 383

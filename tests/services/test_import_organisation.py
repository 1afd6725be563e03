"""Units, groups and rosters come in from a table: rehearsed, looked at, stored."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests import factories
from tests.conftest import AT
from tests.services.organisation_tables import brought, codes, everything, fates, notes, quiet, staged, stored
from tracker.database import db
from tracker.errors import ForbiddenError, RefusedError
from tracker.models import (
    AuditEntry,
    GroupVillage,
    ImportRow,
    Role,
    SupervisionGroup,
    Unit,
    UnitKind,
    UnitName,
    UnitTag,
)
from tracker.policy import Actor
from tracker.reading.fields import ImportKind
from tracker.services.importing import organisation
from tracker.services.importing.checking import import_check
from workflows.importing import ImportState

pytestmark = pytest.mark.usefixtures("app")
UNITS, GROUPS, ROSTER = ImportKind.UNITS, ImportKind.GROUPS, ImportKind.ROSTER


@pytest.fixture
def office() -> Actor:
    return factories.actor(Role.OFFICE)


@pytest.fixture
def town(office: Actor) -> Unit:
    return factories.unit(UnitKind.TOWNSHIP, name="三阳乡", full_name="三阳乡人民政府", code="990101203000")


@pytest.fixture
def village(town: Unit) -> Unit:
    return factories.unit(
        parent=town, name="宋庄村", full_name="宋庄村村民委员会", code="990101203201", kind_confirmed=True
    )


def test_a_new_unit_is_made_where_the_row_says(office: Actor, town: Unit) -> None:
    row = {
        "code": "990101203299",
        "kind": "村",
        "name": "新村",
        "full_name": "新村村民委员会",
        "parent": "三阳乡",
        "tags": "重点村；示范村",
    }
    batch = brought(UNITS, row)
    assert (fates(batch), notes(batch)) == (["new"], set())
    done = stored(batch, office)
    made = db.session.scalars(select(Unit).where(Unit.name == "新村")).one()
    assert (made.kind, made.code, made.parent_id, made.kind_confirmed) == (
        UnitKind.VILLAGE,
        "990101203299",
        town.id,
        True,
    )
    assert {tag.tag for tag in made.tags} == {"重点村", "示范村"}
    assert (done.state, done.rows) == (ImportState.STORED, 1)
    assert db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq)).all()[-1] == "import.run"


def test_a_unit_is_known_by_its_code_and_by_its_name_below_its_parent(village: Unit) -> None:
    batch = brought(
        UNITS,
        {"code": "990101203201", "name": "宋庄村", "parent": "三阳乡", "kind": "村"},
        {"code": "", "name": "宋庄村", "parent": "三阳乡", "kind": ""},
        {"code": "990101203000", "name": "三阳乡", "parent": None, "kind": "乡镇"},
    )
    assert fates(batch) == ["known", "known", "known"]
    assert notes(batch, 3) == {("info", "twice_same", "", "2")}


def test_what_differs_is_shown_as_a_change_and_empty_cells_change_nothing(office: Actor, village: Unit) -> None:
    db.session.add(UnitTag(unit_id=village.id, tag="重点村", since=date(2026, 1, 1)))
    db.session.commit()
    row = {"code": "990101203201", "name": "宋庄新村", "kind": "", "full_name": "", "parent": "", "tags": ""}
    batch = brought(UNITS, row)
    assert (fates(batch), notes(batch)) == (["new"], {("info", "changed", "name", "宋庄村 → 宋庄新村")})
    stored(batch, office)
    db.session.refresh(village)
    assert (village.name, village.full_name, village.kind) == ("宋庄新村", "宋庄村村民委员会", UnitKind.VILLAGE)
    assert [tag.until for tag in village.tags] == [None]
    assert db.session.scalars(select(UnitName.name).where(UnitName.valid_to.is_not(None))).all() == ["宋庄村"]


def test_a_row_builds_on_another_wherever_it_stands(office: Actor, town: Unit) -> None:
    batch = brought(
        UNITS,
        {"name": "一网格", "kind": "网格", "parent": "东村"},
        {"name": "东村", "kind": "村", "parent": "东乡"},
        {"name": "东乡", "kind": "乡", "parent": ""},
    )
    assert fates(batch) == ["new", "new", "new"]
    stored(batch, office)
    grid = db.session.scalars(select(Unit).where(Unit.name == "一网格")).one()
    assert grid.parent is not None
    assert grid.parent.parent is not None
    assert (grid.parent.parent.name, grid.township_id) == ("东乡", grid.parent.parent.id)
    assert grid.parent.parent.parent_id == factories.county().id


def test_what_a_wrong_row_would_have_made_is_not_there_for_the_next(town: Unit) -> None:
    batch = brought(
        UNITS,
        {"name": "东村", "kind": "村", "parent": "三阳乡", "tags": "长" * 41},
        {"name": "一网格", "kind": "网格", "parent": "东村", "tags": ""},
    )
    assert fates(batch) == ["wrong", "ask"]
    assert ("wrong", "refused", "tags") in codes(batch)
    assert notes(batch, 3) == {("ask", "unit_unknown", "parent", "东村")}


def test_a_kind_from_the_ending_is_a_doubt_and_waits_to_be_confirmed(office: Actor, town: Unit) -> None:
    batch = brought(UNITS, {"name": "东社区", "parent": "三阳乡"}, {"name": "东方", "parent": "三阳乡"})
    assert fates(batch) == ["doubt", "wrong"]
    assert notes(batch) == {("doubt", "kind_by_ending", "kind", "社区")}
    assert notes(batch, 3) == {("wrong", "kind_needed", "kind", "东方")}
    stored(batch, office, good_only=True)
    made = db.session.scalars(select(Unit).where(Unit.name == "东社区")).one()
    assert (made.kind, made.kind_confirmed) == (UnitKind.COMMUNITY, False)


def test_kinds_are_read_in_any_language_and_as_offices_call_them(town: Unit) -> None:
    rows = [
        {"name": f"单位{n}", "kind": kind, "parent": "三阳乡"}
        for n, kind in enumerate(("行政村", "Village", "village", "居委会"))
    ]
    assert fates(brought(UNITS, *rows, {"name": "单位九", "kind": "星球", "parent": "三阳乡"})) == [
        *["new"] * 4,
        "wrong",
    ]


def test_an_unknown_parent_is_asked_for_and_the_answer_counts(office: Actor, town: Unit) -> None:
    row = {"name": "东村", "kind": "村", "parent": "三羊乡"}
    batch = brought(UNITS, row)
    assert (fates(batch), notes(batch)) == (["ask"], {("ask", "unit_unknown", "parent", "三羊乡")})
    assert batch.summary["asks"] == [["unit_unknown", "parent", "三羊乡", 1]]
    assert fates(brought(UNITS, row, units={"三羊乡": f"#{town.id}"})) == ["new"]
    assert ("wrong", "refused", "parent") in codes(brought(UNITS, row, units={"三羊乡": "leave"}))


def test_a_name_that_several_units_have_is_asked_for(village: Unit) -> None:
    factories.unit(parent=factories.unit(UnitKind.TOWNSHIP, name="四阳乡"), name="宋庄村")
    batch = brought(
        UNITS,
        {"name": "一网格", "kind": "网格", "parent": "宋庄村"},
        {"name": "二网格", "kind": "网格", "parent": "四阳乡宋庄村"},
    )
    assert fates(batch) == ["ask", "new"]
    assert notes(batch) == {("ask", "unit_several", "parent", "宋庄村")}


def test_a_parent_that_cannot_hold_the_unit_is_refused_at_its_cell(town: Unit) -> None:
    batch = brought(
        UNITS, {"name": "东镇", "kind": "乡镇", "parent": "三阳乡"}, {"name": "东村", "kind": "村", "parent": ""}
    )
    assert fates(batch) == ["wrong", "wrong"]
    assert codes(batch) == codes(batch, 3) == {("wrong", "refused", "parent")}


def test_two_rows_that_contradict_each_other_are_refused(office: Actor, town: Unit) -> None:
    rows = ({"code": "A1", "name": name, "kind": "村", "parent": "三阳乡"} for name in ("东村", "西村", "东村"))
    batch = brought(UNITS, *rows)
    assert fates(batch) == ["new", "wrong", "known"]
    assert ("wrong", "twice_otherwise", "", "2") in notes(batch, 3)
    stored(batch, office, good_only=True)
    assert db.session.scalars(select(Unit.name).where(Unit.code == "A1")).all() == ["东村"]


def test_a_unit_called_much_like_another_is_a_doubt(village: Unit) -> None:
    batch = brought(UNITS, {"name": "宋庄社区", "kind": "社区", "parent": "三阳乡"})
    assert (fates(batch), notes(batch)) == (["doubt"], {("doubt", "unit_alike", "name", "宋庄村")})


def test_wrong_cells_of_a_unit_are_all_named(town: Unit) -> None:
    row = {
        "id": "十二",
        "code": "甲 1",
        "name": "",
        "kind": "星球",
        "confirmed": "也许",
        "parent": "三阳乡",
        "full_name": "长" * 121,
    }
    assert codes(brought(UNITS, row)) == {
        ("wrong", "id_odd", "id"), ("wrong", "code_odd", "code"), ("wrong", "needed", "name"),
        ("wrong", "kind_unknown", "kind"), ("wrong", "yes_no_unknown", "confirmed"), ("wrong", "too_long", "full_name"),
    }  # fmt: skip


def test_a_lone_name_is_a_row_and_a_heading_between_rows_is_none(town: Unit) -> None:
    batch = brought(
        UNITS, {"name": "东乡", "kind": None, "parent": None}, {"name": "合计", "kind": "3", "parent": None}
    )
    assert fates(batch) == ["doubt", "out"]


def test_the_first_county_comes_in_with_all_below_it() -> None:
    batch = brought(
        UNITS, {"name": "示例局", "kind": "部门"}, {"name": "东乡", "kind": ""}, {"name": "示例县", "kind": "县"}
    )
    assert fates(batch) == ["new", "doubt", "new"]
    stored(batch, None)
    county = db.session.scalars(select(Unit).where(Unit.parent_id.is_(None))).one()
    below = db.session.scalars(select(Unit.name).where(Unit.parent_id == county.id).order_by(Unit.name)).all()
    assert (county.name, sorted(below)) == ("示例县", ["东乡", "示例局"])


def test_groups_are_known_by_number_however_it_is_written(office: Actor) -> None:
    factories.group(number=3, name="督导三组")
    batch = brought(
        GROUPS,
        {"number": 1, "name": "督导一组", "active": "是"},
        {"number": "第二组", "name": "督导二组", "active": "停用"},
        {"number": "督导三组", "name": "督导三组", "active": ""},
        {"number": "甲", "name": "督导甲组", "active": ""},
        {"number": "5", "name": "", "active": "或许"},
    )
    assert fates(batch) == ["new", "new", "known", "wrong", "wrong"]
    assert codes(batch, 5) == {("wrong", "group_number_odd", "number")}
    assert codes(batch, 6) == {("wrong", "needed", "name"), ("wrong", "yes_no_unknown", "active")}
    stored(batch, office, good_only=True)
    found = db.session.execute(
        select(SupervisionGroup.number, SupervisionGroup.is_active).order_by(SupervisionGroup.number)
    )
    assert [tuple(row) for row in found] == [(1, True), (2, False), (3, True)]


def test_a_group_that_changes_says_what(office: Actor) -> None:
    group = factories.group(number=3, name="督导三组")
    batch = brought(GROUPS, {"number": 3, "name": "机动组", "active": "否"})
    assert fates(batch) == ["new"]
    assert notes(batch) == {("info", "changed", "name", "督导三组 → 机动组"), ("info", "changed", "active", "是 → 否")}
    assert stored(batch, office).about["stored"] == {"created": 0, "changed": 1}
    db.session.refresh(group)
    assert (group.name, group.is_active) == ("机动组", False)


def test_a_roster_takes_village_and_group_as_people_name_them(office: Actor, village: Unit) -> None:
    factories.unit(parent=factories.unit(UnitKind.TOWNSHIP, name="四阳乡"), name="宋庄村")
    group = factories.group(number=3, name="督导三组")
    batch = brought(
        ROSTER,
        {
            "number": "第三督导组",
            "township": "三阳乡",
            "unit": "宋庄村",
            "valid_from": date(2026, 3, 1),
            "valid_to": "长期",
        },
        {"number": 3, "township": "四阳乡", "unit": "宋庄村", "valid_from": "2026.3.1", "valid_to": "2026年6月30日"},
        {"number": "", "township": "", "unit": "宋庄村", "valid_from": "2026.3.1", "valid_to": ""},
        {"number": "9", "township": "五阳乡", "unit": "宋庄村", "valid_from": "2月30日", "valid_to": ""},
    )
    assert fates(batch) == ["new", "new", "known", "wrong"]
    assert notes(batch) == {("info", "period_open", "valid_to", "长期")}
    assert codes(batch, 5) == {
        ("wrong", "group_missing", "number"), ("ask", "unit_unknown", "township"), ("ask", "unit_several", "unit"),
        ("wrong", "day_impossible", "valid_from"),
    }  # fmt: skip
    stored(batch, office, good_only=True)
    entry, other = db.session.scalars(select(GroupVillage).order_by(GroupVillage.id))
    period = (entry.group_id, entry.unit_id, entry.valid_from, entry.valid_to)
    assert period == (group.id, village.id, date(2026, 3, 1), None)
    assert (other.valid_from, other.valid_to) == (date(2026, 3, 1), date(2026, 6, 30))


def test_a_roster_that_names_its_group_once_goes_on_from_row_to_row(office: Actor, village: Unit) -> None:
    factories.unit(parent=village.parent, name="东村")
    group = factories.group(number=3, name="督导三组")
    rows = ({"number": number, "township": town, "unit": name, "valid_from": date(2026, 3, 1)}
            for number, town, name in ((3, "三阳乡", "宋庄村"), (None, None, "东村")))  # fmt: skip
    assert stored(brought(ROSTER, *rows), office).rows == 2
    assert db.session.scalars(select(GroupVillage.group_id)).all() == [group.id, group.id]


def test_a_roster_without_a_first_day_begins_today(office: Actor, village: Unit) -> None:
    other = factories.group(village, number=2, name="督导二组")
    factories.group(number=3, name="督导三组")
    batch = brought(ROSTER, {"number": 3, "unit": "三阳乡宋庄村"})
    assert fates(batch) == ["doubt"]
    assert notes(batch) == {
        ("doubt", "day_today", "valid_from", "2026-03-02"), ("info", "roster_elsewhere", "unit", other.name),
    }  # fmt: skip
    stored(batch, office, at=AT + timedelta(days=1))  # what the preview has shown holds
    assert db.session.scalars(select(GroupVillage.valid_from).order_by(GroupVillage.id.desc())).first() == date(
        2026, 3, 2
    )


def test_a_roster_never_cuts_what_has_been(office: Actor, village: Unit) -> None:
    factories.group(village, number=3, name="督导三组")  # since 2026-01-01
    later = brought(ROSTER, {"number": 3, "unit": "宋庄村", "valid_from": date(2026, 2, 1), "valid_to": None})
    assert fates(later) == ["known"]
    ended = brought(ROSTER, {"number": 3, "unit": "宋庄村", "valid_from": None, "valid_to": date(2026, 6, 30)})
    assert (fates(ended), notes(ended)) == (["new"], {("info", "changed", "valid_to", "空 → 2026-06-30")})
    stored(ended, office)
    entry = db.session.scalars(select(GroupVillage)).one()
    assert (entry.valid_from, entry.valid_to) == (date(2026, 1, 1), date(2026, 6, 30))


def test_a_day_that_can_be_read_two_ways_is_asked_about(village: Unit) -> None:
    factories.group(number=3, name="督导三组")
    row = {"number": 3, "unit": "宋庄村", "valid_from": "1/2/2026"}
    asked = brought(ROSTER, row)
    assert (fates(asked), {code for _level, code, _field in codes(asked)}) == (["ask"], {"day_order"})
    answered = brought(ROSTER, row, orders={"valid_from": "dmy"})
    assert fates(answered) == ["new"]


def test_only_villages_stand_on_a_roster(town: Unit) -> None:
    factories.group(number=3, name="督导三组")
    row = {"number": 3, "unit": "三阳乡", "valid_from": date(2026, 3, 1)}
    assert codes(brought(ROSTER, row)) == {("wrong", "refused", "unit")}
    assert codes(brought(ROSTER, row, units={"三阳乡": "leave"})) == {("wrong", "needed", "unit")}


def test_a_rehearsal_leaves_nothing_behind(office: Actor, village: Unit) -> None:
    factories.group(village, number=3, name="督导三组")
    before = everything()
    unit = {"code": "990101203201", "name": "宋庄新村", "parent": "三阳乡", "kind": "", "tags": "重点村"}
    brought(UNITS, unit, {"name": "东村", "kind": "村", "parent": "三阳乡"}, {"name": "东村", "kind": "?"})
    brought(GROUPS, {"number": 3, "name": "机动组"}, {"number": 4, "name": "督导四组"})
    brought(ROSTER, {"number": 3, "unit": "宋庄村", "valid_to": date(2026, 6, 30)})
    assert everything() == before


def test_the_same_file_twice_changes_nothing(office: Actor, town: Unit) -> None:
    rows: dict[ImportKind, list[dict[str, Any]]] = {
        UNITS: [
            {"name": "东村", "kind": "", "parent": "三阳乡", "tags": "重点村"},
            {"name": "示例局", "kind": "部门"},
        ],
        GROUPS: [{"number": 1, "name": "督导一组"}],
        ROSTER: [{"number": 1, "unit": "东村"}],
    }
    for kind, given in rows.items():
        stored(brought(kind, *given), office)
    held = everything()
    for kind, given in rows.items():
        assert set(fates(brought(kind, *given))) == {"known"}
    assert everything() == held


def test_all_rows_are_stored_or_none(office: Actor, town: Unit) -> None:
    batch = brought(
        UNITS, {"name": "西村", "kind": "村", "parent": "三阳乡"}, {"name": "东村", "kind": "村", "parent": "三阳乡"}
    )
    town.closed_on = date(2026, 3, 1)
    db.session.commit()
    before = everything()
    with pytest.raises(RefusedError, match="第 2 行"):
        stored(batch, office)
    assert everything() == before
    assert batch.state is ImportState.PROPOSED


def test_only_who_manages_units_stores_them(town: Unit) -> None:
    row = {"name": "东村", "kind": "村", "parent": "三阳乡"}
    for role in (Role.SECADMIN, Role.AUDITOR):
        with pytest.raises(ForbiddenError):
            stored(brought(UNITS, row), factories.actor(role))
    assert stored(brought(UNITS, row), factories.actor(Role.SYSADMIN)).rows == 1


def test_a_row_left_out_or_broken_does_not_come_in(town: Unit) -> None:
    batch = staged(
        UNITS, {"name": "东村", "kind": "村", "parent": "三阳乡"}, {"name": "西村", "kind": "村", "parent": "三阳乡"}
    )
    first, second = (db.session.get_one(ImportRow, (batch.id, number)) for number in (2, 3))
    first.is_left_out = True
    second.cells = ["西村", "村", ["e", "#REF!"]]
    db.session.commit()
    import_check(batch, quiet, AT)
    assert fates(batch) == ["out", "wrong"]
    assert ("wrong", "cell_broken", "parent", "#REF!") in notes(batch, 3)


def test_a_file_with_too_many_rows_is_refused(monkeypatch: pytest.MonkeyPatch, town: Unit) -> None:
    monkeypatch.setattr(organisation, "MOST_ROWS", 2)
    batch = staged(GROUPS, *({"number": n, "name": f"督导{n}组"} for n in (1, 2, 3)))
    with pytest.raises(RefusedError, match="最多导入 2 行"):
        import_check(batch, quiet, AT)
    assert fates(batch) == ["new", "new", "new"]
    assert batch.state is ImportState.RECEIVED

"""Units found by a few letters."""

from __future__ import annotations

import pytest

from tests import factories
from tests.conftest import AT, ROOT
from tracker.database import db
from tracker.errors import InvalidError
from tracker.models import NameReason, Role, Unit, UnitKind, UnitName
from tracker.pinyin import spellings
from tracker.policy import Actor
from tracker.queries.unit_search import LIMIT, unit_resolve, unit_suggest
from tracker.services.unit_import import units_import

pytestmark = pytest.mark.usefixtures("app")


def named(name: str, kind: UnitKind = UnitKind.VILLAGE, parent: Unit | None = None, **given: object) -> Unit:
    pinyin, initials = spellings(name)
    return factories.unit(kind, parent=parent, name=name, pinyin=pinyin, initials=initials, **given)


def found(actor: Actor, text: str, *kinds: UnitKind) -> list[str]:
    return [unit.name for unit in unit_suggest(actor, text, kinds)]


@pytest.mark.parametrize(
    "text", ["大虹桥", "虹桥", "dahongqiao", "DaHong Qiao", "dhq", "ｄｈｑ", "9901", "taihong", "老桥"]
)
def test_unit_is_found_however_it_is_typed(text: str) -> None:
    town = named("大虹桥乡", UnitKind.TOWNSHIP, code="990101205000")
    named("小董乡", UnitKind.TOWNSHIP, code="880101204000")
    row = UnitName(unit_id=town.id, name="老桥乡", full_name="老桥乡", reason=NameReason.RENAMED)
    db.session.add(row)
    db.session.commit()
    assert found(factories.actor(Role.OFFICE), text) == ["大虹桥乡"]


@pytest.mark.parametrize("text", ["%", "_", "\\", "' OR 1=1--", "无此村"])
def test_what_means_nothing_finds_nothing(text: str) -> None:
    named("宋庄村")
    assert found(factories.actor(Role.OFFICE), text) == []


@pytest.mark.parametrize("text", ["村" * 201, "a\x00b", "\ud800"])
def test_what_nobody_types_is_refused(text: str) -> None:
    with pytest.raises(InvalidError):
        unit_suggest(factories.actor(Role.OFFICE), text)


def test_former_name_is_told_beside_the_present_one() -> None:
    unit = named("北关村")
    db.session.add(UnitName(unit_id=unit.id, name="北街村", full_name="北街村", reason=NameReason.RENAMED))
    db.session.commit()
    assert unit_suggest(factories.actor(Role.OFFICE), "北街")[0].former == "北街村"


def test_own_units_come_first() -> None:
    far, near = (named(name, UnitKind.TOWNSHIP) for name in ("甲乡", "乙乡"))
    there, here = (named("宋庄村", parent=parent) for parent in (far, near))
    group = factories.group(here)
    for actor in (
        factories.actor(Role.TOWNSHIP, unit_id=near.id),
        factories.actor(Role.GROUP_MEMBER, group_id=group.id),
    ):
        assert [unit.id for unit in unit_suggest(actor, "songzhuang")] == [here.id, there.id]
    assert [unit.path for unit in unit_suggest(factories.actor(Role.TOWNSHIP, unit_id=far.id), "sz")] == [
        "甲乡",
        "乙乡",
    ]


def test_nothing_typed_offers_the_roster() -> None:
    here, _there = named("甲村"), named("乙村")
    group = factories.group(here)
    assert found(factories.actor(Role.GROUP_LEAD, group_id=group.id), "") == ["甲村"]


def test_closed_units_and_other_kinds_stay_out() -> None:
    named("宋庄村", closed_on=factories.TODAY)
    named("宋庄社区", UnitKind.COMMUNITY)
    named("宋庄局", UnitKind.DEPARTMENT)
    assert found(factories.actor(Role.OFFICE), "宋庄", UnitKind.COMMUNITY) == ["宋庄社区"]
    assert found(factories.actor(Role.OFFICE), "宋庄") == ["宋庄社区", "宋庄局"]


def test_whole_county_is_searched_by_what_comes_to_mind() -> None:
    units_import(content=(ROOT / "tracker/data/wuzhi_divisions.csv").read_bytes(), actor=None, at=AT)
    actor = factories.actor(Role.OFFICE, unit_id=factories.county().id)
    for text in ("村", "zhuang", "sz", "4108231", "宁郭"):
        assert 0 < len(unit_suggest(actor, text)) <= LIMIT


def test_typed_name_stands_for_its_unit_only_when_it_is_the_only_one() -> None:
    one = named("宋庄村", parent=named("甲乡", UnitKind.TOWNSHIP))
    named("小宋庄村")
    office = factories.actor(Role.OFFICE)
    assert unit_resolve(office, " 宋庄村 ") == one.id
    with pytest.raises(InvalidError, match="甲乡 宋庄村"):
        unit_resolve(office, "宋庄")
    for nothing in ("", "无此村"):
        with pytest.raises(InvalidError, match="没有找到"):
            unit_resolve(office, nothing)

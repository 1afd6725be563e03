"""People and posts come in from a table, and the three powers stay apart."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from tests import factories
from tests.services.organisation_tables import brought, codes, everything, fates, notes, stored
from tracker.database import db
from tracker.errors import ForbiddenError, RefusedError
from tracker.models import AuditEntry, OutboxMessage, Person, Post, Role, Unit, UnitKind
from tracker.policy import Actor
from tracker.reading.fields import ImportKind

pytestmark = pytest.mark.usefixtures("app")
PEOPLE, POSTS = ImportKind.PEOPLE, ImportKind.POSTS


@pytest.fixture
def sysadmin() -> Actor:
    return factories.actor(Role.SYSADMIN)


@pytest.fixture
def secadmin() -> Actor:
    return factories.actor(Role.SECADMIN)


@pytest.fixture
def village() -> Unit:
    return factories.unit(parent=factories.unit(UnitKind.TOWNSHIP, name="三阳乡"), name="宋庄村")


def people(login: str) -> Person:
    return db.session.scalars(select(Person).where(Person.login == login)).one()


def test_an_account_comes_without_password_and_without_rights(sysadmin: Actor, village: Unit) -> None:
    row = {"login": "ＬiSi", "name": "李　四", "phone": 13800138000, "email": "li@example.org", "home": "宋庄村"}
    batch = brought(PEOPLE, row, actor=sysadmin)
    assert (fates(batch), notes(batch)) == (["new"], set())
    stored(batch, sysadmin)
    made = people("lisi")
    assert (made.name, made.phone, made.email, made.home_unit_id) == (
        "李四",
        "13800138000",
        "li@example.org",
        village.id,
    )
    assert (made.password_hash, made.posts, made.created_by_id) == (None, [], sysadmin.person_id)
    actions = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq)).all()
    assert actions == ["account.create", "import.run"]


def test_a_login_is_proposed_shown_and_kept_to(sysadmin: Actor) -> None:
    factories.person(login="zhangsan", name="章三")
    rows = (
        {"login": "", "name": "张三", "phone": "13800138001"},
        {"login": "", "name": "张三", "phone": "13800138002"},
        {"login": "zhangsan3", "name": "张山", "phone": ""},
    )
    batch = brought(PEOPLE, *rows, actor=sysadmin)
    assert fates(batch) == ["new", "doubt", "new"]
    assert notes(batch) == {("info", "login_proposed", "login", "zhangsan2")}
    assert notes(batch, 3) == {
        ("doubt", "namesake", "name", "zhangsan2"), ("info", "login_proposed", "login", "zhangsan4"),
    }  # fmt: skip
    stored(batch, sysadmin)
    assert (people("zhangsan2").phone, people("zhangsan4").phone) == ("13800138001", "13800138002")


def test_a_login_that_is_gone_since_the_preview_stops_everything(sysadmin: Actor) -> None:
    batch = brought(PEOPLE, {"name": "李四"}, {"name": "张三"}, actor=sysadmin)
    factories.person(login="zhangsan", name="章三")
    before = everything()
    with pytest.raises(RefusedError, match="第 3 行"):
        stored(batch, sysadmin)
    assert everything() == before


def test_the_same_login_is_the_same_person_or_an_error(sysadmin: Actor) -> None:
    factories.person(login="lisi", name="李四", phone="13800138000")
    batch = brought(
        PEOPLE, {"login": "lisi", "name": "李四", "phone": "13900139000"}, {"login": "lisi", "name": "李司"}
    )
    assert fates(batch) == ["known", "wrong"]
    assert notes(batch) == {("info", "account_stays", "phone", "13800138000 → 13900139000")}
    assert notes(batch, 3) == {("wrong", "login_others", "login", "李四")}


def test_a_namesake_is_told_apart_by_number_or_by_the_user() -> None:
    factories.person(login="lisi", name="李四", phone="13800138000")
    batch = brought(
        PEOPLE,
        {"login": "", "name": "李四", "phone": "138 0013 8000"},
        {"login": "", "name": "李四", "phone": ""},
        {"login": "", "name": "李四", "phone": "13900139000"},
    )
    assert fates(batch) == ["known", "wrong", "doubt"]
    assert notes(batch) == {("info", "person_known", "name", "lisi")}
    assert notes(batch, 3) == {("wrong", "person_unclear", "login", "lisi")}
    assert ("doubt", "namesake", "name", "lisi") in notes(batch, 4)


def test_two_rows_with_nothing_but_a_name_are_for_the_user_to_tell_apart(sysadmin: Actor) -> None:
    rows = [{"login": "", "name": "王伟", "phone": ""}] * 2 + [
        {"login": "", "name": "李四", "phone": "13800138000"}
    ] * 2
    batch = brought(PEOPLE, *rows, actor=sysadmin)
    assert fates(batch) == ["new", "wrong", "new", "known"]
    assert notes(batch, 3) == {("wrong", "person_unclear", "login", "wangwei")}
    assert ("info", "twice_same", "", "4") in notes(batch, 5)
    stored(batch, sysadmin, good_only=True)
    assert fates(brought(PEOPLE, *rows, actor=sysadmin)) == ["known", "wrong", "known", "known"]


def test_numbers_and_addresses_are_checked() -> None:
    factories.person(login="lisi", name="李四", phone="13800138000")
    phones = ("1380013800", "0391-7260000", "没有", "13800138000")
    rows = [
        {"name": f"人员{n}", "login": f"new{n}", "phone": phone} for n, phone in zip("甲乙丙丁", phones, strict=True)
    ]
    rows = [{**row, "login": f"new{n}"} for n, row in enumerate(rows)]
    batch = brought(PEOPLE, *rows, {"name": "戊", "login": "x", "phone": "", "email": "@"})
    assert fates(batch) == ["doubt", "new", "wrong", "doubt", "wrong"]
    assert notes(batch) == {("doubt", "phone_odd", "phone", "1380013800")}
    assert notes(batch, 4) == {("wrong", "phone_wrong", "phone", "没有")}
    assert notes(batch, 5) == {("doubt", "phone_shared", "phone", "李四（lisi）")}
    assert codes(batch, 6) == {("wrong", "login_odd", "login"), ("wrong", "email_wrong", "email")}


def test_an_unknown_home_is_asked_for_and_may_be_left_empty(village: Unit) -> None:
    row = {"login": "lisi", "name": "李四", "home": "送庄村"}
    assert notes(brought(PEOPLE, row)) == {("ask", "unit_unknown", "home", "送庄村")}
    assert fates(brought(PEOPLE, row, units={"送庄村": "leave"})) == ["new"]
    assert fates(brought(PEOPLE, row, units={"送庄村": f"#{village.id}"})) == ["new"]


def test_the_same_people_twice_change_nothing(sysadmin: Actor) -> None:
    rows = ({"login": "", "name": "李四", "phone": ""}, {"login": "", "name": "张三", "phone": "13800138000"},
            {"login": "wangwu", "name": "王五", "phone": ""})  # fmt: skip
    stored(brought(PEOPLE, *rows, actor=sysadmin), sysadmin)
    held = everything()
    assert fates(brought(PEOPLE, *rows, actor=sysadmin)) == ["known"] * 3
    assert everything() == held


def test_the_operator_brings_accounts_as_an_installation_does() -> None:
    assert stored(brought(PEOPLE, {"login": "lisi", "name": "李四"}), None).rows == 1
    assert (people("lisi").password_hash, people("lisi").posts) == (None, [])
    assert "account.install" in db.session.scalars(select(AuditEntry.action)).all()


def test_a_post_waits_for_the_second_security_administrator(secadmin: Actor, village: Unit) -> None:
    who, group = factories.person(login="lisi", name="李四"), factories.group(number=3, name="督导三组")
    batch = brought(
        POSTS,
        {
            "login": "LiSi",
            "name": "李四",
            "role": "村（社区）书记",
            "unit": "三阳乡宋庄村",
            "number": "",
            "title": "书记",
        },
        {"login": "lisi", "name": "", "role": "Group leader", "unit": "", "number": "第三组", "title": ""},
        {"login": "lisi", "name": "", "role": "group_member", "unit": "某局", "number": 3, "title": ""},
        actor=secadmin,
    )
    assert fates(batch) == ["new", "new", "new"]
    assert notes(batch) == {("info", "post_from_today", "valid_from", "2026-03-02")}
    assert ("info", "post_without", "unit", "某局") in notes(batch, 4)
    stored(batch, secadmin)
    first, lead, _member = db.session.scalars(select(Post).where(Post.person_id == who.id).order_by(Post.id))
    assert (first.role, first.unit_id, first.title) == (Role.VILLAGE, village.id, "书记")
    assert first.approved_at is None
    assert (lead.role, lead.group_id, lead.granted_by_id) == (Role.GROUP_LEAD, group.id, secadmin.person_id)
    assert not db.session.scalars(select(OutboxMessage)).all()


def test_a_post_somebody_has_or_waits_for_is_known(secadmin: Actor, village: Unit) -> None:
    who = factories.person(login="lisi", name="李四")
    factories.post(Role.VILLAGE, who=who, unit_id=village.id)
    factories.post(Role.ASSIGNEE, who=who, unit_id=village.id, approved_at=None)
    factories.post(Role.TOWNSHIP, who=who, unit_id=village.parent_id, valid_to=date(2026, 2, 1))
    rows = [{"login": "lisi", "role": role, "unit": unit}
            for role, unit in (("village", "宋庄村"), ("责任单位", "宋庄村"), ("township", "三阳乡"))]  # fmt: skip
    batch = brought(POSTS, *rows, actor=secadmin)
    assert fates(batch) == ["known", "known", "new"]
    assert notes(batch, 3) == {("info", "post_waits", "role", "")}


def test_what_is_wrong_with_a_post_is_said_at_its_cell(secadmin: Actor, village: Unit) -> None:
    factories.person(login="lisi", name="李四")
    factories.person(login="gone", name="走了", is_active=False)
    batch = brought(
        POSTS,
        {"login": "nobody", "name": "", "role": "县长", "unit": "", "number": "", "valid_to": ""},
        {"login": "lisi", "name": "李司", "role": "township", "unit": "宋庄村", "number": "", "valid_to": ""},
        {"login": "gone", "name": "", "role": "督导组组员", "unit": "", "number": "8", "valid_to": date(2026, 3, 1)},
        {"login": "lisi", "name": "", "role": "village", "unit": "宋庄村", "number": "", "valid_to": date(2026, 3, 1)},
        {"login": "lisi", "name": "", "role": "village", "unit": "三阳乡", "number": "", "valid_to": ""},
        {"login": "lisi", "name": "", "role": "group_lead", "unit": "", "number": "", "valid_to": ""},
        actor=secadmin,
    )
    assert set(fates(batch)) == {"wrong"}
    assert codes(batch) == {("wrong", "login_unknown", "login"), ("wrong", "role_unknown", "role")}
    assert codes(batch, 3) == {("wrong", "name_differs", "name")}
    assert codes(batch, 4) == {
        ("wrong", "login_disabled", "login"), ("wrong", "group_missing", "number"), ("wrong", "post_over", "valid_to"),
    }  # fmt: skip
    assert codes(batch, 5) == {("wrong", "post_over", "valid_to")}
    assert ("wrong", "refused", "unit") in codes(batch, 6)
    assert ("wrong", "refused", "number") in codes(batch, 7)


def test_powers_stay_apart_within_a_file_and_nobody_grants_to_themselves(secadmin: Actor, village: Unit) -> None:
    factories.person(login="lisi", name="李四")
    db.session.get_one(Person, secadmin.person_id).login = "me"
    db.session.commit()
    batch = brought(
        POSTS,
        {"login": "lisi", "role": "系统管理员", "unit": ""},
        {"login": "lisi", "role": "村(社区)书记", "unit": "宋庄村"},
        {"login": "me", "role": "责任单位", "unit": "宋庄村"},
        actor=secadmin,
    )
    assert fates(batch) == ["new", "wrong", "wrong"]
    assert ("wrong", "refused", "role") in codes(batch, 3)
    assert ("wrong", "refused", "") in codes(batch, 4)


def test_who_makes_accounts_gives_no_right_and_the_other_way_round(sysadmin: Actor, secadmin: Actor) -> None:
    factories.person(login="lisi", name="李四")
    office = factories.actor(Role.OFFICE)
    account, post = {"login": "wangwu", "name": "王五"}, {"login": "lisi", "role": "reporter"}
    before = everything()
    for kind, row, actors in ((PEOPLE, account, (secadmin, office)), (POSTS, post, (sysadmin, office))):
        for actor in actors:
            with pytest.raises(ForbiddenError):
                stored(brought(kind, row, actor=actor), actor)
    assert everything() == before


def test_no_post_comes_from_the_machine_without_a_security_administrator() -> None:
    factories.person(login="lisi", name="李四")
    batch = brought(POSTS, {"login": "lisi", "role": "reporter"})
    assert (fates(batch), codes(batch)) == (["wrong"], {("wrong", "refused", "")})


def test_a_rehearsal_of_people_and_posts_leaves_nothing_behind(sysadmin: Actor, secadmin: Actor, village: Unit) -> None:
    factories.person(login="lisi", name="李四")
    before = everything()
    brought(PEOPLE, {"name": "张三", "phone": "13800138000"}, {"name": "李四", "login": "lisi2"}, actor=sysadmin)
    brought(POSTS, {"login": "lisi", "role": "village", "unit": "宋庄村"}, {"login": "x", "role": "y"}, actor=secadmin)
    assert everything() == before

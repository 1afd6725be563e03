"""The pages of those who keep the organisation and the rules: each good, bad and forbidden."""

from __future__ import annotations

import base64
import io
import re
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests import factories
from tests.conftest import AT, ROOT
from tracker import clock
from tracker.database import db
from tracker.forms.policy import policy_defaults
from tracker.models import (
    CalendarCorrection,
    GroupVillage,
    Indicator,
    PolicyVersion,
    Role,
    StarLead,
    Unit,
    UnitKind,
    UnitTag,
)
from tracker.queries.rules import setting
from tracker.queries.workbook import workbook_rows
from tracker.reports.unit_workbook import unit_workbook
from tracker.services.stars import stars_seed
from tracker.services.unit_import import units_import
from tracker.storage.sheets import sheets_read

DAY = "2030-01-02"  # a Wednesday of a year that no notice speaks of


def entered(app: Flask, role: Role, **given: object) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    return factories.sign_in(app.test_client(), factories.post(role, **given))


@pytest.fixture
def office(app: Flask) -> FlaskClient:
    return entered(app, Role.OFFICE)


@pytest.fixture
def village(app: Flask) -> Unit:
    town = factories.unit(UnitKind.TOWNSHIP, name="三阳乡", full_name="三阳乡", code="990101203000")
    return factories.unit(parent=town, name="宋庄村", code="990101203201", pinyin="songzhuangcun", initials="szc")


def ok(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


def saved(client: FlaskClient, path: str, **form: object) -> str:
    answer = client.post(path, data=form)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def refused(client: FlaskClient, path: str, **form: object) -> str:
    answer = client.post(path, data=form)
    assert answer.status_code == 422, answer.text
    return answer.text


def test_tree_is_browsed_searched_and_confirmed(office: FlaskClient, village: Unit) -> None:
    assert "三阳乡" in ok(office, "/units/")
    assert "宋庄村" in ok(office, f"/units/?parent={village.parent_id}")
    assert "宋庄村" in ok(office, "/units/?q=szc&unconfirmed=1")
    assert "宋庄村" not in ok(office, "/units/?kind=community")
    saved(office, "/units/batch?unconfirmed=1", ids=[village.id], kind="community")
    assert (village.kind, village.kind_confirmed) == (UnitKind.COMMUNITY, True)
    refused(office, "/units/batch", kind="community")
    refused(office, "/units/batch", ids=[village.parent_id], kind="community")


def test_unit_is_located(office: FlaskClient, village: Unit) -> None:
    acts = f"/units/{village.id}"
    saved(office, f"{acts}/place", longitude="113.4", latitude="35.1", source="现场定位")
    assert "东经 113.4°" in ok(office, acts)
    assert "要一起填写" in refused(office, f"{acts}/place", longitude="113.5")
    saved(office, f"{acts}/place", longitude="", latitude="")
    assert "东经" not in ok(office, acts)


def test_unit_is_made_and_changed(office: FlaskClient, village: Unit) -> None:
    ok(office, "/units/new")
    given = {"kind": "department", "parent_id": factories.county().id, "name": "农业农村局"}
    page = saved(office, "/units/new", **given)
    assert "农业农村局" in ok(office, page)
    text = refused(office, "/units/new", **given | {"code": "x y"})
    assert 'value="农业农村局"' in text
    acts = f"/units/{village.id}"
    saved(office, f"{acts}/rename", name="宋庄新村", on="2026-04-01")
    assert "宋庄新村" in refused(office, f"{acts}/rename", name="宋庄新村", on="2026-04-02")
    saved(office, f"{acts}/recode", code="990101203299", on="2026-04-01")
    saved(office, f"{acts}/aliases", alias="老宋庄")
    saved(office, f"{acts}/tags", tag="重点村", since="2026-01-01")
    refused(office, f"{acts}/tags", tag="重点村", since="2026-01-02")
    saved(office, f"{acts}/tags/{db.session.scalars(select(UnitTag.id)).one()}/end", until="2026-02-01")
    saved(office, f"{acts}/kind", kind="village")
    other = factories.unit(UnitKind.TOWNSHIP, name="小董乡")
    saved(office, f"{acts}/move", parent_id=other.id)
    assert village.parent_id == other.id
    saved(office, f"{acts}/close", on="2026-05-01")
    saved(office, f"{acts}/reopen")
    into = factories.unit(parent=other, name="李庄村")
    refused(office, f"{acts}/merge", into_id_text="无此村", on="2026-06-01")
    saved(office, f"{acts}/merge", into_id_text="李庄村", on="2026-06-01")
    assert village.successor_id == into.id
    assert "李庄村" in ok(office, acts)


def test_unit_page_counts_only_what_its_reader_may_see(app: Flask, village: Unit) -> None:
    factories.issue(location=village)
    pattern = r"未办结问题</dt><dd>(\d+)"
    counts = {
        role: re.findall(pattern, ok(entered(app, role, **given), f"/units/{village.id}"))
        for role, given in {
            Role.OFFICE: {}, Role.SYSADMIN: {}, Role.VILLAGE: {"unit_id": village.id},
            Role.TOWNSHIP: {"unit_id": factories.unit(UnitKind.TOWNSHIP).id},
        }.items()
    }  # fmt: skip
    assert counts == {Role.OFFICE: ["1"], Role.SYSADMIN: ["0"], Role.VILLAGE: ["1"], Role.TOWNSHIP: ["0"]}


@pytest.mark.parametrize(
    "path",
    ["/units/batch", "/units/new", "/units/1/close", "/groups/", "/stars/seed", "/rules/policy", "/rules/calendar/"],
)
def test_those_who_only_read_change_nothing(app: Flask, village: Unit, path: str) -> None:
    client = entered(app, Role.VILLAGE, unit_id=village.id)
    assert client.post(path).status_code == 403
    for page in ("/units/", f"/units/{village.id}", "/groups/", "/stars/", "/rules/", "/rules/calendar/"):
        assert '<form method="post"' not in ok(client, page).split("<main", 1)[1]


def test_divisions_are_seen_before_they_are_stored(app: Flask, office: FlaskClient) -> None:
    row = "990101,示例县,990101001,东关街道,街道,990101001200,建设村民委员会,村委会"
    content = f"county_code,county,town_code,town,town_kind,village_code,village,village_kind\n{row}".encode()
    root = factories.county()
    root.name = root.full_name = "示例县"
    root.code = None
    db.session.commit()
    ok(office, "/units/import")
    page = office.post("/units/import", data={"file": (io.BytesIO(content), "区划.csv")})
    assert (page.status_code, "尚未保存" in page.text) == (200, True)
    assert db.session.scalars(select(Unit).where(Unit.name == "建设村")).first() is None
    kept = re.findall(r'name="kept" value="([^"]+)"', page.text)[0]
    assert base64.b64decode(kept) == content
    done = office.post("/units/import", data={"kept": kept, "apply": "1"})
    assert "已导入" in done.text
    assert db.session.scalars(select(Unit).where(Unit.name == "建设村")).first() is not None
    refused(office, "/units/import", kept="%%%")
    bad = office.post("/units/import", data={"file": (io.BytesIO(content + b",\n1,2,3"), "x.csv")})
    assert (bad.status_code, "第 3 行" in bad.text) == (422, True)


def test_workbook_goes_out_and_comes_back(office: FlaskClient, village: Unit) -> None:
    answer = office.get("/units/workbook.xlsx")
    assert answer.status_code == 200
    assert sheets_read(answer.data)["单位"][0][:2] == ["系统编号", "区划代码"]
    rows = workbook_rows(date(2026, 3, 2))
    next(row for row in rows["units"] if row["id"] == village.id)["name"] = "宋家庄村"
    edited = unit_workbook(rows)
    page = office.post("/units/workbook", data={"file": (io.BytesIO(edited), "组织.xlsx")})
    assert "宋庄村 → 宋家庄村" in page.text
    kept = re.findall(r'name="kept" value="([^"]+)"', page.text)[0]
    assert "已导入" in office.post("/units/workbook", data={"kept": kept, "apply": "1"}).text
    db.session.expire_all()
    assert village.name == "宋家庄村"
    next(row for row in rows["units"] if row["id"] == village.id)["parent"] = "无此乡"
    wrong = office.post("/units/workbook", data={"file": (io.BytesIO(unit_workbook(rows)), "组织.xlsx")})
    assert (wrong.status_code, "无此乡" in wrong.text) == (422, True)
    assert office.post("/units/workbook", data={"file": (io.BytesIO(b"x"), "x.xlsx")}).status_code == 422


def test_group_gets_its_villages_by_township(office: FlaskClient, village: Unit) -> None:
    ok(office, "/groups/")
    page = saved(office, "/groups/", number="1", name="督导一组")
    refused(office, "/groups/", number="1", name="另一组")
    saved(office, f"{page}/edit", number="1", name="督导第一组", is_active="1")
    assert "三阳乡" in ok(office, f"{page}/add")
    saved(office, f"{page}/add", town_ids=[village.parent_id], valid_from="2026-01-01")
    refused(office, f"{page}/add", valid_from="2026-01-01")
    assert "宋庄村" in ok(office, page)
    assert "宋庄村" not in ok(office, f"{page}?day=2025-12-31")
    there = saved(office, f"{page}/copy", to_id=page.rsplit("/", 1)[1], day="2026-01-01", valid_from="2030-01-01")
    assert "宋庄村" in ok(office, there)
    refused(office, f"{page}/copy", to_id="1", day="2020-01-01", valid_from="2030-01-01")
    entry = db.session.scalars(select(GroupVillage.id).order_by(GroupVillage.id)).first()
    saved(office, f"{page}/remove", ids=[entry], last_day="2026-06-30")
    refused(office, f"{page}/remove", last_day="2026-06-30")
    assert office.get("/groups/999999").status_code == 404


def test_star_gets_its_lead_and_its_indicators(office: FlaskClient) -> None:
    saved(office, "/stars/seed")
    assert "产业兴旺" in ok(office, "/stars/")
    page = saved(office, "/stars/", unit_kind="office", key="order", name="规范有序", position="1")
    refused(office, "/stars/", unit_kind="office", key="order", name="规范有序", position="1")
    department = factories.unit(UnitKind.DEPARTMENT, name="示例局")
    saved(office, f"{page}/leads", unit_id=department.id, valid_from="2026-01-01")
    refused(office, f"{page}/leads", unit_id=department.id, valid_from="2026-01-01")
    saved(office, f"{page}/leads/{db.session.scalars(select(StarLead.id)).one()}/end", valid_to="2030-01-01")
    saved(office, f"{page}/indicators", kind="veto", name="示例否决情形", position="0")
    refused(office, f"{page}/indicators", kind="veto", name="", position="0")
    indicator = db.session.scalars(select(Indicator)).one()
    saved(office, f"/stars/indicators/{indicator.id}", kind="veto", name="示例否决情形", position="2")
    assert not indicator.is_active
    saved(office, f"{page}/edit", name="规范高效", position="2", is_active="1")
    assert "规范高效" in ok(office, page)


def policy_form(**given: str) -> dict[str, str]:
    return policy_defaults() | {"effective_on": DAY, "note": "示例"} | given


def test_policy_is_compared_before_it_is_kept(office: FlaskClient) -> None:
    ok(office, "/rules/")
    ok(office, "/rules/policy")
    seen = office.post("/rules/policy", data=policy_form(**{"major.remind_before": "9,2", "assign_days": "3"}))
    assert (seen.status_code, "有 2 处变化" in seen.text) == (200, True)
    assert db.session.scalars(select(PolicyVersion)).all() == []
    saved(office, "/rules/policy", **policy_form(assign_days="3"), apply="1")
    assert db.session.scalars(select(PolicyVersion)).one().body["assign_days"] == 3
    assert DAY in ok(office, "/rules/")
    assert "请书记抓" not in ok(office, "/overdue")
    saved(
        office, "/rules/policy", **policy_form(red_advice="请书记抓", effective_on=clock.today().isoformat()), apply="1"
    )
    assert "请书记抓" in ok(office, "/overdue")
    for wrong in ({"assign_days": "x"}, {"general.red_from": "1"}, {"effective_on": "2020-01-01"}):
        refused(office, "/rules/policy", **policy_form(**wrong), apply="1")


def test_fields_go_back_to_their_defaults_group_by_group(office: FlaskClient) -> None:
    typed = policy_form(assign_days="9", **{"major.red_from": "8"})
    seen = office.post("/rules/policy", data=typed | {"defaults": "clocks"}).text
    assert 'name="assign_days" type="text" value="1"' in seen
    assert 'value="8"' in seen
    assert 'value="9"' not in seen


def test_version_takes_open_issues_along_or_is_withdrawn(office: FlaskClient) -> None:
    day = clock.today().isoformat()
    issue = factories.issue(state_since=clock.now(), move_due_on=clock.today())
    seen = office.post("/rules/policy", data=policy_form(assign_days="200", effective_on=day)).text
    assert issue.number in seen
    assert "有 1 件会这样变" in seen
    saved(office, "/rules/policy", **policy_form(assign_days="200", effective_on=day), takes_along="1", apply="1")
    assert "改按" in ok(office, f"/issues/{issue.id}")
    saved(office, "/rules/policy", **policy_form(assign_days="3"), apply="1")
    newest = db.session.scalars(select(PolicyVersion).order_by(PolicyVersion.id.desc())).first()
    assert newest is not None
    page = ok(office, f"/rules/versions/{newest.id}")
    assert "200" in page
    saved(office, f"/rules/versions/{newest.id}/withdraw")
    assert office.post(f"/rules/versions/{newest.id}/withdraw").status_code == 409
    assert office.get("/rules/versions/987654").status_code == 404


def test_every_field_of_a_policy_is_asked_for_once_under_its_heading(office: FlaskClient) -> None:
    page = ok(office, "/rules/policy")
    assert {name: page.count(f' name="{name}"') for name in policy_defaults()} == dict.fromkeys(policy_defaults(), 1)


def test_calendar_shows_what_moves_before_it_moves(office: FlaskClient) -> None:
    day = date.fromisoformat(DAY)
    issue = factories.issue(state_since=clock.now(), move_due_on=day)
    assert "尚未公布" in ok(office, "/rules/calendar/?year=2030")
    form = {"day": DAY, "is_workday": "0", "name": "县庆", "source": "示例政办〔2030〕1号"}
    seen = office.post("/rules/calendar/", data=form)
    assert (seen.status_code, "尚未保存" in seen.text, str(issue.number) in seen.text) == (200, True, True)
    assert db.session.scalars(select(CalendarCorrection)).all() == []
    saved(office, "/rules/calendar/", **form, apply="1")
    db.session.expire_all()
    assert issue.move_due_on != day
    assert "示例政办" in ok(office, "/rules/calendar/?year=2030")
    refused(office, "/rules/calendar/", **form, apply="1")
    refused(office, "/rules/calendar/", day="2030-02-30")
    assert office.post("/rules/calendar/remove", data={"day": DAY}).status_code == 200
    saved(office, "/rules/calendar/remove", day=DAY, apply="1")
    assert db.session.scalars(select(CalendarCorrection)).all() == []
    assert office.get("/rules/calendar/?year=1").status_code == 422


def test_date_is_explained_day_by_day(office: FlaskClient) -> None:
    text = ok(office, "/rules/explain?start=2026-09-30&days=2")
    assert "到期日是 2026-10-09" in text
    assert "国庆" in text
    ok(office, "/rules/explain")
    for query in ("start=2026-02-30&days=1", "start=2026-01-01&days=-1", "start=2026-01-01&days=99999"):
        assert office.get(f"/rules/explain?{query}").status_code == 422


def test_names_of_the_installation_are_kept(office: FlaskClient) -> None:
    ok(office, "/rules/settings")
    saved(office, "/rules/settings", campaign_name="五星支部建设", number_prefix="WZ")
    assert (setting("campaign_name", ""), setting("number_prefix", "")) == ("五星支部建设", "WZ")
    refused(office, "/rules/settings", number_prefix="../x")


def test_pages_of_the_whole_county_ask_the_database_little(app: Flask) -> None:
    units_import(content=(ROOT / "tracker/data/wuzhi_divisions.csv").read_bytes(), actor=None, at=AT)
    stars_seed(at=AT)
    client = entered(app, Role.OFFICE, unit_id=db.session.scalars(select(Unit.id).where(Unit.kind == "county")).one())
    text = ok(client, "/units/?unconfirmed=1")
    assert text.count('name="ids"') == 367

"""The pages of a group's round: the day's way, one village, a finding made there, and the report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import factories, pictures
from tracker import clock
from tracker.database import db
from tracker.models import (
    InspectionRound,
    Issue,
    Post,
    Role,
    RoundGroup,
    RoundKind,
    RoundStop,
    RoundTask,
    Visit,
    VisitFinding,
    VisitPhoto,
)
from workflows.planning.terms import TaskKind
from workflows.round import RoundState, StopState


def settled() -> tuple[RoundStop, Post, Post]:
    """Return a stop of today in a published round, and the posts of the group's leader and a member."""
    village, today = factories.village(name="示例村"), clock.today()
    group = factories.group(village)
    held = factories.saved(
        InspectionRound(
            name="示例轮次", kind=RoundKind.UNANNOUNCED, state=RoundState.PUBLISHED, first_day=today, last_day=today,
            seed=1, made_at=clock.now(), published_at=clock.now(),
        )
    )  # fmt: skip
    factories.saved(RoundGroup(round_id=held.id, group_id=group.id, days=[str(today)], people=2, stops_a_day=3))
    stop = factories.saved(
        RoundStop(round_id=held.id, group_id=group.id, village_id=village.id, day=today, position=1)
    )  # fmt: skip
    factories.saved(RoundTask(stop_id=stop.id, kind=TaskKind.UNVISITED, reason="never_visited"))
    lead = factories.post(Role.GROUP_LEAD, group_id=group.id)
    return stop, lead, factories.post(Role.GROUP_MEMBER, group_id=group.id)


def browser(app: Flask, who: Post) -> FlaskClient:
    return factories.sign_in(app.test_client(), who)


def acting(phone: FlaskClient, stop: RoundStop) -> Callable[..., str]:
    """Return what sends an act of the visit, and gives back the page it answers with."""
    page = f"/visits/stops/{stop.id}"

    def send(act: str, given: Mapping[str, Any], status: int = 303) -> str:
        answer = factories.send(phone, f"{page}/{act}", given, page=page)
        assert answer.status_code == status
        return answer.text

    return send


def test_a_visit_on_the_phone(app: Flask) -> None:
    stop, _lead, member = settled()
    phone, page = browser(app, member), f"/visits/stops/{stop.id}"
    send, here = acting(phone, stop), {"people": [member.person_id]}
    way = phone.get("/visits/").text
    assert page in way
    assert "尚无走访记录" in way
    assert "请选择到场的本组人员" in send("start", {}, 422)
    send("start", here)
    send("note", {"words": "示例：道路整洁", "files": (BytesIO(pictures.picture()), "村口.jpg")})
    assert "示例：道路整洁" in phone.get(page).text
    assert phone.get(f"/visits/photos/{db.session.query(VisitPhoto).one().id}/thumb").mimetype == "image/jpeg"
    lost = send("finish", here | {"started": "00:00", "ended": "00:00", "forms_asked": "7"}, 422)
    assert 'value="7"' in lost
    started = clock.local(db.session.query(Visit).one().started_at)
    send("finish", here | {"started": "00:00", "ended": f"{started:%H:%M}", "nothing_found": "1"})
    db.session.expire_all()
    assert db.session.get_one(RoundStop, stop.id).state is StopState.DONE


def test_a_finding_of_a_visit_and_the_report(app: Flask) -> None:
    stop, lead, member = settled()
    phone, page = browser(app, member), f"/visits/stops/{stop.id}"
    acting(phone, stop)("start", {"people": [member.person_id]})
    visit_id = db.session.query(Visit).one().id
    form = f"/issues/new?visit={visit_id}"
    assert f'name="visit_id" value="{visit_id}"' in phone.get(form).text
    assert form in phone.get(page).text
    found = {
        "visit_id": visit_id, "location_id": stop.village_id, "location_id_text": "示例村", "category": "环境卫生",
        "description": "示例：垃圾", "source": "supervision", "severity": "general", "act": "register",
    }  # fmt: skip
    assert "visit_id" in factories.send(phone, "/issues/new", found | {"visit_id": "x"}, page=form).text
    kept = factories.send(phone, "/issues/new", found, page=form)
    assert phone.get(kept.location).location.endswith(page)
    issue = db.session.query(Issue).one()
    assert db.session.query(VisitFinding).one().issue_id == issue.id
    assert page in phone.get(f"/issues/{issue.id}").text
    desk, report = browser(app, lead), f"/visits/rounds/{stop.round_id}/report"
    assert "报告由组长提交" in phone.get(report).text
    assert factories.send(desk, report, {"report": ""}).status_code == 422
    assert factories.send(desk, report, {"report": "示例"}).status_code == 409  # the visit still goes on
    acting(phone, stop)("miss", {"reason": "示例：中途召回"})
    assert factories.send(desk, report, {"report": "示例：本轮情况"}).status_code == 303
    office = browser(app, factories.post(Role.OFFICE))
    assert "示例：本轮情况" in office.get(f"{report}?group={stop.group_id}").text
    assert "本次发现" in office.get(page).text


def test_a_village_missed_says_why(sqlite_app: Flask) -> None:
    stop, _lead, member = settled()
    phone, page = browser(sqlite_app, member), f"/visits/stops/{stop.id}"
    assert factories.send(phone, f"{page}/miss", {"reason": ""}, page=page).status_code == 422
    assert factories.send(phone, f"{page}/miss", {"reason": "示例：道路中断"}, page=page).status_code == 303
    assert "示例：道路中断" in phone.get(page).text


@pytest.mark.parametrize(
    "path", ["/visits/stops/{stop}", "/visits/rounds/{round}/report", "/issues/new?visit=1", "/visits/1"]
)
def test_another_group_finds_nothing(sqlite_app: Flask, path: str) -> None:
    stop, _lead, _member = settled()
    stranger = factories.post(Role.GROUP_LEAD, group_id=factories.group(stop.village).id)
    factories.saved(Visit(id=1, group_id=stop.group_id, village_id=stop.village_id, started_at=clock.now()))
    assert browser(sqlite_app, stranger).get(path.format(stop=stop.id, round=stop.round_id)).status_code == 404


def test_without_a_round_the_page_says_what_comes(sqlite_app: Flask) -> None:
    member = factories.post(Role.GROUP_MEMBER, group_id=factories.group().id)
    assert "目前没有要走访的村" in browser(sqlite_app, member).get("/visits/?day=oddly").text


def test_the_burden_of_a_village_is_shown_to_it_and_to_the_office(sqlite_app: Flask) -> None:
    stop, _lead, member = settled()
    at = clock.now()
    factories.saved(
        Visit(
            stop_id=stop.id,
            round_id=stop.round_id,
            group_id=stop.group_id,
            village_id=stop.village_id,
            started_at=at,
            ended_at=at,
            forms_asked=3,
        )  # fmt: skip
    )
    office = browser(sqlite_app, factories.post(Role.OFFICE))
    assert "3 / 2" in office.get("/coverage/").text
    assert office.get("/coverage/?town=x").status_code == 422
    burden = f"/coverage/burden?village={stop.village_id}"
    assert "本月已超过减负上限" in office.get(burden).text
    assert browser(sqlite_app, member).get(burden).status_code == 200
    secretary = browser(sqlite_app, factories.post(Role.VILLAGE, unit_id=stop.village_id))
    assert "本月已超过减负上限" in secretary.get("/coverage/mine").text
    assert secretary.get(burden).status_code == 404
    held = db.session.get_one(InspectionRound, stop.round_id)
    assert "将超过减负上限" in office.get(f"/rounds/{held.id}").text


def test_the_office_reads_the_reports_from_the_round_and_closes_for_a_group_that_hands_in_none(
    sqlite_app: Flask,
) -> None:
    stop, _lead, _member = settled()
    office, page = browser(sqlite_app, factories.post(Role.OFFICE)), f"/rounds/{stop.round_id}"
    report = f"/visits/rounds/{stop.round_id}/report?group={stop.group_id}"
    close = f"/visits/rounds/{stop.round_id}/groups/{stop.group_id}/close"
    assert report in office.get(page).text
    assert close not in office.get(report).text
    stop.round.first_day = stop.round.last_day = stop.round.last_day - timedelta(days=1)
    db.session.commit()
    assert close in office.get(report).text
    assert factories.send(office, close, {"reason": ""}, page=report).status_code == 422
    assert factories.send(office, close, {"reason": "示例：组已撤销"}, page=report).location == report
    after = office.get(report).text
    assert "示例：组已撤销" in after
    assert close not in after
    assert "提交于" in office.get(page).text

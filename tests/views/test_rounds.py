"""The pages of inspection rounds: made, adjusted, published by the office; read by the groups; unknown to others."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

from flask import Flask
from flask.testing import FlaskClient

from tests import factories
from tracker import clock
from tracker.database import db
from tracker.models import InspectionRound, OutboxMessage, Post, Role, RoundStop, UnitKind, Visit
from workflows.round import RoundState

FORM = {
    "name": "示例轮次", "kind": "unannounced", "team_size": 2, "visits_a_day": 1, "random_share": 0,
    "unvisited_days": 60, "same_group_rounds": 3, "visits_a_village": 1, "seed": 7,
}  # fmt: skip


def browser(app: Flask, who: Post) -> FlaskClient:
    return factories.sign_in(app.test_client(), who)


def made(app: Flask) -> tuple[FlaskClient, FlaskClient, InspectionRound]:
    """Return the office's and a member's browser, and a round whose plan has been made."""
    town = factories.unit(UnitKind.TOWNSHIP)
    villages = [factories.village(parent=town) for _n in range(2)]
    groups = [factories.group(*villages), factories.group(*villages)]
    member = factories.post(Role.GROUP_MEMBER, group_id=groups[0].id)
    factories.post(Role.GROUP_LEAD, group_id=groups[1].id)
    office = browser(app, factories.post(Role.OFFICE))
    first = clock.today() + timedelta(days=1)
    period = {"first_day": first.isoformat(), "last_day": (first + timedelta(days=9)).isoformat()}
    given = FORM | period | {"group_ids": [group.id for group in groups], "idempotency_key": "once"}
    answer = factories.send(office, "/rounds/new", given)
    assert answer.status_code == 303
    again = factories.send(office, "/rounds/new", given)  # its answer was lost on the way
    assert (again.status_code, again.location) == (303, answer.location)
    db.session.expire_all()
    return office, browser(app, member), db.session.query(InspectionRound).one()


def test_a_round_is_made_adjusted_and_published(sqlite_app: Flask) -> None:
    office, member, held = made(sqlite_app)
    page, here = office.get(f"/rounds/{held.id}").text, f"/rounds/{held.id}"
    assert "与最优的差距" in page
    stop = db.session.query(RoundStop).order_by(RoundStop.id).first()
    assert stop is not None
    group = office.get(f"{here}?group={stop.group_id}").text
    assert stop.village.name in group
    assert "尚无走访记录" in group
    assert member.get(here).status_code == 404
    assert held.name not in member.get("/rounds/").text
    moved = factories.send(
        office, f"{here}/stops/{stop.id}/move",
        {"group_id": stop.group_id, "day": (held.last_day + timedelta(days=1)).isoformat(), "position": 1}, page=here,
    )  # fmt: skip
    assert moved.status_code == 422
    assert "该组这一天不出组" in moved.text
    factories.send(office, f"{here}/stops/{stop.id}/remove", {"reason": "示例：道路施工"}, page=here)
    assert "示例：道路施工" in office.get(f"{here}?why=removed").text
    assert factories.send(office, f"{here}/publish", {"version": held.version}, page=here).status_code == 303
    assert member.get(here).status_code == member.get(f"{here}/print").status_code == 200
    assert member.get(f"{here}?why=all").text.count("未排入") == 0
    assert "请查看巡查清单" in member.get("/inbox").text


def test_a_form_that_is_refused_keeps_what_was_typed(sqlite_app: Flask) -> None:
    office = browser(sqlite_app, factories.post(Role.OFFICE))
    given = FORM | {"first_day": "2026-03-10", "last_day": "2026-02-30", "name": "示例：清明前", "seed": "x"}
    answer = factories.send(office, "/rounds/new", given)
    assert answer.status_code == 422
    assert "示例：清明前" in answer.text
    assert "结束日期不是有效日期" in answer.text
    assert "参加的督导组" in answer.text
    assert not db.session.query(InspectionRound).count()


def test_withdrawing_and_giving_up_want_a_reason(sqlite_app: Flask) -> None:
    office, member, held = made(sqlite_app)
    here = f"/rounds/{held.id}"
    refused = factories.send(office, f"{here}/archive", {"version": held.version}, page=here)
    assert refused.status_code == 422
    assert "请写明原因" in refused.text
    factories.send(office, f"{here}/publish", {"version": held.version}, page=here)
    assert factories.send(office, f"{here}/withdraw", {"version": held.version}, page=here).status_code == 422
    told = {"version": held.version, "reason": "示例：改期"}
    assert factories.send(office, f"{here}/withdraw", told, page=here).status_code == 303
    assert member.get(here).status_code == 404
    stale = factories.send(office, f"{here}/archive", told, page=here)
    assert stale.status_code == 409


def test_a_plan_that_asks_too_much_of_a_village_asks_back_and_its_message_leads_on_the_way(sqlite_app: Flask) -> None:
    office, member, held = made(sqlite_app)
    here, stop = f"/rounds/{held.id}", db.session.query(RoundStop).first()
    assert stop is not None
    for _n in range(4):
        at = clock.from_wall(datetime.combine(stop.day, time(9)))
        factories.saved(Visit(group_id=stop.group_id, village_id=stop.village_id, started_at=at, people=[]))
    page = office.get(here).text
    seen = re.search(r'name="burden_seen" value="(\w+)"', page)
    assert seen
    assert "走访 5 次（上限 4）" in page
    given = {"version": held.version, "burden_seen": seen.group(1), "burden_reason": "示例：专项检查"}
    refused = factories.send(office, f"{here}/publish", given, page=here)
    assert (refused.status_code, 'value="示例：专项检查"' in refused.text) == (422, True)
    assert factories.send(office, f"{here}/publish", given | {"burden_known": "1"}, page=here).status_code == 303
    assert "示例：专项检查" in office.get(here).text
    walker = db.session.query(Post.person_id).filter_by(role=Role.GROUP_MEMBER).scalar_subquery()
    told = db.session.query(OutboxMessage).filter_by(kind="round_published", recipient_id=walker).one()
    opened = factories.send(member, f"/inbox/{told.id}/read", {"open": "1"}, page="/inbox")
    assert opened.location == f"/visits/?round={held.id}"
    assert member.get(opened.location).status_code == 200
    held.state = RoundState.REPORTED
    db.session.commit()
    assert member.get(opened.location).location == here


def test_the_inspected_do_not_learn_that_there_are_rounds(sqlite_app: Flask) -> None:
    _office, _member, held = made(sqlite_app)
    for role in (Role.VILLAGE, Role.TOWNSHIP, Role.ASSIGNEE, Role.DEPARTMENT):
        client = browser(sqlite_app, factories.post(role, unit_id=factories.village().id))
        nowhere = client.get("/rounds/987654")
        for path in ("/rounds/", f"/rounds/{held.id}", f"/rounds/{held.id}/print"):
            answer = client.get(path)
            assert answer.status_code == 404
            assert factories.bare(answer.text) == factories.bare(nowhere.text)
        assert "巡查轮次" not in client.get("/").text

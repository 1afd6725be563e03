"""The pages of a visit outside every round, on the phone of the group and at the office's desk."""

from __future__ import annotations

from typing import Any

from flask import Flask

from tests import factories
from tests.views.test_visits import browser, settled
from tracker import clock
from tracker.database import db
from tracker.models import Role, Visit


def test_a_visit_outside_a_round_on_the_phone(app: Flask) -> None:
    village = factories.village(name="示例村")
    member = factories.post(Role.GROUP_MEMBER, group_id=factories.group(village).id)
    phone = browser(app, member)
    assert "/visits/new" in phone.get("/visits/").text
    given: dict[str, Any] = {"village_id_text": "示例村", "people": [member.person_id], "idempotency_key": "k1"}
    lost = factories.send(phone, "/visits/new", given | {"people": []}).text
    assert "请选择到场的本组人员" in lost
    assert 'value="示例村"' in lost
    assert 'value="k1"' in lost
    page = {factories.send(phone, "/visits/new", given).location for _ in range(2)}.pop()
    visit = db.session.query(Visit).one()
    assert page == f"/visits/{visit.id}"
    assert page in phone.get("/visits/").text
    factories.send(phone, f"{page}/note", {"words": "示例：道路整洁"}, page=page)
    end = {"people": [member.person_id], "started": "00:00", "ended": f"{clock.local(visit.started_at):%H:%M}"}
    refused = factories.send(phone, f"{page}/finish", end | {"forms_asked": "7"}, page=page)
    assert (refused.status_code, 'value="7"' in refused.text) == (422, True)
    assert factories.send(phone, f"{page}/cancel", {"reason": "示例"}, page=page).status_code == 409
    assert factories.send(phone, f"{page}/finish", end | {"nothing_found": "1"}, page=page).status_code == 303
    office = browser(app, factories.post(Role.OFFICE))
    assert page in office.get(f"/coverage/burden?village={village.id}").text
    assert "示例：道路整洁" in office.get(page).text
    assert "记录、拍照" not in office.get(page).text
    secretary = browser(app, factories.post(Role.VILLAGE, unit_id=village.id))
    assert page not in secretary.get("/coverage/mine").text


def test_a_visit_taken_back_is_gone(sqlite_app: Flask) -> None:
    group = factories.group(factories.village())
    member = factories.post(Role.GROUP_MEMBER, group_id=group.id)
    place = factories.saved(
        Visit(group_id=group.id, village_id=factories.village().id, started_at=clock.now(), people=[])
    )
    phone, page = browser(sqlite_app, member), f"/visits/{place.id}"
    assert factories.send(phone, f"{page}/cancel", {"reason": ""}, page=page).status_code == 422
    assert factories.send(phone, f"{page}/cancel", {"reason": "示例：点错"}, page=page).location == "/visits/"
    assert phone.get(page).status_code == 404


def test_the_list_of_a_round_is_offered_instead(sqlite_app: Flask) -> None:
    stop, _lead, member = settled()
    phone = browser(sqlite_app, member)
    assert f"/visits/stops/{stop.id}" in phone.get(f"/visits/new?village={stop.village_id}").text
    given = {"village_id": stop.village_id, "people": [member.person_id]}
    refused = factories.send(phone, "/visits/new", given)
    assert (refused.status_code, f"/visits/stops/{stop.id}" in refused.text) == (422, True)
    visit = factories.saved(
        Visit(stop_id=stop.id, group_id=stop.group_id, village_id=stop.village_id, started_at=clock.now(), people=[])
    )
    assert phone.get(f"/visits/{visit.id}").location == f"/visits/stops/{stop.id}"
    assert (
        factories.send(phone, f"/visits/{visit.id}/cancel", {"reason": "示例"}, page="/visits/new").status_code == 404
    )

"""The page of an issue for everybody who may see it, in every state."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import factories, flows
from tracker import clock
from tracker.database import db
from tracker.models import Extension, Post
from tracker.policy import Actor
from workflows.issue import IssueState, Severity

PEOPLE = ("finder", "rechecker", "office", "other_office", "leader", "assignee", "secretary")


def entered(app: Flask, who: Actor) -> FlaskClient:
    return factories.sign_in(app.test_client(), db.session.get_one(Post, who.post_id))


@pytest.mark.parametrize("state", IssueState)
def test_everybody_who_may_sees_the_page_in_every_state(sqlite_app: Flask, state: IssueState) -> None:
    world = flows.issue_in(state, severity=Severity.MAJOR)
    found = {name: entered(sqlite_app, getattr(world, name)).get(f"/issues/{world.issue.id}") for name in PEOPLE}
    hidden = {"rechecker", "office", "other_office", "leader", "assignee", "secretary"} if state == "draft" else set()
    if state in ("registered", "dismissed"):
        hidden = {"assignee"}
    assert {name for name, answer in found.items() if answer.status_code == 404} == hidden
    assert all(answer.status_code in (200, 404) for answer in found.values())
    assert all("村口垃圾" in answer.text for answer in found.values() if answer.status_code == 200)


def test_an_issue_walks_through_its_pages_on_either_backend(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    world = flows.world(clock.now())
    finder, office, assignee = (entered(app, who) for who in (world.finder, world.office, world.assignee))
    due = (world.today + timedelta(days=20)).isoformat()
    finding = {"location_id": world.village.id, "category": "环境卫生", "description": "示例：杂物堆放"}
    where = finder.post("/issues/new", data=finding | {"act": "register"}).headers["Location"]
    to_whom = {"responsible_unit_id": world.assignee.unit_id, "responsible_id": world.assignee.person_id}
    steps = [
        (office, "assign", to_whom | {"deadline": due}),
        (assignee, "accept", {"measure_words": "示例：清理"}),
        (assignee, "extensions", {"new_deadline": (world.today + timedelta(days=40)).isoformat(), "reason": "示例"}),
        (office, "comments", {"words": "示例：请抓紧"}),
    ]
    assert [client.post(f"{where}/{act}", data=given).status_code for client, act, given in steps] == [303] * 4
    asked = db.session.query(Extension).one()
    assert office.post(f"/extensions/{asked.id}/approve", data={}).status_code == 303
    text = office.get(where).text
    assert all(words in text for words in ("示例：清理", "同意延期", "示例：请抓紧", f"整改时限 {due} →"))

"""The page of an issue for everybody who may see it, in every state."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import factories, flows
from tracker.database import db
from tracker.models import Post
from tracker.policy import Actor
from workflows.issue import IssueState, Severity

pytestmark = pytest.mark.usefixtures("sqlite_app")
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

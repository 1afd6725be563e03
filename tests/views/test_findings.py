"""Logging a finding: once, whole, and with nothing lost when something is wrong."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests import factories, flows, pictures
from tests.flows import World
from tracker.database import db
from tracker.models import Evidence, Issue, Phase, Post, Role, Source
from tracker.policy import Actor
from workflows.issue import IssueState


@pytest.fixture
def world(sqlite_app: Flask) -> World:
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    return flows.world()


def entered(app: Flask, who: Actor) -> FlaskClient:
    return factories.sign_in(app.test_client(), db.session.get_one(Post, who.post_id))


def finding(world: World, **given: Any) -> dict[str, Any]:
    """Return what the form sends for a finding in the village."""
    defaults = {
        "location_id": world.village.id, "location_id_text": world.village.name, "category": "环境卫生",
        "description": "示例：路边杂物堆放", "severity": "general", "source": "supervision", "found_on": "2026-03-02",
        "idempotency_key": "k1", "act": "register",
    }  # fmt: skip
    return defaults | given


def log(client: FlaskClient, given: dict[str, Any], *photos: bytes, page: str = "/issues/new") -> TestResponse:
    data = MultiDict(given)
    for n, photo in enumerate(photos):
        data.add("files", (io.BytesIO(photo), f"照片{n}.jpg"))
    return client.post(page, data=data, content_type="multipart/form-data")


def all_issues() -> list[Issue]:
    return list(db.session.scalars(select(Issue).order_by(Issue.id)))


@pytest.mark.parametrize(
    ("who", "source"), [("finder", "supervision"), ("secretary", "self_check"), ("office", "supervision")]
)
def test_the_form_opens_with_what_is_likely(sqlite_app: Flask, world: World, who: str, source: str) -> None:
    page = entered(sqlite_app, getattr(world, who)).get("/issues/new").text
    assert f'<option value="{source}" selected>' in page
    assert re.search(r'name="idempotency_key" value="[0-9a-f]{32}"', page)


@pytest.mark.parametrize("who", ["leader", "assignee"])
def test_who_logs_nothing_is_turned_away(sqlite_app: Flask, world: World, who: str) -> None:
    client = entered(sqlite_app, getattr(world, who))
    assert client.get("/issues/new").status_code == 403
    assert log(client, finding(world)).status_code == 403
    assert not all_issues()


def test_a_finding_with_photos_is_registered(sqlite_app: Flask, world: World) -> None:
    client = entered(sqlite_app, world.finder)
    answer = log(client, finding(world), pictures.picture(), pictures.picture(color=(9, 9, 9)))
    [issue] = all_issues()
    assert answer.headers["Location"] == f"/issues/{issue.id}"
    assert (issue.state, issue.source, issue.location_id) == ("registered", Source.SUPERVISION, world.village.id)
    assert [row.phase for row in db.session.scalars(select(Evidence))] == [Phase.BEFORE] * 2
    assert issue.number in client.get(answer.headers["Location"]).text


def test_the_same_form_sent_twice_is_one_issue(sqlite_app: Flask, world: World) -> None:
    client = entered(sqlite_app, world.finder)
    answers = [log(client, finding(world)) for _ in range(2)]
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert len(all_issues()) == 1


def test_the_same_form_with_other_words_is_asked_about(sqlite_app: Flask, world: World) -> None:
    client = entered(sqlite_app, world.finder)
    log(client, finding(world))
    answer = log(client, finding(world, description="示例：另一处"))
    assert answer.status_code == 422
    assert "示例：另一处" in answer.text
    assert 'value="k1"' not in answer.text


def test_everything_that_is_missing_is_said_at_once_and_nothing_is_lost(sqlite_app: Flask, world: World) -> None:
    client = entered(sqlite_app, world.finder)
    given = finding(world, location_id="", location_id_text="", category="", found_on="2026-02-30", spot="村口")
    answer = log(client, given, pictures.picture())
    assert answer.status_code == 422
    assert all(f'id="f-{name}-error"' in answer.text for name in ("location_id", "star_id", "found_on"))
    assert 'value="村口"' in answer.text
    [kept] = re.findall(r'name="kept" value="([^"]+)"', answer.text)
    assert log(client, finding(world, kept=kept)).status_code == 303
    assert db.session.scalars(select(Evidence.name)).all() == ["照片0.jpg"]


def test_a_file_nobody_signed_is_no_file(sqlite_app: Flask, world: World) -> None:
    client = entered(sqlite_app, world.finder)
    assert log(client, finding(world, kept="forged.by.hand")).status_code == 303
    assert not db.session.scalars(select(Evidence)).all()


def test_a_file_kept_for_another_person_is_no_file(sqlite_app: Flask, world: World) -> None:
    answer = log(entered(sqlite_app, world.finder), finding(world, category=""), pictures.picture())
    [kept] = re.findall(r'name="kept" value="([^"]+)"', answer.text)
    log(entered(sqlite_app, world.office), finding(world, kept=kept))
    assert not db.session.scalars(select(Evidence)).all()


def test_what_is_no_picture_is_said_on_the_form(sqlite_app: Flask, world: World) -> None:
    answer = log(entered(sqlite_app, world.finder), finding(world), b"<html>")
    assert answer.status_code == 415
    assert 'id="f-files-error"' in answer.text
    assert "示例：路边杂物堆放" in answer.text


def test_a_place_that_was_only_typed_is_found(sqlite_app: Flask, world: World) -> None:
    client = entered(sqlite_app, world.finder)
    other = factories.village(name="示例另村")
    log(client, finding(world, location_id=world.village.id, location_id_text=other.name))
    assert all_issues()[0].location_id == other.id
    answer = log(client, finding(world, location_id="", location_id_text="没有的村", idempotency_key="k2"))
    assert answer.status_code == 422
    assert "没有的村" in answer.text


def test_a_place_elsewhere_is_not_a_secretarys(sqlite_app: Flask, world: World) -> None:
    elsewhere = factories.village()
    given = finding(world, location_id=elsewhere.id, location_id_text=elsewhere.name)
    answer = log(entered(sqlite_app, world.secretary), given)
    assert answer.status_code == 422
    assert 'id="f-location_id-error"' in answer.text


def test_a_draft_is_kept_changed_and_registered(sqlite_app: Flask, world: World) -> None:
    client = entered(sqlite_app, world.finder)
    unfinished = finding(world, act="draft", category="", description="示例：先记一笔")
    log(client, unfinished, pictures.picture(color=(7, 7, 7)))
    [issue] = all_issues()
    assert issue.state is IssueState.DRAFT
    page = f"/issues/{issue.id}/edit"
    text = client.get(page).text
    assert "示例：先记一笔" in text
    assert "已上传 1 个文件" in text
    version = re.search(r'name="version" value="(\d+)"', text)
    assert version
    refused = log(client, finding(world, category="", version=version[1]), page=page)
    assert refused.status_code == 422
    answer = log(client, finding(world, version=version[1]), pictures.picture(), page=page)
    assert answer.status_code == 303
    db.session.expire_all()
    assert (issue.state, issue.category, issue.number is not None) == (IssueState.REGISTERED, "环境卫生", True)


def test_a_draft_somebody_else_changed_is_not_overwritten(sqlite_app: Flask, world: World) -> None:
    world = flows.issue_in(IssueState.DRAFT, here=world)
    answer = log(
        entered(sqlite_app, world.finder), finding(world, version=99, description="示例：新写的"),
        page=f"/issues/{world.issue.id}/edit",
    )  # fmt: skip
    assert answer.status_code == 409
    assert "示例：新写的" in answer.text
    assert f'name="version" value="{world.issue.version}"' in answer.text


def test_a_registered_issue_is_no_draft_any_more(sqlite_app: Flask, world: World) -> None:
    world = flows.issue_in(IssueState.REGISTERED, here=world)
    answer = entered(sqlite_app, world.finder).get(f"/issues/{world.issue.id}/edit")
    assert answer.headers["Location"] == f"/issues/{world.issue.id}"


def test_a_residents_report_reaches_the_office(sqlite_app: Flask, world: World) -> None:
    reporter = factories.sign_in(sqlite_app.test_client(), factories.post(Role.REPORTER))
    assert log(reporter, finding(world)).status_code == 303
    [issue] = all_issues()
    assert issue.state is IssueState.REGISTERED
    assert (issue.number or "-") in entered(sqlite_app, world.office).get("/issues/").text


def test_only_the_stars_of_a_kind_are_grouped(sqlite_app: Flask, world: World) -> None:
    star = factories.star()
    page = entered(sqlite_app, world.finder).get("/issues/new").text
    assert 'data-star-kind="village"' in page
    log(entered(sqlite_app, world.finder), finding(world, star_id=star.id, category=""))
    assert all_issues()[0].star_id == star.id

"""The same act on many issues: shown first, done when confirmed, accounted for one by one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests import factories, flows
from tests.flows import World
from tracker import clock
from tracker.database import db
from tracker.models import Issue, IssueEvent, Post
from tracker.policy import Actor
from tracker.services.findings import finding_draft, finding_log
from workflows.issue import IssueState


@pytest.fixture
def world(sqlite_app: Flask) -> World:
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    return flows.world(clock.now())


def entered(app: Flask, who: Actor) -> FlaskClient:
    return factories.sign_in(app.test_client(), db.session.get_one(Post, who.post_id))


def logged(world: World, n: int = 1, **given: Any) -> list[int]:
    return [finding_log(values=world.values(**given), actor=world.finder, at=world.at).id for _ in range(n)]


def send(app: Flask, who: Actor, act: str, ids: list[Any], **given: Any) -> TestResponse:
    data: MultiDict[str, Any] = MultiDict([("ids", one) for one in ids])
    data.update(given)
    return entered(app, who).post(f"/issues/bulk/{act}", data=data)


def assignment(world: World) -> dict[str, Any]:
    return {
        "responsible_unit_id": world.assignee.unit_id, "responsible_id": world.assignee.person_id,
        "deadline": (world.today + timedelta(days=20)).isoformat(), "confirmed": "1",
    }  # fmt: skip


def states(ids: list[int]) -> list[IssueState]:
    db.session.expire_all()
    return list(db.session.scalars(select(Issue.state).where(Issue.id.in_(ids)).order_by(Issue.id)))


@pytest.mark.parametrize("act", ["register", "assign", "remind"])
def test_what_is_chosen_is_shown_before_anything_is_done(sqlite_app: Flask, world: World, act: str) -> None:
    ids = logged(world, 2)
    answer = send(sqlite_app, world.office, act, ids)
    assert answer.status_code == 200
    assert answer.text.count("示例：村口垃圾未清运") == 2
    assert 'name="confirmed" value="1"' in answer.text
    assert db.session.scalars(select(IssueEvent.trigger).distinct()).all() == ["register"]


def test_many_are_assigned_and_each_is_accounted_for(sqlite_app: Flask, world: World) -> None:
    ids = logged(world, 3)
    assert send(sqlite_app, world.office, "assign", ids[:1], **assignment(world)).status_code == 200
    answer = send(sqlite_app, world.office, "assign", [*ids, 9999, "x"], **assignment(world))
    assert answer.status_code == 200
    assert states(ids) == [IssueState.ASSIGNED] * 3
    assert answer.text.count("已交办 ") == 2
    assert answer.text.count("不存在") >= 2
    assert "当前状态不能办理此事项" in answer.text
    assert all(f'href="/issues/{one}"' in answer.text for one in ids)


def test_an_assignment_that_fits_nobody_is_refused_whole(sqlite_app: Flask, world: World) -> None:
    ids = logged(world, 2)
    given = assignment(world) | {"responsible_id": "", "deadline": "2020-01-01", "goal": "示例：见效"}
    answer = send(sqlite_app, world.office, "assign", ids, **given)
    assert answer.status_code == 422
    assert all(f'id="f-{name}-error"' in answer.text for name in ("responsible_id", "deadline"))
    assert "示例：见效" in answer.text
    assert states(ids) == [IssueState.REGISTERED] * 2


def test_many_are_urged_with_words(sqlite_app: Flask, world: World) -> None:
    ids = logged(world, 2)
    answer = send(sqlite_app, world.office, "remind", ids, confirmed="1", words="示例：请今日交办")
    assert answer.text.count("已催办") >= 2
    urged = db.session.scalars(select(IssueEvent.detail).where(IssueEvent.trigger == "urge")).all()
    assert [detail["words"] for detail in urged] == ["示例：请今日交办"] * 2


def test_drafts_are_registered_and_unfinished_ones_say_why(sqlite_app: Flask, world: World) -> None:
    made = [
        finding_draft(values=world.values(category=words), actor=world.finder, at=world.at).id
        for words in ("环境卫生", "")
    ]
    answer = send(sqlite_app, world.finder, "register", made, confirmed="1")
    assert states(made) == [IssueState.REGISTERED, IssueState.DRAFT]
    assert "请选择所属星或问题类别" in answer.text


def test_what_is_out_of_sight_is_neither_shown_nor_done(sqlite_app: Flask, world: World) -> None:
    other = flows.world(clock.now())
    lead = factories.actor(factories.Role.GROUP_LEAD, group_id=other.finders.id)
    ids = logged(world, 1, description="示例：别组的问题")
    for given in ({}, {"confirmed": "1", "words": "示例"}):
        answer = send(sqlite_app, lead, "remind", ids, **given)
        assert "示例：别组的问题" not in answer.text
        assert "不存在" in answer.text
    assert not db.session.scalars(select(IssueEvent).where(IssueEvent.trigger == "urge")).all()


@pytest.mark.parametrize(("ids", "words"), [([], "请先在列表中勾选问题"), (range(1, 202), "一次最多办理 200 条")])
def test_none_or_too_many_are_said(sqlite_app: Flask, world: World, ids: Any, words: str) -> None:
    answer = send(sqlite_app, world.office, "remind", list(ids))
    assert answer.status_code == 422
    assert words in answer.text


@pytest.mark.parametrize(("act", "who"), [("register", "leader"), ("assign", "assignee"), ("remind", "secretary")])
def test_who_may_not_is_turned_away(sqlite_app: Flask, world: World, act: str, who: str) -> None:
    assert send(sqlite_app, getattr(world, who), act, logged(world), confirmed="1").status_code == 403

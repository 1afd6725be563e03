"""The pages of handovers: from what is held to the list on paper."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from tests import factories
from tests.conftest import AT
from tests.factories import send, sign_in
from tests.flows import World, issue_in
from tracker import clock
from tracker.clock import local_date
from tracker.database import db
from tracker.models import Handover, Post, Role
from tracker.services.handovers import handover_propose
from workflows.handover import HandoverState
from workflows.issue import IssueState

TODAY = local_date(AT)


@pytest.fixture
def here(sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(clock, "now", lambda: AT)
    return issue_in(IssueState.DRAFT)


def test_a_handover_is_proposed_from_the_own_page_and_keeps_what_was_typed(sqlite_app: Flask, here: World) -> None:
    mine, successor = _both(here)
    giver = sign_in(sqlite_app.test_client(), mine)
    page = f"/handovers/posts/{mine.id}"
    assert page in giver.get("/profile").text
    assert here.village.name in giver.get(page).text

    refused = send(giver, page, {"receiver_id": "", "reason": "示例：抽调期满"})
    assert refused.status_code == 422
    assert "请选择接收人" in refused.text
    assert "示例：抽调期满" in refused.text

    sent = send(giver, page, {"receiver_id": str(successor.person_id), "reason": "示例：抽调期满"})
    assert sent.location == f"/handovers/{db.session.query(Handover).one().id}"


def test_the_receiver_sees_the_content_once_it_is_theirs_and_prints_the_list(sqlite_app: Flask, here: World) -> None:
    mine, successor = _both(here)
    made = handover_propose(
        post_id=mine.id, receivers={"draft": successor.person_id}, actor=here.finder, at=AT
    )[0]  # fmt: skip
    receiver = sign_in(sqlite_app.test_client(), successor)
    page = f"/handovers/{made.id}"
    shown = receiver.get(page).text
    assert "接收交接" in shown
    assert here.village.name not in shown  # somebody else's draft, until it is accepted
    assert "请您接收" in receiver.get("/handovers/").text
    assert "拟交接给" in receiver.get("/inbox").text

    assert send(receiver, f"{page}/decline", {"opinion": ""}, page=page).status_code == 422
    assert send(receiver, f"{page}/accept", {"version": "1"}, page=page).status_code == 303
    paper = receiver.get(f"{page}/list").text
    for words in ("交接清单", mine.person.name, successor.person.name, here.village.name, "已移交"):
        assert words in paper
    history = receiver.get(f"/issues/{here.issue.id}").text
    assert f"未登记的草稿：{mine.person.name} → {successor.person.name}" in history
    assert send(receiver, f"{page}/accept", {}, page="/profile").status_code == 409


def _both(here: World) -> tuple[Post, Post]:
    """Return the post of who gives and of a colleague who may receive."""
    return db.session.get_one(Post, here.finder.post_id), factories.post(Role.GROUP_MEMBER, group_id=here.finders.id)


def test_each_kind_has_its_own_receiver_or_is_kept_back(sqlite_app: Flask, here: World) -> None:
    assignee = db.session.get_one(Post, here.assignee.post_id)
    issue_in(IssueState.ASSIGNED, here=here)
    successor = factories.post(Role.ASSIGNEE, unit_id=assignee.unit_id)
    client = sign_in(sqlite_app.test_client(), assignee)
    page = f"/handovers/posts/{assignee.id}"
    kept = send(client, page, {"receiver_id": str(successor.person_id), "receiver_responsible": "keep"})
    assert kept.status_code == 422
    send(client, page, {"receiver_id": "", "receiver_responsible": str(successor.person_id)})
    assert db.session.query(Handover).one().state is HandoverState.PROPOSED
    assert "已提出交接给" in client.get(page).text


def test_who_has_gone_stands_on_the_page_of_office_and_group(sqlite_app: Flask, here: World) -> None:
    gone = db.session.get_one(Post, here.finder.post_id)
    gone.valid_to = TODAY - timedelta(days=1)
    db.session.commit()
    lead = factories.post(Role.GROUP_LEAD, group_id=here.finders.id)
    for post in (lead, db.session.get_one(Post, here.office.post_id)):
        client = sign_in(sqlite_app.test_client(), post)
        listed = client.get("/handovers/").text
        assert gone.person.name in listed
        assert f"/handovers/posts/{gone.id}" in listed
        assert "/handovers/" in client.get(f"/groups/{here.finders.id}").text
    other = sign_in(sqlite_app.test_client(), db.session.get_one(Post, here.rechecker.post_id))
    assert gone.person.name not in other.get("/handovers/").text
    assert other.get(f"/handovers/posts/{gone.id}").status_code == 404


def test_whoever_ends_a_post_reads_how_much_is_held_and_no_more(sqlite_app: Flask, here: World) -> None:
    admin = factories.post(Role.SECADMIN)
    client = sign_in(sqlite_app.test_client(), admin)
    account = client.get(f"/accounts/{here.finder.person_id}").text
    assert account.count("仍有 1 件在手") == 2  # on the page, and in the question before the post is revoked
    held = client.get(f"/accounts/{here.finder.person_id}/held").text
    assert "未登记的草稿" in held
    assert here.village.name not in held
    assert "没有在手事项" in client.get(f"/accounts/{here.leader.person_id}/held").text

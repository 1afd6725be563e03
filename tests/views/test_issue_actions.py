"""Everything that can be done to an issue, through its forms: done, refused, forbidden."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests import factories, flows, pictures
from tests.flows import World
from tracker import clock
from tracker.database import db
from tracker.models import Comment, Consent, Evidence, Extension, Issue, Measure, Phase, Post, Role
from tracker.policy import Actor
from tracker.services.consents import consent_give, consent_request
from tracker.services.extensions import extension_request
from tracker.views.issue_acts import ACTS, BY_TRIGGER, DECISIONS, Act
from workflows.consent import ConsentKind
from workflows.issue import IssueState, Severity

S = IssueState
Given = dict[str, Any]


@pytest.fixture
def shop(sqlite_app: Flask) -> Flask:
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    return sqlite_app


def now_in(state: IssueState, **given: Any) -> World:
    """Return a world that lives today, for the pages read the clock."""
    return flows.issue_in(state, at=clock.now(), **given)


def entered(app: Flask, who: Actor) -> FlaskClient:
    return factories.sign_in(app.test_client(), db.session.get_one(Post, who.post_id))


def send(app: Flask, who: Actor, path: str, given: Given, *photos: bytes) -> TestResponse:
    data = MultiDict(given)
    for n, photo in enumerate(photos):
        data.add("files", (io.BytesIO(photo), f"照片{n}.jpg"))
    return entered(app, who).post(path, data=data, content_type="multipart/form-data")


def fresh(world: World) -> Issue:
    db.session.expire_all()
    return db.session.get_one(Issue, world.issue.id)


def later(world: World, days: int) -> str:
    return (world.today + timedelta(days=days)).isoformat()


def assignment(world: World) -> Given:
    unit = world.assignee.unit_id
    return {"responsible_unit_id": unit, "responsible_id": world.assignee.person_id, "deadline": later(world, 20)}


# trigger → (state it starts in, who, what is sent, state it ends in)
GOOD: dict[str, tuple[IssueState, str, Any, IssueState]] = {
    "register": (S.DRAFT, "finder", {}, S.REGISTERED),
    "assign": (S.REGISTERED, "office", assignment, S.ASSIGNED),
    "reassign": (S.ASSIGNED, "office", lambda w: assignment(w) | {"reason": "示例：换人"}, S.ASSIGNED),
    "contest": (S.ASSIGNED, "assignee", {"reason": "示例：不属本单位"}, S.REGISTERED),
    "accept": (S.ASSIGNED, "assignee", {"measure_words": "示例：清运", "measure_due": ""}, S.RECTIFYING),
    "progress": (S.RECTIFYING, "assignee", {"note": "示例：已过半", "percent": "50"}, S.RECTIFYING),
    "suspend": (S.RECTIFYING, "office", lambda w: {"reason": "示例：等资金", "review_on": later(w, 9)}, S.SUSPENDED),
    "resume": (S.SUSPENDED, "office", {"reason": "示例：资金到位"}, S.RECTIFYING),
    "verify": (S.SUBMITTED, "rechecker", {"finding": "示例：到位"}, S.VERIFIED),
    "fail": (S.SUBMITTED, "rechecker", {"reason": "示例：还有残留"}, S.RECTIFYING),
    "sign_off": (S.VERIFIED, "office", {"opinion": "同意"}, S.SIGNED_OFF),
    "refuse": (S.VERIFIED, "office", {"reason": "示例：材料不全"}, S.RECTIFYING),
    "reopen": (S.SIGNED_OFF, "finder", lambda w: {"finding": "示例：反弹", "deadline": later(w, 9)}, S.RECTIFYING),
    "hold": (S.SIGNED_OFF, "finder", {"finding": "示例：保持良好"}, S.SIGNED_OFF),
    "dismiss": (S.REGISTERED, "office", {"reason": "示例：不属范围"}, S.DISMISSED),
    "extension": (
        S.RECTIFYING, "assignee", lambda w: {"reason": "示例：下雨", "new_deadline": later(w, 30)}, S.RECTIFYING,
    ),
    "consent": (
        S.RECTIFYING, "office",
        lambda w: {"reason": "示例：等资金", "kind": "suspend", "review_on": later(w, 9)}, S.RECTIFYING,
    ),
    "instruct": (S.ASSIGNED, "leader", {"words": "示例：抓紧办"}, S.ASSIGNED),
    "remind": (S.ASSIGNED, "office", {"words": "示例：请尽快"}, S.ASSIGNED),
    "comment": (S.ASSIGNED, "secretary", {"words": "示例：已知悉"}, S.ASSIGNED),
    "confidential": (S.ASSIGNED, "leader", {"confidential": "1"}, S.ASSIGNED),
    "annotate": (S.ASSIGNED, "office", {"remark": "示例：待研究"}, S.ASSIGNED),
}  # fmt: skip


def agreed_to_suspend(world: World) -> None:
    asked = consent_request(
        **world.by(world.other_office), kind=ConsentKind.SUSPEND, reason="示例：等资金",
        review_on=world.today + timedelta(days=30),
    )  # fmt: skip
    consent_give(consent_id=asked.id, actor=world.leader, at=world.at)


@pytest.mark.parametrize("trigger", GOOD)
def test_what_is_offered_can_be_done(shop: Flask, trigger: str) -> None:
    start, who, given, end = GOOD[trigger]
    world = now_in(start)
    if trigger == "suspend":
        agreed_to_suspend(world)
    actor, act = getattr(world, who), BY_TRIGGER[trigger]
    page = f"/issues/{world.issue.id}"
    offered = entered(shop, actor).get(page).text
    assert f'action="{page}/{act.path or trigger}"' in offered
    typed = given(world) if callable(given) else given
    answer = send(shop, actor, f"{page}/{act.path or trigger}", typed | {"version": fresh(world).version})
    assert (answer.status_code, fresh(world).state) == (303, end)
    assert answer.headers["Location"] in (page, "/")


def test_the_table_of_good_ways_is_whole() -> None:
    assert {act.trigger for act in ACTS} - GOOD.keys() == {"submit", "merge"}


def test_a_submission_takes_photos_and_counts_what_is_there(shop: Flask) -> None:
    world = now_in(S.RECTIFYING)
    page = f"/issues/{world.issue.id}/submit"
    given = {"result": "示例：已清运", "version": world.issue.version}
    assert send(shop, world.assignee, page, given).status_code == 409
    assert send(shop, world.assignee, page, given, pictures.picture()).status_code == 303
    assert fresh(world).state is S.SUBMITTED
    assert db.session.scalars(select(Evidence.phase)).all() == [Phase.AFTER]


def test_a_duplicate_is_merged_by_number_and_linked_both_ways(shop: Flask) -> None:
    world = now_in(S.REGISTERED)
    original = factories.issue(location=world.village)
    answer = send(shop, world.office, f"/issues/{world.issue.id}/merge", {"into_number": original.number})
    assert (answer.status_code, fresh(world).state) == (303, S.DISMISSED)
    office = entered(shop, world.office)
    assert f'href="/issues/{original.id}"' in office.get(f"/issues/{world.issue.id}").text
    assert f'href="/issues/{world.issue.id}"' in office.get(f"/issues/{original.id}").text


@pytest.mark.parametrize("number", ["SL-2026-99999", "own"])
def test_a_merge_needs_another_issue(shop: Flask, number: str) -> None:
    world = now_in(S.REGISTERED)
    number = str(world.issue.number) if number == "own" else number
    answer = send(shop, world.office, f"/issues/{world.issue.id}/merge", {"into_number": number})
    assert answer.status_code == 422
    assert 'id="merge-into_number-error"' in answer.text


def test_a_form_that_is_wrong_comes_back_open_with_what_was_typed(shop: Flask) -> None:
    world = now_in(S.REGISTERED)
    given = assignment(world) | {"responsible_id": "", "deadline": "2020-01-01", "goal": "示例：一周内见效"}
    answer = send(shop, world.office, f"/issues/{world.issue.id}/assign", given)
    assert answer.status_code == 422
    assert 'id="act-assign" aria-labelledby="act-assign-title" open' in answer.text
    assert 'value="2020-01-01"' in answer.text
    assert "示例：一周内见效" in answer.text
    assert fresh(world).state is S.REGISTERED


def test_a_unit_and_a_person_that_were_only_typed_are_found(shop: Flask) -> None:
    world = now_in(S.REGISTERED)
    given = {
        "responsible_unit_id_text": world.assignee.unit_name, "responsible_id_text": world.assignee.name,
        "deadline": later(world, 9), "assisting_unit_ids": "", "assisting_unit_ids_text": world.village.name,
    }  # fmt: skip
    assert send(shop, world.office, f"/issues/{world.issue.id}/assign", given).status_code == 303
    issue = fresh(world)
    assert (issue.responsible_id, [one.unit_id for one in issue.assisting]) == (
        world.assignee.person_id, [world.village.id],
    )  # fmt: skip
    wrong = {"responsible_unit_id_text": "没有的单位", "responsible_id_text": "没有的人", "reason": "示例"}
    answer = send(shop, world.office, f"/issues/{world.issue.id}/reassign", wrong)
    assert answer.status_code == 422
    assert all(f'id="reassign-{name}-error"' in answer.text for name in ("responsible_unit_id", "responsible_id"))


def test_measures_keep_their_rows(shop: Flask) -> None:
    world = now_in(S.ASSIGNED)
    page = f"/issues/{world.issue.id}/accept"
    words, due = "measure_words", "measure_due"
    rows = [(words, "示例：一"), (due, ""), (words, "示例：二"), (due, later(world, 5))]
    answer = entered(shop, world.assignee).post(page, data=MultiDict(rows))
    assert answer.status_code == 409
    assert "示例：一" in answer.text
    rows[1] = (due, later(world, 3))
    assert entered(shop, world.assignee).post(page, data=MultiDict(rows)).status_code == 303
    assert db.session.scalars(select(Measure.words).order_by(Measure.position)).all() == ["示例：一", "示例：二"]


@pytest.mark.parametrize("day", ["2026-13-01", "明天"])
def test_a_day_that_is_none_is_said(shop: Flask, day: str) -> None:
    world = now_in(S.ASSIGNED)
    given = {"measure_words": "示例：一", "measure_due": day}
    answer = send(shop, world.assignee, f"/issues/{world.issue.id}/accept", given)
    assert answer.status_code == 422


def test_a_page_grown_old_is_a_conflict_that_keeps_what_was_typed(shop: Flask) -> None:
    world = now_in(S.RECTIFYING)
    given = {"note": "示例：写了很久", "percent": "30", "version": world.issue.version - 1}
    answer = send(shop, world.assignee, f"/issues/{world.issue.id}/progress", given)
    assert answer.status_code == 409
    assert "示例：写了很久" in answer.text
    assert f'name="version" value="{fresh(world).version}"' in answer.text


def test_a_step_that_is_gone_says_so_on_the_page(shop: Flask) -> None:
    world = now_in(S.ASSIGNED)
    answer = send(shop, world.office, f"/issues/{world.issue.id}/assign", assignment(world))
    assert answer.status_code == 409
    assert "当前状态不能办理此事项" in answer.text


@pytest.mark.parametrize("act", ACTS, ids=lambda act: str(act.trigger))
def test_who_may_not_is_turned_away(shop: Flask, act: Act) -> None:
    world = now_in(S.REGISTERED)
    stranger = factories.actor(Role.SYSADMIN)
    before = fresh(world).version
    assert send(shop, stranger, f"/issues/{world.issue.id}/{act.path or act.trigger}", {}).status_code in (403, 404)
    assert fresh(world).version == before


def test_what_is_out_of_sight_does_not_exist(shop: Flask) -> None:
    world, other = now_in(S.ASSIGNED), flows.world()
    for number in (world.issue.id, 99999):
        answer = send(shop, other.assignee, f"/issues/{number}/accept", {"measure_words": "示例"})
        assert answer.status_code == 404


def test_afterwards_one_goes_where_one_came_from(shop: Flask) -> None:
    world = now_in(S.ASSIGNED)
    ways = {"/?todo=1": "/?todo=1", "https://elsewhere.example/": f"/issues/{world.issue.id}"}
    for given, reached in ways.items():
        answer = send(shop, world.office, f"/issues/{world.issue.id}/comments", {"words": "示例", "next": given})
        assert answer.headers["Location"] == reached
    assert len(db.session.scalars(select(Comment)).all()) == 2


def ask_for_time(world: World) -> Extension:
    return extension_request(
        **world.by(world.assignee), new_deadline=world.today + timedelta(days=40), reason="示例：连日降雨"
    )


@pytest.mark.parametrize(
    ("act", "who", "state"),
    [("approve", "office", "approved"), ("refuse", "office", "refused"), ("withdraw", "assignee", "withdrawn")],
)
def test_more_time_is_decided(shop: Flask, act: str, who: str, state: str) -> None:
    world = now_in(S.RECTIFYING)
    asked, actor = ask_for_time(world), getattr(world, who)
    page = entered(shop, actor).get(f"/issues/{world.issue.id}").text
    assert f'action="/extensions/{asked.id}/{act}"' in page
    answer = send(shop, actor, f"/extensions/{asked.id}/{act}", {"opinion": "示例：意见"})
    assert answer.status_code == 303
    db.session.expire_all()
    assert asked.state == state


def test_a_refusal_needs_an_opinion(shop: Flask) -> None:
    world = now_in(S.RECTIFYING)
    asked = ask_for_time(world)
    answer = send(shop, world.office, f"/extensions/{asked.id}/refuse", {"opinion": ""})
    assert answer.status_code == 409
    assert "请填写理由" in answer.text


def test_a_second_extension_waits_for_a_leader(shop: Flask) -> None:
    world = now_in(S.RECTIFYING)
    first = ask_for_time(world)
    send(shop, world.office, f"/extensions/{first.id}/approve", {})
    world.issue = fresh(world)
    second = extension_request(
        **world.by(world.assignee), new_deadline=world.today + timedelta(days=60), reason="示例：再延"
    )
    assert "再次延期由县领导批复" in entered(shop, world.office).get(f"/issues/{world.issue.id}").text
    assert send(shop, world.office, f"/extensions/{second.id}/approve", {}).status_code == 409
    assert send(shop, world.leader, f"/extensions/{second.id}/approve", {}).status_code == 303


@pytest.mark.parametrize(
    ("act", "who", "state"),
    [("give", "leader", "given"), ("decline", "leader", "declined"), ("withdraw", "office", "withdrawn")],
)
def test_a_leaders_consent_is_decided(shop: Flask, act: str, who: str, state: str) -> None:
    world = now_in(S.VERIFIED, severity=Severity.MAJOR)
    asked = db.session.scalars(select(Consent)).one()
    answer = send(shop, getattr(world, who), f"/consents/{asked.id}/{act}", {"opinion": "示例：意见"})
    assert answer.status_code == 303
    db.session.expire_all()
    assert asked.state == state


def test_decisions_on_what_is_not_there_or_not_seen(shop: Flask) -> None:
    world = now_in(S.RECTIFYING)
    asked, other = ask_for_time(world), flows.world()
    for act in DECISIONS:
        assert send(shop, world.office, f"/{act.record}s/9999/{act.path}", {}).status_code in (403, 404)
    assert send(shop, other.assignee, f"/extensions/{asked.id}/withdraw", {}).status_code == 404


def test_a_major_issue_waits_for_the_leader_and_says_so(shop: Flask) -> None:
    world = now_in(S.VERIFIED, severity=Severity.MAJOR)
    page = entered(shop, world.office).get(f"/issues/{world.issue.id}").text
    assert "须经县领导同意" in page
    assert 'id="act-sign_off"' not in page


def test_who_works_through_a_list_comes_to_what_waits_next(shop: Flask) -> None:
    world = now_in(S.REGISTERED)
    first = world.issue
    later_one = flows.issue_in(S.REGISTERED, here=world, at=world.at).issue
    page = f"/issues/{first.id}"
    assert 'name="todo" value="to_assign"' in entered(shop, world.office).get(f"{page}?todo=to_assign").text
    said = send(shop, world.office, f"{page}/comments", {"words": "示例", "todo": "to_assign"})
    assert said.headers["Location"] == page
    done = send(shop, world.office, f"{page}/assign", assignment(world) | {"todo": "to_assign"})
    assert done.headers["Location"] == f"/issues/{later_one.id}?todo=to_assign"
    last = send(shop, world.office, f"/issues/{later_one.id}/assign", assignment(world) | {"todo": "to_assign"})
    assert last.headers["Location"] == f"/issues/{later_one.id}"
    odd = send(shop, world.office, f"/issues/{later_one.id}/comments", {"words": "示例", "todo": "x"})
    assert odd.headers["Location"] == f"/issues/{later_one.id}"


NONSENSE = ("", "x", "-1", "9" * 30, "字" * 5000, "<script>", "a\x00b", "2026-02-30")
FIELDS = sorted({name for act in BY_TRIGGER.values() for name in act.form.model_fields} | {
    "responsible_unit_id_text", "responsible_id_text", "assisting_unit_ids_text", "kept", "todo", "next",
})  # fmt: skip


@pytest.mark.parametrize("trigger", GOOD)
def test_nonsense_is_answered_and_never_breaks_the_page(shop: Flask, trigger: str) -> None:
    world = now_in(GOOD[trigger][0])
    act, client = BY_TRIGGER[trigger], entered(shop, getattr(world, GOOD[trigger][1]))
    page = f"/issues/{world.issue.id}/{act.path or trigger}"
    answers = {text[:10]: client.post(page, data=dict.fromkeys(FIELDS, text)).status_code for text in NONSENSE}
    assert {text: code for text, code in answers.items() if code not in (303, 409, 422)} == {}

"""Pages of the letters of supervision: issued from a list, received, replied to, settled; hidden where need be."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from tests import factories, flows, pictures
from tests.exported import ordered, pdf_of
from tests.flows import World
from tracker import clock
from tracker.database import db
from tracker.models import Issue, IssueEvent, Letter, LetterFile, OutboxMessage, Post, Role, UnitKind
from tracker.policy import Actor
from tracker.services.escalations import escalations_sweep
from tracker.services.letter_making import LetterValues
from tracker.services.letters import letter_write
from workflows.issue import IssueState
from workflows.letter import LetterKind, LetterState

S = IssueState


@pytest.fixture
def world(sqlite_app: Flask) -> World:
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    return flows.issue_in(S.RECTIFYING, at=clock.now())


def entered(app: Flask, who: Actor) -> FlaskClient:
    return factories.sign_in(app.test_client(), db.session.get_one(Post, who.post_id))


def proposed(world: World) -> Letter:
    """Return what the clock proposes for the world's issue, a long time late."""
    issue = db.session.get_one(Issue, world.issue.id)
    issue.deadline = issue.first_deadline = issue.escalate_on = world.today - timedelta(days=40)
    db.session.commit()
    day = world.today
    while not escalations_sweep(at=clock.now().replace(hour=2) + (day - world.today)):
        day += timedelta(days=1)
    return db.session.scalars(select(Letter)).one()


def test_a_letter_about_several_issues_goes_from_the_list_to_its_settlement(sqlite_app: Flask, world: World) -> None:
    first = world.issue
    second = flows.issue_in(S.RECTIFYING, at=world.at, here=world).issue
    office, assignee = entered(sqlite_app, world.office), entered(sqlite_app, world.assignee)
    chosen = {"ids": [first.id, second.id], "kind": "supervise"}
    page = office.post("/letters/new", data=chosen)
    assert page.status_code == 200
    assert {first.number, second.number} <= set(re.findall(r"WT-\d+-\d+", page.text))
    wrong = office.post("/letters/new", data=chosen | {"confirmed": "1", "words": "示例：请抓紧"})
    assert wrong.status_code == 422
    assert "示例：请抓紧" in wrong.text
    given = chosen | {"confirmed": "1", "recipient_unit_id": world.assignee.unit_id, "idempotency_key": "once"}
    done = office.post("/letters/new", data=given)
    assert done.status_code == 303
    assert office.post("/letters/new", data=given).location == done.location  # sent twice, written once
    paper = assignee.get(done.location).text
    assert f"督函〔{world.today.year}〕1号" in paper
    assert second.number in paper
    for client, act, given in (
        (assignee, "receive", {}), (assignee, "reply", {"words": "示例：已办"}),
        (office, "settle", {"opinion": "示例：好"}),
    ):  # fmt: skip
        assert client.post(f"{done.location}/{act}", data=given).status_code == 303
    assert db.session.scalar(select(Letter.state)) is LetterState.SETTLED
    assert "示例：已办" in office.get(f"/issues/{first.id}").text
    assert "督办函" in pdf_of(office, f"{done.location}.pdf").pages[0].extract_text()


def test_proposals_are_issued_or_withdrawn_from_the_list(sqlite_app: Flask, world: World) -> None:
    letter = proposed(world)
    office = entered(sqlite_app, world.office)
    assert "约谈通知书" in office.get("/letters").text
    assert office.post("/letters/proposals", data={"act": "issue"}).status_code == 422
    given = {"act": "withdraw", "ids": [letter.id]}
    assert office.post("/letters/proposals", data=given).status_code == 422
    assert office.post("/letters/proposals", data=given | {"act": "issue"}).status_code == 303
    db.session.refresh(letter)
    assert letter.state is LetterState.ISSUED
    assert letter.number in office.get("/overdue").text


@pytest.mark.parametrize("first", ["issue", "withdraw"])
@pytest.mark.parametrize("then", ["issue", "withdraw"])
def test_a_proposal_is_decided_once_whoever_is_slower(sqlite_app: Flask, world: World, first: str, then: str) -> None:
    letter = proposed(world)
    office, other = entered(sqlite_app, world.office), entered(sqlite_app, world.other_office)
    given = {"ids": [letter.id], "reason": "示例：已电话督促"}
    assert office.post("/letters/proposals", data=given | {"act": first}).status_code == 303
    db.session.refresh(letter)
    decided = (letter.state, letter.number, letter.version)
    told = db.session.query(OutboxMessage).count()
    assert other.post("/letters/proposals", data=given | {"act": then}).status_code == 303
    assert "当前状态不能办理此事项" in other.get("/letters").text
    db.session.refresh(letter)
    assert (letter.state, letter.number, letter.version) == decided
    assert db.session.query(OutboxMessage).count() == told


def test_a_message_leads_to_its_letter(sqlite_app: Flask, world: World) -> None:
    values = LetterValues(world.assignee.unit_id)
    letter = letter_write(
        kind=LetterKind.REMIND, values=values, issue_ids=[world.issue.id], actor=world.office, at=world.at
    )  # fmt: skip
    message = db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "letter_issued")).one()
    assignee = entered(sqlite_app, world.assignee)
    assert letter.number in assignee.get("/inbox").text
    answer = assignee.post(f"/inbox/{message.id}/read", data={"open": "1"})
    assert answer.location == f"/letters/{letter.id}"
    assert letter.number in assignee.get("/").text


def test_a_letter_shows_to_those_it_concerns_and_is_none_for_others(sqlite_app: Flask, world: World) -> None:
    values = LetterValues(world.assignee.unit_id)
    given = {"kind": LetterKind.REMIND, "values": values, "actor": world.office, "at": world.at}
    letter = letter_write(**given, issue_ids=[world.issue.id])
    stranger = factories.actor(Role.DEPARTMENT, unit_id=factories.unit(UnitKind.DEPARTMENT).id, today=world.today)
    who = {"office": world.office, "leader": world.leader, "assignee": world.assignee, "group": world.finder,
           "village": world.secretary, "stranger": stranger}  # fmt: skip

    def seen() -> set[str]:
        path = f"/letters/{letter.id}"
        return {name for name, actor in who.items() if entered(sqlite_app, actor).get(path).status_code == 200}

    assert seen() == {"office", "leader", "assignee", "group", "village"}
    issue = db.session.get_one(Issue, world.issue.id)
    issue.is_confidential, issue.responsible_id = True, factories.person().id
    db.session.commit()
    assert seen() == {"office", "leader", "group"}  # of the group only who found it


def test_the_office_registers_an_instruction_on_the_page_of_its_issue(sqlite_app: Flask, world: World) -> None:
    office = entered(sqlite_app, world.office)
    address = f"/issues/{world.issue.id}/instructions"
    refused = office.post(address, data={"words": "示例：抓紧"})
    assert refused.status_code == 422
    due = date.fromordinal(world.today.toordinal() + 3)
    given = {"words": "示例：抓紧", "leader_id": world.leader.person_id, "reply_by": due.isoformat()}
    assert office.post(address, data=given).status_code == 303
    letter = db.session.scalars(select(Letter)).one()
    assert (letter.leader_id, letter.reply_by) == (world.leader.person_id, due)


def test_points_add_up_by_unit_and_lead_to_what_they_were_taken_for(sqlite_app: Flask, world: World) -> None:
    proposed(world)
    here = world.issue
    letter_write(
        kind=LetterKind.INTERVIEW, values=LetterValues(world.assignee.unit_id), issue_ids=[here.id],
        actor=world.office, at=world.at,
    )  # fmt: skip
    office, year = entered(sqlite_app, world.office), world.today.year
    page = office.get("/points").text
    unit = world.assignee.unit_name
    assert re.search(rf"{unit}</a>.*?<td[^>]*strong[^>]*>3<", page, re.DOTALL)  # red 1, summons 2
    rows = office.get(f"/points/{world.assignee.unit_id}?year={year}").text
    assert here.number in rows
    assert "重大" not in rows
    stranger = factories.actor(Role.VILLAGE, unit_id=factories.village().id, today=world.today)
    assert unit not in entered(sqlite_app, stranger).get("/points").text
    book = load_workbook(io.BytesIO(ordered(office, f"/points/export.xlsx?year={year}").data))
    cells = list(book.active.iter_rows(min_row=4, values_only=True))
    assert [row[7] for row in cells] == [1, 2]


def replied_with_files(app: Flask, world: World) -> tuple[str, list[LetterFile]]:
    """Return the address of a document and what came with its reply, of which no try was in vain."""
    values = LetterValues(world.assignee.unit_id, words="示例：请报送材料")
    ids = [world.issue.id]
    letter = letter_write(kind=LetterKind.ORDER, values=values, issue_ids=ids, actor=world.office, at=world.at)
    assignee, page = entered(app, world.assignee), f"/letters/{letter.id}"
    assert assignee.post(f"{page}/receive").status_code == 303
    bad = assignee.post(f"{page}/reply", data={"words": "示例：已办", "files": (io.BytesIO(b"MZ"), "a.exe")})
    assert bad.status_code == 415
    assert "示例：已办" in bad.text
    chosen = [(io.BytesIO(pictures.phone_photo()), "现场.jpg"), (io.BytesIO(pictures.PDF), "报告.pdf")]
    refused = assignee.post(f"{page}/reply", data={"words": " ", "files": chosen})
    assert refused.status_code == 422
    kept = re.findall(r'name="kept" value="([^"]+)"', refused.text)
    assert assignee.post(f"{page}/reply", data={"words": "示例：已办", "kept": kept}).status_code == 303
    return page, list(db.session.scalars(select(LetterFile).order_by(LetterFile.id)))


def test_a_reply_brings_photos_and_documents_that_stand_on_page_and_paper(sqlite_app: Flask, world: World) -> None:
    page, files = replied_with_files(sqlite_app, world)
    office = entered(sqlite_app, world.office)
    assert [file.name for file in files] == ["现场.jpg", "报告.pdf"]
    shown = office.get(page).text
    assert shown.count("报告.pdf") == 3  # to look at, to be read out, and on the list to print
    assert files[1].blob_sha256[:16] in shown
    assert "（附件 2 个）" in office.get(f"/issues/{world.issue.id}").text
    told = db.session.scalars(select(IssueEvent).where(IssueEvent.trigger == "letter_reply")).one()
    assert [one["sha256"] for one in told.detail["files"]] == [file.blob_sha256 for file in files]


def test_what_came_with_a_reply_is_seen_by_whoever_sees_the_document(sqlite_app: Flask, world: World) -> None:
    page, (photo, document) = replied_with_files(sqlite_app, world)
    office = entered(sqlite_app, world.office)
    picture = office.get(f"/letters/files/{photo.id}/copy")
    assert (picture.mimetype, b"Exif" in picture.data) == ("image/jpeg", False)
    saved = office.get(f"/letters/files/{document.id}/file")
    assert saved.data == pictures.PDF
    assert saved.headers["Content-Disposition"].startswith("attachment")
    assert office.get(f"/letters/files/{document.id}/thumb").status_code == 404
    stranger = entered(
        sqlite_app, factories.actor(Role.ASSIGNEE, unit_id=factories.unit(UnitKind.DEPARTMENT).id, today=world.today)
    )
    assert {stranger.get(one).status_code for one in (page, f"/letters/files/{photo.id}/copy")} == {404}

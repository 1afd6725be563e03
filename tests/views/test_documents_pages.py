"""Documents on the pages of their records, as paper, and as what a stranger may find out about them."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
import segno
from docx import Document as Word
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests import factories, flows, pictures
from tests.exported import ordered, pdf_of
from tests.flows import World
from tracker import clock
from tracker.database import db, transaction
from tracker.exporting.papers import seal_of
from tracker.models import Blob, Document, DocumentKind, Letter, Notice, PaperCode, Phase, Post, Role
from tracker.papers.paper import paper_from
from tracker.policy import Actor
from tracker.services import document_facts
from tracker.services.documents import issue_document
from tracker.services.evidence import blobs_remember, evidence_attach
from tracker.services.extensions import extension_request
from tracker.services.letter_making import LetterValues
from tracker.services.letters import letter_withdraw, letter_write
from tracker.services.verifying import MISSES
from tracker.storage import intake
from tracker.views.evidence import current_store
from tracker.views.papers import code_address
from workflows.issue import IssueState
from workflows.letter import LetterKind

S = IssueState


@pytest.fixture
def app(sqlite_app: Flask) -> Flask:
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    return sqlite_app


def entered(app: Flask, who: Actor) -> FlaskClient:
    return factories.sign_in(app.test_client(), db.session.get_one(Post, who.post_id))


def with_photos(world: World) -> None:
    """Attach a real photograph before, and one after."""
    for phase, shade in ((Phase.BEFORE, "red"), (Phase.AFTER, "blue")):
        with transaction():
            photo = intake(current_store(), [pictures.upload(pictures.picture(color=shade), f"{phase}.jpg")])
            blobs_remember(photo, world.at)
            evidence_attach(world.issue, phase, photo, actor=world.assignee, at=world.at)


def test_a_form_is_made_on_the_page_of_its_issue_and_read_as_page_and_pdf(app: Flask) -> None:
    world = flows.issue_in(S.RECTIFYING, at=clock.now())
    with_photos(world)
    flows.submit(world)
    flows.verify(world)
    office = entered(app, world.office)
    before = office.get(f"/issues/{world.issue.id}").text
    assert "出具销号审批表" in before
    assert "办结报告：销号后才能出具" in re.sub(r"\s", "", before)
    answer = office.post(f"/issues/{world.issue.id}/documents", data={"kind": "sign_off_form"})
    assert answer.status_code == 303
    page = office.get(answer.location).text
    number = db.session.scalars(select(Document.number)).one()
    assert number in page
    assert page.count("<figure>") == 2
    for address in re.findall(r'<img src="([^"]+)"', page):
        if "pictures" in address:
            assert office.get(address).mimetype == "image/jpeg"
    pdf = pdf_of(office, f"{answer.location}.pdf")
    text = "".join(sheet.extract_text() for sheet in pdf.pages)
    assert all(part in text for part in (number, "整改前照片", "整改后照片", "县领导意见"))
    assert sum(len(sheet.images) for sheet in pdf.pages) >= 2
    assert number in office.get(f"/issues/{world.issue.id}").text
    word = ordered(office, f"{answer.location}.docx")
    file = Word(io.BytesIO(word.data))
    assert (len(file.inline_shapes), word.mimetype.rpartition(".")[2]) == (2, "document")
    assert number in [paragraph.text for paragraph in file.paragraphs]


def test_many_photos_are_kept_small(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    world = flows.issue_in(S.RECTIFYING, at=clock.now())
    with_photos(world)
    shown = []
    for most in (2, 1):
        monkeypatch.setattr(document_facts, "LARGE", most)
        paper = paper_from(issue_document(**world.by(world.office), kind=DocumentKind.FILE).content)
        shown.append({row[0] for block in paper.blocks if block.shape == "photos" for row in block.rows})
    blobs = db.session.scalars(select(Blob)).all()
    assert shown == [{blob.copy_sha256 for blob in blobs}, {blob.thumb_sha256 for blob in blobs}]


def test_a_document_that_cannot_be_made_yet_says_why(app: Flask) -> None:
    world = flows.issue_in(S.SUBMITTED, at=clock.now())
    office = entered(app, world.office)
    answer = office.post(f"/issues/{world.issue.id}/documents", data={"kind": "closing_report"}, follow_redirects=True)
    assert "销号后才能出具" in answer.text
    assert office.post(f"/issues/{world.issue.id}/documents", data={"kind": "x"}).status_code == 422
    assert db.session.query(Document).count() == 0


def test_an_application_for_more_time_stands_beside_its_request(app: Flask) -> None:
    world = flows.issue_in(S.RECTIFYING, at=clock.now())
    later = world.issue.deadline + timedelta(days=7)
    asked = extension_request(**world.by(world.assignee), new_deadline=later, reason="示例：雨天")
    assignee = entered(app, world.assignee)
    assert "出具延期申请书" in assignee.get(f"/issues/{world.issue.id}").text
    answer = assignee.post(f"/extensions/{asked.id}/documents", data={"kind": "extension_request"})
    assert "示例：雨天" in assignee.get(answer.location).text
    wrong = assignee.post(f"/extensions/{asked.id}/documents", data={"kind": "extension_decision"})
    assert wrong.status_code == 403


def test_the_office_urges_on_paper_and_the_unit_receives_it(app: Flask) -> None:
    world = flows.issue_in(S.RECTIFYING, at=clock.now())
    office, assignee = entered(app, world.office), entered(app, world.assignee)
    assert "同时出具催办通知" in office.get(f"/issues/{world.issue.id}").text
    assert "同时出具催办通知" not in entered(app, world.leader).get(f"/issues/{world.issue.id}").text
    assert office.post(f"/issues/{world.issue.id}/remind", data={"written": "1"}).status_code == 303
    notice = db.session.scalars(select(Notice).where(Notice.kind == "urge")).one()
    address = f"/notices/{notice.id}"
    assert f"{address}/receive" not in office.get(address).text
    assert f"{address}/receive" in assignee.get(address).text
    assert "已签收" in assignee.post(f"{address}/receive", follow_redirects=True).text
    assert "该通知已签收" in assignee.post(f"{address}/receive", follow_redirects=True).text


def test_a_stranger_learns_number_day_and_digest_and_nothing_more(app: Flask) -> None:
    world = flows.issue_in(S.SIGNED_OFF, at=clock.now())
    document = issue_document(**world.by(world.office), kind=DocumentKind.FILE)
    code = db.session.scalars(select(PaperCode).where(PaperCode.document_id == document.id)).one()
    digest = paper_from(document.content).digest
    stranger = app.test_client()
    page = stranger.get(f"/verify/{code.code.lower()}").text
    assert all(part in page for part in (document.number, code.issued_on.isoformat(), digest, "核验通过"))
    hidden = (
        world.issue.number,
        world.issue.description,
        world.office.name,
        f"/documents/{document.id}",
        "档案",
    )
    assert not [part for part in hidden if part in page]
    assert f"/documents/{document.id}" in entered(app, world.secretary).get(f"/verify/{code.code}").text
    elsewhere = factories.actor(Role.VILLAGE, unit_id=factories.village().id, today=world.today)
    assert f"/documents/{document.id}" not in entered(app, elsewhere).get(f"/verify/{code.code}").text
    typed = stranger.get("/verify", query_string={"code": f" {code.code[:4]} {code.code[4:]}"})
    assert typed.location == f"/verify/{code.code}"


def test_the_way_to_check_a_document_stands_where_strangers_arrive(app: Flask) -> None:
    factories.post(Role.OFFICE)  # without anybody there is the set-up alone
    assert 'href="/verify"' in app.test_client().get("/sign-in").text


def test_an_unknown_code_is_not_found_and_guessing_ends(app: Flask) -> None:
    stranger = app.test_client()
    for n in range(MISSES):
        assert stranger.get(f"/verify/{n:0>12}").status_code == 404
    assert stranger.get("/verify/000000000000").status_code == 429


def test_a_letter_that_was_withdrawn_says_so(app: Flask) -> None:
    world = flows.issue_in(S.RECTIFYING, at=clock.now())
    letter = letter_write(
        kind=LetterKind.REMIND, values=LetterValues(world.assignee.unit_id), issue_ids=[world.issue.id],
        actor=world.office, at=world.at,
    )  # fmt: skip
    code = db.session.scalars(select(PaperCode).where(PaperCode.letter_id == letter.id)).one()
    assert "核验通过" in app.test_client().get(f"/verify/{code.code}").text
    office = entered(app, world.office)
    assert code.code in office.get(f"/letters/{letter.id}").text
    text = "".join(
        paragraph.text for paragraph in Word(io.BytesIO(ordered(office, f"/letters/{letter.id}.docx").data)).paragraphs
    )
    assert (letter.number in text, code.code in text) == (True, False)
    letter_withdraw(letter_id=letter.id, reason="示例", actor=world.office, at=world.at)
    page = app.test_client().get(f"/verify/{code.code}").text
    assert ("已撤回" in page, "核验通过" in page) == (True, False)
    assert db.session.get_one(Letter, letter.id).number in page


@pytest.mark.parametrize(
    ("base", "begins"), [("", "http://localhost"), ("https://duban.example.gov.cn/", "https://duban.example.gov.cn")]
)
def test_the_square_leads_to_the_page_of_the_code(app: Flask, base: str, begins: str) -> None:
    app.config["BASE_URL"] = base
    code = PaperCode(code="ABCDEFGHJKMN", digest="0123456789abcdef" * 4)
    with app.test_request_context():
        seal = seal_of(code, code_address(code))
    assert seal is not None
    assert seal["picture"] == segno.make(f"{begins}/verify/ABCDEFGHJKMN", error="m").svg_data_uri(border=0)
    assert seal["words"].splitlines() == ["核验码", "ABCD EFGH JKMN", "0123456789abcdef"]

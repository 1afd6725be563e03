"""Documents made of records: numbered without gaps, frozen, made once of the same, seen where their record is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests import factories, flows
from tests.flows import World, refused
from tracker.database import db
from tracker.errors import ForbiddenError, NotFoundError, RefusedError, TooManyError
from tracker.languages import speaking
from tracker.models import (
    AuditEntry,
    Document,
    DocumentKind,
    InspectionRound,
    IssueEvent,
    Notice,
    PaperCode,
    Role,
    RoundGroup,
    RoundKind,
    RoundStop,
    RoundTask,
    Visit,
)  # fmt: skip
from tracker.papers.paper import paper_from
from tracker.policy import Actor
from tracker.queries.documents import document_seen, documents_of_issue
from tracker.services import documents
from tracker.services.comments import issue_remind, notice_sign
from tracker.services.extensions import extension_approve, extension_request
from tracker.services.paper_codes import LENGTH
from tracker.services.verify import chain_verify
from tracker.services.verifying import MISSES, WINDOW, code_look
from workflows.issue import IssueState, Severity
from workflows.planning.terms import TaskKind
from workflows.round import RoundState, StopState

K, S = DocumentKind, IssueState


def made(world: World, kind: DocumentKind, actor: Actor | None = None) -> Document:
    return documents.issue_document(**world.by(actor or world.office), kind=kind)


def said(document: Document) -> str:
    paper = paper_from(document.content)
    return "\n".join(
        [paper.number, paper.title, paper.recipient, paper.issuer]
        + [f"{block.heading}{block.words}{block.rows}" for block in paper.blocks]
    )


@pytest.mark.parametrize(
    ("state", "kind", "parts"),
    [
        (S.SUBMITTED, K.SIGN_OFF_REQUEST, ("督销申〔2026〕1号", "示例：已清运", "示例：立即清运", "单位负责人")),
        (S.VERIFIED, K.SIGN_OFF_FORM, ("督销审〔2026〕1号", "示例：现场已整改到位", "创建办意见")),
        (S.SIGNED_OFF, K.SIGN_OFF_FORM, ("同意销号", "示例：村口垃圾未清运")),
        (S.SIGNED_OFF, K.CLOSING_REPORT, ("督结〔2026〕1号", "复核情况", "在整改时限内销号")),
        (S.SIGNED_OFF, K.FILE, ("督档〔2026〕1号", "督整〔2026〕1号", "办理经过", "申请销号")),
    ],
)
def test_a_document_says_what_the_record_says(sqlite_app: Flask, state: S, kind: K, parts: tuple[str, ...]) -> None:
    with speaking("en"):
        text = said(made(flows.issue_in(state), kind))
    assert [part for part in parts if part not in text] == []


def test_a_severe_issue_shows_the_leaders_consent(sqlite_app: Flask) -> None:
    world = flows.issue_in(S.SIGNED_OFF, severity=Severity.MAJOR)
    [opinions] = [
        block for block in paper_from(made(world, K.SIGN_OFF_FORM).content).blocks if block.shape == "opinions"
    ]
    whose, words, who, day = opinions.rows[-1]
    assert (whose, words, day) == ("县领导意见", "同意", "2026年3月2日")
    assert who


def test_the_file_ends_with_the_hash_of_the_last_event(sqlite_app: Flask) -> None:
    world = flows.issue_in(S.SIGNED_OFF)
    query = select(IssueEvent).where(IssueEvent.issue_id == world.issue.id).order_by(IssueEvent.seq)
    events = db.session.scalars(query).all()
    text = said(made(world, K.FILE))
    assert f"办理经过共{len(events)}条，最后一条的校验值为{events[-1].hash}" in text
    told = flows.detail("document")
    assert (told["kind"], told["document"]) == ("file", "督档〔2026〕1号")


@pytest.mark.parametrize("kind", [K.SIGN_OFF_FORM, K.FILE])
def test_made_again_of_the_same_it_is_the_same_document(app: Flask, kind: K) -> None:
    world = flows.issue_in(S.VERIFIED)
    first = made(world, kind)
    assert made(world, kind).id == first.id
    flows.sign_off(world)
    second = made(world, kind)
    assert (first.serial, second.serial) == (1, 2)
    assert said(first) != said(second)


def test_what_was_issued_never_changes(sqlite_app: Flask) -> None:
    world = flows.issue_in(S.SUBMITTED)
    document = made(world, K.SIGN_OFF_REQUEST, world.assignee)
    before = said(document)
    world.issue.description = "改过的描述"
    db.session.commit()
    db.session.expire_all()
    assert said(db.session.get_one(Document, document.id)) == before
    code = db.session.scalars(select(PaperCode).where(PaperCode.document_id == document.id)).one()
    assert (code.number, code.digest, len(code.code)) == (document.number, paper_from(document.content).digest, LENGTH)


@pytest.mark.parametrize(
    ("state", "kind", "who", "error"),
    [
        (S.RECTIFYING, K.SIGN_OFF_REQUEST, "assignee", RefusedError),
        (S.SUBMITTED, K.SIGN_OFF_FORM, "office", RefusedError),
        (S.VERIFIED, K.CLOSING_REPORT, "office", RefusedError),
        (S.SIGNED_OFF, K.CLOSING_REPORT, "assignee", ForbiddenError),
        (S.SIGNED_OFF, K.FILE, "finder", ForbiddenError),
        (S.SUBMITTED, K.SIGN_OFF_REQUEST, "rechecker", ForbiddenError),
        (S.SUBMITTED, K.ROUND_PLAN, "office", ForbiddenError),
    ],
)
def test_too_early_or_by_somebody_else_nothing_is_made(
    sqlite_app: Flask, state: S, kind: K, who: str, error: Any
) -> None:
    world = flows.issue_in(state)
    with refused(error):
        made(world, kind, getattr(world, who))
    assert db.session.query(Document).count() == 0


def test_an_extension_has_its_application_and_its_approval(sqlite_app: Flask) -> None:
    world = flows.issue_in(S.RECTIFYING)
    later = world.issue.deadline + timedelta(days=7)
    asked = extension_request(**world.by(world.assignee), new_deadline=later, reason="示例：雨天无法施工")
    by: dict[str, Any] = {"extension_id": asked.id, "at": world.at}
    text = said(documents.extension_document(**by, kind=K.EXTENSION_REQUEST, actor=world.assignee))
    assert all(part in text for part in ("示例：雨天无法施工", "申请延至：2026年3月23日", "创建办："))
    with refused(RefusedError):
        documents.extension_document(**by, kind=K.EXTENSION_DECISION, actor=world.office)
    extension_approve(extension_id=asked.id, actor=world.office, at=world.at, opinion="同意")
    text = said(documents.extension_document(**by, kind=K.EXTENSION_DECISION, actor=world.office))
    assert all(part in text for part in ("督延审〔2026〕1号", "已同意", "'创建办', '同意'"))
    with refused(ForbiddenError):
        documents.extension_document(**by, kind=K.EXTENSION_DECISION, actor=world.assignee)


def test_documents_are_seen_where_their_issue_is(sqlite_app: Flask) -> None:
    world = flows.issue_in(S.SIGNED_OFF)
    document = made(world, K.FILE)
    assert document_seen(document.id, world.secretary).id == document.id
    strangers = [factories.actor(Role.VILLAGE, unit_id=factories.village().id), factories.actor(Role.AUDITOR)]
    for stranger in strangers:
        assert not documents_of_issue(world.issue.id, stranger)
        with pytest.raises(NotFoundError):
            document_seen(document.id, stranger)


def test_a_round_and_a_visit_have_their_papers_which_the_inspected_do_not_see(app: Flask) -> None:
    world = flows.world()
    group, village = world.finders, world.village
    held = factories.saved(
        InspectionRound(
            name="示例轮次", kind=RoundKind.UNANNOUNCED, state=RoundState.UNDER_WAY, first_day=world.today,
            last_day=world.today, seed=1, parameters={}, made_at=world.at, published_at=world.at,
        )
    )  # fmt: skip
    factories.saved(
        RoundGroup(round_id=held.id, group_id=group.id, days=[world.today.isoformat()], people=4, stops_a_day=3)
    )
    stop = factories.saved(
        RoundStop(round_id=held.id, group_id=group.id, village_id=village.id, day=world.today, position=1, reasons=[],
                  state=StopState.DONE)
    )  # fmt: skip
    factories.saved(RoundTask(stop_id=stop.id, kind=TaskKind.UNVISITED, reason="never_visited"))
    by: dict[str, Any] = {"at": world.at}
    plan = documents.round_document(round_id=held.id, actor=world.office, **by)
    assert all(part in said(plan) for part in ("巡查方案（示例轮次）", f"{group.name}4人", village.name, "久未走访"))
    visit = factories.saved(
        Visit(
            stop_id=stop.id, round_id=held.id, group_id=group.id, village_id=village.id, started_at=world.at,
            people=[world.finder.person_id], note="示例：已查看", nothing_found=True,
        )
    )  # fmt: skip
    with pytest.raises(RefusedError):
        documents.visit_document(visit_id=visit.id, actor=world.finder, **by)
    visit.ended_at = world.at + timedelta(hours=1)
    db.session.commit()
    record = documents.visit_document(visit_id=visit.id, actor=world.finder, **by)
    assert all(part in said(record) for part in ("示例：已查看", "未发现问题", "尚无走访记录", "2026-03-02 09:00"))
    entries = db.session.scalars(select(AuditEntry.action).where(AuditEntry.action == "document.issue")).all()
    assert len(entries) == 2
    assert document_seen(record.id, world.finder).id == record.id
    unseen = [(plan, world.secretary), (record, world.secretary), (plan, world.finder), (record, world.rechecker)]
    for document, stranger in unseen:
        with pytest.raises(NotFoundError):
            document_seen(document.id, stranger)


@pytest.mark.parametrize(
    ("days", "kind", "number"),
    [(0, "immediate", "督立〔2026〕1号"), (1, "immediate", "督立〔2026〕1号"), (2, "rectification", "督整〔2026〕1号")],
)
def test_what_is_due_at_once_is_told_to_be_rectified_at_once(
    sqlite_app: Flask, days: int, kind: str, number: str
) -> None:
    world = flows.issue_in(S.REGISTERED)
    flows.issue_assign(
        **world.by(world.office), assignment=world.assignment(deadline=world.today + timedelta(days=days))
    )
    notice = db.session.scalars(select(Notice)).one()
    assert (notice.kind, notice.number) == (kind, number)
    assert ("立行立改" in notice.content["paper"]["title"]) == (kind == "immediate")


def test_urging_on_paper_is_numbered_and_received_once(sqlite_app: Flask) -> None:
    world = flows.issue_in(S.RECTIFYING)
    issue_remind(**world.by(world.office), words="示例：请抓紧", is_written=True)
    notice = db.session.scalars(select(Notice).where(Notice.kind == "urge")).one()
    assert notice.number == flows.detail("urge")["document"] == "督催〔2026〕1号"
    assert {"目前状态", "催办要求"} <= {
        block["heading"][2:-1] for block in notice.content["paper"]["blocks"] if block["heading"]
    }
    by: dict[str, Any] = {"notice_id": notice.id, "at": world.at}
    with refused(ForbiddenError):
        notice_sign(**by, actor=world.office)
    notice_sign(**by, actor=world.assignee)
    assert notice.received_by_id == world.assignee.person_id
    with refused(RefusedError):
        notice_sign(**by, actor=world.assignee)
    assert not chain_verify("issue").fault


def test_only_the_office_urges_on_paper_and_only_while_the_unit_must_move(sqlite_app: Flask) -> None:
    world = flows.issue_in(S.RECTIFYING)
    with refused(ForbiddenError):
        issue_remind(**world.by(world.leader), is_written=True)
    flows.submit(world)
    with refused(RefusedError):
        issue_remind(**world.by(world.office), is_written=True)


def test_a_code_tells_number_day_and_digest_and_guessing_is_slowed_down(app: Flask) -> None:
    document = made(flows.issue_in(S.SIGNED_OFF), K.FILE)
    code = db.session.scalars(select(PaperCode).where(PaperCode.document_id == document.id)).one()
    by: dict[str, Any] = {"address": "192.0.2.1", "at": document.issued_at}
    assert code_look(code=code.code, **by).number == document.number
    for n in range(MISSES):
        with pytest.raises(NotFoundError):
            code_look(code=f"{n:0>{LENGTH}}", **by)
    with pytest.raises(TooManyError):
        code_look(code=code.code, **by)
    assert code_look(code=code.code, address="192.0.2.2", at=by["at"]).code == code.code
    assert code_look(code=code.code, address="192.0.2.1", at=by["at"] + WINDOW + timedelta(seconds=1)).code == code.code

"""Documents made of a record: applications, approvals, reports, files; numbered without gaps, frozen when made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from tracker.clock import local_date
from tracker.database import db, transaction
from tracker.errors import ForbiddenError, NotFoundError, RefusedError
from tracker.languages import N_, SOURCE, _, speaking
from tracker.models import Document, DocumentKind, Extension, Issue, Role
from tracker.papers.forms import form_paper
from tracker.policy import Actor, capacities
from tracker.policy.documents import MAKERS
from tracker.queries.issue_page import IssuePage, issue_page
from tracker.queries.paper_templates import wording_on
from tracker.queries.rounds import round_page
from tracker.queries.visit_records import record_of, visit_seen
from tracker.services.chain import AUDIT, audit_record, chain_lock, event_record
from tracker.services.counters import counter_next
from tracker.services.document_facts import extension_facts, issue_facts
from tracker.services.notices import issuer_name
from tracker.services.paper_codes import code_make
from tracker.services.transitions import LARGEST_ID, issue_for_change
from tracker.services.walk_facts import round_facts, visit_facts
from workflows.extension import ExtensionState
from workflows.issue import IssueState

K, S = DocumentKind, IssueState
_NUMBER = N_("{mark}〔{year}〕{serial}号")
_MARKS: Mapping[DocumentKind, str] = {
    K.EXTENSION_REQUEST: N_("督延申"), K.EXTENSION_DECISION: N_("督延审"), K.SIGN_OFF_REQUEST: N_("督销申"),
    K.SIGN_OFF_FORM: N_("督销审"), K.CLOSING_REPORT: N_("督结"), K.FILE: N_("督档"), K.ROUND_PLAN: N_("督巡"),
    K.VISIT_RECORD: N_("督访"), K.BULLETIN: N_("督通"),
}  # fmt: skip
# From which states of an issue a document can be made, and what to say before that.
_WHEN: Mapping[DocumentKind, tuple[frozenset[IssueState], str]] = {
    K.SIGN_OFF_REQUEST: (frozenset({S.SUBMITTED, S.VERIFIED, S.SIGNED_OFF}), N_("申请销号后才能出具")),
    K.SIGN_OFF_FORM: (frozenset({S.VERIFIED, S.SIGNED_OFF}), N_("复核通过后才能出具")),
    K.CLOSING_REPORT: (frozenset({S.SIGNED_OFF}), N_("销号后才能出具")),
    K.FILE: (frozenset(S) - {S.DRAFT}, N_("登记后才能出具")),
}


def documents_possible(issue: Issue, actor: Actor) -> dict[DocumentKind, str]:
    """Map each kind that the actor may make of an issue to the reason why it cannot be made yet, or to nothing."""
    held = capacities(actor, issue)
    return {
        kind: "" if issue.state in states else _(why)
        for kind, (states, why) in _WHEN.items()
        if held & MAKERS[kind]
    }  # fmt: skip


def extension_documents(asked: Extension, issue: Issue, actor: Actor) -> list[DocumentKind]:
    """Return the kinds that the actor may make of a request for more time as it stands."""
    held = capacities(actor, issue)
    ready = {
        K.EXTENSION_REQUEST: asked.state is not ExtensionState.WITHDRAWN,
        K.EXTENSION_DECISION: asked.state in (ExtensionState.APPROVED, ExtensionState.REFUSED),
    }
    return [kind for kind, is_ready in ready.items() if is_ready and held & MAKERS[kind]]


def issue_document(*, issue_id: int, kind: DocumentKind, actor: Actor, at: datetime) -> Document:
    """Make a document of an issue as it stands; made again while nothing has changed, it is the one there is."""
    with transaction():
        issue = issue_for_change(issue_id, actor)
        why = documents_possible(issue, actor).get(kind)
        if why is None:
            raise ForbiddenError
        if why:
            raise RefusedError(why)
        page = issue_page(issue_id, actor)
        return _of_issue(page, kind, _spoken_facts(page, actor), None, actor, at)


def extension_document(*, extension_id: int, kind: DocumentKind, actor: Actor, at: datetime) -> Document:
    """Make the application for more time, or its approval, of a request as it stands."""
    with transaction():
        asked = db.session.get(Extension, extension_id) if 0 < extension_id <= LARGEST_ID else None
        if asked is None:
            raise NotFoundError
        issue = issue_for_change(asked.issue_id, actor)
        db.session.refresh(asked)
        if not capacities(actor, issue) & MAKERS.get(kind, frozenset()):
            raise ForbiddenError
        if kind not in extension_documents(asked, issue, actor):
            raise RefusedError(_("审批后才能出具"))
        page = issue_page(issue.id, actor)
        with speaking(SOURCE):
            told = extension_facts(asked, page.extensions)
        facts = _spoken_facts(page, actor) | {"extension": told}
        return _of_issue(page, kind, facts, asked, actor, at)


def _spoken_facts(page: IssuePage, actor: Actor) -> dict[str, Any]:
    with speaking(SOURCE):
        return issue_facts(page, actor)


def _of_issue(
    page: IssuePage, kind: DocumentKind, facts: dict[str, Any], asked: Extension | None, actor: Actor, at: datetime
) -> Document:
    document = Document(kind=kind, issue_id=page.issue.id, extension_id=asked.id if asked else None)
    kept, digest = _stored(document, facts, actor, at)
    if digest:
        told = {"document_id": kept.id, "document": kept.number, "kind": kind.value, "digest": digest}
        state = page.issue.state
        event_record(page.issue, "document", actor=actor, at=at, source=state, dest=state, detail=told)
    return kept


def round_document(*, round_id: int, actor: Actor, at: datetime) -> Document:
    """Make the 巡查方案 of a round as it is planned."""
    with transaction():
        chain_lock(AUDIT)
        page = round_page(actor, round_id)
        if actor.role is not Role.OFFICE:
            raise ForbiddenError
        if not page.stops:
            raise RefusedError(_("生成计划后才能出具"))
        with speaking(SOURCE):
            facts = round_facts(page)
        return _audited(Document(kind=K.ROUND_PLAN, round_id=page.held.id), facts, actor, at)


def visit_document(*, visit_id: int, actor: Actor, at: datetime) -> Document:
    """Make the 巡查记录 of a visit that has ended, in a round or outside every one."""
    with transaction():
        chain_lock(AUDIT)
        visit = visit_seen(actor, visit_id)
        if not (actor.role is Role.OFFICE or actor.is_group):
            raise ForbiddenError
        if visit.ended_at is None:
            raise RefusedError(_("走访结束后才能出具"))
        with speaking(SOURCE):
            facts = visit_facts(visit, record_of(actor, visit))
        return _audited(Document(kind=K.VISIT_RECORD, visit_id=visit.id), facts, actor, at)


def document_keep(document: Document, facts: dict[str, Any], actor: Actor, at: datetime) -> Document:
    """Number, freeze and keep a document of something else, in the caller's transaction, which records it."""
    return _stored(document, facts, actor, at)[0]


def _audited(document: Document, facts: dict[str, Any], actor: Actor, at: datetime) -> Document:
    kept, digest = _stored(document, facts, actor, at)
    if digest:
        told = {"document": kept.number, "kind": kept.kind.value, "digest": digest}
        audit_record("document.issue", actor=actor, at=at, target=f"document:{kept.id}", detail=told)
    return kept


def _stored(document: Document, facts: dict[str, Any], actor: Actor, at: datetime) -> tuple[Document, str]:
    """Number, freeze and keep a new document, and return it with its digest; or the one made of the same, with none."""
    document.facts_digest = _digest(document.kind, facts)
    before = db.session.scalars(_alike(document)).first()
    if before is not None:
        return before, ""
    today = local_date(at)
    document.year = today.year
    document.serial = counter_next(f"document:{document.kind.value}:{today.year}")
    with speaking(SOURCE):
        document.number = _(_NUMBER).format(mark=_(_MARKS[document.kind]), year=today.year, serial=document.serial)
    told = facts | {
        "document": document.number, "issuer": issuer_name(), "issued_on": today.isoformat()
    }  # fmt: skip
    paper = form_paper(document.kind.value, told, wording_on(document.kind.value, today))
    document.content, document.issued_by_id, document.issued_at = paper.to_dict(), actor.person_id, at
    db.session.add(document)
    db.session.flush()
    code_make(paper, today, document)
    return document, paper.digest


def _digest(kind: DocumentKind, facts: dict[str, Any]) -> str:
    """Return the digest of what a document speaks of; that it was made itself makes no other one of the same record."""
    aside = {"timeline", "events", "last_hash"}
    if kind is not K.FILE:
        aside |= {"last_act", "files", "papers", "extension_rows"}
    told = {name: value for name, value in facts.items() if name not in aside}
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _alike(document: Document) -> Any:
    query = select(Document).where(
        Document.kind == document.kind, Document.facts_digest == document.facts_digest,
        Document.issue_id.is_not_distinct_from(document.issue_id),
        Document.extension_id.is_not_distinct_from(document.extension_id),
        Document.round_id.is_not_distinct_from(document.round_id),
        Document.visit_id.is_not_distinct_from(document.visit_id),
        Document.bulletin_id.is_not_distinct_from(document.bulletin_id),
    )  # fmt: skip
    return query.order_by(Document.id.desc()).limit(1)

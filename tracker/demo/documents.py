"""Some documents of the demo's issues, of a round and of a visit, so that the pages show how they look."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from tracker.clock import local_date
from tracker.database import db
from tracker.demo.people import World
from tracker.models import DocumentKind, Extension, InspectionRound, Issue, Visit
from tracker.policy import Actor
from tracker.services.assignments import Assignment, issue_assign
from tracker.services.comments import issue_remind
from tracker.services.documents import extension_document, issue_document, round_document, visit_document
from workflows.extension import ExtensionState
from workflows.issue import IssueState
from workflows.round import RoundState

_EACH = 3
_URGED = "示例：时限将近，请抓紧办理，并在系统中报告进展"
_AT_ONCE = "示例：当日清理到位，消除隐患"
_KINDS = (DocumentKind.SIGN_OFF_REQUEST, DocumentKind.SIGN_OFF_FORM, DocumentKind.CLOSING_REPORT, DocumentKind.FILE)


def _notices_tell(world: World, office: Actor, at: datetime) -> None:
    """Urge on paper who rectifies for the demo's village and township, and have one problem put right at once."""
    for login in ("demo-village", "demo-assignee"):
        going = select(Issue.id).where(
            Issue.state == IssueState.RECTIFYING, Issue.responsible_unit_id == world.people[login].unit_id
        )
        for issue_id in db.session.scalars(going.order_by(Issue.id.desc()).limit(1)).all():
            issue_remind(issue_id=issue_id, words=_URGED, is_written=True, actor=office, at=at)
    waiting = select(Issue).where(Issue.state == IssueState.REGISTERED).order_by(Issue.id.desc()).offset(1).limit(1)
    for issue in db.session.scalars(waiting).all():
        post = world.secretaries[issue.location_id or 0]
        assignment = Assignment(post.unit_id, post.person_id, local_date(at), goal=_AT_ONCE)
        issue_assign(issue_id=issue.id, assignment=assignment, actor=office, at=at)


def documents_tell(world: World, at: datetime) -> None:
    """Let the office make documents of what was signed off, extended, planned and visited last."""
    office = world.actor(world.people["demo-office"], local_date(at))
    _notices_tell(world, office, at)
    own = world.people["demo-village"].unit_id
    closed = select(Issue.id).where(Issue.state == IssueState.SIGNED_OFF)
    mine = closed.where(Issue.location_id == own).order_by(Issue.id.desc()).limit(_EACH)
    for issue_id in db.session.scalars(mine).all():
        for kind in _KINDS:
            issue_document(issue_id=issue_id, kind=kind, actor=office, at=at)
    decided = select(Extension.id).where(Extension.state == ExtensionState.APPROVED).order_by(Extension.id.desc())
    for extension_id in db.session.scalars(decided.limit(_EACH)).all():
        for kind in (DocumentKind.EXTENSION_REQUEST, DocumentKind.EXTENSION_DECISION):
            extension_document(extension_id=extension_id, kind=kind, actor=office, at=at)
    rounds = select(InspectionRound.id).where(InspectionRound.state != RoundState.PLANNED)
    for round_id in db.session.scalars(rounds.order_by(InspectionRound.id.desc()).limit(1)).all():
        round_document(round_id=round_id, actor=office, at=at)
    ended = select(Visit.id).where(Visit.ended_at.is_not(None)).order_by(Visit.id.desc())
    for visit_id in db.session.scalars(ended.limit(_EACH)).all():
        visit_document(visit_id=visit_id, actor=office, at=at)

"""What people do meanwhile, through the services: they receive, submit, re-check, sign off, suspend and extend."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from tracker.clock import local_date
from tracker.database import db, transaction
from tracker.errors import TrackerError
from tracker.models import Blob, Consent, Evidence, GroupVillage, Issue, Phase, Post, Role
from tracker.policy import Actor, actor_of
from tracker.services.assignments import Assignment, issue_assign, issue_reassign
from tracker.services.consents import consent_give, consent_request
from tracker.services.extensions import extension_approve, extension_request
from tracker.services.issues import issue_refuse, issue_resume, issue_sign_off, issue_suspend
from tracker.services.rechecks import issue_fail, issue_verify
from tracker.services.rectification import MeasureValues, issue_accept, issue_submit
from workflows.consent import ConsentKind
from workflows.issue import Severity

_RECTIFIERS = (Role.ASSIGNEE, Role.VILLAGE)
_GROUP = (Role.GROUP_LEAD, Role.GROUP_MEMBER)


@dataclass(frozen=True)
class Wish:
    """One act that is to be done: the trigger, the issue, and what the form would say."""

    issue_id: int
    trigger: str
    day: date | None = None
    unit_id: int | None = None
    person_id: int | None = None


class _NobodyError(TrackerError):
    """There is nobody who could do it."""


def act(wish: Wish, at: float) -> str:
    """Do it; return nothing, or what it was refused with."""
    instant = datetime.fromtimestamp(at, UTC)
    issue = db.session.get_one(Issue, wish.issue_id)
    try:
        _DO[wish.trigger](wish, issue, instant)
    except (TrackerError, OperationalError) as refusal:  # the latter where the database was busy for too long
        db.session.rollback()
        return f"{type(refusal).__name__} {getattr(refusal, 'code', '')}".strip()
    return ""


def _somebody(at: datetime, roles: Collection[Role], *conditions: Any, but: Collection[int | None] = ()) -> Actor:
    today = local_date(at)
    in_force = (Post.valid_from <= today, (Post.valid_to.is_(None)) | (Post.valid_to >= today))
    query = select(Post).where(Post.role.in_(roles), *in_force, *conditions).order_by(Post.id)
    for post in db.session.scalars(query):
        if post.person_id not in but:
            return actor_of(post, today)
    raise _NobodyError


def _responsible(issue: Issue, at: datetime) -> Actor:
    return _somebody(at, _RECTIFIERS, Post.person_id == issue.responsible_id)


def _office(at: datetime, *but: int | None) -> Actor:
    return _somebody(at, (Role.OFFICE,), but=but)


def _leader(at: datetime) -> Actor:
    return _somebody(at, (Role.LEADER,))


def _group(issue: Issue, at: datetime) -> Actor:
    rosters = select(GroupVillage.group_id).where(GroupVillage.unit_id == issue.location_id)
    others = (Post.group_id.in_(rosters), Post.group_id != issue.found_by_group_id)
    return _somebody(at, _GROUP, *others)


def _given(wish: Wish) -> Assignment:
    return Assignment(wish.unit_id, wish.person_id, wish.day)


def _assign(wish: Wish, issue: Issue, at: datetime) -> None:
    issue_assign(issue_id=issue.id, assignment=_given(wish), actor=_office(at), at=at)


def _reassign(wish: Wish, issue: Issue, at: datetime) -> None:
    given = Assignment(wish.unit_id, wish.person_id, issue.deadline)
    issue_reassign(issue_id=issue.id, assignment=given, reason="示例：职责调整", actor=_office(at), at=at)


def _accept(wish: Wish, issue: Issue, at: datetime) -> None:
    measures = (MeasureValues("示例：立即整改"),)
    issue_accept(issue_id=issue.id, measures=measures, actor=_responsible(issue, at), at=at)


def _submit(wish: Wish, issue: Issue, at: datetime) -> None:
    actor = _responsible(issue, at)
    with transaction() as session:
        for n in range(2):
            digest = hashlib.sha256(f"{issue.id}:{issue.cycle}:{n}".encode()).hexdigest()
            session.merge(Blob(sha256=digest, size=1, media_type="image/jpeg", stored_at=at))
            session.flush()
            session.add(Evidence(
                issue_id=issue.id, blob_sha256=digest, phase=Phase.AFTER, cycle=issue.cycle, name="示例.jpg",
                uploaded_by_id=actor.person_id, uploaded_unit_id=actor.unit_id, uploaded_at=at,
            ))  # fmt: skip
    issue_submit(issue_id=issue.id, result="示例：已整改", actor=actor, at=at)


def _verify(wish: Wish, issue: Issue, at: datetime) -> None:
    issue_verify(issue_id=issue.id, finding="示例：已到位", actor=_group(issue, at), at=at)


def _fail(wish: Wish, issue: Issue, at: datetime) -> None:
    issue_fail(issue_id=issue.id, reason="示例：不到位", actor=_group(issue, at), at=at)


def _refuse(wish: Wish, issue: Issue, at: datetime) -> None:
    issue_refuse(issue_id=issue.id, reason="示例：材料不全", actor=_office(at), at=at)


def _sign_off(wish: Wish, issue: Issue, at: datetime) -> None:
    if issue.severity is Severity.MAJOR:
        wanted = (Consent.issue_id == issue.id, Consent.state == "requested")
        asked = db.session.scalars(select(Consent).where(*wanted)).first()
        if asked is None:
            asker = _office(at)
            asked = consent_request(
                issue_id=issue.id, kind=ConsentKind.SIGN_OFF, reason="示例：请审批", actor=asker, at=at
            )  # fmt: skip
        consent_give(consent_id=asked.id, actor=_leader(at), at=at)
    issue_sign_off(issue_id=issue.id, actor=_office(at), at=at)


def _suspend(wish: Wish, issue: Issue, at: datetime) -> None:
    said: dict[str, Any] = {"issue_id": issue.id, "reason": "示例：资金未到位", "review_on": wish.day, "at": at}
    asked = consent_request(kind=ConsentKind.SUSPEND, actor=_office(at), **said)
    consent_give(consent_id=asked.id, actor=_leader(at), at=at)
    issue_suspend(actor=_office(at), **said)


def _resume(wish: Wish, issue: Issue, at: datetime) -> None:
    issue_resume(issue_id=issue.id, reason="示例：资金到位", actor=_office(at), at=at)


def _extend(wish: Wish, issue: Issue, at: datetime) -> None:
    asked = extension_request(
        issue_id=issue.id, new_deadline=wish.day, reason="示例：雨季", actor=_responsible(issue, at), at=at
    )  # fmt: skip
    extension_approve(extension_id=asked.id, actor=_office(at), at=at)


_DO: dict[str, Callable[[Wish, Issue, datetime], None]] = {
    "assign": _assign, "reassign": _reassign, "accept": _accept, "submit": _submit, "verify": _verify, "fail": _fail,
    "refuse": _refuse, "sign_off": _sign_off, "suspend": _suspend, "resume": _resume, "extend": _extend,
}  # fmt: skip

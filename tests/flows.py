"""Walks issues through the services, so that a test starts where it wants to: a small world with all its actors."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests import factories
from tests.conftest import AT
from tracker.clock import local_date
from tracker.database import db
from tracker.errors import InvalidError, RefusedError, TrackerError
from tracker.models import (
    Blob,
    Consent,
    Evidence,
    Issue,
    IssueEvent,
    OutboxMessage,
    Phase,
    PolicyVersion,
    Role,
    SupervisionGroup,
    Unit,
    UnitKind,
)
from tracker.policy import Actor, actor_of
from tracker.services.assignments import Assignment, issue_assign
from tracker.services.consents import consent_give, consent_request
from tracker.services.findings import FindingValues, finding_draft, finding_log
from tracker.services.issues import issue_dismiss, issue_sign_off, issue_suspend
from tracker.services.rechecks import issue_verify
from tracker.services.rectification import MeasureValues, issue_accept, issue_submit
from workflows.consent import ConsentKind
from workflows.issue import IssueState, Severity
from workflows.policy import Policy

S = IssueState
PATH = (S.DRAFT, S.REGISTERED, S.ASSIGNED, S.RECTIFYING, S.SUBMITTED, S.VERIFIED, S.SIGNED_OFF)


@dataclass
class World:
    """A village on the rosters of two groups, and somebody for every part; ``issue`` is the one that is walked."""

    village: Unit
    finders: SupervisionGroup
    others: SupervisionGroup
    finder: Actor
    rechecker: Actor
    office: Actor
    other_office: Actor
    leader: Actor
    assignee: Actor
    secretary: Actor
    at: datetime = AT
    issue: Issue = field(init=False)

    @property
    def today(self) -> date:
        """Return the Shanghai day of the world."""
        return local_date(self.at)

    def assignment(self, **given: Any) -> Assignment:
        """Return an assignment to the assignee, due in two weeks."""
        defaults = {
            "responsible_unit_id": self.assignee.unit_id,
            "responsible_id": self.assignee.person_id,
            "deadline": self.today + timedelta(days=14),
        }
        return Assignment(**defaults | given)

    def values(self, **given: Any) -> FindingValues:
        """Return a finding in the village."""
        return FindingValues(
            **{"location_id": self.village.id, "category": "环境卫生", "description": "示例：村口垃圾未清运"} | given
        )

    def by(self, actor: Actor) -> dict[str, Any]:
        """Return what every service on the issue is called with."""
        return {"issue_id": self.issue.id, "actor": actor, "at": self.at}


def world(at: datetime = AT) -> World:
    """Return a world without an issue yet; all its people act today."""
    today = local_date(at)
    place = factories.village()
    finders, others = factories.group(place), factories.group(place)
    department = factories.unit(UnitKind.DEPARTMENT)

    def some(role: Role, **given: Any) -> Actor:
        return actor_of(factories.post(role, **given), today)

    return World(
        village=place, finders=finders, others=others,
        finder=some(Role.GROUP_MEMBER, group_id=finders.id), rechecker=some(Role.GROUP_MEMBER, group_id=others.id),
        office=some(Role.OFFICE), other_office=some(Role.OFFICE), leader=some(Role.LEADER),
        assignee=some(Role.ASSIGNEE, unit_id=department.id), secretary=some(Role.VILLAGE, unit_id=place.id), at=at,
    )  # fmt: skip


def issue_in(state: IssueState, *, at: datetime = AT, here: World | None = None, **given: Any) -> World:
    """Return a world whose issue has come to ``state`` through the services; ``given`` are finding values."""
    made = here or world(at)
    if state is S.DRAFT:
        made.issue = finding_draft(values=made.values(**given), actor=made.finder, at=made.at)
        return made
    made.issue = finding_log(values=made.values(**given), actor=made.finder, at=made.at)
    if state is S.DISMISSED:
        issue_dismiss(**made.by(made.office), reason="示例：不属于整改范围")
        return made
    end = S.RECTIFYING if state is S.SUSPENDED else state
    for reached in PATH[2 : PATH.index(end) + 1]:
        STEPS[reached](made)
    if state is S.SUSPENDED:
        suspend(made)
    return made


def assign(made: World) -> None:
    """Assign by the office."""
    issue_assign(**made.by(made.office), assignment=made.assignment())


def accept(made: World) -> None:
    """Receive with one measure."""
    issue_accept(**made.by(made.assignee), measures=(MeasureValues("示例：立即清运"),))


def evidence(made: World, phase: Phase = Phase.AFTER, by: Actor | None = None, n: int = 1) -> None:
    """Store references to bytes that lie nowhere: enough for the law, not for a page."""
    who = by or made.assignee
    for _ in range(n):
        count = db.session.query(Evidence).count()
        digest = hashlib.sha256(str(count).encode()).hexdigest()
        db.session.add(Blob(sha256=digest, size=1, media_type="image/jpeg", stored_at=made.at))
        db.session.flush()
        db.session.add(
            Evidence(
                issue_id=made.issue.id, blob_sha256=digest, phase=phase, cycle=made.issue.cycle,
                name=f"示例照片{count}.jpg", uploaded_by_id=who.person_id, uploaded_unit_id=who.unit_id,
                uploaded_at=made.at,
            )
        )  # fmt: skip
    db.session.commit()


def submit(made: World) -> None:
    """Ask for sign-off with as much evidence as any severity needs."""
    evidence(made, n=2)
    issue_submit(**made.by(made.assignee), result="示例：已清运")


def verify(made: World) -> None:
    """Let the other group's re-check pass."""
    issue_verify(**made.by(made.rechecker), finding="示例：现场已整改到位")


def consent(made: World) -> None:
    """Let the leader agree to the sign-off that was asked for."""
    asked = db.session.query(Consent).filter_by(issue_id=made.issue.id, state="requested").one()
    consent_give(consent_id=asked.id, actor=made.leader, at=made.at, opinion="同意")


def sign_off(made: World) -> None:
    """Close the issue, for a major one with the leader's consent."""
    if made.issue.severity is Severity.MAJOR:
        consent(made)
    issue_sign_off(**made.by(made.office), opinion="同意销号")


def suspend(made: World) -> None:
    """Suspend for 30 days with the leader's consent."""
    review = made.today + timedelta(days=30)
    asked = consent_request(
        **made.by(made.office), kind=ConsentKind.SUSPEND, reason="示例：资金未到位", review_on=review
    )  # fmt: skip
    consent_give(consent_id=asked.id, actor=made.leader, at=made.at, opinion="同意")
    issue_suspend(**made.by(made.other_office), reason="示例：资金未到位", review_on=review)


STEPS = {
    S.ASSIGNED: assign, S.RECTIFYING: accept, S.SUBMITTED: submit, S.VERIFIED: verify, S.SIGNED_OFF: sign_off,
}  # fmt: skip


def strict() -> None:
    """Let policy demand that another group than the finder's re-checks."""
    body = Policy(other_group_must_recheck=True).to_dict()
    factories.saved(PolicyVersion(effective_on=date(2026, 1, 1), body=body, made_at=factories.EPOCH))


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table that a service on issues may write, to compare before and after."""
    db.session.rollback()
    tables = (
        "issue", "issue_event", "outbox_message", "extension", "consent", "evidence", "notice", "measure", "stage",
        "counter", "chain_head", "comment", "assisting_unit",
        "document", "paper_code", "paper_template",
        "letter", "letter_issue", "letter_reply", "escalation", "point", "reminder",
    )  # fmt: skip
    found = {name: db.session.execute(db.metadata.tables[name].select()).all() for name in tables}
    db.session.rollback()
    return {name: sorted(map(tuple, rows), key=repr) for name, rows in found.items()}


@contextmanager
def refused(error: type[TrackerError], field_or_code: str = "") -> Iterator[None]:
    """Expect that what is done inside is refused with this field or code and changes nothing at all."""
    before = everything()
    with pytest.raises(error) as refusal:
        yield
    if isinstance(refusal.value, InvalidError):
        assert set(refusal.value.errors) == {field_or_code}
    elif isinstance(refusal.value, RefusedError) and field_or_code:
        assert refusal.value.code == field_or_code
    assert everything() == before


def told(kind: str) -> set[int]:
    """Return who got a message of that kind."""
    return set(db.session.scalars(select(OutboxMessage.recipient_id).where(OutboxMessage.kind == kind)))


def detail(trigger: str) -> dict[str, Any]:
    """Return what the latest event of that trigger says."""
    query = select(IssueEvent.detail).where(IssueEvent.trigger == trigger).order_by(IssueEvent.seq.desc())
    return dict(db.session.scalars(query.limit(1)).one())

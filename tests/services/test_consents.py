from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests import factories, flows
from tracker.database import db
from tracker.errors import ForbiddenError, InvalidError, NotFoundError, RefusedError
from tracker.models import Consent, Person, Role
from tracker.services.consents import consent_decline, consent_give, consent_request, consent_withdraw
from workflows.consent import ConsentKind, ConsentState
from workflows.issue import IssueState, Severity

pytestmark = pytest.mark.usefixtures("app")
S, K = IssueState, ConsentKind


def pending() -> Consent:
    return db.session.scalars(select(Consent).where(Consent.state == ConsentState.REQUESTED)).one()


def test_the_office_asks_for_a_suspension_with_a_day_of_review() -> None:
    here = flows.issue_in(S.RECTIFYING)
    given = {"kind": K.SUSPEND, "reason": "示例", "review_on": here.today + timedelta(days=30)}
    for day in (None, here.today, here.today - timedelta(days=1), date(9999, 1, 1)):
        with flows.refused(InvalidError, "review_on"):
            consent_request(**here.by(here.office), **given | {"review_on": day})
    with flows.refused(InvalidError, "reason"):
        consent_request(**here.by(here.office), **given | {"reason": " "})
    for actor in (here.assignee, here.leader, here.finder):
        with flows.refused(ForbiddenError):
            consent_request(**here.by(actor), **given)
    with flows.refused(RefusedError, "consent_out_of_place"):
        consent_request(**here.by(here.office), **given | {"kind": K.SIGN_OFF})
    consent_request(**here.by(here.office), **given)
    assert flows.told("consent_requested") == {here.leader.person_id}
    with flows.refused(RefusedError, "consent_pending"):
        consent_request(**here.by(here.office), **given)


def test_a_leader_agrees_and_office_and_asker_are_told() -> None:
    here = flows.issue_in(S.VERIFIED, severity=Severity.MAJOR)
    consent = consent_give(consent_id=pending().id, opinion="同意", actor=here.leader, at=here.at)
    assert (consent.state, consent.decided_by_id, consent.opinion) == (
        ConsentState.GIVEN,
        here.leader.person_id,
        "同意",
    )
    told = {here.office.person_id, here.other_office.person_id, here.rechecker.person_id}
    assert flows.told("consent_given") == told
    with flows.refused(RefusedError, "not_from_here"):
        consent_decline(consent_id=consent.id, opinion="示例", actor=here.leader, at=here.at)


def test_who_had_a_part_in_it_does_not_consent_whatever_the_post() -> None:
    here = flows.issue_in(S.VERIFIED, severity=Severity.MAJOR)
    consent = pending()
    consent_withdraw(consent_id=consent.id, actor=here.office, at=here.at)
    again = consent_request(**here.by(here.office), kind=K.SIGN_OFF, reason="示例")
    colleague = factories.actor(Role.ASSIGNEE, unit_id=here.assignee.unit_id)
    parts = {
        "you_asked": here.office, "you_submitted": here.assignee, "you_verified": here.rechecker,
        "your_unit_submitted": colleague,
    }  # fmt: skip
    for code, actor in parts.items():
        leader = factories.actor(Role.LEADER, who=db.session.get_one(Person, actor.person_id))
        with flows.refused(RefusedError, code):
            consent_give(consent_id=again.id, actor=leader, at=here.at)
    for actor in (here.office, here.assignee, here.finder):
        with flows.refused(ForbiddenError):
            consent_give(consent_id=again.id, actor=actor, at=here.at)


def test_a_leader_declines_with_an_opinion_and_the_office_may_ask_again() -> None:
    here = flows.issue_in(S.VERIFIED, severity=Severity.MAJOR)
    with flows.refused(RefusedError, "no_reason"):
        consent_decline(consent_id=pending().id, opinion="", actor=here.leader, at=here.at)
    consent_decline(consent_id=pending().id, opinion="示例：先补资料", actor=here.leader, at=here.at)
    assert here.office.person_id in flows.told("consent_declined")
    assert consent_request(**here.by(here.office), kind=K.SIGN_OFF, reason="示例").state is ConsentState.REQUESTED


def test_only_the_office_takes_a_request_back() -> None:
    here = flows.issue_in(S.VERIFIED, severity=Severity.MAJOR)
    for actor in (here.leader, here.rechecker):
        with flows.refused(ForbiddenError):
            consent_withdraw(consent_id=pending().id, actor=actor, at=here.at)
    consent_withdraw(consent_id=pending().id, actor=here.office, at=here.at)
    stranger = factories.actor(Role.ASSIGNEE, unit_id=factories.village().id)
    with flows.refused(NotFoundError):
        consent_withdraw(consent_id=1, actor=stranger, at=here.at)

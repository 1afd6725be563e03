"""Random people do random things to one issue; whatever they do, what the domain promises holds."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound

from tests import flows
from tests.conftest import build_app
from tracker.clock import local_date
from tracker.database import db
from tracker.errors import TrackerError
from tracker.models import Consent, Evidence, Extension, Issue, IssueEvent, OutboxMessage
from tracker.models import Phase as EvidencePhase
from tracker.services.assignments import issue_assign, issue_contest, issue_reassign
from tracker.services.chain import event_fields, link_hash
from tracker.services.consents import consent_decline, consent_give, consent_request, consent_withdraw
from tracker.services.extensions import extension_approve, extension_refuse, extension_request, extension_withdraw
from tracker.services.issues import issue_dismiss, issue_refuse, issue_resume, issue_sign_off, issue_suspend
from tracker.services.rechecks import issue_fail, issue_reopen, issue_verify
from tracker.services.rectification import MeasureValues, issue_accept, issue_progress, issue_submit
from workflows.consent import ConsentKind, ConsentState
from workflows.extension import ExtensionState
from workflows.issue import ISSUE, WAITING, Clock, IssueState, Severity

ACTORS = ("finder", "rechecker", "office", "other_office", "leader", "assignee", "secretary")
S = IssueState


class Office(RuleBasedStateMachine):
    """One issue and everyone who may or may not touch it."""

    source: Path  # a migrated database to start from
    seen: ClassVar[set[str]] = set()  # what happened in any run

    @initialize(severity=st.sampled_from(Severity), strict=st.booleans())
    def begin(self, severity: Severity, strict: bool) -> None:
        self.folder = Path(tempfile.mkdtemp())
        shutil.copyfile(self.source, self.folder / "test.sqlite3")
        self.app = build_app(f"sqlite:///{self.folder / 'test.sqlite3'}", self.folder)
        self.context = self.app.app_context()
        self.context.push()
        if strict:
            flows.strict()
        self.here = flows.issue_in(S.REGISTERED, severity=severity)
        self.first_deadline = self.number = None

    def teardown(self) -> None:
        if hasattr(self, "context"):
            db.session.remove()
            db.engine.dispose()
            self.context.pop()
            shutil.rmtree(self.folder)

    def attempt(self, actor: str, service: Callable[..., Any], **given: Any) -> None:
        """Let somebody try; a refusal changes nothing, a success is one event more at the least."""
        before = flows.everything()
        self.here.at += timedelta(hours=5)
        try:
            service(actor=getattr(self.here, actor), at=self.here.at, **given)
        except TrackerError:
            assert flows.everything() == before
        else:
            assert len(flows.everything()["issue_event"]) > len(before["issue_event"])

    @property
    def ahead(self) -> Any:
        return local_date(self.here.at) + timedelta(days=10)

    def services(self) -> dict[str, tuple[str, Callable[..., Any], dict[str, Any]]]:
        """Return who usually does what to the issue, and with which words."""
        assignment = self.here.assignment(deadline=self.ahead)
        later = self.ahead + timedelta(days=9)
        return {
            "assign": ("office", issue_assign, {"assignment": assignment}),
            "reassign": ("office", issue_reassign, {"assignment": assignment, "reason": "示例"}),
            "contest": ("assignee", issue_contest, {"reason": "示例"}),
            "accept": ("assignee", issue_accept, {"measures": (MeasureValues("示例"),)}),
            "progress": ("assignee", issue_progress, {"note": "示例", "percent": 50}),
            "submit": ("assignee", issue_submit, {"result": "示例"}),
            "fail": ("rechecker", issue_fail, {"reason": "示例"}),
            "verify": ("rechecker", issue_verify, {"finding": "示例"}),
            "refuse": ("office", issue_refuse, {"reason": "示例"}),
            "sign_off": ("office", issue_sign_off, {}),
            "dismiss": ("office", issue_dismiss, {"reason": "示例"}),
            "reopen": ("finder", issue_reopen, {"finding": "示例", "deadline": self.ahead}),
            "suspend": ("other_office", issue_suspend, {"reason": "示例", "review_on": self.ahead}),
            "resume": ("office", issue_resume, {"reason": "示例"}),
            "extension": ("assignee", extension_request, {"new_deadline": later, "reason": "示例"}),
            "consent": ("office", consent_request, {"kind": ConsentKind.SUSPEND, "reason": "示例", "review_on": later}),
        }

    @rule(data=st.data(), actor=st.sampled_from(ACTORS))
    def anybody_tries_anything(self, data: st.DataObject, actor: str) -> None:
        _, service, given = self.services()[data.draw(st.sampled_from(sorted(self.services())))]
        self.attempt(actor, service, issue_id=self.here.issue.id, **given)

    @rule(data=st.data())
    def somebody_does_what_is_theirs(self, data: st.DataObject) -> None:
        state = self.here.issue.state
        fitting = [trigger for trigger in self.services() if ISSUE.row(trigger, state)]
        beside = ["extension", "consent"] if state is S.RECTIFYING else []
        rare = [] if self.here.issue.deadline is None else ["dismiss"]  # the end comes soon enough
        trigger = data.draw(st.sampled_from([one for one in fitting + beside if one not in rare] or ["resume"]))
        actor, service, given = self.services()[trigger]
        self.attempt(actor, service, issue_id=self.here.issue.id, **given)

    @rule(
        actor=st.sampled_from(("leader", "leader", "leader", *ACTORS)),
        service=st.sampled_from([consent_give, consent_give, consent_decline, consent_withdraw]),
    )
    def answer_consent(self, actor: str, service: Callable[..., Any]) -> None:
        for consent_id in db.session.scalars(select(Consent.id).where(Consent.state == ConsentState.REQUESTED)).all():
            more = {} if service is consent_withdraw else {"opinion": "示例"}
            self.attempt(actor, service, consent_id=consent_id, **more)

    @rule(
        actor=st.sampled_from(("office", "office", "office", "leader", *ACTORS)),
        service=st.sampled_from([extension_approve, extension_approve, extension_refuse, extension_withdraw]),
    )
    def answer_extension(self, actor: str, service: Callable[..., Any]) -> None:
        _, ask, given = self.services()["extension"]
        self.attempt("assignee", ask, issue_id=self.here.issue.id, **given)
        waiting = select(Extension.id).where(Extension.state == ExtensionState.REQUESTED)
        for extension_id in db.session.scalars(waiting).all():
            more = {} if service is extension_withdraw else {"opinion": "示例"}
            self.attempt(actor, service, extension_id=extension_id, **more)

    @precondition(lambda self: self.here.issue.state is S.RECTIFYING)
    @rule(actor=st.sampled_from(["assignee", "secretary", "other_office"]))
    def upload(self, actor: str) -> None:
        flows.evidence(self.here, by=getattr(self.here, actor), n=2)

    @precondition(lambda self: self.here.issue.state is S.RECTIFYING)
    @rule()
    def shelve(self) -> None:
        """Suspend as the right people would."""
        self.here.at += timedelta(hours=1)
        try:
            flows.suspend(self.here)
        except TrackerError:  # a request waits already
            db.session.rollback()

    @rule()
    def walk_on(self) -> None:
        """Take the next step as the right people would, so that runs get far."""
        before = self.here.issue.state
        steps = {S.REGISTERED: flows.assign, S.ASSIGNED: flows.accept, S.RECTIFYING: flows.submit,
                 S.SUBMITTED: flows.verify, S.VERIFIED: flows.sign_off}  # fmt: skip
        if before in steps and self.here.issue.responsible_id in (None, self.here.assignee.person_id):
            self.here.at += timedelta(hours=1)
            try:
                steps[before](self.here)
            except (TrackerError, NoResultFound):  # no consent waits where it was declined before
                db.session.rollback()

    @invariant()
    def the_record_tells_how_it_came_to_be(self) -> None:
        if not hasattr(self, "here"):
            return
        db.session.expire_all()
        issue = self.here.issue
        events = db.session.scalars(select(IssueEvent).order_by(IssueEvent.seq)).all()
        assert [one.hash for one in events] == [link_hash(one.prev_hash, event_fields(one)) for one in events]
        self.seen.update(one.trigger for one in events)
        state = "draft"
        for one in events:
            assert one.source == state
            if one.source != one.dest:
                assert ISSUE.row(one.trigger, S(one.source)) is not None
            state = one.dest
        assert state == issue.state
        assert issue.cycle == sum(one.trigger in ("fail", "refuse", "reopen") for one in events)
        assert issue.returns == sum(one.trigger in ("fail", "refuse") for one in events)
        assert issue.recurrences == sum(one.trigger == "reopen" for one in events)
        assert issue.extensions == sum(one.trigger == "extension_approve" for one in events) <= 2

    @invariant()
    def number_and_first_deadline_never_change(self) -> None:
        if not hasattr(self, "here"):
            return
        issue = self.here.issue
        self.number = self.number or issue.number
        self.first_deadline = self.first_deadline or issue.first_deadline
        assert (issue.number, issue.first_deadline) == (self.number, self.first_deadline)

    @invariant()
    def what_is_signed_off_has_evidence_and_went_through_different_hands(self) -> None:
        if not hasattr(self, "here") or self.here.issue.state is not S.SIGNED_OFF:
            return
        issue = self.here.issue
        hands = {issue.submitted_by_id, issue.verified_by_id, issue.signed_off_by_id}
        assert None not in hands
        assert len(hands) == 3
        after = select(Evidence).where(Evidence.phase == EvidencePhase.AFTER, Evidence.cycle == issue.cycle)
        evidence = db.session.scalars(after).all()
        assert evidence
        assert not {one.uploaded_by_id for one in evidence} & {issue.verified_by_id, issue.signed_off_by_id}
        given = select(Consent.decided_by_id).where(
            Consent.state == ConsentState.GIVEN, Consent.kind == ConsentKind.SIGN_OFF, Consent.cycle == issue.cycle
        )
        leaders = set(db.session.scalars(given))
        assert not leaders & hands
        assert leaders or issue.severity is not Severity.MAJOR

    @invariant()
    def what_waits_has_a_clock_and_no_request_outlives_its_state(self) -> None:
        if not hasattr(self, "here"):
            return
        issue = self.here.issue
        clock = WAITING[issue.state].clock
        assert (issue.move_due_on is None) == (clock is None)
        if clock is Clock.DEADLINE:
            assert issue.move_due_on == issue.deadline
        open_extension = select(Extension.id).where(Extension.state == ExtensionState.REQUESTED)
        assert issue.state is S.RECTIFYING or not db.session.scalars(open_extension).all()
        open_consent = select(Consent.kind).where(Consent.state == ConsentState.REQUESTED)
        places = {S.RECTIFYING: {ConsentKind.SUSPEND}, S.VERIFIED: {ConsentKind.SIGN_OFF}}
        assert set(db.session.scalars(open_consent)) <= places.get(issue.state, set())

    @invariant()
    def nobody_is_told_of_what_they_did_themselves_or_twice(self) -> None:
        if not hasattr(self, "here"):
            return
        actors = {f"event:{one.seq}": one.actor_id for one in db.session.scalars(select(IssueEvent))}
        for message in db.session.scalars(select(OutboxMessage)):
            cause = ":".join(message.key.split(":")[:2])
            assert message.recipient_id != actors[cause]
        assert db.session.scalars(select(Issue.id)).all() == [self.here.issue.id]


def test_the_promises_hold_whatever_people_do(migrated_sqlite: Path) -> None:
    Office.source = migrated_sqlite
    run_state_machine_as_test(
        Office,
        settings=settings(
            max_examples=14, stateful_step_count=40, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck), phases=(Phase.generate, Phase.shrink),
        ),
    )  # fmt: skip
    far = {"fail", "sign_off", "reopen", "suspend", "resume", "extension_approve", "consent_give"}
    assert Office.seen >= far, "the runs no longer get far enough to say anything"

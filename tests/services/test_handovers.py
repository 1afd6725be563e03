"""Handing over what a post holds: everything in one act, nothing that needs another pair of eyes got round."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from tests import factories
from tests.conftest import AT
from tests.flows import World, detail, issue_in, refused, sign_off, told
from tracker import labels
from tracker.clock import local_date
from tracker.database import db
from tracker.errors import ForbiddenError, InvalidError, NotFoundError, RefusedError
from tracker.models import (
    AuditEntry,
    Consent,
    Extension,
    Handover,
    InspectionRound,
    Issue,
    IssueEvent,
    Letter,
    Post,
    Role,
    RoundGroup,
    RoundKind,
    RoundStop,
)
from tracker.policy import Actor, actor_of, visible
from tracker.queries.handovers import departing
from tracker.queries.held import KINDS, held_counts
from tracker.queries.held_lines import group_work, recorded_lines
from tracker.queries.letters import letters_waiting
from tracker.services.consents import consent_give, consent_request
from tracker.services.extensions import extension_approve, extension_request
from tracker.services.handover_moves import MOVERS
from tracker.services.handovers import handover_accept, handover_decline, handover_propose, handover_withdraw
from tracker.services.instructions import InstructionValues, instruction_give
from tracker.services.issues import issue_sign_off
from tracker.services.letter_making import LetterValues
from tracker.services.letters import letter_receive, letter_reply, letter_settle, letter_write
from tracker.services.visits import VisitEnd, visit_finish, visit_start
from workflows.consent import ConsentKind
from workflows.handover import HandoverState
from workflows.issue import IssueState
from workflows.letter import LetterKind, LetterState
from workflows.round import RoundState

S = IssueState
TODAY = local_date(AT)
pytestmark = pytest.mark.usefixtures("app")


def post_of(actor: Actor) -> Post:
    return db.session.get_one(Post, actor.post_id)


def colleague(actor: Actor, **given: Any) -> Actor:
    """Return somebody else in a post like the actor's."""
    return factories.actor(actor.role, unit_id=actor.unit_id, group_id=actor.group_id, today=TODAY, **given)


def propose(
    giver: Actor, receiver: Actor, by: Actor | None = None, kinds: tuple[str, ...] = (), reason: str = ""
) -> Handover:
    names = kinds or tuple(kind.code for kind in KINDS)
    made = handover_propose(
        post_id=giver.post_id or 0, receivers=dict.fromkeys(names, receiver.person_id), reason=reason,
        actor=by or giver, at=AT,
    )  # fmt: skip
    return made[0]


def accept(handover: Handover, by: Actor) -> Handover:
    return handover_accept(handover_id=handover.id, actor=by, at=AT)


def end(actor: Actor) -> None:
    """Let the post have ended yesterday."""
    post_of(actor).valid_to = TODAY - timedelta(days=1)
    db.session.commit()


def test_every_kind_has_words_and_a_way_to_move() -> None:
    codes = [kind.code for kind in KINDS]
    assert set(codes) == set(MOVERS) == set(labels.HELD)
    assert len(codes) == len(set(codes))


def test_all_that_a_responsible_person_holds_passes_in_one_act() -> None:
    here = issue_in(S.RECTIFYING)
    extension_request(
        **here.by(here.assignee), new_deadline=here.issue.deadline + timedelta(days=5), reason="示例：等雨停"
    )  # fmt: skip
    successor = colleague(here.assignee)
    handover = propose(here.assignee, successor)
    assert (handover.kinds, told("handover_proposed")) == (["responsible", "extension"], {successor.person_id})
    assert here.issue.responsible_id == here.assignee.person_id
    state, since = here.issue.state, here.issue.state_since

    accept(handover, successor)

    issue = db.session.get_one(Issue, here.issue.id, populate_existing=True)
    assert (issue.responsible_id, issue.state, issue.state_since) == (successor.person_id, state, since)
    assert db.session.query(Extension).one().handed_to_id == successor.person_id
    events = db.session.query(IssueEvent).filter_by(issue_id=issue.id, trigger="handover").all()
    assert len(events) == 1
    assert detail("handover") == {
        "handover_id": handover.id, "from_id": here.assignee.person_id, "from": here.assignee.name,
        "to_id": successor.person_id, "to": successor.name, "held": ["extension", "responsible"],
    }  # fmt: skip
    assert told("handover_accepted") == {here.assignee.person_id}
    assert [entry.action for entry in db.session.query(AuditEntry).filter(AuditEntry.action.like("handover%"))] == [
        "handover.propose", "handover.accept",
    ]  # fmt: skip
    assert held_counts([post_of(here.assignee)]) == {}


def test_what_appears_between_the_two_words_moves_too_and_is_said() -> None:
    here = issue_in(S.ASSIGNED)
    successor = colleague(here.assignee)
    handover = propose(here.assignee, successor)
    first = here.issue.id
    later = issue_in(S.ASSIGNED, here=here).issue.id

    accept(handover, successor)

    assert [(row["id"], row["fate"], row["is_new"]) for row in handover.result] == [
        (first, "moved", False), (later, "moved", True),
    ]  # fmt: skip


def test_what_was_closed_meanwhile_is_said_and_does_not_move() -> None:
    here = issue_in(S.VERIFIED)
    successor = colleague(here.assignee)
    handover = propose(here.assignee, successor)
    sign_off(here)
    accept(handover, successor)
    assert [row["fate"] for row in handover.result] == ["gone"]
    assert here.issue.responsible_id == here.assignee.person_id


def test_each_kind_may_go_to_another_and_only_its_own_moves() -> None:
    here = issue_in(S.RECTIFYING)
    extension_request(
        **here.by(here.assignee), new_deadline=here.issue.deadline + timedelta(days=5), reason="示例：等雨停"
    )  # fmt: skip
    one, other = colleague(here.assignee), colleague(here.assignee)
    made = handover_propose(
        post_id=here.assignee.post_id or 0, receivers={"responsible": one.person_id, "extension": other.person_id},
        actor=here.assignee, at=AT,
    )  # fmt: skip
    assert [handover.kinds for handover in made] == [["responsible"], ["extension"]]
    accept(made[1], other)
    assert here.issue.responsible_id == here.assignee.person_id
    with refused(NotFoundError):
        accept(made[0], other)


def test_a_draft_of_the_successors_home_village_stays_where_it_is() -> None:
    here = issue_in(S.DRAFT)
    home, other = here.issue, issue_in(S.DRAFT, here=here, location_id=factories.village().id).issue
    successor = colleague(here.finder, who=factories.person(home_unit_id=here.village.id))
    handover = accept(propose(here.finder, successor), successor)
    assert {row["id"]: row["fate"] for row in handover.result} == {home.id: "recused", other.id: "moved"}
    assert (home.created_by_id, other.created_by_id) == (here.finder.person_id, successor.person_id)
    seen = set(db.session.scalars(db.select(Issue.id).where(visible(successor))))
    assert other.id in seen
    assert home.id not in seen


def test_who_first_found_it_does_not_sign_it_off_alone_after_handing_the_draft_over() -> None:
    """With a second post, in the office, the door that the first post closes stays closed."""
    here = issue_in(S.DRAFT)
    successor = colleague(here.finder)
    accept(propose(here.finder, successor), successor)
    draft = here.issue
    draft.state, draft.number = S.VERIFIED, "SL-2026-90001"
    draft.verified_by_id, draft.submitted_by_id = here.rechecker.person_id, here.assignee.person_id
    db.session.commit()
    who = db.session.get_one(Post, here.finder.post_id).person
    in_office = actor_of(factories.post(Role.OFFICE, who=who), TODAY)
    with refused(RefusedError, "finder_alone"):
        issue_sign_off(issue_id=draft.id, actor=in_office, at=AT, opinion="同意销号")


@pytest.mark.parametrize("former", [True, False])
def test_neither_who_asked_nor_who_took_the_request_over_decides_it(former: bool) -> None:
    here = issue_in(S.RECTIFYING)
    asked = extension_request(
        **here.by(here.assignee), new_deadline=here.issue.deadline + timedelta(days=5), reason="示例：等雨停"
    )  # fmt: skip
    successor = colleague(here.assignee)
    accept(propose(here.assignee, successor), successor)
    who = post_of(here.assignee if former else successor).person
    end(here.assignee if former else successor)
    in_office = actor_of(factories.post(Role.OFFICE, who=who), TODAY)
    with refused(RefusedError, "you_asked"):
        extension_approve(extension_id=asked.id, actor=in_office, at=AT)
    extension_approve(extension_id=asked.id, actor=here.office, at=AT)
    assert successor.person_id in told("extension_approved")


def test_the_office_hands_over_what_it_asked_the_leaders() -> None:
    here = issue_in(S.RECTIFYING)
    review = TODAY + timedelta(days=30)
    asked = consent_request(**here.by(here.office), kind=ConsentKind.SUSPEND, reason="示例：等资金", review_on=review)
    accept(propose(here.office, here.other_office), here.other_office)
    assert db.session.get_one(Consent, asked.id).handed_to_id == here.other_office.person_id
    consent_give(consent_id=asked.id, actor=here.leader, at=AT, opinion="同意")


@pytest.mark.parametrize("role", ["office", "leader", "group_lead"])
def test_for_who_is_gone_another_speaks_with_a_reason_but_does_not_accept(role: str) -> None:
    here = issue_in(S.DRAFT)
    lead = factories.actor(Role.GROUP_LEAD, group_id=here.finders.id, today=TODAY)
    steward = {"office": here.office, "leader": here.leader, "group_lead": lead}[role]
    successor = colleague(here.finder)
    with refused(RefusedError, "handover_giver_is_here"):
        propose(here.finder, successor, steward, reason="示例：抽调期满")
    end(here.finder)
    with refused(InvalidError, "reason"):
        propose(here.finder, successor, steward)
    if role == "group_lead":
        with refused(InvalidError, "receiver_id"):
            propose(here.finder, lead, steward, reason="示例：抽调期满")
    handover = propose(here.finder, successor, steward, reason="示例：抽调期满")
    assert told("handover_proposed") == {successor.person_id, here.finder.person_id}
    with refused(ForbiddenError):
        accept(handover, steward)
    accept(handover, successor)
    assert here.issue.created_by_id == successor.person_id


def test_nobody_else_sees_or_moves_what_another_holds() -> None:
    here = issue_in(S.DRAFT)
    successor = colleague(here.finder)
    elsewhere = factories.actor(Role.GROUP_LEAD, group_id=here.others.id, today=TODAY)
    end(here.finder)
    for stranger in (elsewhere, here.assignee, successor):
        with refused(NotFoundError):
            propose(here.finder, successor, stranger, reason="示例：抽调期满")
    handover = propose(here.finder, successor, here.office, reason="示例：抽调期满")
    for stranger in (elsewhere, here.assignee):
        with refused(NotFoundError):
            accept(handover, stranger)


@pytest.mark.parametrize("misfit", ["rechecker", "secretary", "gone", "giver"])
def test_only_somebody_in_the_same_group_or_unit_receives(misfit: str) -> None:
    here = issue_in(S.DRAFT)
    gone = colleague(here.finder, valid_to=TODAY - timedelta(days=1))
    chosen = {"rechecker": here.rechecker, "secretary": here.secretary, "gone": gone, "giver": here.finder}[misfit]
    with refused(InvalidError, "receiver_id"):
        propose(here.finder, chosen)


def test_one_at_a_time_and_a_declined_or_withdrawn_one_moves_nothing() -> None:
    here = issue_in(S.DRAFT)
    successor = colleague(here.finder)
    handover = propose(here.finder, successor)
    with refused(RefusedError, "handover_pending"):
        propose(here.finder, successor)
    with refused(RefusedError, "no_reason"):
        handover_decline(handover_id=handover.id, opinion=" ", actor=successor, at=AT)
    handover_decline(handover_id=handover.id, opinion="示例：不在本组分工", actor=successor, at=AT)
    again = propose(here.finder, successor)
    with refused(ForbiddenError):
        handover_withdraw(handover_id=again.id, actor=successor, at=AT)
    handover_withdraw(handover_id=again.id, actor=here.finder, at=AT)
    with refused(RefusedError, "not_from_here"):
        accept(again, successor)
    assert (handover.state, again.state) == (HandoverState.DECLINED, HandoverState.WITHDRAWN)
    assert here.issue.created_by_id == here.finder.person_id


def test_a_receiver_whose_post_ended_meanwhile_does_not_receive() -> None:
    here = issue_in(S.DRAFT)
    successor = colleague(here.finder)
    handover = propose(here.finder, successor)
    end(successor)
    with refused(RefusedError, "handover_misfit"):
        accept(handover, successor)


def test_posts_that_end_soon_or_have_ended_are_listed_for_who_answers_for_them() -> None:
    here = issue_in(S.DRAFT)
    lead = factories.actor(Role.GROUP_LEAD, group_id=here.finders.id, today=TODAY)
    other_lead = factories.actor(Role.GROUP_LEAD, group_id=here.others.id, today=TODAY)
    post = post_of(here.finder)

    def listed(actor: Actor) -> list[tuple[int, int]]:
        return [(one.post.id, one.total) for one in departing(actor)]

    assert listed(here.office) == []
    for last_day, shown in ((14, True), (15, False), (-1, True), (-366, False)):
        post.valid_to = TODAY + timedelta(days=last_day)
        db.session.commit()
        assert listed(here.office) == listed(lead) == ([(post.id, 1)] if shown else [])
        assert listed(other_lead) == []
    post.valid_to = TODAY
    factories.post(Role.GROUP_MEMBER, who=post.person, group_id=here.finders.id)
    assert listed(here.office) == []  # a new post of the same kind goes on with it
    assert listed(replace(here.finder, group_id=here.finders.id)) == []


def test_a_secretary_hands_over_what_lies_with_the_grids_of_the_village(app: Flask) -> None:
    here = issue_in(S.ASSIGNED)
    grid = factories.unit(factories.UnitKind.GRID, parent=here.village)
    of_grid = factories.issue(
        location=here.village, responsible_unit_id=grid.id, responsible_id=here.secretary.person_id, state=S.ASSIGNED
    )  # fmt: skip
    factories.issue(
        location=here.village, responsible_unit_id=here.assignee.unit_id, responsible_id=here.secretary.person_id,
        state=S.ASSIGNED,
    )  # fmt: skip
    successor = colleague(here.secretary)
    handover = accept(propose(here.secretary, successor), successor)
    assert [row["id"] for row in handover.result] == [of_grid.id]


def letter_to(here: World, **given: Any) -> Letter:
    """Return a document about the issue, received by the assignee for their unit."""
    values = LetterValues(**{"recipient_unit_id": here.assignee.unit_id, "words": "示例：请限期整改"} | given)
    letter = letter_write(kind=LetterKind.ORDER, values=values, issue_ids=[here.issue.id], actor=here.office, at=AT)
    return letter_receive(letter_id=letter.id, actor=here.assignee, at=AT)


def test_a_document_to_reply_to_passes_with_its_duty_and_not_with_its_receipt() -> None:
    here = issue_in(S.RECTIFYING)
    letter = letter_to(here)
    values = LetterValues(here.assignee.unit_id, words="示例：报送材料")
    matter = letter_write(kind=LetterKind.ORDER, values=values, actor=here.office, at=AT)
    assert held_counts([post_of(here.assignee)])[here.assignee.post_id] == {"responsible": 1, "letter": 1}
    successor = colleague(here.assignee)
    accept(propose(here.assignee, successor, kinds=("letter",)), successor)
    assert (letter.received_by_id, letter.handed_to_id) == (here.assignee.person_id, successor.person_id)
    assert (matter.handed_to_id, detail("handover")["held"]) == (None, ["letter"])
    entry = db.session.query(AuditEntry).filter_by(action="handover.accept").one()
    assert (entry.detail["letters"], entry.detail["moved"]) == ([letter.id], 1)
    assert held_counts([post_of(successor)])[successor.post_id] == {"letter": 1}
    letter_reply(letter_id=letter.id, words="示例：已整改", actor=successor, at=AT)
    assert "letter" not in held_counts([post_of(successor)]).get(successor.post_id, {})


@pytest.mark.parametrize("with_the_issue", [True, False])
def test_a_document_about_a_confidential_issue_passes_only_to_who_may_see_it(with_the_issue: bool) -> None:
    here = issue_in(S.RECTIFYING)
    here.issue.is_confidential = True
    db.session.commit()
    letter = letter_to(here)
    assert letter.recipient_id == here.assignee.person_id
    successor = colleague(here.assignee)
    handover = propose(here.assignee, successor, kinds=("responsible", "letter") if with_the_issue else ("letter",))
    accept(handover, successor)
    assert {row["fate"] for row in handover.result} == ({"moved"} if with_the_issue else {"unseen"})
    assert letter.recipient_id == (successor if with_the_issue else here.assignee).person_id


def test_a_leader_hands_over_the_instructions_that_wait_for_an_answer_and_stays_who_gave_them() -> None:
    here = issue_in(S.RECTIFYING)
    values = InstructionValues("示例：请一周内办结")
    letter = instruction_give(issue_id=here.issue.id, values=values, actor=here.leader, at=AT)
    successor = colleague(here.leader)
    accept(propose(here.leader, successor), successor)
    assert (letter.leader_id, letter.followed_by_id) == (here.leader.person_id, successor.person_id)
    letter_receive(letter_id=letter.id, actor=here.assignee, at=AT)
    letter_reply(letter_id=letter.id, words="示例：已办结", actor=here.assignee, at=AT)
    assert successor.person_id in told("letter_replied")
    waits = {actor: [one.id for one in letters_waiting(actor).letters] for actor in (here.leader, successor)}
    assert waits == {here.leader: [], successor: [letter.id]}
    letter_settle(letter_id=letter.id, actor=successor, at=AT)
    assert letter.state is LetterState.SETTLED


@pytest.mark.parametrize("at_home", [True, False])
def test_a_visit_that_was_begun_is_ended_by_the_successor_but_not_at_home(at_home: bool) -> None:
    here = issue_in(S.DRAFT)
    held = factories.saved(
        InspectionRound(
            name="示例轮次", kind=RoundKind.ROUTINE, state=RoundState.PUBLISHED, first_day=TODAY, last_day=TODAY,
            seed=1, made_at=AT, published_at=AT,
        )
    )  # fmt: skip
    factories.saved(RoundGroup(round_id=held.id, group_id=here.finders.id, days=[str(TODAY)], people=2, stops_a_day=3))
    stop = factories.saved(
        RoundStop(round_id=held.id, group_id=here.finders.id, village_id=here.village.id, day=TODAY, position=1)
    )  # fmt: skip
    visit = visit_start(stop_id=stop.id, people=[here.finder.person_id], actor=here.finder, at=AT)
    successor = colleague(here.finder, who=factories.person(home_unit_id=here.village.id if at_home else None))
    handover = propose(here.finder, successor, kinds=("visit",))
    accept(handover, successor)
    assert [row["fate"] for row in handover.result] == ["recused" if at_home else "moved"]
    assert group_work(post_of(successor), successor) == (1, 0)
    lines = recorded_lines(handover.result, here.finder)
    assert [line.visit for line in lines] == [visit]
    if at_home:
        return
    end(here.finder)
    over = VisitEnd([here.finder.person_id, successor.person_id], AT, AT, nothing_found=True)
    ended = visit_finish(stop_id=stop.id, end=over, actor=successor, at=AT)
    assert (ended.handed_to_id, len(ended.people), ended.made_by_id) == (successor.person_id, 2, here.finder.person_id)
    assert held_counts([post_of(successor)]) == {}

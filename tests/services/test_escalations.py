"""The ladder: the document of the highest step, once an issue and deadline, gone when the issue is late no more."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests import factories, flows
from tests.conftest import AT
from tests.flows import World
from tracker.database import db
from tracker.models import (
    Escalation,
    Issue,
    IssueEvent,
    Letter,
    Point,
    PolicyVersion,
    Role,
    UnitKind,
)
from tracker.services import escalations
from tracker.services.assignments import issue_contest
from tracker.services.escalations import escalations_sweep
from tracker.services.issues import issue_dismiss
from tracker.services.letters import letter_issue, letter_withdraw
from tracker.services.rules import CorrectionValues, correction_add
from workflows.issue import IssueState
from workflows.letter import EndReason, LetterKind, LetterState
from workflows.policy import Policy

S = IssueState
DAY = timedelta(days=1)
DEADLINE = date(2026, 3, 2)  # a Monday


def at(day: int) -> datetime:
    """Return 09:00 in Shanghai on that day of March 2026."""
    return AT.replace(day=day)


def due(here: World, deadline: date = DEADLINE) -> Issue:
    """Return the world's issue, due on ``deadline``."""
    issue = db.session.get_one(Issue, here.issue.id)
    issue.deadline = issue.first_deadline = deadline
    issue.escalate_on = deadline + DAY
    db.session.commit()
    return issue


def letters() -> list[tuple[str, str]]:
    rows = db.session.execute(select(Letter.kind, Letter.state).order_by(Letter.id))
    return [(row.kind.value, row.state.value) for row in rows]


def test_each_step_is_proposed_once_and_overtakes_the_one_before(app: Flask) -> None:
    here = flows.issue_in(S.RECTIFYING)
    due(here)
    assert escalations_sweep(at=at(2)) == 0
    assert [escalations_sweep(at=at(3)), escalations_sweep(at=at(3)), escalations_sweep(at=at(4))] == [1, 0, 0]
    assert letters() == [("remind", "proposed")]
    assert flows.told("letters_proposed") == {here.office.person_id, here.other_office.person_id}
    assert escalations_sweep(at=at(9)) == 1
    assert letters() == [("remind", "withdrawn"), ("supervise", "proposed")]
    first, second = db.session.scalars(select(Letter).order_by(Letter.id))
    assert (first.end_reason, first.number, second.recipient_unit_id) == (
        EndReason.OVERTAKEN, None, here.assignee.unit_id,
    )  # fmt: skip
    for day in (16, 17, 23, 30):
        escalations_sweep(at=at(day))
    assert [kind for kind, _state in letters()] == ["remind", "supervise", "interview", "interview", "interview"]
    triggers = db.session.scalars(select(IssueEvent.trigger).where(IssueEvent.trigger == "letter_propose")).all()
    assert len(triggers) == 5


def test_a_missed_day_brings_the_highest_step_and_says_what_it_jumped_over(sqlite_app: Flask) -> None:
    here = flows.issue_in(S.RECTIFYING)
    due(here)
    assert escalations_sweep(at=at(16)) == 1
    letter = db.session.scalars(select(Letter)).one()
    assert (letter.kind, letter.skipped) == (LetterKind.INTERVIEW, ["remind:1", "supervise:1"])
    assert escalations_sweep(at=at(17)) == 0
    assert db.session.scalar(select(func.count()).select_from(Escalation)) == 3


@pytest.mark.parametrize("when", [at(7), at(3).replace(hour=0)])
def test_nothing_is_proposed_on_days_off_or_before_the_office_opens(sqlite_app: Flask, when: datetime) -> None:
    due(flows.issue_in(S.RECTIFYING))
    assert escalations_sweep(at=when) == 0


def test_an_issue_signed_off_takes_its_proposals_along(app: Flask) -> None:
    here = flows.issue_in(S.RECTIFYING)
    due(here)
    escalations_sweep(at=at(3))
    here.at = at(4)
    flows.submit(here)
    assert letters() == [("remind", "proposed")]  # late as ever, the office decides
    assert db.session.get_one(Issue, here.issue.id).escalate_on is None
    flows.verify(here)
    flows.sign_off(here)
    letter = db.session.scalars(select(Letter)).one()
    assert (letter.state, letter.end_reason) == (LetterState.WITHDRAWN, EndReason.CLOSED)
    assert flows.detail("sign_off")["letters_withdrawn"] == [letter.id]
    assert escalations_sweep(at=at(30)) == 0


def test_an_issue_suspended_takes_its_proposals_along_and_rests(sqlite_app: Flask) -> None:
    here = flows.issue_in(S.RECTIFYING)
    due(here)
    escalations_sweep(at=at(3))
    here.at = at(4)
    flows.suspend(here)
    assert db.session.scalar(select(Letter.end_reason)) is EndReason.SUSPENDED
    assert escalations_sweep(at=at(30)) == 0


def test_a_crash_loses_nothing_and_repeats_nothing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    here = flows.issue_in(S.RECTIFYING)
    due(here)
    before = flows.everything()
    with monkeypatch.context() as patch:
        patch.setattr(escalations, "_tell_office", _crash)
        with pytest.raises(KeyboardInterrupt):
            escalations_sweep(at=at(3))
    assert flows.everything() == before
    assert [escalations_sweep(at=at(3)), escalations_sweep(at=at(3))] == [1, 0]


def _crash(*_given: Any) -> None:
    raise KeyboardInterrupt


def test_more_than_one_transaction_holds_are_all_looked_at(sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(escalations, "AT_ONCE", 2)
    unit = factories.unit(UnitKind.DEPARTMENT)
    for _n in range(5):
        factories.issue(
            state=S.RECTIFYING, deadline=DEADLINE, responsible_unit_id=unit.id, escalate_on=DEADLINE + DAY,
        )  # fmt: skip
    assert [escalations_sweep(at=at(3)), escalations_sweep(at=at(3))] == [5, 0]


@pytest.mark.parametrize(("day", "level"), [(3, 0), (9, 1), (16, 1)])
def test_each_step_goes_one_level_further_up(sqlite_app: Flask, day: int, level: int) -> None:
    village = factories.village()
    factories.issue(
        location=village, state=S.RECTIFYING, deadline=DEADLINE, responsible_unit_id=village.id, escalate_on=DEADLINE,
    )  # fmt: skip
    escalations_sweep(at=at(day))
    line = (village.id, village.parent_id)
    assert db.session.scalar(select(Letter.recipient_unit_id)) == line[level]


@pytest.mark.parametrize("has_sponsor", [True, False])
def test_above_a_department_the_leader_in_charge_is_told_or_the_lead_department(
    sqlite_app: Flask, has_sponsor: bool
) -> None:
    unit, lead = factories.unit(UnitKind.DEPARTMENT), factories.unit(UnitKind.DEPARTMENT)
    leader = factories.post(Role.LEADER).person_id if has_sponsor else None
    factories.issue(
        state=S.RECTIFYING, deadline=DEADLINE, responsible_unit_id=unit.id, sponsor_id=leader,
        star_id=factories.star(lead).id, escalate_on=DEADLINE,
    )  # fmt: skip
    escalations_sweep(at=at(9))
    letter = db.session.scalars(select(Letter)).one()
    expected = (unit.id, leader) if has_sponsor else (lead.id, None)
    assert (letter.recipient_unit_id, letter.leader_id) == expected


def test_where_policy_says_so_the_clock_issues_by_itself(app: Flask) -> None:
    here = flows.issue_in(S.RECTIFYING)
    due(here)
    body = Policy(letters_await_office=False).to_dict()
    factories.saved(PolicyVersion(effective_on=date(2026, 3, 1), body=body, made_at=factories.EPOCH))
    escalations_sweep(at=at(9))
    letter = db.session.scalars(select(Letter)).one()
    assert (letter.state, letter.number, letter.issued_by_id) == (LetterState.ISSUED, "督函〔2026〕1号", None)
    assert flows.told("letter_issued") == {here.assignee.person_id}


def test_colours_and_letters_cost_points_once_and_the_letter_is_issued_under_its_number(app: Flask) -> None:
    here = flows.issue_in(S.RECTIFYING)
    due(here)
    for day in (9, 10):
        escalations_sweep(at=at(day))
    letter = db.session.scalars(select(Letter)).one()
    letter_issue(letter_id=letter.id, actor=here.office, at=at(10))
    assert letter.number == "督函〔2026〕1号"
    query = select(Point.cause, Point.points, Point.rule).order_by(Point.id)
    assert [(row.cause.value, row.points, row.rule) for row in db.session.execute(query)] == [
        ("red", 1, "general.points_red"), ("supervise", 1, "general.points_supervise"),
    ]  # fmt: skip


def test_the_office_withdraws_a_proposal_with_a_reason_and_the_step_does_not_come_again(sqlite_app: Flask) -> None:
    here = flows.issue_in(S.RECTIFYING)
    due(here)
    escalations_sweep(at=at(3))
    letter = db.session.scalars(select(Letter)).one()
    letter_withdraw(letter_id=letter.id, reason="示例：已电话督促", actor=here.office, at=at(3))
    assert (letter.state, letter.number) == (LetterState.WITHDRAWN, None)
    assert escalations_sweep(at=at(4)) == 0


def test_an_issue_that_is_dismissed_weighs_its_points_up(sqlite_app: Flask) -> None:
    here = flows.issue_in(S.ASSIGNED)
    due(here)
    escalations_sweep(at=at(9))
    here.at = at(9)
    issue_contest(**here.by(here.assignee), reason="示例：不归本单位")
    issue_dismiss(**here.by(here.office), reason="示例：不属实")
    assert list(db.session.scalars(select(Point.points).order_by(Point.id))) == [1, -1]
    assert db.session.scalar(select(Letter.state)) is LetterState.WITHDRAWN


def test_what_is_confidential_stays_with_the_person_who_answers_for_it(sqlite_app: Flask) -> None:
    here = flows.issue_in(S.RECTIFYING)
    due(here).is_confidential = True
    db.session.commit()
    escalations_sweep(at=at(16))
    letter = db.session.scalars(select(Letter)).one()
    letter_issue(letter_id=letter.id, actor=here.office, at=at(16))
    assert (letter.recipient_unit_id, letter.recipient_id) == (here.assignee.unit_id, here.assignee.person_id)
    assert flows.told("letter_issued") == {here.assignee.person_id}


def test_a_weekend_that_is_worked_brings_the_next_step_nearer(sqlite_app: Flask) -> None:
    issue = due(flows.issue_in(S.RECTIFYING))
    escalations_sweep(at=at(3))
    db.session.refresh(issue)
    monday = issue.escalate_on
    assert (monday, len(letters())) == (date(2026, 3, 9), 1)  # the fifth working day after the deadline
    saturday = date(2026, 3, 7)
    correction_add(values=CorrectionValues(saturday, saturday, True, "补班", "示例"), actor=None, at=at(3))
    escalations_sweep(at=at(6))
    assert len(letters()) == 1
    escalations_sweep(at=at(7))
    assert len(letters()) == 2

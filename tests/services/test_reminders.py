from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select

from tests import factories, flows
from tests.factories import saved
from tracker.clock import ZONE
from tracker.database import db
from tracker.models import (
    GroupVillage,
    Issue,
    PolicyVersion,
    Reminder,
    RequestKey,
    Role,
    Setting,
    SignIn,
    SignInAttempt,
    Stage,
)
from tracker.services import reminders as service
from tracker.services.comments import comment_add
from tracker.services.reminders import reminders_sweep
from tracker.services.rules import CorrectionValues, correction_add
from tracker.services.ticks import HEARTBEAT, tick
from tracker.services.winding import wind
from workflows.issue import IssueState
from workflows.policy import Policy

pytestmark = pytest.mark.usefixtures("app")
MONDAY = date(2026, 3, 9)
S = IssueState


def morning(day: date, hour: int = 9, minute: int = 0) -> datetime:
    """Return that Shanghai wall time as an instant."""
    return datetime.combine(day, time(hour, minute), ZONE).astimezone(UTC)


def wound(issue: Issue, deadline: date, at: datetime, **changes: Any) -> None:
    """Give an issue that deadline, as if its clock had been set at ``at``."""
    issue.deadline = issue.move_due_on = deadline
    issue.first_deadline = issue.first_deadline or deadline
    for name, value in changes.items():
        setattr(issue, name, value)
    wind(issue, at)
    db.session.commit()


def due(deadline: date, *, since: date = date(2026, 3, 2), **given: Any) -> flows.World:
    """Return a world whose issue is rectified until ``deadline``, its clock set on the evening of ``since``."""
    here = flows.issue_in(S.RECTIFYING, **given)
    wound(here.issue, deadline, morning(since, 18))
    return here


def reminded() -> list[tuple[str, int]]:
    query = select(Reminder.rule, Reminder.person_id).where(Reminder.rule != "answered").order_by(Reminder.id)
    rows = db.session.execute(query).all()
    return [(row.rule, row.person_id) for row in rows]


def next_at(here: flows.World) -> datetime | None:
    return db.session.scalar(select(Issue.remind_at).where(Issue.id == here.issue.id))


def test_each_reminder_comes_on_its_day_once_however_often_the_clock_ticks() -> None:
    here = due(date(2026, 3, 19))
    days = [date(2026, 3, 9) + timedelta(days=n) for n in range(19)]
    came = {day.day: sum(reminders_sweep(at=morning(day, hour)) for hour in (0, 8, 9, 9, 17)) for day in days}
    assert [day for day, number in came.items() if number] == [10, 16, 18, 19, 20, 26]
    rules = ["before7", "before3", "before1", "before0", "yellow", "red"]
    assert reminded() == [(f"deadline.{rule}", here.assignee.person_id) for rule in rules]
    assert next_at(here) == morning(date(2026, 4, 2), 8, 30)


@pytest.mark.parametrize(
    "at", [morning(MONDAY, 7, 59), morning(MONDAY, 20), morning(MONDAY - timedelta(days=1)), morning(date(2026, 10, 1))]
)
def test_nobody_is_reminded_at_night_or_on_days_off(at: datetime) -> None:
    due(date(2026, 3, 4))
    assert reminders_sweep(at=at) == 0
    assert reminders_sweep(at=morning(date(2026, 10, 10), 9)) == 1  # a Saturday that makes up for a day off


def test_days_that_were_missed_are_made_up_for_by_one_reminder() -> None:
    due(date(2026, 3, 19))
    assert reminders_sweep(at=morning(date(2026, 3, 27))) == 1
    assert [rule for rule, _ in reminded()] == ["deadline.red"]
    assert reminders_sweep(at=morning(date(2026, 3, 20))) == 0  # a clock that went back


def test_everyone_who_must_rectify_is_reminded_but_nobody_else() -> None:
    here = due(MONDAY)
    colleague = factories.post(Role.ASSIGNEE, unit_id=here.assignee.unit_id)
    factories.post(Role.ASSIGNEE, unit_id=here.assignee.unit_id, who=factories.person(is_active=False))
    factories.post(Role.ASSIGNEE, unit_id=here.assignee.unit_id, valid_to=date(2026, 3, 8))
    reminders_sweep(at=morning(MONDAY))
    assert {who for _, who in reminded()} == {here.assignee.person_id, colleague.person_id}


def test_a_confidential_issue_reminds_the_named_person_alone() -> None:
    here = due(MONDAY)
    factories.post(Role.ASSIGNEE, unit_id=here.assignee.unit_id)
    here.issue.is_confidential = True
    db.session.commit()
    reminders_sweep(at=morning(MONDAY))
    assert reminded() == [("deadline.before0", here.assignee.person_id)]


def test_the_office_is_reminded_of_what_nobody_is_there_to_do() -> None:
    here = due(MONDAY)
    here.issue.responsible_id, here.issue.responsible_unit_id = None, None
    db.session.commit()
    reminders_sweep(at=morning(MONDAY))
    assert {who for _, who in reminded()} == {here.office.person_id, here.other_office.person_id}


@pytest.mark.parametrize(
    ("state", "clock"),
    [(S.REGISTERED, "assign"), (S.ASSIGNED, "accept"), (S.SUBMITTED, "recheck"), (S.VERIFIED, "sign_off"),
     (S.SUSPENDED, "review")],
)  # fmt: skip
def test_every_state_that_waits_reminds_whose_move_it_is(state: IssueState, clock: str) -> None:
    here = flows.issue_in(state)
    assert here.issue.move_due_on is not None
    assert reminders_sweep(at=morning(date(2026, 4, 14))) > 0
    told = {who for _, who in reminded()}
    offices = {here.office.person_id, here.other_office.person_id}
    expected = {"accept": {here.assignee.person_id}, "recheck": flows.told("submitted")}.get(clock, offices)
    assert told == expected
    assert {rule.partition(".")[0] for rule, _ in reminded()} == {clock}


def test_by_policy_the_group_that_found_it_is_not_asked_to_recheck() -> None:
    flows.strict()
    here = flows.issue_in(S.SUBMITTED)
    finders = factories.post(Role.GROUP_MEMBER, group_id=here.issue.found_by_group_id)
    other = factories.group()
    saved(GroupVillage(group_id=other.id, unit_id=here.issue.location_id, valid_from=date(2026, 1, 1)))
    checker = factories.post(Role.GROUP_MEMBER, group_id=other.id)
    reminders_sweep(at=morning(date(2026, 3, 20)))
    told = {who for _, who in reminded()}
    assert checker.person_id in told
    assert finders.person_id not in told


@pytest.mark.parametrize("state", [S.DRAFT, S.SIGNED_OFF, S.DISMISSED])
def test_what_is_done_reminds_no_more(state: IssueState) -> None:
    if state is S.DISMISSED:
        assert factories.issue(state=state).remind_at is None
        return
    assert next_at(flows.issue_in(state)) is None


def test_an_act_takes_along_what_nobody_has_been_told_of_yet_and_keeps_what_is_due() -> None:
    here = due(date(2026, 3, 19))
    here.at = morning(date(2026, 3, 10), 8, 45)
    comment_add(**here.by(here.assignee), words="示例：正在清运")
    assert next_at(here) == morning(date(2026, 3, 10), 8, 30)  # due, though nobody has swept yet
    assert reminders_sweep(at=here.at) == 1
    flows.submit(here)
    assert reminded() == []
    assert next_at(here) == morning(date(2026, 3, 12), 8, 30)


def test_a_stage_reminds_until_it_is_finished() -> None:
    here = flows.issue_in(S.RECTIFYING, is_long_term=True)
    saved(Stage(issue_id=here.issue.id, position=1, words="示例：立项", due_on=date(2026, 3, 11)))
    db.session.expire(here.issue)
    wound(here.issue, date(2026, 6, 30), morning(MONDAY, 18))
    reminders_sweep(at=morning(date(2026, 3, 11)))
    assert reminded() == [("stage.before0", here.assignee.person_id)]


def test_the_policy_an_issue_keeps_decides_when_it_reminds() -> None:
    body = Policy().to_dict()
    body["general"]["remind_before"] = [2]
    saved(PolicyVersion(effective_on=date(2026, 1, 1), body=body, made_at=factories.EPOCH))
    due(date(2026, 3, 19))
    assert [reminders_sweep(at=morning(date(2026, 3, day))) for day in (16, 17, 18, 19)] == [0, 1, 0, 0]


def test_a_correction_of_the_calendar_moves_what_is_to_come() -> None:
    here = due(date(2026, 3, 19))
    off = CorrectionValues(
        date(2026, 3, 16), date(2026, 3, 16), is_workday=False, name="示例", source="示例〔2026〕1号"
    )
    correction_add(values=off, actor=None, at=morning(date(2026, 3, 11)))
    assert reminders_sweep(at=morning(date(2026, 3, 11), 9, 1)) == 0
    assert next_at(here) == morning(date(2026, 3, 13), 8, 30)  # three working days before is now the Friday


def test_a_crash_between_two_transactions_repeats_and_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "AT_ONCE", 2)
    for _ in range(3):
        due(date(2026, 3, 19))
    real, calls = service.remind_at_update, iter([False, True])

    def failing(following: Any) -> None:
        if next(calls):
            raise RuntimeError
        real(following)

    monkeypatch.setattr(service, "remind_at_update", failing)
    at = morning(date(2026, 3, 10))
    with pytest.raises(RuntimeError):
        reminders_sweep(at=at)
    db.session.rollback()
    assert len(reminded()) == 2
    monkeypatch.setattr(service, "remind_at_update", real)
    assert reminders_sweep(at=at) == 1
    assert len(set(reminded())) == 3


def test_what_a_sweep_costs_follows_what_is_due() -> None:
    due(date(2026, 3, 19))
    for number in range(60):
        wound(factories.issue(state=S.RECTIFYING), date(2026, 5, 1) + timedelta(days=number), morning(MONDAY))
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    assert reminders_sweep(at=morning(date(2026, 3, 10))) == 1
    busy = len(asked)
    assert reminders_sweep(at=morning(date(2026, 3, 10))) == 0
    assert len(asked) - busy < busy < 30
    assert db.session.scalar(select(func.count()).select_from(Reminder)) == 1


def test_a_tick_clears_what_has_expired_and_leaves_a_heartbeat() -> None:
    who = factories.person()
    at = morning(MONDAY)
    for age in (31, 29):
        saved(RequestKey(person_id=who.id, key=str(age), body_hash="0" * 64, answer="", at=at - timedelta(days=age)))
    for days in (181, 179):
        attempt = {"login": "u", "address": "", "kind": "password", "succeeded": False}
        saved(SignInAttempt(**attempt, at=at - timedelta(days=days)))
    for hours in (13, 11):
        opened = at - timedelta(hours=hours)
        saved(
            SignIn(
                token_hash=str(hours), person_id=who.id, security_epoch=0, created_at=opened, seen_at=opened,
                fresh_at=opened,
            )
        )  # fmt: skip
    report = tick(at=at)
    assert (report.request_keys, report.attempts, report.sign_ins) == (1, 1, 1)
    again = tick(at=at)
    assert set(vars(again).values()) == {0}
    assert db.session.get_one(Setting, HEARTBEAT).value == at.isoformat()

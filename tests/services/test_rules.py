"""The county's policy, its corrections of the calendar, its names."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from tests import factories
from tests.conftest import AT
from tracker.database import db
from tracker.errors import InvalidError, NotFoundError
from tracker.models import AuditEntry, CalendarCorrection, Issue, IssueEvent, PolicyVersion, Role
from tracker.queries.calendar_moves import CLOCKS, calendar_moves, calendar_preview, corrected
from tracker.queries.issue_timeline import timeline_of
from tracker.queries.rules import policy_on, setting, work_calendar
from tracker.services.calendar_moving import MOVERS
from tracker.services.rules import CorrectionValues, correction_add, correction_remove, policy_set, settings_set
from workflows.issue import IssueState
from workflows.policy import Policy

pytestmark = pytest.mark.usefixtures("app")
TODAY = date(2026, 3, 2)
TUESDAY, WEDNESDAY = date(2026, 3, 3), date(2026, 3, 4)
HOLIDAY = CorrectionValues(TUESDAY, TUESDAY, False, "县庆", "示例政办〔2026〕1号")


def body(**given: object) -> dict[str, object]:
    return Policy().to_dict() | given


def waiting(state: IssueState = IssueState.REGISTERED, due: date = TUESDAY, **given: object) -> Issue:
    return factories.issue(state=state, state_since=AT, move_due_on=due, **given)


def test_policy_takes_effect_on_its_day() -> None:
    version = policy_set(body=body(assign_days=2), effective_on=date(2026, 4, 1), note_words="示例", actor=None, at=AT)
    assert policy_on(date(2026, 3, 31)).policy == Policy()
    assert (policy_on(date(2026, 4, 1)).policy.assign_days, version.body["assign_days"]) == (2, 2)


@pytest.mark.parametrize(
    ("given", "day", "field"),
    [
        ({"assign_days": 0}, TODAY, "assign_days"),
        ({"major": {"red_from": 1, "yellow_from": 3}}, TODAY, "major.red_from"),
        ({}, date(2026, 3, 1), "effective_on"),
        ({"nonsense": 1}, TODAY, "nonsense"),
    ],
)
def test_policy_that_cannot_hold_is_refused(given: dict[str, object], day: date, field: str) -> None:
    with pytest.raises(InvalidError) as raised:
        policy_set(body=body(**given), effective_on=day, note_words="", actor=None, at=AT)
    assert field in raised.value.errors
    assert db.session.scalars(select(PolicyVersion)).all() == []


def test_new_holiday_moves_what_waits_and_says_so_on_each() -> None:
    issue = waiting()
    assert correction_add(values=HOLIDAY, actor=None, at=AT) == 1
    event = db.session.scalars(select(IssueEvent)).one()
    assert (issue.move_due_on, event.trigger) == (WEDNESDAY, "calendar")
    assert event.detail == {"day": "2026-03-03", "old": "2026-03-03", "new": "2026-03-04"}
    assert db.session.scalars(select(AuditEntry.action)).all() == ["calendar.add"]


def test_holiday_taken_back_moves_back() -> None:
    issue = waiting()
    correction_add(values=HOLIDAY, actor=None, at=AT)
    correction_remove(day=TUESDAY, actor=None, at=AT)
    assert (issue.move_due_on, db.session.scalars(select(CalendarCorrection)).all()) == (TUESDAY, [])
    assert len(db.session.scalars(select(IssueEvent)).all()) == 2
    with pytest.raises(NotFoundError):
        correction_remove(day=TUESDAY, actor=None, at=AT)


def test_day_that_nobody_waits_over_moves_nothing() -> None:
    waiting(IssueState.RECTIFYING, deadline=TUESDAY)
    waiting()
    late = CorrectionValues(WEDNESDAY, WEDNESDAY, False, "县庆", "示例")
    assert correction_add(values=late, actor=None, at=AT) == 0
    assert db.session.scalars(select(IssueEvent)).all() == []


def test_preview_is_what_then_happens_within_what_one_may_see() -> None:
    here = factories.village()
    seen, hidden = waiting(location=here), waiting()
    calendar = corrected(work_calendar(), HOLIDAY.rows(work_calendar()))
    township = factories.actor(Role.TOWNSHIP, unit_id=here.township_id)
    preview = calendar_preview(calendar, HOLIDAY.span, township)
    assert ([move.id for move in preview.lines], preview.states) == ([seen.id], {("issue", "registered"): 1})
    foreseen = {move.id: move.new for move in calendar_moves(calendar, HOLIDAY.span)}
    assert correction_add(values=HOLIDAY, actor=None, at=AT) == 2
    assert foreseen == {seen.id: seen.move_due_on, hidden.id: hidden.move_due_on} == dict.fromkeys(foreseen, WEDNESDAY)


def test_days_ruled_in_one_act_move_once_and_are_taken_back_together() -> None:
    issue, week = waiting(), CorrectionValues(TUESDAY, date(2026, 3, 9), False, "防汛", "示例")
    assert correction_add(values=week, actor=None, at=AT) == 1
    days = db.session.scalars(select(CalendarCorrection.day).order_by(CalendarCorrection.day)).all()
    assert [day.day for day in days] == [3, 4, 5, 6, 9]  # the weekend is off as it is
    event = db.session.scalars(select(IssueEvent)).one()
    assert (issue.move_due_on, event.detail["last"]) == (date(2026, 3, 10), "2026-03-09")
    assert timeline_of([event])[0].changes == [
        "办理期限 2026-03-03 → 2026-03-10",
        "因 2026-03-03 至 2026-03-09 的工作日安排调整",
    ]
    assert correction_remove(day=date(2026, 3, 5), actor=None, at=AT) == 1
    assert (issue.move_due_on, db.session.scalars(select(CalendarCorrection)).all()) == (TUESDAY, [])


def test_preview_pages_through_everything_that_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.queries.calendar_moves.SHOWN", 2)
    ids = [waiting().id for _ in range(3)]
    office, calendar = factories.actor(Role.OFFICE), corrected(work_calendar(), HOLIDAY.rows(work_calendar()))
    first = calendar_preview(calendar, HOLIDAY.span, office)
    second = calendar_preview(calendar, HOLIDAY.span, office, first.after)
    assert [[move.id for move in page.lines] for page in (first, second)] == [ids[:2], ids[2:]]
    assert (first.total, second.total, second.after) == (3, 3, 0)


def test_every_clock_that_is_found_is_moved() -> None:
    assert set(CLOCKS) == set(MOVERS)


def test_correction_that_says_nothing_new_is_refused() -> None:
    for values in (
        CorrectionValues(TUESDAY, TUESDAY, True, "上班", "示例"),
        CorrectionValues(date(2026, 10, 1), date(2026, 10, 2), False, "国庆", "示例"),
        CorrectionValues(WEDNESDAY, TUESDAY, False, "县庆", "示例"),
        CorrectionValues(TUESDAY, date(2026, 4, 3), False, "县庆", "示例"),
    ):
        with pytest.raises(InvalidError):
            correction_add(values=values, actor=None, at=AT)
    correction_add(values=HOLIDAY, actor=None, at=AT)
    with pytest.raises(InvalidError):
        correction_add(values=CorrectionValues(TODAY, WEDNESDAY, True, "上班", "示例"), actor=None, at=AT)


def test_settings_keep_what_changed() -> None:
    given = {"campaign_name": "五星支部建设", "number_prefix": "", "unknown": "x"}
    assert settings_set(values=given, actor=None, at=AT) == {"campaign_name": "五星支部建设"}
    assert settings_set(values=given, actor=None, at=AT) == {}
    assert setting("campaign_name", "") == "五星支部建设"
    settings_set(values={"campaign_name": ""}, actor=None, at=AT)
    assert setting("campaign_name", "默认") == "默认"
    assert len(db.session.scalars(select(AuditEntry)).all()) == 2

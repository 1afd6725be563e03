"""Look-backs that wait: whoever may make them hears of them before their last day and when it has passed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from tests import factories
from tests.conftest import AT
from tests.services.test_look_backs import TODAY, all_of, closed, drawn, policy
from tracker.clock import local_date
from tracker.database import db
from tracker.labels.digests import digest_parts
from tracker.models import OutboxMessage, Role
from tracker.policy import Actor
from tracker.services.look_back_plans import plan_close
from tracker.services.look_back_reminders import look_backs_remind
from tracker.services.ticks import tick
from workflows.look_back import LookBackState

pytestmark = pytest.mark.usefixtures("app")
MORNING = timedelta(hours=-0.5)  # AT is nine o'clock


def day(number: int) -> datetime:
    """Return half past eight of that day of March 2026."""
    return AT + MORNING + timedelta(days=number - 2)


def told(at: datetime) -> dict[int, list[str]]:
    """Tick, and return the lines of look-backs in the digest of each person on that day."""
    tick(at=at)
    db.session.expire_all()
    found = db.session.query(OutboxMessage).filter_by(kind="digest", channel="inbox")
    return {
        one.recipient_id or 0: lines
        for one in found
        if one.context["day"] == local_date(at).isoformat()
        and (lines := [line.words for part in digest_parts(one.context) for line in part.lines])
    }


def world() -> tuple[Actor, Actor, Actor]:
    """Return the office, a group with the village, and the one that re-checked there; two look-backs till 10 March."""
    place = factories.village()
    mine, other = factories.group(place), factories.group(place)
    office = factories.actor(Role.OFFICE)
    member = factories.actor(Role.GROUP_MEMBER, group_id=mine.id)
    verifier = factories.actor(Role.GROUP_MEMBER, group_id=other.id)
    for _ in range(2):
        closed(location=place, verified_group_id=other.id)
    return office, member, verifier


def test_groups_hear_of_their_look_backs_once_a_step_and_the_office_when_they_are_late() -> None:
    policy(other_group_must_recheck=True)
    office, member, _verifier = world()
    drawn(office, last_day=date(2026, 3, 20))
    assert told(day(10)) == {}
    assert told(day(11)) == {member.person_id: ["“示例方案”：2 个问题待回头看，最近的请于 2026-03-20 前完成。"]}
    assert (told(day(12)), look_backs_remind(at=day(12))) == ({}, 0)
    assert set(told(day(19))) == {member.person_id}  # the step of three days was jumped over
    late = told(day(23))
    words = "“示例方案”：2 个问题超过期限未回头看（最早 2026-03-20），请尽快安排。"
    assert late == {member.person_id: [words], office.person_id: [words]}
    assert told(day(24)) == {}


def test_what_no_group_may_look_at_waits_for_the_office_and_what_is_settled_for_nobody() -> None:
    office = factories.actor(Role.OFFICE)
    closed()
    plan = drawn(office, last_day=TODAY + timedelta(days=1))
    assert set(told(AT)) == {office.person_id}
    plan_close(plan_id=plan.id, reason="不再需要", actor=office, at=AT)
    assert all_of(LookBackState.WAITING) == []
    assert told(day(5)) == {}

"""Two weeks before a post ends: whoever holds something is reminded once, and so are office and group leader."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests import factories
from tests.conftest import AT
from tests.flows import issue_in
from tracker.clock import local_date
from tracker.database import db
from tracker.labels.messages import message_words
from tracker.models import Post, Reminder, Role
from tracker.services.handover_reminders import departures_remind
from workflows.issue import IssueState

TODAY = local_date(AT)
pytestmark = pytest.mark.usefixtures("app")


def test_a_post_that_ends_with_something_in_hand_is_told_of_once() -> None:
    here = issue_in(IssueState.DRAFT)
    lead = factories.actor(Role.GROUP_LEAD, group_id=here.finders.id, today=TODAY)
    post = db.session.get_one(Post, here.finder.post_id)
    post.valid_to = TODAY + timedelta(days=15)
    idle = factories.post(Role.GROUP_MEMBER, group_id=here.finders.id, valid_to=TODAY)
    db.session.commit()
    assert departures_remind(at=AT) == 0

    later = AT + timedelta(days=1)
    told = {here.finder.person_id, lead.person_id, here.office.person_id, here.other_office.person_id}
    assert departures_remind(at=later) == len(told)
    assert departures_remind(at=later) == 0
    assert departures_remind(at=later + timedelta(days=3)) == 0
    reminders = db.session.query(Reminder).all()
    assert {one.person_id for one in reminders} == told
    assert {one.subject for one in reminders} == {f"post:{post.id}"}
    assert idle.person.name not in message_words(reminders[0].kind, reminders[0].context)
    assert "仍有 1 项在手" in message_words(reminders[0].kind, reminders[0].context)


def test_a_post_that_is_gone_on_with_and_one_of_a_unit_are_told_apart() -> None:
    here = issue_in(IssueState.ASSIGNED)
    post = db.session.get_one(Post, here.assignee.post_id)
    post.valid_to = TODAY + timedelta(days=3)
    db.session.commit()
    new = factories.post(Role.ASSIGNEE, who=post.person, unit_id=here.assignee.unit_id)
    assert departures_remind(at=AT) == 0
    new.valid_to = post.valid_to
    db.session.commit()
    departures_remind(at=AT)
    assert {one.person_id for one in db.session.query(Reminder)} == {
        here.assignee.person_id, here.office.person_id, here.other_office.person_id,
    }  # fmt: skip

"""What waits beside the clocks: requests for more time, consents, reports of rounds; told until it is settled."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests import factories, flows
from tests.services.test_look_back_reminders import day, told
from tests.services.test_rounds import QUIET, County
from tracker.database import db
from tracker.models import InspectionRound, PolicyVersion
from tracker.queries.waiting import still_waiting
from tracker.services.consents import consent_give, consent_request
from tracker.services.extensions import extension_refuse, extension_request
from tracker.services.round_publishing import round_publish
from tracker.services.visit_reports import group_report
from workflows.consent import ConsentKind
from workflows.issue import IssueState
from workflows.policy import Policy, Terms

pytestmark = pytest.mark.usefixtures("app")


def unreminded() -> None:
    """Let the clocks of issues remind of nothing, so that a digest says but what is tested here."""
    silent = Terms(in_digest=False)
    body = Policy(general=silent, serious=silent, major=silent).to_dict()
    factories.saved(PolicyVersion(effective_on=date(2026, 1, 1), body=body, made_at=factories.EPOCH))


def test_a_request_for_more_time_is_told_to_who_decides_until_it_is_settled() -> None:
    unreminded()
    here = flows.issue_in(IssueState.RECTIFYING)
    asked = extension_request(
        **here.by(here.assignee), new_deadline=here.today + timedelta(days=30), reason="示例：降雨"
    )
    words = f"{here.issue.number} {here.village.name}：延期申请待批复，请于 2026-03-04 前批复。"
    first = told(day(3))
    assert set(first) == {here.office.person_id, here.other_office.person_id}
    assert words in first[here.office.person_id][0]
    assert set(told(day(4))) == set(first)
    assert "超过期限未批复（2026-03-04）" in told(day(5))[here.office.person_id][0]
    assert told(day(6)) == {}
    assert still_waiting({f"extension:{asked.id}"})
    extension_refuse(extension_id=asked.id, opinion="示例：按原时限", actor=here.office, at=day(6))
    assert still_waiting({f"extension:{asked.id}", "letter:1", "extension:x"}) == set()
    assert all("延期申请" not in line for lines in told(day(12)).values() for line in lines)


def test_a_consent_is_asked_of_the_leaders_again() -> None:
    unreminded()
    here = flows.issue_in(IssueState.RECTIFYING)
    given = {"kind": ConsentKind.SUSPEND, "reason": "示例：等待资金", "review_on": here.today + timedelta(days=60)}
    asked = consent_request(**here.by(here.office), **given)
    assert any("待领导批示" in line for line in told(day(3))[here.leader.person_id])
    consent_give(consent_id=asked.id, actor=here.leader, at=day(3))
    assert not any("领导" in line for line in told(day(5)).get(here.leader.person_id, []))


def test_a_group_that_owes_its_report_is_told_and_the_office_of_each_that_is_late() -> None:
    here = County(villages=2)
    held = here.planned(terms=QUIET)
    round_publish(round_id=held.id, version=None, actor=here.office, at=day(2))
    leads = [one.person_id for one in here.leads]
    assert told(day(4)) == {}
    assert {person: len(lines) for person, lines in told(day(5)).items()} == dict.fromkeys(leads, 1)
    late = told(day(6))
    assert sorted(line[:4] for line in late[here.office.person_id]) == sorted(one.name[:4] for one in here.groups)
    for lead in here.leads:
        group_report(round_id=held.id, words="示例", why_missed="示例：大雪", actor=lead, at=day(6))
    assert not still_waiting({f"round:{held.id}"})
    assert told(day(13)) == {}
    assert db.session.get_one(InspectionRound, held.id).reported_at is not None

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests import factories, flows
from tests.services.test_reminders import MONDAY, due, morning, wound
from tracker.database import db, transaction
from tracker.labels.digests import digest_parts, digest_text
from tracker.labels.messages import message_words
from tracker.models import OutboxMessage, PolicyVersion, Reminder, Role, Setting
from tracker.services import digests as service
from tracker.services.digests import DIGESTED, digests_send, urgent_send
from tracker.services.inbox import message_read
from tracker.services.rechecks import issue_fail
from tracker.services.reminders import reminders_sweep
from tracker.services.reminding import reminder, reminders_add
from tracker.services.ticks import tick
from workflows.issue import IssueState, Severity
from workflows.policy import Policy
from workflows.reminding import DigestSection

S = IssueState


def digests(person_id: int) -> list[dict[str, Any]]:
    """Return what the digests of a person hold, in their order."""
    mine = (OutboxMessage.recipient_id == person_id, OutboxMessage.kind == "digest")
    return list(db.session.scalars(select(OutboxMessage.context).where(*mine).order_by(OutboxMessage.id)))


def sections(found: dict[str, Any]) -> dict[str, int]:
    return {part["section"]: part["total"] for part in found["parts"]}


def noted(person_id: int, subject: str, at: datetime, **given: Any) -> None:
    """Note down a letter that waits."""
    row = {"rule": "letter", "period": "1", "section": DigestSection.WAITING, "kind": "letter_reply"} | given
    with transaction():
        assert reminders_add([reminder(person_id=person_id, subject=subject, at=at, **row)]) == 1


@pytest.mark.usefixtures("app")
def test_each_person_gets_one_digest_a_working_day_of_all_that_concerns_them() -> None:
    here = due(date(2026, 3, 13))
    who = here.assignee.person_id
    noted(who, "letter:12", morning(MONDAY, 6))
    before = db.session.query(OutboxMessage).filter_by(kind="digest").count()
    reports = [tick(at=morning(day, hour)) for day in (MONDAY, date(2026, 3, 10)) for hour in (0, 8, 9, 9, 15, 21)]
    assert before == 0
    assert [sections(found) for found in digests(who)] == [{"due": 1, "waiting": 1}, {"due": 1}]
    assert {one.digests for one in reports} == {0, 2}  # the leader's own comes each day as well
    assert db.session.query(Reminder).filter_by(person_id=who, delivered_at=None).count() == 0


@pytest.mark.usefixtures("sqlite_app")
@pytest.mark.parametrize(
    "at", [morning(MONDAY, 8, 29), morning(MONDAY, 20), morning(date(2026, 3, 8)), morning(date(2026, 10, 1))]
)
def test_no_digest_comes_at_night_or_on_days_off(at: datetime) -> None:
    who = factories.person()
    noted(who.id, "letter:12", at)
    assert digests_send(at=at) == 0
    assert digests_send(at=morning(date(2026, 10, 10), 8, 30)) == 1  # a Saturday that makes up for a day off


@pytest.mark.usefixtures("sqlite_app")
def test_days_that_were_missed_come_in_one_digest_and_each_issue_once() -> None:
    here = due(date(2026, 3, 19))
    for day in (10, 16, 18):
        reminders_sweep(at=morning(date(2026, 3, day)))
    tick(at=morning(date(2026, 3, 20)))
    (found,) = digests(here.assignee.person_id)
    assert sections(found) == {"late": 1}
    text = digest_text(found)
    assert text.startswith("工作提醒 2026-03-20：已逾期 1 件。")
    assert "已超过整改时限（2026-03-19）" in text
    assert f"{here.issue.number} " in text


@pytest.mark.usefixtures("sqlite_app")
def test_a_long_part_shows_twenty_lines_and_says_how_many_are_left() -> None:
    who = factories.person()
    for number in range(23):
        noted(who.id, f"letter:{number}", morning(MONDAY), context={"number": f"示例{number}号"})
    digests_send(at=morning(MONDAY))
    (found,) = digests(who.id)
    (part,) = digest_parts(found)
    assert (part.heading, len(part.lines), part.more) == ("等您办理（23 件）", 20, "还有 3 件")
    assert part.lines[0].subject == "letter:0"


@pytest.mark.usefixtures("app")
def test_an_answer_is_told_again_unless_it_was_read() -> None:
    here = flows.issue_in(S.SUBMITTED)
    issue_fail(**here.by(here.rechecker), reason="示例：仍有积水")
    who = here.assignee.person_id
    tick(at=morning(MONDAY))
    (found,) = digests(who)
    assert sections(found)["answered"] == 1
    assert "复核不通过" in digest_text(found)

    other = flows.issue_in(S.SUBMITTED)
    issue_fail(**other.by(other.rechecker), reason="示例：仍有积水")
    mine = (OutboxMessage.kind == "failed", OutboxMessage.recipient_id == other.assignee.person_id)
    told = db.session.scalars(select(OutboxMessage).where(*mine)).one()
    message_read(message_id=told.id, actor=other.assignee, at=morning(MONDAY, 20))
    tick(at=morning(date(2026, 3, 10)))
    assert [one for one in digests(other.assignee.person_id) if "answered" in sections(one)] == []


@pytest.mark.usefixtures("sqlite_app")
def test_of_a_confidential_issue_a_digest_says_no_more_than_its_number() -> None:
    here = due(MONDAY)
    here.issue.is_confidential = True
    db.session.commit()
    tick(at=morning(MONDAY))
    (found,) = digests(here.assignee.person_id)
    assert here.issue.description[:10] not in str(found)
    assert f"{here.issue.number}：保密问题，请登录查看。" in digest_text(found)


@pytest.mark.usefixtures("app")
def test_what_policy_calls_urgent_is_told_at_once_and_not_again() -> None:
    here = due(date(2026, 3, 9), severity=Severity.MAJOR)
    assert tick(at=morning(date(2026, 3, 16), 7, 59)).urgent == 0
    assert tick(at=morning(date(2026, 3, 16), 8)).urgent == 1
    assert flows.told("very_late") == {here.assignee.person_id}
    tick(at=morning(date(2026, 3, 16)))
    assert digests(here.assignee.person_id) == []
    assert tick(at=morning(date(2026, 3, 16), 10)).urgent == 0


@pytest.mark.usefixtures("sqlite_app")
def test_policy_sets_the_hour_of_the_digest() -> None:
    body = Policy(digest_at="14:00").to_dict()
    factories.saved(PolicyVersion(effective_on=date(2026, 1, 1), body=body, made_at=factories.EPOCH))
    here = due(MONDAY)
    assert [tick(at=morning(MONDAY, hour)).digests > 0 for hour in (9, 13, 14, 15)] == [False, False, True, False]
    assert len(digests(here.assignee.person_id)) == 1


@pytest.mark.usefixtures("app")
def test_leaders_hear_each_working_day_how_the_county_stands() -> None:
    here = due(date(2026, 3, 9))
    flows.issue_in(S.VERIFIED, severity=Severity.MAJOR)
    tick(at=morning(date(2026, 3, 13)))
    tick(at=morning(date(2026, 3, 16)))
    first, second = (found["county"] for found in digests(here.leader.person_id))
    assert (first["yellow"], first["red"], first["newly_red"]) == (1, 0, 0)
    assert (second["yellow"], second["red"], second["newly_red"], second["consents"]) == (0, 1, 1, 1)
    assert second["townships"][0]["red"] == 1
    words = message_words("digest", digests(here.leader.person_id)[1])
    assert words.startswith("工作提醒 2026-03-16：全县逾期 1 件")


@pytest.mark.usefixtures("app")
def test_a_crash_in_the_middle_gives_nobody_two_digests_and_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    people = [factories.person().id for _ in range(3)]
    for who in people:
        noted(who, "letter:12", morning(MONDAY))
    monkeypatch.setattr(service, "AT_ONCE", 2)
    real, calls = service._delivered, iter([False, True])

    def failing(ids: Any, at: datetime) -> None:
        if next(calls):
            raise RuntimeError
        real(ids, at)

    monkeypatch.setattr(service, "_delivered", failing)
    with pytest.raises(RuntimeError):
        digests_send(at=morning(MONDAY))
    db.session.rollback()
    monkeypatch.setattr(service, "_delivered", real)
    noted(people[0], "letter:13", morning(MONDAY, 10))
    assert digests_send(at=morning(MONDAY, 10)) == 1
    assert [len(digests(who)) for who in people] == [1, 1, 1]
    assert digests_send(at=morning(date(2026, 3, 10))) == 1  # what came after the first one's digest
    assert sections(digests(people[0])[1]) == {"waiting": 1}
    assert db.session.get_one(Setting, DIGESTED).value == "2026-03-10"


@pytest.mark.usefixtures("sqlite_app")
def test_an_urgent_reminder_waits_for_the_end_of_the_quiet_hours_and_the_latest_alone_is_told() -> None:
    who = factories.person()
    noted(who.id, "letter:12", morning(MONDAY, 21), is_urgent=True)
    noted(who.id, "letter:12", morning(MONDAY, 22), is_urgent=True, period="2")
    assert urgent_send(at=morning(MONDAY, 22)) == 0
    assert urgent_send(at=morning(date(2026, 3, 10), 8)) == 1


def test_a_digest_is_a_page_that_leads_to_each_issue_and_only_its_owner_sees(sqlite_app: Flask) -> None:
    here = due(MONDAY)
    tick(at=morning(MONDAY))
    mine = select(OutboxMessage).where(OutboxMessage.kind == "digest")
    found = db.session.scalars(mine.where(OutboxMessage.recipient_id == here.assignee.person_id)).one()
    post = db.session.get_one(factories.Post, here.assignee.post_id)
    client = factories.sign_in(sqlite_app.test_client(), post)
    given = {"open": "1"}
    answer = factories.send(client, f"/inbox/{found.id}/read", given, page="/inbox", follow_redirects=True)
    assert answer.request.path == f"/inbox/{found.id}"
    assert f'href="/issues/{here.issue.id}"' in answer.text
    assert db.session.get_one(OutboxMessage, found.id).read_at is not None
    stranger = factories.sign_in(sqlite_app.test_client(), factories.post(Role.LEADER))
    assert stranger.get(f"/inbox/{found.id}").status_code == 404
    assert client.get(f"/inbox/{found.id + 1000}").status_code == 404


def test_each_part_leads_to_its_issues_as_they_are_now_and_only_those_the_reader_may_see(sqlite_app: Flask) -> None:
    here, other = due(MONDAY), due(date(2026, 3, 13))
    strange = due(MONDAY)
    who = here.assignee
    for one in (other.issue, here.issue):
        one.responsible_unit_id, one.responsible_id = who.unit_id, who.person_id
    db.session.commit()
    tick(at=morning(MONDAY))
    client = factories.sign_in(sqlite_app.test_client(), db.session.get_one(factories.Post, who.post_id))
    page = "/issues/?digest=2026-03-09&part=due"
    assert client.get("/inbox").text.count(page.replace("&", "&amp;")) == 1
    wound(other.issue, date(2026, 9, 30), morning(MONDAY, 12))  # extended since: it still stands in that digest's list
    listed = client.get(page).text
    assert "每日摘要 2026-03-09：本周到期" in listed
    assert [one.issue.number in listed for one in (here, other, strange)] == [True, True, False]
    assert here.issue.number not in client.get("/issues/?digest=2026-03-09&part=late").text
    assert here.issue.number not in client.get("/issues/?digest=2026-03-10").text
    assert here.issue.number not in client.get(f"{page}&absent={strange.assignee.person_id}").text
    assert client.get("/issues/?digest=yesterday&part=soon&absent=0").status_code == 422
    stranger = factories.sign_in(sqlite_app.test_client(), factories.post(Role.OFFICE))
    assert here.issue.number not in stranger.get(page).text  # who may see it, but was not told

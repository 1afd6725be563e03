"""Substitutes: who may be named, when it is in force, and what their copies say and do not say."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests import factories, flows, listeners
from tests.services.test_channels import address, channel
from tests.services.test_digests import digests, noted, sections
from tests.services.test_refreshing import FRIDAY, made, reached, run, said, web  # noqa: F401  # a fixture
from tests.services.test_reminders import MONDAY, due, morning
from tracker.database import db, transaction
from tracker.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError, RefusedError
from tracker.labels.digests import digest_text
from tracker.labels.messages import message_words
from tracker.models import AuditEntry, ChannelKind, OutboxMessage, Person, Post, Role, Substitute, UnitKind
from tracker.policy import Actor, actor_of
from tracker.relay import RelayReport
from tracker.sealing import seal
from tracker.services import digests as digest_service
from tracker.services.comments import issue_remind
from tracker.services.digests import digests_send, urgent_send
from tracker.services.outbox import enqueue
from tracker.services.reminding import reminder, reminders_add
from tracker.services.robot_posts import robot_posts_queue
from tracker.services.substitutes import SubstituteValues, substitute_agree, substitute_end, substitute_set
from tracker.services.ticks import tick
from workflows.reminding import DigestSection

pytestmark = pytest.mark.usefixtures("app")
DAY = timedelta(days=1)
AT = morning(MONDAY, 7)


def named(actor: Actor, other: int, first: date = MONDAY, last: date = FRIDAY, who: int | None = None) -> Substitute:
    return substitute_set(values=SubstituteValues(other, first, last, who), actor=actor, at=AT)


def colleague(actor: Actor) -> Post:
    """Return somebody else with the same kind of post at the same unit or in the same group."""
    return factories.post(actor.role, unit_id=actor.unit_id, group_id=actor.group_id)


def stranger() -> Post:
    return factories.post(Role.ASSIGNEE, unit_id=factories.unit(UnitKind.DEPARTMENT).id)


def messages(person_id: int) -> list[OutboxMessage]:
    db.session.expire_all()
    query = select(OutboxMessage).where(OutboxMessage.recipient_id == person_id, OutboxMessage.channel == "inbox")
    return list(db.session.scalars(query.order_by(OutboxMessage.id)))


def copies(person_id: int) -> list[OutboxMessage]:
    return [one for one in messages(person_id) if one.context.get("for")]


def urgent(here: flows.World) -> None:
    with transaction():
        row = reminder(
            rule="deadline.before3", period="1", person_id=here.assignee.person_id, section=DigestSection.DUE,
            kind="due_soon", at=AT, issue_id=here.issue.id, due_on=FRIDAY, is_urgent=True,
        )  # fmt: skip
        assert reminders_add([row]) == 1


def test_a_colleague_stands_in_at_once_and_both_get_digest_urgent_news_and_reminders_by_hand() -> None:
    here = due(FRIDAY)
    away, other = here.assignee, factories.post(Role.VILLAGE, unit_id=here.assignee.unit_id)
    assert named(away, other.person_id).agreed_at == AT
    tick(at=morning(MONDAY))
    urgent(here)
    urgent_send(at=morning(MONDAY))
    issue_remind(**here.by(here.office) | {"at": morning(MONDAY, 10)})
    kinds = ["digest", "due_soon"]
    assert [one.kind for one in messages(away.person_id)][-3:] == [*kinds, "urged"]
    told = copies(other.person_id)
    assert [one.kind for one in told] == kinds  # reminded by hand, the colleague is reminded as well: once
    assert all(one.context["for"] == away.name for one in told)
    assert [one.issue_id for one in told] == [None, here.issue.id]
    words = message_words(told[1].kind, told[1].context)
    assert words.startswith(f"代 {away.name} 接收：{here.issue.number} {here.village.name}：")
    assert digest_text(told[0].context).startswith(f"代 {away.name} 接收：工作提醒 2026-03-09：")
    keys = [one.key for one in told]
    assert keys[0] == f"digest:2026-03-09:{away.person_id}:to{other.person_id}:inbox"
    assert [sections(found) for found in digests(other.person_id)] == [{"due": 1}, {"due": 1}]  # their own as well


def test_what_a_colleague_is_told_anyway_is_no_copy_as_well() -> None:
    here = due(FRIDAY)
    away, other = here.assignee, factories.post(Role.VILLAGE, unit_id=here.assignee.unit_id)
    named(away, other.person_id)
    with transaction():
        both = [
            reminder(
                rule="deadline.before3", period="1", person_id=person, section=DigestSection.DUE, kind="due_soon",
                at=AT, issue_id=here.issue.id, due_on=FRIDAY, is_urgent=True,
            )
            for person in (away.person_id, other.person_id)
        ]  # fmt: skip
        reminders_add(both)
    assert urgent_send(at=morning(MONDAY)) == 2
    assert [one.context.get("for") for one in messages(other.person_id) if one.kind == "due_soon"] == [None]


def test_somebody_from_elsewhere_waits_for_another_of_the_office() -> None:
    here, other = flows.world(), stranger()
    asked = named(here.assignee, other.person_id)
    assert asked.agreed_at is None
    assert flows.told("substitute_asked") == {here.office.person_id, here.other_office.person_id}
    noted(here.assignee.person_id, "post:1", AT)
    digests_send(at=AT + timedelta(hours=2))
    assert not copies(other.person_id)
    for actor in (here.leader, here.assignee):
        with flows.refused(ForbiddenError if actor is here.assignee else NotFoundError):
            substitute_agree(substitute_id=asked.id, actor=actor, at=AT)
    substitute_agree(substitute_id=asked.id, actor=here.office, at=AT)
    with flows.refused(ConflictError):
        substitute_agree(substitute_id=asked.id, actor=here.other_office, at=AT)
    assert flows.told("substitute_set") == {other.person_id}


@pytest.mark.parametrize("is_confidential", [False, True])
def test_of_what_a_substitute_may_not_see_a_copy_tells_number_and_day_alone(is_confidential: bool) -> None:
    here, other = due(FRIDAY), stranger()
    away = here.assignee
    here.issue.is_confidential = is_confidential
    db.session.commit()
    letter = {"number": "督3号", "summary": "密"}
    noted(away.person_id, "letter:12", AT, kind="letter_reply", due_on=FRIDAY, context=letter)
    named(here.office, other.person_id, who=away.person_id)
    tick(at=morning(MONDAY))
    issue_remind(**here.by(here.office) | {"at": morning(MONDAY, 10)})
    digest, urged = copies(other.person_id)
    text = digest_text(digest.context)
    assert f"{here.issue.number}：整改时限 2026-03-13，请转告本人。" in text
    assert "督3号：督办文书期限 2026-03-13，请转告本人。" in text
    assert message_words(urged.kind, urged.context) == (
        f"代 {away.name} 接收：{here.issue.number}：整改时限 {here.issue.deadline}，请转告本人。"
    )
    every = text + str([(one.context, one.subject) for one in (digest, urged)])
    assert not [word for word in (here.village.name, "垃圾", "密", "'issue'", "letter:") if word in every]
    assert (urged.issue_id, urged.subject) == (None, "")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"first_day": MONDAY - DAY}, "first_day"),
        ({"last_day": MONDAY - DAY}, "last_day"),
        ({"last_day": MONDAY + 400 * DAY}, "last_day"),
        ({"substitute_id": None}, "substitute_id"),
        ({"substitute_id": 987_654}, "substitute_id"),
        ({"substitute_id": "self"}, "substitute_id"),
        ({"substitute_id": "bare"}, "substitute_id"),
        ({"substitute_id": "ended"}, "substitute_id"),
        ({"substitute_id": "auditor"}, "substitute_id"),
        ({"substitute_id": "reporter"}, "substitute_id"),
        ({"person_id": 987_654}, "person_id"),
        ({"person_id": "bare"}, "person_id"),
    ],
)
def test_what_makes_no_sense_is_refused_by_field(change: dict[str, Any], field: str) -> None:
    here = flows.world()
    mine = {
        "self": here.office.person_id, "bare": factories.person().id,
        "ended": factories.post(Role.OFFICE, valid_to=MONDAY - DAY).person_id,
        "auditor": factories.post(Role.AUDITOR).person_id, "reporter": factories.post(Role.REPORTER).person_id,
    }  # fmt: skip
    given = {"substitute_id": here.other_office.person_id, "first_day": MONDAY, "last_day": FRIDAY}
    given |= {name: mine.get(value, value) if isinstance(value, str) else value for name, value in change.items()}
    with flows.refused(InvalidError, field):
        substitute_set(values=SubstituteValues(**given), actor=here.office, at=AT)
    assert db.session.query(Substitute).count() == 0


def test_overlaps_and_circles_are_refused_also_by_way_of_a_third() -> None:
    first, second, third = (actor_of(factories.post(Role.OFFICE), MONDAY) for _ in range(3))
    one = named(first, second.person_id)
    with flows.refused(InvalidError, "first_day"):
        named(first, third.person_id, FRIDAY, FRIDAY + DAY)
    with flows.refused(InvalidError, "substitute_id"):
        named(second, first.person_id)
    named(second, third.person_id)
    with flows.refused(InvalidError, "substitute_id"):
        named(third, first.person_id, FRIDAY, FRIDAY + DAY)
    named(third, first.person_id, FRIDAY + DAY, FRIDAY + 2 * DAY)
    with flows.refused(NotFoundError):
        substitute_end(substitute_id=one.id, actor=actor_of(stranger(), MONDAY), at=AT)
    substitute_end(substitute_id=one.id, actor=second, at=AT)
    with flows.refused(ConflictError):
        substitute_end(substitute_id=one.id, actor=first, at=AT)
    named(first, third.person_id)
    with flows.refused(RefusedError):
        substitute_end(substitute_id=3, actor=first, at=morning(FRIDAY + 3 * DAY))
    trail = [entry.action for entry in db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq))]
    assert trail == ["substitute.set"] * 3 + ["substitute.end", "substitute.set"]


def test_the_office_names_for_anybody_but_nobody_for_another_and_none_agrees_to_their_own() -> None:
    here, other = flows.world(), stranger()
    with flows.refused(ForbiddenError):
        named(here.leader, other.person_id, who=here.assignee.person_id)
    assert named(here.office, other.person_id, who=here.assignee.person_id).agreed_by_id == here.office.person_id
    assert flows.told("substitute_named") == {here.assignee.person_id}
    assert flows.told("substitute_set") == {other.person_id}
    own = named(here.office, other.person_id)
    with flows.refused(ForbiddenError):
        substitute_agree(substitute_id=own.id, actor=here.office, at=AT)
    substitute_end(substitute_id=own.id, actor=here.other_office, at=AT)
    assert flows.told("substitute_declined") == {here.office.person_id}


def test_copies_go_one_step_and_only_while_it_lasts() -> None:
    first, second, third = (actor_of(factories.post(Role.OFFICE), MONDAY) for _ in range(3))
    tuesday, wednesday = MONDAY + DAY, MONDAY + 2 * DAY
    named(first, second.person_id, tuesday, tuesday)
    chain = named(second, third.person_id, tuesday, wednesday)
    for day in (MONDAY, tuesday, wednesday):
        for one in (first, second):
            noted(one.person_id, f"post:{day.day}", morning(day, 6), period=str(day))
        if day == wednesday:
            substitute_end(substitute_id=chain.id, actor=third, at=morning(day, 8))
        assert digests_send(at=morning(day)) == 2
    for reader, absent in ((second, first), (third, second)):
        told = [(one.context["day"], one.context["for"]) for one in copies(reader.person_id)]
        assert told == [("2026-03-10", absent.name)]


def test_a_crash_repeats_no_copy_and_loses_none(monkeypatch: pytest.MonkeyPatch) -> None:
    away = actor_of(factories.post(Role.OFFICE), MONDAY)
    other = colleague(away)
    named(away, other.person_id)
    noted(away.person_id, "letter:12", AT)
    real: Callable[..., Any] = digest_service._delivered

    def failing(*_given: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(digest_service, "_delivered", failing)
    with pytest.raises(RuntimeError):
        digests_send(at=morning(MONDAY))
    db.session.rollback()
    assert not copies(other.person_id)
    monkeypatch.setattr(digest_service, "_delivered", real)
    assert [digests_send(at=morning(MONDAY, hour)) for hour in (9, 9, 10)] == [1, 0, 0]
    assert len(copies(other.person_id)) == 1


def test_a_leaders_figures_reach_a_substitute_of_county_alone() -> None:
    here, other = flows.world(), stranger()
    named(here.leader, here.office.person_id)
    second = actor_of(factories.post(Role.LEADER), MONDAY)
    named(here.office, other.person_id, who=second.person_id)
    assert digests_send(at=morning(MONDAY)) == 2
    (copy,) = copies(here.office.person_id)
    assert copy.context["county"]
    assert not copies(other.person_id)  # nothing would be left of it


def test_what_concerns_an_account_or_a_round_is_not_copied() -> None:
    away = actor_of(factories.post(Role.OFFICE), MONDAY)
    other = colleague(away)
    named(away, other.person_id)
    with transaction():
        for kind, subject in (("sign_in_lock", ""), ("round_published", "round:1"), ("post_approved", "")):
            enqueue(key=kind, recipients=[away.person_id], kind=kind, context={}, at=AT, subject=subject)
    assert [one.kind for one in messages(other.person_id)] == ["substitute_set"]


def test_outside_a_copy_says_whose_it_is_and_robots_say_nothing_twice(app: Flask, web: Any) -> None:  # noqa: F811
    here = due(FRIDAY)
    away, other = here.assignee, stranger()
    reached(app, web, away.person_id)
    for kind in (ChannelKind.WECOM_APP, ChannelKind.SMS):
        address(db.session.get_one(Person, other.person_id), kind, address="13900000000")
    named(here.office, other.person_id, who=away.person_id)
    tick(at=morning(MONDAY))
    urgent(here)
    urgent_send(at=morning(MONDAY))
    made(app, web, ChannelKind.WECOM_ROBOT, posts_urgent=True)
    assert robot_posts_queue(at=morning(MONDAY)) == 1
    assert run(app, morning(MONDAY, 10)) == RelayReport(sent=9)
    own = [text for text in said(web) if "13800000000" in text]
    theirs = [text for text in said(web) if "13900000000" in text]
    assert (len(own), len(theirs)) == (4, 4)
    assert all(f"代 {away.name} 接收" in text for text in theirs)
    assert not any("接收" in text or "转告" in text for text in own)
    assert here.village.name in str(own)
    assert here.village.name not in str(theirs)
    assert [here.issue.number in text for text in theirs].count(True) == 3  # a short digest has figures alone


def test_a_copy_on_its_way_is_withdrawn_once_it_was_ended_and_says_only_what_still_holds(app: Flask, web: Any) -> None:  # noqa: F811
    here = due(FRIDAY)
    away, other = here.assignee, stranger()
    made(app, web, ChannelKind.WECOM_APP)
    address(other.person, ChannelKind.WECOM_APP, address="lisi")
    first = named(here.office, other.person_id, who=away.person_id)
    noted(away.person_id, "letter:12", AT, kind="letter_reply", due_on=FRIDAY, context={"number": "督3号"})
    tick(at=morning(MONDAY))
    urgent(here)
    urgent_send(at=morning(MONDAY))
    here.at = morning(MONDAY, 10)
    flows.suspend(here)
    assert run(app, morning(MONDAY, 11)) == RelayReport(sent=1, withdrawn=1)
    assert here.issue.number not in str(said(web))
    assert "督3号：督办文书期限" in said(web)[0]
    noted(away.person_id, "letter:13", AT, period="2", context={"number": "督4号"})
    tick(at=morning(MONDAY + DAY))
    substitute_end(substitute_id=first.id, actor=here.assignee, at=morning(MONDAY + DAY, 10))
    assert run(app, morning(MONDAY + DAY, 11)) == RelayReport(withdrawn=1)


def test_a_copys_list_shows_what_its_reader_may_see_of_it(app: Flask) -> None:
    seen, unseen = due(FRIDAY), due(FRIDAY)
    away = seen.assignee
    unseen.issue.responsible_unit_id, unseen.issue.responsible_id = away.unit_id, away.person_id
    db.session.commit()
    other = factories.post(Role.VILLAGE, unit_id=seen.village.id)
    named(seen.office, other.person_id, who=away.person_id)
    tick(at=morning(MONDAY))
    client = factories.sign_in(app.test_client(), other)
    (copy,) = copies(other.person_id)
    page = client.get(f"/inbox/{copy.id}").text
    assert f"代 {away.name} 接收" in page
    assert f'href="/issues/{seen.issue.id}"' in page
    assert f'href="/issues/{unseen.issue.id}"' not in page
    listed = client.get(f"/issues/?digest=2026-03-09&part=due&absent={away.person_id}").text
    assert [one.issue.number in listed for one in (seen, unseen)] == [True, False]


def test_a_digest_goes_by_mail_as_text_and_markup_to_both(app: Flask, tmp_path: Path) -> None:
    here, other = due(FRIDAY), stranger()
    away, proof = here.assignee, listeners.certificate(tmp_path)
    app.config |= {
        "CHANNEL_HOSTS": ["localhost"], "CHANNEL_CA_FILE": str(proof.ca_file), "BASE_URL": "https://duban.example.org/",
    }  # fmt: skip
    named(here.office, other.person_id, who=away.person_id)
    with listeners.mail_server(proof) as sink:
        settings = {"host": "localhost", "port": sink.port, "security": "starttls", "sender": "d@example.org"}
        settings["user"] = "d"
        sealed = seal({"password": listeners.PASSWORD}, app.config["SECRET_KEY"])
        channel(ChannelKind.MAIL, settings=settings, secrets=sealed, per_minute=6000)
        address(db.session.get_one(Person, away.person_id), address="away@example.org")
        address(other.person, address="other@example.org")
        tick(at=morning(MONDAY))
        assert run(app, morning(MONDAY, 10)) == RelayReport(sent=2)
    mails = {mail["To"]: mail for mail in sink.mails}
    assert len(set(sink.ids())) == 2
    found = {}
    for to, mail in mails.items():
        assert mail.get_content_type() == "multipart/alternative"
        text, html = (part.get_content() for part in mail.iter_parts())
        assert f"{here.issue.number}" in text
        assert f"{here.issue.number}" in html
        found[to] = re.findall(r'href="([^"]*)"', html)
    root, listed = "https://duban.example.org", "/issues/?digest=2026-03-09&amp;part=due"
    own = [listed, f"/issues/{here.issue.id}", "/inbox"]
    assert found == {"away@example.org": [root + path for path in own], "other@example.org": [f"{root}/inbox"]}
    assert f"代 {away.name} 接收" in mails["other@example.org"]["Subject"]

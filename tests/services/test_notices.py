"""Notices are numbered without gaps, frozen when issued, received once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from tests import factories
from tests.conftest import AT
from tracker.database import db, transaction
from tracker.models import AssistingUnit, Counter, Issue, Notice, Role, Setting, Unit, UnitKind
from tracker.papers.notice import notice_paper
from tracker.policy import Actor
from tracker.services.notices import notice_issue, notice_receive
from workflows.issue import IssueState

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def office() -> Actor:
    return factories.actor(Role.OFFICE)


def assigned(**given: object) -> Issue:
    township = factories.unit(UnitKind.TOWNSHIP, name="示例镇", full_name="示例镇人民政府")
    village = factories.unit(UnitKind.VILLAGE, parent=township, name="示例村")
    who = factories.person(name="镇组织委员")
    return factories.issue(
        state=IssueState.ASSIGNED, location=village, spot="村口", goal="清运干净", responsible_unit_id=township.id,
        responsible_id=who.id, **{"deadline": date(2026, 4, 1)} | given,
    )  # fmt: skip


def issued(issue: Issue, actor: Actor, at: datetime = AT) -> Notice:
    with transaction():
        return notice_issue(issue, actor=actor, at=at)


def test_numbers_run_by_year(office: Actor) -> None:
    last = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)  # 23:59 in Shanghai
    days = (AT, last, last + timedelta(minutes=1))
    assert [issued(assigned(), office, at).number for at in days] == [
        "督整〔2026〕1号",
        "督整〔2026〕2号",
        "督整〔2027〕1号",
    ]


def test_an_act_that_fails_leaves_no_gap(office: Actor) -> None:
    issue = assigned()

    def fail() -> None:
        with transaction():
            notice_issue(issue, actor=office, at=AT)
            raise RuntimeError

    pytest.raises(RuntimeError, fail)
    assert issued(issue, office).serial == 1
    assert db.session.get_one(Counter, "notice:rectification:2026").value == 1


def test_the_prefix_is_the_countys(office: Actor) -> None:
    factories.saved(Setting(key="notice_prefix", value="武督整"))
    assert issued(assigned(), office).number == "武督整〔2026〕1号"


def test_the_text_is_frozen(office: Actor) -> None:
    issue = assigned()
    helper = factories.unit(UnitKind.DEPARTMENT, name="示例局")
    factories.saved(AssistingUnit(issue_id=issue.id, unit_id=helper.id))
    notice = issued(issue, office)
    issue.description, issue.deadline = "改过的描述", date(2026, 5, 1)
    db.session.get_one(Unit, issue.responsible_unit_id).full_name = "新名"
    db.session.commit()
    db.session.expire_all()
    content = dict(db.session.scalars(select(Notice)).one().content)
    assert notice_paper(content).to_dict() == content.pop("paper")
    assert content == {
        "kind": "rectification",
        "number": notice.number,
        "issue_number": issue.number,
        "place": "示例镇示例村村口",
        "description": "示例：村口垃圾未清运",
        "goal": "清运干净",
        "responsible_unit": "示例镇人民政府",
        "responsible": "镇组织委员",
        "assisting": ["示例局"],
        "deadline": "2026-04-01",
        "deadline_is_provisional": False,
        "issuer": content["issuer"],
        "issued_on": "2026-03-02",
    }
    assert content["issuer"].endswith("创建办")


def test_a_deadline_in_a_year_without_a_calendar_is_provisional(office: Actor) -> None:
    assert issued(assigned(deadline=date(2027, 5, 6)), office).content["deadline_is_provisional"] is True


def test_a_notice_needs_a_recipient(office: Actor) -> None:
    with pytest.raises(ValueError, match="recipient"):
        issued(factories.issue(), office)


def test_the_latest_notice_is_received_once(office: Actor) -> None:
    issue = assigned()
    first, second = issued(issue, office), issued(issue, office)
    for at in (AT + timedelta(hours=1), AT + timedelta(hours=2)):
        with transaction():
            notice_receive(issue, actor=office, at=at)
    assert (first.received_at, second.received_at) == (None, AT + timedelta(hours=1))
    assert second.received_by_id == office.person_id


def test_nothing_is_received_where_nothing_was_issued(office: Actor) -> None:
    with transaction():
        assert notice_receive(assigned(), actor=office, at=AT) is None

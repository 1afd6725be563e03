"""One issue with everything around it: complete, within scope, in few statements; and its history in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select

from tests import factories, flows
from tests.conftest import AT
from tests.flows import World
from tracker.database import db
from tracker.errors import NotFoundError
from tracker.languages import speaking
from tracker.models import Extension, IssueEvent, Role
from tracker.queries.issue_page import IssuePage, issue_numbered, issue_of, issue_page
from tracker.queries.issue_timeline import TimelineEntry, timeline_of
from tracker.services import possible
from tracker.services.comments import comment_add
from tracker.services.extensions import extension_approve, extension_request
from tracker.services.instructions import InstructionValues, instruction_give
from tracker.services.issues import issue_merge, issue_refuse
from tracker.services.rechecks import issue_fail
from tracker.services.rectification import issue_progress
from workflows.issue import IssueState, Severity

pytestmark = pytest.mark.usefixtures("app")
MOST = 18  # of which two are look-ups by key, in place of nine joins, and one asks who has handed it over


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collect what is sent to the database."""
    sent: list[str] = []

    def remember(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("SELECT"):
            sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", remember)
    yield sent
    event.remove(db.engine, "before_cursor_execute", remember)


@pytest.mark.parametrize("state", IssueState)
def test_a_page_costs_few_statements(state: IssueState) -> None:
    world = flows.issue_in(state, severity=Severity.MAJOR, is_long_term=True)
    who = world.finder if state is IssueState.DRAFT else world.office
    db.session.expire_all()
    with statements() as sent:
        page = issue_page(world.issue.id, who)
        possible.issue_moves(page, who, world.at)
        possible.extension_request_move(page, who, world.at)
        possible.consent_request_move(page, who)
        assert page.place
        assert timeline_of(page.events)
    assert 5 < len(sent) <= MOST


def test_the_number_of_statements_does_not_grow() -> None:
    world = flows.issue_in(IssueState.RECTIFYING)
    counts = []
    for _ in range(2):
        for n in range(3):
            comment_add(**world.by(world.secretary), words=f"示例：{n}")
        flows.evidence(world, n=3)
        db.session.expire_all()
        with statements() as sent:
            page = issue_page(world.issue.id, world.office)
            timeline_of(page.events)
        counts.append(len(sent))
    assert counts[0] == counts[1]


def test_out_of_scope_does_not_exist() -> None:
    world, other = flows.issue_in(IssueState.RECTIFYING), flows.world()
    asked = extension_request(
        **world.by(world.assignee), new_deadline=world.today + timedelta(days=40), reason="示例：降雨"
    )
    with pytest.raises(NotFoundError):
        issue_page(world.issue.id, other.assignee)
    with pytest.raises(NotFoundError):
        issue_of(Extension, asked.id, other.assignee)
    assert issue_numbered(str(world.issue.number), other.assignee) is None
    assert issue_numbered(f" {world.issue.number} ", world.office) == world.issue.id


def test_links_to_what_is_out_of_sight_are_not_shown() -> None:
    world = flows.issue_in(IssueState.REGISTERED)
    elsewhere = factories.issue()
    issue_merge(**world.by(world.office), into_id=elsewhere.id)
    assert [one.id for one in issue_page(elsewhere.id, world.office).duplicates] == [world.issue.id]
    assert issue_page(world.issue.id, world.office).original is not None
    assert issue_page(world.issue.id, world.finder).original is None


def entries(world: World) -> dict[str, TimelineEntry]:
    page: IssuePage = issue_page(world.issue.id, world.office)
    return {entry.title: entry for entry in timeline_of(page.events)}


def test_history_tells_who_did_what_and_what_it_changed() -> None:
    world = flows.issue_in(IssueState.RECTIFYING)
    issue_progress(**world.by(world.assignee), note="示例：已过半", percent=50)
    asked = extension_request(
        **world.by(world.assignee), new_deadline=world.today + timedelta(days=40), reason="示例：降雨"
    )
    extension_approve(extension_id=asked.id, actor=world.office, at=world.at, opinion="示例：情况属实")
    instruction_give(**world.by(world.leader), values=InstructionValues("示例：抓紧"))
    told = entries(world)
    unit, person = world.assignee.unit_name, world.assignee.name
    assert told["交办"].changes == [f"责任单位 {unit}，责任人 {person}", "整改时限 2026-03-16"]
    assert told["签收"].changes == ["措施 示例：立即清运"]
    assert (told["进展"].text, told["进展"].changes) == ("示例：已过半", ["完成进度 50%"])
    assert told["申请延期"].text == "示例：降雨"
    assert told["同意延期"].text == "示例：情况属实"
    assert told["同意延期"].changes == ["整改时限 2026-03-16 → 2026-04-11"]
    assert told["领导批示"].text == "示例：抓紧"
    assert told["交办"].who == f"{world.office.name}（{world.office.unit_name} 创建办）"


def test_history_is_newest_first_and_keeps_every_event() -> None:
    world = flows.issue_in(IssueState.SUBMITTED)
    issue_fail(**world.by(world.rechecker), reason="示例：未到位")
    told = timeline_of(issue_page(world.issue.id, world.office).events)
    assert told[0].title == "复核不通过"
    assert told[0].text == "示例：未到位"
    assert len(told) == db.session.scalar(select(func.count()).select_from(IssueEvent))


def test_a_refusal_does_not_repeat_the_result() -> None:
    world = flows.issue_in(IssueState.VERIFIED)
    issue_refuse(**world.by(world.office), reason="示例：材料不全")
    assert entries(world)["退回"].text == "示例：材料不全"


def test_suspension_says_that_the_clock_stands() -> None:
    told = entries(flows.issue_in(IssueState.SUSPENDED))["挂账"]
    assert "时限暂停计算" in told.changes
    assert "复审日期 2026-04-01" in told.changes


def test_an_import_and_the_clock_are_readable() -> None:
    imported = IssueEvent(
        trigger="import", at=AT, acting_as="service", source="", dest="registered",
        detail={"key": "7", "status": "整改中", "deadline": "2024年底前", "points": ["甲", "乙"], "file": "台账.csv"},
    )  # fmt: skip
    [told] = timeline_of([imported])
    assert (told.title, told.who) == ("台账导入", "系统")
    assert "台账所记情况 整改中" in told.changes
    assert "要点 甲、乙" in told.changes


def test_history_speaks_the_readers_language() -> None:
    world = flows.issue_in(IssueState.REGISTERED)
    with speaking("en"):
        assert timeline_of(issue_page(world.issue.id, world.office).events)


def test_a_reader_without_a_part_in_it_is_offered_no_step_of_the_law() -> None:
    world = flows.issue_in(IssueState.RECTIFYING)
    watcher = factories.actor(Role.TOWNSHIP, unit_id=world.village.township_id)
    assert possible.issue_moves(issue_page(world.issue.id, watcher), watcher, world.at) == {}

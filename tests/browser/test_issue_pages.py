"""The page of an issue and its windows, by keyboard, by axe, without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from tests import factories, flows
from tests.browser.visitors import DESK, PHONE, Visitor, served, visiting
from tests.flows import World
from tracker import clock
from tracker.database import db
from tracker.models import Issue, Post
from tracker.policy import Actor
from tracker.services.sign_ins import sign_in_open
from workflows.issue import IssueState, Severity

pytestmark = pytest.mark.browser
S = IssueState


@pytest.fixture
def address(sqlite_app: Flask) -> Iterator[str]:
    with served(sqlite_app) as found:
        yield found


def known(visitor: Visitor, who: Actor) -> Page:
    """Let ``who`` be signed in already."""
    post = db.session.get_one(Post, who.post_id)
    token = sign_in_open(person=post.person, post=post, at=clock.now())
    db.session.commit()
    visitor.context.add_cookies([{"name": "tracker_sid", "value": token, "url": visitor.address}])
    return visitor.page


def lives_today(state: IssueState, **given: Any) -> World:
    return flows.issue_in(state, at=clock.now(), **given)


def violations(page: Page) -> list[tuple[str, str]]:
    return [(one["id"], one["nodes"][0]["html"]) for one in Axe().run(page).response["violations"]]


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize(
    ("state", "who", "window"),
    [
        (S.REGISTERED, "office", "assign"), (S.ASSIGNED, "assignee", "accept"), (S.RECTIFYING, "assignee", "submit"),
        (S.SUBMITTED, "rechecker", "verify"), (S.VERIFIED, "leader", "consent_give"),
        (S.SIGNED_OFF, "office", "reopen"),
    ],
)  # fmt: skip
def test_nobody_is_kept_out_by_how_it_looks(
    browser: Browser, address: str, screen: dict[str, Any], state: IssueState, who: str, window: str
) -> None:
    world = lives_today(state, severity=Severity.MAJOR, is_long_term=True)
    with visiting(browser, address, screen) as visitor:
        page = known(visitor, getattr(world, who))
        visitor.go(f"/issues/{world.issue.id}")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
        visitor.go(f"/issues/{world.issue.id}?open={window}")
        expect(page.locator(f"#act-{window}")).to_be_visible()
        assert violations(page) == []
        assert visitor.complaints == []


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
def test_the_form_of_a_finding_keeps_nobody_out(browser: Browser, address: str, screen: dict[str, Any]) -> None:
    world = flows.world(clock.now())
    factories.star()
    with visiting(browser, address, screen) as visitor:
        page = known(visitor, world.finder)
        visitor.go("/issues/new")
        page.locator("summary", has_text="更多情况").click()
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0


def test_an_issue_is_assigned_by_keyboard_alone(browser: Browser, address: str) -> None:
    world = lives_today(S.REGISTERED)
    with visiting(browser, address, DESK) as visitor:
        page = known(visitor, world.office)
        visitor.go(f"/issues/{world.issue.id}")
        page.get_by_role("link", name="交办", exact=True).focus()
        page.keyboard.press("Enter")
        page.keyboard.type(world.assignee.unit_name)
        page.get_by_role("option", name=world.assignee.unit_name, exact=False).first.wait_for()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.get_by_role("option", name=world.assignee.name).wait_for()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.get_by_role("dialog").get_by_role("button", name="交办").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_text("已交办。下一步：责任单位")).to_be_visible()
        assert visitor.complaints == []
    db.session.expire_all()
    assert db.session.get_one(Issue, world.issue.id).responsible_id == world.assignee.person_id


def test_measures_grow_as_they_are_typed_and_are_received(browser: Browser, address: str) -> None:
    world = lives_today(S.ASSIGNED)
    with visiting(browser, address, PHONE) as visitor:
        page = known(visitor, world.assignee)
        visitor.go(f"/issues/{world.issue.id}?open=accept")
        for n in range(1, 5):
            page.get_by_role("textbox", name=f"措施 {n}", exact=True).fill(f"示例措施{n}")
            page.get_by_label(f"措施 {n} 完成日期").fill(world.today.isoformat())
        page.get_by_role("dialog").get_by_role("button", name="签收").click()
        expect(page.get_by_text("已签收。下一步")).to_be_visible()
        expect(page.get_by_text("示例措施4").first).to_be_visible()


def test_without_scripts_the_forms_stand_on_the_page(browser: Browser, address: str) -> None:
    world = lives_today(S.REGISTERED)
    with visiting(browser, address, DESK, java_script_enabled=False) as visitor:
        page = known(visitor, world.office)
        visitor.go(f"/issues/{world.issue.id}")
        page.get_by_role("link", name="不予立案", exact=True).click()
        page.locator("#dismiss-reason").fill("示例：不属于整改范围")
        page.locator("#act-dismiss").get_by_role("button", name="不予立案").click()
        expect(page.get_by_text("已作不予立案处理")).to_be_visible()


def test_what_was_refused_comes_back_open_with_the_mistake_in_focus(browser: Browser, address: str) -> None:
    world = lives_today(S.RECTIFYING)
    with visiting(browser, address, PHONE) as visitor:
        page = known(visitor, world.assignee)
        visitor.go(f"/issues/{world.issue.id}?open=submit")
        page.locator("#submit-result").fill("示例：已清运")
        page.get_by_role("dialog").get_by_role("button", name="申请销号").click()
        expect(page.get_by_role("dialog").get_by_role("alert")).to_be_focused()
        expect(page.locator("#submit-result")).to_have_value("示例：已清运")


def test_only_the_stars_of_the_chosen_kind_stay(browser: Browser, address: str) -> None:
    world = flows.world(clock.now())
    factories.star(name="示例村星")
    factories.star(name="示例社区星", unit_kind=factories.UnitKind.COMMUNITY)
    factories.unit(factories.UnitKind.COMMUNITY, name="示例湖滨社区")
    with visiting(browser, address, PHONE) as visitor:
        page = known(visitor, world.office)
        visitor.go("/issues/new")
        expect(page.get_by_role("radio", name="示例社区星")).to_be_hidden()
        page.get_by_role("combobox", name="地点").fill("湖滨")
        page.get_by_role("option", name="示例湖滨社区").click()
        expect(page.get_by_role("radio", name="示例社区星")).to_be_visible()
        expect(page.get_by_role("radio", name="示例村星")).to_be_hidden()


def test_a_draft_may_be_kept_with_almost_nothing_in_it(browser: Browser, address: str) -> None:
    world = flows.world(clock.now())
    with visiting(browser, address, PHONE) as visitor:
        page = known(visitor, world.finder)
        visitor.go("/issues/new")
        page.get_by_label("具体问题").fill("示例：回头再写")
        page.get_by_role("button", name="存为草稿").click()
        expect(page.get_by_text("已存为草稿")).to_be_visible()
        page.get_by_role("link", name="继续填写").click()
        expect(page.get_by_label("具体问题")).to_have_value("示例：回头再写")

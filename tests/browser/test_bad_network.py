"""A phone in a village where the network comes and goes: what was typed and photographed stays until it is sent."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.visitors import PHONE, visiting
from tests.factories import PASSWORD
from tests.pictures import picture

pytestmark = pytest.mark.browser
WORDS = "示例：村口东侧沟渠内有生活垃圾约三车"


def fill(page: Page, photo: Path) -> None:
    page.get_by_role("combobox", name="地点").press_sequentially("llc")
    page.get_by_role("option", name="柳林村").click()
    page.get_by_role("radio", name="生态宜居星").check()
    page.get_by_label("具体问题").fill(WORDS)
    page.get_by_role("radio", name="一般").check()
    page.get_by_label("照片", exact=False).set_input_files(photo)
    expect(page.locator(".photo-item img")).to_have_count(1)


def test_what_the_network_loses_stays_on_the_page_until_it_is_sent(
    browser: Browser, county: str, tmp_path: Path
) -> None:
    photo = _photo(tmp_path)
    with visiting(browser, county, PHONE) as group:
        page, send = group.page, group.page.get_by_role("button", name="登记", exact=True)
        group.sign_in("group", PASSWORD)
        group.go("/issues/new")
        fill(page, photo)

        group.context.set_offline(True)
        send.click()
        expect(page.get_by_role("alert").filter(has_text="网络中断")).to_be_visible()
        group.context.set_offline(False)
        page.route("**/issues/new", _bad_gateway)
        send.click()
        expect(page.get_by_role("alert").filter(has_text="网络中断")).to_be_visible()
        page.unroute("**/issues/new")
        assert page.get_by_label("具体问题").input_value() == WORDS
        expect(page.locator(".photo-item img")).to_have_count(1)

        send.click()
        page.wait_for_url(re.compile(r"/issues/\d+$"))
        expect(page.get_by_role("region", name="整改前后照片").locator("img")).to_have_count(1)
        loaded = "() => [...document.styleSheets].some(one => one.href?.includes('css/issue.css'))"
        page.wait_for_function(loaded)  # the page that was put in place has its own styles too
        expect(page.locator("#content")).to_be_focused()
        assert [one for one in group.complaints if "ERR_INTERNET" not in one and "502" not in one] == []
        group.go("/issues/new")
        assert page.get_by_label("具体问题").input_value() == ""  # what was sent is no draft any more


def _photo(folder: Path) -> Path:
    path = folder / "示例照片.jpg"
    path.write_bytes(picture(size=(640, 480), color=(60, 90, 120)))
    return path


def _bad_gateway(route: Route) -> None:
    if route.request.method == "POST":
        route.fulfill(status=502, body="bad gateway")
    else:
        route.continue_()

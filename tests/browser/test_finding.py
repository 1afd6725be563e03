"""Logging a finding by keyboard alone, without scripts, and with what was typed wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.visitors import DESK, PHONE, visiting
from tests.factories import PASSWORD
from tests.pictures import picture

pytestmark = pytest.mark.browser
WORDS = "示例：村口东侧沟渠内有生活垃圾约三车"


def tab_to(page: Page, wanted: str) -> None:
    """Press Tab until the focus stands on ``wanted``; fail where it cannot be reached."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
    raise AssertionError(f"{wanted} is not reached by Tab")


def type_into(page: Page, wanted: str, words: str) -> None:
    tab_to(page, wanted)
    page.keyboard.type(words)


def press_on(page: Page, wanted: str, key: str = "Enter") -> None:
    tab_to(page, wanted)
    page.keyboard.press(key)


def test_a_finding_is_logged_by_keyboard_alone(browser: Browser, county: str) -> None:
    with visiting(browser, county, DESK) as group:
        page = group.page
        group.go("/sign-in")
        type_into(page, "[name=login]", "group")
        type_into(page, "[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(county + "/")
        press_on(page, ".rail a[href='/issues/new']")
        page.wait_for_url("**/issues/new")
        type_into(page, "[name=location_id_text]", "liulin")
        page.get_by_role("option", name="柳林村").wait_for()
        page.keyboard.press("Enter")
        press_on(page, "[name=star_id]", "ArrowDown")
        type_into(page, "[name=description]", WORDS)
        press_on(page, "[name=severity]", "ArrowRight")
        press_on(page, "button[name=act][value=register]")
        page.wait_for_url(re.compile(r"/issues/\d+$"))
        expect(page.get_by_role("heading", level=1)).to_contain_text("SL-2026-00001")
        for words in (WORDS, "生态宜居星", "较重"):
            expect(page.get_by_role("main")).to_contain_text(words)
        assert group.complaints == []


def test_a_finding_is_logged_without_scripts(browser: Browser, county: str, tmp_path: Path) -> None:
    photo = tmp_path / "示例照片.jpg"
    photo.write_bytes(picture(size=(640, 480), color=(90, 120, 60)))
    with visiting(browser, county, PHONE, java_script_enabled=False) as group:
        page = group.page
        group.sign_in("group", PASSWORD)
        page.get_by_role("main").get_by_role("link", name="登记线索").click()
        page.get_by_label("地点").fill("柳林村")
        page.get_by_role("radio", name="产业兴旺星").check()
        page.get_by_label("具体问题").fill(WORDS)
        page.get_by_label("照片").set_input_files(photo)
        page.get_by_role("radio", name="一般").check()
        page.get_by_role("button", name="登记", exact=True).click()
        page.wait_for_url(re.compile(r"/issues/\d+$"))
        expect(page.get_by_role("heading", level=1)).to_contain_text("SL-2026-00001")
        expect(page.get_by_role("main")).to_contain_text(WORDS)
        assert page.get_by_role("main").get_by_role("img").count() >= 1


def test_what_was_typed_and_photographed_outlives_a_mistake(browser: Browser, county: str, tmp_path: Path) -> None:
    photo = tmp_path / "示例照片.jpg"
    photo.write_bytes(picture(size=(640, 480), color=(60, 90, 120)))
    with visiting(browser, county, PHONE, java_script_enabled=False) as group:
        page = group.page
        group.sign_in("group", PASSWORD)
        group.go("/issues/new")
        page.get_by_label("地点").fill("没有这个村")
        page.get_by_role("radio", name="产业兴旺星").check()
        page.get_by_label("具体问题").fill(WORDS)
        page.get_by_label("照片").set_input_files(photo)
        page.get_by_role("button", name="登记", exact=True).click()
        expect(page.get_by_role("alert").first).to_contain_text("地点")
        assert page.get_by_label("具体问题").input_value() == WORDS
        assert page.get_by_role("radio", name="产业兴旺星").is_checked()
        assert page.get_by_role("checkbox", name="示例照片.jpg").is_checked()
        page.get_by_label("地点").fill("柳林村")
        page.get_by_role("button", name="登记", exact=True).click()
        page.wait_for_url(re.compile(r"/issues/\d+$"))
        assert page.get_by_role("main").get_by_role("img").count() >= 1


def test_a_form_sent_while_its_photos_are_made_smaller_goes_when_they_are(
    browser: Browser, county: str, tmp_path: Path
) -> None:
    """A phone takes its time over large photos: whoever presses the button meanwhile presses it once."""
    photos = [tmp_path / f"示例照片{n}.jpg" for n in (1, 2)]
    for n, photo in enumerate(photos):
        photo.write_bytes(picture(size=(640, 480), color=(90 + 40 * n, 120, 60)))
    with visiting(browser, county, PHONE) as group:
        page = group.page
        group.sign_in("group", PASSWORD)
        group.go("/issues/new")
        page.evaluate(SLOW_PICTURES)
        page.get_by_role("combobox", name="地点").press_sequentially("llc")
        page.get_by_role("option", name="柳林村").click()
        page.get_by_role("radio", name="生态宜居星").check()
        page.get_by_label("具体问题").fill(WORDS)
        page.get_by_role("radio", name="一般").check()
        for photo in photos:  # the second is chosen while the first is not ready
            page.get_by_label("照片", exact=False).set_input_files(photo)
        page.get_by_role("button", name="登记", exact=True).click()
        expect(page.get_by_role("status").filter(has_text="正在处理照片")).not_to_have_count(0)
        assert page.url.endswith("/issues/new")
        page.evaluate("showPictures()")
        page.wait_for_url(re.compile(r"/issues/\d+$"))
        expect(page.get_by_role("region", name="整改前后照片").locator("img")).to_have_count(2)
        assert group.complaints == []


# The browser opens no picture before showPictures() is called.
SLOW_PICTURES = """() => {
  const open = window.createImageBitmap;
  const shown = new Promise((done) => { window.showPictures = done; });
  window.createImageBitmap = async (...given) => { await shown; return open(...given); };
}"""

"""The page of components, and what the pages are built from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from threading import Thread

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask, render_template
from flask.testing import FlaskClient
from PIL import Image
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from tests.conftest import ROOT
from tracker import labels
from workflows.issue import IssueState

DESK = (1440, 900)
PHONE = (390, 844)
NAMED = (
    re.compile(r'(?:\bicon\(|shape="|"shape": ")"?([a-z][a-z-]+)"'),
    re.compile(r'button_link\([^)]*?, "([a-z][a-z-]+)"[,)]'),
)


@pytest.fixture
def development(sqlite_app: Flask) -> Flask:
    sqlite_app.config["DEV_PAGES"] = True
    return sqlite_app


@pytest.fixture
def address(development: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, development, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/dev/components"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=[PHONE, DESK], ids=["phone", "desk"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    width, height = request.param
    opened = browser.new_page(viewport={"width": width, "height": height}, locale="zh-CN")
    yield opened
    opened.close()


def test_every_state_is_shown(development: Flask) -> None:
    text = development.test_client().get("/dev/components").text
    assert all(labels.STATE[state] in text for state in IssueState)


def test_the_page_is_hidden_outside_development(visitor: FlaskClient) -> None:
    assert visitor.get("/dev/components").status_code == 404


def test_every_icon_that_is_named_is_drawn() -> None:
    drawn = set(re.findall(r'symbol id="([\w-]+)"', (ROOT / "tracker/static/icons.svg").read_text(encoding="utf-8")))
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "templates").rglob("*.html")]
    texts += [path.read_text(encoding="utf-8") for path in (ROOT / "tracker/views").rglob("*.py")]
    named = {name for text in texts for pattern in NAMED for name in pattern.findall(text)}
    assert len(named) > 20
    assert named <= drawn


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 503, 507])
def test_an_error_explains_itself_without_help(sqlite_app: Flask, status: int) -> None:
    with sqlite_app.test_request_context("/"):
        page = render_template("errors/error.html", status=status)
    heading, words = re.findall(r"<(?:h1|p)>([^<]+)</", page)[:2]
    assert len(heading) >= 4
    assert len(words) > len(heading)


def test_what_was_typed_stands_on_the_error_page_as_text(sqlite_app: Flask) -> None:
    with sqlite_app.test_request_context("/"):
        page = render_template("errors/error.html", status=409, typed=["<b>沟</b>"], reference="ab12")
    assert "&lt;b&gt;沟" in page
    assert "ab12" in page


def test_nobody_is_kept_out_by_how_it_looks(address: str, page: Page) -> None:
    page.goto(address)
    found = Axe().run(page).response["violations"]
    assert [(entry["id"], entry["nodes"][0]["html"]) for entry in found] == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0


def test_what_was_typed_survives_a_reload(address: str, page: Page) -> None:
    page.goto(address)
    page.locator("#f-words").press_sequentially("示例：沟内有垃圾")
    for _turn in range(600):  # the draft is written once the typing has paused
        if "沟内有垃圾" in page.evaluate("JSON.stringify(localStorage)"):
            break
        page.wait_for_timeout(100)
    page.reload()
    assert page.input_value("#f-words") == "示例：沟内有垃圾"
    page.get_by_role("button", name="放弃恢复的内容").click()
    assert page.input_value("#f-words") == ""


def test_a_photo_is_made_smaller_on_the_device(address: str, page: Page, tmp_path) -> None:
    Image.effect_noise((2600, 1300), 60).save(tmp_path / "large.jpg", quality=95)
    page.goto(address)
    page.set_input_files("#f-photos", tmp_path / "large.jpg")
    page.wait_for_selector(".photo-item")
    sides = page.evaluate(
        "createImageBitmap(document.querySelector('#f-photos').files[0]).then(made => [made.width, made.height])"
    )
    assert sides == [2000, 1000]
    page.get_by_role("button", name="移除").click()
    assert page.evaluate("document.querySelector('#f-photos').files.length") == 0


def test_a_unit_is_found_by_keyboard(address: str, page: Page) -> None:
    page.route(
        re.compile("/units/suggest"),
        lambda route: route.fulfill(json=[{"id": 7, "name": "东示例村", "path": "示例镇"}]),
    )
    page.goto(address)
    page.locator("#f-place").press_sequentially("dong")
    page.get_by_role("option", name="东示例村").wait_for()
    page.keyboard.press("Enter")
    assert page.input_value("input[name=place]") == "7"
    page.locator("#f-place").press_sequentially("x")
    assert page.input_value("input[name=place]") == ""


def test_a_dialog_opens_as_a_window_and_closes(address: str, page: Page) -> None:
    page.goto(address)
    page.locator('a.button-danger[href="#dialog-confirm"]').click()
    assert page.evaluate("document.querySelector('#dialog-confirm').matches(':modal')")
    page.keyboard.press("Escape")
    assert not page.is_visible("#dialog-confirm")


def test_a_dialog_opens_without_scripts(address: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    opened = context.new_page()
    opened.goto(address)
    opened.locator('a.button-danger[href="#dialog-confirm"]').click()
    assert opened.is_visible("#dialog-confirm")
    context.close()


def test_chosen_rows_are_counted(address: str, page: Page) -> None:
    page.goto(address)
    page.check("[data-select-all]")
    assert page.inner_text("[data-bulk-count]") == "已选 5 条"
    page.locator("[data-select]").first.uncheck()
    assert page.inner_text("[data-bulk-count]") == "已选 4 条"

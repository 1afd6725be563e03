"""The office brings ledgers in: asked, answered, corrected, walked through by keys, stored, and taken back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect
from sqlalchemy import select

from tests import factories, worlds
from tests.browser.conftest import story_app
from tests.browser.visitors import DESK, PATIENCE, PHONE, Visitor, served, visiting
from tests.factories import PASSWORD
from tests.ledgers import Office, Rows, workbook
from tracker.clock import local_date
from tracker.database import db
from tracker.models import ImportBatch, ImportTask, Person, Post, Role, Unit, UnitName
from tracker.policy import Actor, actor_of
from tracker.services.importing.batches import import_ask

pytestmark = pytest.mark.browser
TITLE = "青石镇问题整改台账（2026年2月）"
MANY = 10_000
ROWS_IN_SIGHT = """box => {
  const { left, top, bottom } = box.getBoundingClientRect();
  const at = y => Number(document.elementFromPoint(left + 20, y)?.closest("tr[data-number]")?.dataset.number ?? 0);
  const height = box.querySelector("tr[data-number]")?.getBoundingClientRect().height ?? 1;
  const head = box.querySelector("thead").offsetHeight;
  return { first: at(top + head + 3), last: at(bottom - 24), drawn: box.querySelectorAll("tr[data-number]").length,
           due: Math.floor((box.scrollTop + 3) / height) + 1 };
}"""
DROP = """(form, words) => {
  const dropped = new DataTransfer();
  dropped.items.add(new File([words], "拖来的台账.csv", { type: "text/csv" }));
  for (const kind of ["dragover", "drop"])
    form.dispatchEvent(new DragEvent(kind, { dataTransfer: dropped, bubbles: true, cancelable: true }));
}"""
WIDE = "document.documentElement.scrollWidth - innerWidth"


def row(n: int, words: str, village: str = "柳林村", found: str = "2026-02-02", **given: str) -> list[Any]:
    """Return a row of a ledger; ``given`` are the later columns by name."""
    told = {"unit": "县农业农村局", "due": "2026-02-20", "state": "整改中", "closed": ""} | given
    return [n, village, found, words, told["unit"], "", told["due"], told["state"], told["closed"]]


def troubled(tag: str, more: int = 40) -> Rows:
    """Return rows with everything to ask about, to correct and to split, followed by good ones."""
    return [
        row(1, f"示例：{tag}垃圾未清运"), row(2, f"示例：{tag}路灯不亮", "柳琳村"),
        row(3, f"示例：{tag}公示栏陈旧", f"{tag}坡庄"), row(4, f"示例：{tag}沟渠堵塞", found="03/02/2026"),
        row(5, f"1、{tag}路面破损；2、{tag}围墙倒塌；3、{tag}杂草丛生。"), row(6, ""),
        row(7, f"示例：{tag}坑塘污水", found="2026-02-31"),
        *(row(n, f"示例：{tag}第{n}处柴草乱堆") for n in range(8, 8 + more)),
    ]  # fmt: skip


@dataclass
class County:
    """The small county, served, with an office that brings files in beside the pages."""

    app: Flask
    address: str

    def brought(self, rows: Rows, name: str, state: str = "proposed") -> str:
        """Return the path of an import that has come to ``state``."""
        with self.app.app_context():
            office, actor = Office(Path(self.app.config["DATA_DIR"])), self._office()
            batch = office.receive(workbook(rows, title=TITLE), name=name, actor=actor, at=worlds.MONDAY)
            if state == "stored":
                office.store(batch, actor=actor)
            elif state == "asked":
                import_ask(batch_id=batch.id, good_only=False, actor=actor, at=worlds.MONDAY)
            path = f"/imports/{batch.id}"
            db.session.remove()
        return path

    def _office(self) -> Actor:
        query = select(Post).join(Person, Person.id == Post.person_id).where(Person.login == "office")
        return actor_of(db.session.scalars(query).one(), local_date(worlds.MONDAY))

    def work(self, path: str, task: ImportTask | None, done: int) -> None:
        """Let a task have done so much, of a thousand rows, for the import at ``path``."""
        with self.app.app_context():
            batch = db.session.get_one(ImportBatch, int(path.rpartition("/")[2]))
            batch.task, batch.task_done, batch.task_total, batch.task_at = task, done, 1000, worlds.MONDAY
            db.session.commit()
            db.session.remove()

    def found(self, query: Any) -> list[Any]:
        """Return what the database answers."""
        with self.app.app_context():
            answer = list(db.session.scalars(query))
            db.session.remove()
        return answer


@pytest.fixture(scope="module")
def place(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[County]:
    """One county for all tests of this file: each brings in what no other knows."""
    folder = tmp_path_factory.mktemp("imports")
    path = folder / "test.sqlite3"
    path.write_bytes(migrated_sqlite.read_bytes())
    with pytest.MonkeyPatch.context() as patch:
        worlds.hold_time(patch)
        app = story_app(f"sqlite:///{path}", folder)
        with app.app_context():
            office = db.session.scalars(select(Unit).where(Unit.name == "县创建办")).one()
            second = factories.with_password(factories.person(login="second", name="创建办副主任"))
            factories.post(Role.OFFICE, who=second, unit_id=office.id)
            db.session.commit()
            db.session.remove()
        with served(app) as address:
            yield County(app, address)
        with app.app_context():
            db.engine.dispose()


@pytest.fixture(scope="module")
def key(browser: Browser, place: County) -> Any:
    """What a browser keeps once the office has signed in."""
    with visiting(browser, place.address, DESK) as visitor:
        visitor.sign_in("office", PASSWORD)
        return visitor.context.storage_state()


@pytest.fixture
def desk(browser: Browser, place: County, key: Any) -> Iterator[Visitor]:
    """The office at its desk; whatever the browser complained of fails the test."""
    with visiting(browser, place.address, DESK, storage_state=key) as visitor:
        yield visitor
        assert visitor.complaints == []


def file_of(rows: Rows, name: str) -> FilePayload:
    """Return a ledger as the browser takes it."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return {"name": name, "mimeType": kind, "buffer": workbook(rows, title=TITLE)}


def upload(visitor: Visitor, file: FilePayload) -> None:
    """Choose a file and send it."""
    visitor.go("/imports/")
    visitor.page.locator("input[type=file]").set_input_files(file)
    visitor.page.get_by_role("button", name="上传并核对").click()


def grid(page: Page) -> Locator:
    """Return what scrolls."""
    return page.get_by_role("region", name="逐行核对")


def until(page: Page, told: Callable[[], bool]) -> None:
    """Wait for what ``told`` tells; the page itself may not wait for us, for its policy forbids to make up scripts."""
    for _turn in range(PATIENCE // 50):
        if told():
            return
        page.wait_for_timeout(50)
    pytest.fail("It did not come about.")


def stands(page: Page, number: int) -> None:
    """Expect the focus on the row of that number."""
    expect(page.locator("tr:focus")).to_have_attribute("data-number", str(number))


def walk(page: Page, key: str, number: int) -> None:
    """Press a key, and stand on that row."""
    page.keyboard.press(key)
    stands(page, number)


def test_a_ledger_is_asked_about_corrected_stored_and_taken_back(desk: Visitor, place: County) -> None:
    page = desk.page
    upload(desk, file_of(troubled("甲"), "甲.xlsx"))
    answer_what_is_asked(page)
    told = place.found(select(UnitName.name).join(Unit, Unit.id == UnitName.unit_id).where(Unit.name == "柳沟村"))
    assert "甲坡庄" in told
    correct_one_row_and_leave_one_out(page)
    page.get_by_role("button", name="导入全部 48 个").click()
    expect(page.get_by_text("已导入 48 条")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="SL-2026-").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("SL-2026-")
    page.go_back()
    page.get_by_role("link", name="撤销这次导入").click()
    dialog = page.get_by_role("dialog", name="撤销这次导入")
    expect(dialog).to_contain_text("48 个问题将退出台账，编号不再使用")
    dialog.get_by_role("button", name="撤销这次导入").click()
    expect(page.get_by_role("main")).to_contain_text("撤销了这次导入：48 个问题退出台账")


def answer_what_is_asked(page: Page) -> None:
    """Choose from what is proposed, look another unit up and have its name remembered, say which is the day."""
    expect(page.get_by_role("heading", name="有 3 处需要您确认")).to_be_visible()
    page.get_by_label("“柳琳村”理解为").select_option(label="柳林村（青石镇）")
    page.get_by_role("combobox", name="为“甲坡庄”查找其他单位").press_sequentially("柳沟")
    page.locator(".combobox-list").get_by_role("option", name="柳沟村").click()
    page.get_by_role("row", name="甲坡庄").get_by_role("checkbox", name="记为别名").check()
    page.get_by_label("发现日期，1 行").select_option(label="日/月/年")
    page.get_by_role("button", name="保存并重新核对").click()
    expect(page.get_by_role("heading", name=re.compile("需要您确认"))).to_have_count(0)
    expect(page.get_by_role("row", name="2026-02-03").first).to_be_visible()


def correct_one_row_and_leave_one_out(page: Page) -> None:
    """Go through the wrong rows; who comes back from one stands on the next."""
    page.get_by_role("button", name=re.compile("^有错误")).click()
    expect(grid(page).locator("tr[data-number]")).to_have_count(2)
    grid(page).get_by_role("link", name="8", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="第 8 行")).to_be_visible()
    expect(page.locator(".field-invalid")).to_contain_text("没有写具体问题")
    page.get_by_label("存在问题").fill("示例：甲厕所未改造")
    page.get_by_role("button", name="保存这一行").click()
    stands(page, 9)
    expect(page.locator("[data-row-notes]")).to_contain_text("检查时间：“2026-02-31”不是有效日期")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="不导入这一行").click()
    expect(page.locator(".flashes")).to_contain_text("第 9 行不导入")
    expect(page.get_by_role("button", name=re.compile("^有错误"))).to_have_count(0)


def test_the_rows_are_walked_by_keys(desk: Visitor, place: County) -> None:
    path = place.brought(troubled("乙"), "乙.xlsx")
    desk.go(path)
    page, notes = desk.page, desk.page.locator("[data-row-notes]")
    grid(page).focus()
    for key, number in (("ArrowDown", 1), ("ArrowDown", 2), ("ArrowUp", 1), ("End", 49)):
        walk(page, key, number)
    expect(page.locator("tr:focus")).to_be_in_viewport()
    assert grid(page).evaluate("box => box.scrollTop + box.clientHeight - box.scrollHeight") >= -1
    for key, number in (("Home", 1), ("n", 4), ("n", 5), ("n", 6), ("n", 8), ("p", 6), ("n", 8)):
        walk(page, key, number)
    expect(notes).to_contain_text("第 8 行")
    expect(notes).to_contain_text("有错误")
    expect(notes).to_contain_text("存在问题：没有写具体问题")
    page.keyboard.press("PageDown")
    expect(page.locator("tr:focus[data-number='8']")).to_have_count(0)
    page.keyboard.press("n")
    expect(notes).to_have_text(re.compile("第 9 行|后面没有需要处理的行"))
    page.keyboard.press("n")
    expect(notes).to_have_text("后面没有需要处理的行")


def test_keys_open_a_row_and_who_comes_back_stands_there(desk: Visitor, place: County) -> None:
    path = place.brought(troubled("寅"), "寅.xlsx")
    desk.go(path)
    page = desk.page
    grid(page).focus()
    page.keyboard.press("n")
    walk(page, "n", 5)
    walk(page, "p", 4)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{place.address}{path}/rows/4")
    page.get_by_role("link", name="取消").click()
    stands(page, 4)


def test_ten_thousand_rows_are_shown_a_window_at_a_time(desk: Visitor, place: County) -> None:
    rows = [row(n, f"示例：丙第{n}处", "柳琳村" if n % 2500 == 0 else "柳林村") for n in range(1, MANY - 1)]
    upload(desk, file_of(rows, "丙.xlsx"))
    page, box = desk.page, grid(desk.page)
    expect(page.get_by_role("button", name=re.compile("^全部"))).to_contain_text(str(MANY), timeout=60_000)
    box.evaluate("box => box.scrollIntoView({ block: 'center' })")
    shows(page, first=1)
    box.hover()
    for _notch in range(30):
        page.mouse.wheel(0, 600)
    until(page, lambda: box.evaluate("box => box.scrollTop") > 17_000)
    shows(page)
    for part in (0.5, 0.25, 0.75):
        box.evaluate("(box, part) => { box.scrollTop = part * box.scrollHeight; }", part)
        shows(page)
    box.focus()
    walk(page, "End", MANY)
    assert shows(page)["last"] == MANY
    walk(page, "p", 7502)
    walk(page, "p", 5002)
    shows(page)
    walk(page, "Home", 1)
    shows(page, first=1)
    page.get_by_role("button", name=re.compile("^待确认")).click()
    expect(box.locator("tr[data-number]")).to_have_count(3)
    assert [int(one) for one in box.locator("th a").all_inner_texts()] == [2502, 5002, 7502]


def shows(page: Page, first: int | None = None) -> dict[str, int]:
    """Return which rows are in sight, once they have come: those that belong where the scroll bar stands."""
    until(page, lambda: grid(page).evaluate(ROWS_IN_SIGHT)["last"] > 0)
    seen: dict[str, int] = grid(page).evaluate(ROWS_IN_SIGHT)
    assert seen["first"] == (first or seen["due"])
    assert abs(seen["first"] - seen["due"]) <= 1
    assert seen["drawn"] <= 200
    return seen


def test_a_row_that_scrolls_away_keeps_its_place_for_the_keys(desk: Visitor, place: County) -> None:
    desk.go(place.brought(troubled("丁", 400), "丁.xlsx"))
    page, box = desk.page, grid(desk.page)
    box.focus()
    walk(page, "ArrowDown", 1)
    walk(page, "ArrowDown", 2)
    box.evaluate("box => { box.scrollTop = box.scrollHeight; }")
    expect(box).to_be_focused()
    walk(page, "ArrowDown", 3)
    assert box.evaluate("box => box.scrollTop") < 100


def test_everything_works_without_scripts(browser: Browser, place: County, key: Any) -> None:
    with visiting(browser, place.address, DESK, java_script_enabled=False, storage_state=key) as visitor:
        page = visitor.page
        upload(visitor, file_of([row(n, f"示例：戊第{n}处") for n in range(1, 4)], "戊.xlsx"))
        expect(grid(page).get_by_role("row", name="示例：戊第3处")).to_be_visible()
        page.get_by_role("button", name="导入全部 3 个").click()
        expect(page.get_by_text("已导入 3 条")).to_be_visible()
        page.get_by_role("link", name="撤销这次导入").click()
        page.get_by_role("dialog").get_by_role("button", name="撤销这次导入").click()
        expect(page.get_by_role("main")).to_contain_text("撤销了这次导入：3 个问题退出台账")


def test_the_page_tells_how_far_the_work_is_and_opens_when_it_is_done(desk: Visitor, place: County) -> None:
    path = place.brought([row(1, "示例：丑垃圾未清运")], "丑.xlsx")
    place.work(path, ImportTask.CHECK, 400)
    desk.go(path)
    expect(desk.page.get_by_role("heading", name="正在逐行核对")).to_be_visible()
    expect(desk.page.locator(".progress-word")).to_have_text("400 / 1000")
    place.work(path, ImportTask.CHECK, 700)
    expect(desk.page.locator(".progress-word")).to_have_text("700 / 1000")
    place.work(path, None, 0)
    expect(grid(desk.page).get_by_role("row", name="示例：丑垃圾未清运")).to_be_visible()


def test_a_dropped_file_is_chosen(desk: Visitor) -> None:
    desk.go("/imports/")
    page = desk.page
    page.locator("form[data-drop]").evaluate(DROP, "村,检查时间,存在问题\n柳林村,2026-02-02,示例：己垃圾未清运\n")
    expect(page.locator("[data-photos-list]")).to_contain_text("拖来的台账.csv")
    page.get_by_role("button", name="上传并核对").click()
    expect(page.get_by_role("heading", level=1, name="拖来的台账.csv")).to_be_visible()
    expect(grid(page).get_by_role("row", name="示例：己垃圾未清运")).to_be_visible()


def test_dropping_an_import_is_asked_once_more(desk: Visitor, place: County) -> None:
    path = place.brought([row(1, "示例：庚垃圾未清运")], "庚.xlsx")
    desk.go(path)
    desk.page.get_by_role("link", name="放弃", exact=True).click()
    dialog = desk.page.get_by_role("dialog", name="放弃这次导入")
    expect(dialog).to_contain_text("不会写入任何内容")
    dialog.get_by_role("link", name="取消").click()
    expect(dialog).to_be_hidden()
    desk.page.get_by_role("link", name="放弃", exact=True).click()
    dialog.get_by_role("button", name="放弃这次导入").click()
    expect(desk.page.locator(".flashes")).to_contain_text("已放弃这次导入")
    states = place.found(select(ImportBatch.state).where(ImportBatch.id == int(path.rpartition("/")[2])))
    assert [state.value for state in states] == ["dropped"]


def test_the_second_person_confirms_what_arrives_signed_off(browser: Browser, place: County) -> None:
    path = place.brought([row(1, "示例：辛已整改", state="已销号", closed="2026-02-18")], "辛.xlsx", "asked")
    with visiting(browser, place.address, DESK) as visitor:
        visitor.sign_in("second", PASSWORD)
        visitor.go(path)
        visitor.page.get_by_role("button", name="复核无误，导入").click()
        expect(visitor.page.get_by_text("已导入 1 条")).to_be_visible()
        assert visitor.complaints == []


def test_the_pages_fit_and_speak_to_everyone(desk: Visitor, place: County) -> None:
    path = place.brought(troubled("壬"), "壬.xlsx")
    stored = place.brought([row(1, "示例：癸垃圾未清运")], "癸.xlsx", "stored")
    wrong = []
    for where in ("/imports/", path, f"{path}/rows/4", f"{path}/rows/8", stored):
        desk.go(where)
        desk.page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true; })")
        for screen in (DESK, PHONE):
            desk.page.set_viewport_size(screen["viewport"])
            seen = f"{where} at {screen['viewport']['width']}"
            wrong += [f"{seen}: too wide"] if desk.page.evaluate(WIDE) > 0 else []
            found = Axe().run(desk.page).response["violations"]
            wrong += [f"{seen}: {one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]
    assert wrong == []


def test_the_bar_at_the_foot_hides_nothing(desk: Visitor, place: County) -> None:
    desk.go(place.brought(troubled("子"), "子.xlsx"))
    page = desk.page
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    bar, last = page.locator("#finish").bounding_box(), page.locator(".import-grid").bounding_box()
    assert bar is not None
    assert last is not None
    assert last["y"] + last["height"] <= bar["y"]
    page.evaluate("scrollTo(0, 0)")
    grid(page).focus()
    walk(page, "End", 49)
    here, bar = page.locator("tr:focus").bounding_box(), page.locator("#finish").bounding_box()
    assert here is not None
    assert bar is not None
    assert here["y"] + here["height"] <= bar["y"]

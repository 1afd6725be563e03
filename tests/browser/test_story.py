"""One grave issue from the finding to the look-back, played by five people in five browsers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Locator, expect

from tests.browser.visitors import DESK, PHONE, Visitor, visiting
from tests.factories import PASSWORD
from tests.worlds import Time

pytestmark = pytest.mark.browser
NUMBER = "SL-2026-00001"
FINDING = "示例：村西坑塘堆放建筑垃圾约两百方，雨后积水外溢"
DEADLINE, LATER, AGAIN = date(2026, 3, 20), date(2026, 3, 31), date(2026, 5, 29)


@dataclass
class Cast:
    """The five, the clock they live by, and the folder with their photos."""

    group: Visitor
    others: Visitor
    office: Visitor
    assignee: Visitor
    leader: Visitor
    time: Time
    folder: Path
    number: Iterator[int]

    def photos(self, n: int) -> list[Path]:
        """Take ``n`` new photos, no two alike."""
        return [self._photo(next(self.number)) for _ in range(n)]

    def _photo(self, n: int) -> Path:
        made = Image.new("RGB", (1200, 900), (170, 190, 200))
        draw = ImageDraw.Draw(made)
        draw.rectangle((0, 560, 1200, 900), fill=(120, 130, 90))
        draw.ellipse((60 * n, 480, 60 * n + 320, 640), fill=(90, 70 + 12 * n, 60))
        path = self.folder / f"示例照片{n}.jpg"
        made.save(path, quality=88)
        return path

    @property
    def everybody(self) -> tuple[Visitor, ...]:
        return (self.group, self.others, self.office, self.assignee, self.leader)


@pytest.fixture
def cast(browser: Browser, either_county: str, time: Time, tmp_path: Path) -> Iterator[Cast]:
    """Everybody, signed in: on the phone who is on the road, at the desk who sits there."""
    screens = {"group": PHONE, "others": PHONE, "office": DESK, "assignee": PHONE, "leader": DESK}
    with ExitStack() as stack:
        people = {
            login: stack.enter_context(visiting(browser, either_county, screen)) for login, screen in screens.items()
        }
        for login, person in people.items():
            person.sign_in(login, PASSWORD)
        yield Cast(**people, time=time, folder=tmp_path, number=count(1))


def test_from_the_finding_to_the_look_back(cast: Cast) -> None:
    log(cast)
    assign(cast)
    accept(cast)
    refuse_extension(cast)
    approve_extension_after_it_was_late(cast)
    submit_too_late(cast)
    fail(cast)
    submit_again(cast)
    verify_by_the_other_group(cast)
    consent_and_sign_off(cast)
    reopen(cast)
    read_the_file(cast)
    assert [said for person in cast.everybody for said in person.complaints] == []


def overdue(cast: Cast) -> dict[str, str]:
    """Return the leader's overdue ledger: number and lateness; the figure above it must say the same."""
    cast.leader.go("/overdue")
    page = cast.leader.page
    rows = page.get_by_role("table", name="逾期台账").locator("tbody tr")
    found = {}
    for row in rows.all():
        late = re.search(r"逾期 \d+ (个工作日|天)", row.inner_text())
        found[row.get_by_role("rowheader").inner_text().strip()] = late.group() if late else ""
    tile = page.locator(".tile", has_text="逾期").first.inner_text()
    assert re.search(r"\d+", tile).group() == str(len(found)), tile
    return found


def waiting(person: Visitor) -> bool:
    """Tell whether the issue stands among what waits for that person, and open it from there."""
    person.go("/")
    links = person.page.get_by_role("main").get_by_role("link", name=NUMBER)
    if links.count() == 0:
        return False
    links.first.click()
    expect(person.page.get_by_role("heading", level=1)).to_contain_text(NUMBER)
    return True


def look(person: Visitor) -> None:
    """Open the issue from the list."""
    person.go(f"/issues/?state=all&q={NUMBER}")
    person.page.get_by_role("main").get_by_role("link", name=NUMBER).first.click()
    expect(person.page.get_by_role("heading", level=1)).to_contain_text(NUMBER)


def begin(person: Visitor, act: str) -> Locator:
    """Choose ``act`` among what can be done now; return the window with its form."""
    person.page.get_by_role("main").get_by_role("link", name=act, exact=True).click()
    return person.page.get_by_role("dialog", name=act)


def finish(person: Visitor, form: Locator, act: str, said: str) -> None:
    """Send the form and read that it was done."""
    form.get_by_role("button", name=act, exact=True).click()
    expect(person.page.locator(".flashes")).to_contain_text(said)


def state_is(person: Visitor, state: str) -> None:
    """Expect the issue on the page to be in that state."""
    expect(person.page.locator(".page-header")).to_contain_text(state)


def log(cast: Cast) -> None:
    page = cast.group.page
    page.get_by_role("navigation", name="底部导航").get_by_role("link", name="登记").click()
    place = page.get_by_role("combobox", name="地点")
    place.press_sequentially("llc")
    page.get_by_role("option", name="柳林村").click()
    page.get_by_role("radio", name="生态宜居星").check()
    page.get_by_label("具体问题").fill(FINDING)
    page.get_by_label("照片", exact=False).set_input_files(cast.photos(2))
    page.get_by_role("radio", name="重大").check()
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(NUMBER)
    state_is(cast.group, "已登记")
    assert page.get_by_role("region", name="整改前后照片").locator("img").count() == 2
    assert overdue(cast) == {}


def assign(cast: Cast) -> None:
    cast.time.pass_by(hours=1)
    assert waiting(cast.office)
    form = begin(cast.office, "交办")
    form.get_by_role("combobox", name="责任单位").press_sequentially("农业")
    cast.office.page.get_by_role("option", name="县农业农村局").click()
    form.get_by_role("combobox", name="责任人").press_sequentially("农业")
    cast.office.page.get_by_role("option", name="农业农村局责任人").click()
    form.get_by_label("整改时限").fill(DEADLINE.isoformat())
    finish(cast.office, form, "交办", "已交办")
    assert not waiting(cast.office)
    assert overdue(cast) == {}


def accept(cast: Cast) -> None:
    cast.time.go_to(date(2026, 3, 3))
    assert waiting(cast.assignee)
    form = begin(cast.assignee, "签收")
    for n, words in enumerate(("清运建筑垃圾", "平整坑塘并设警示牌"), start=1):
        form.get_by_label(f"措施 {n}", exact=True).fill(f"示例：{words}")
        form.get_by_label(f"措施 {n} 完成日期").fill(f"2026-03-1{n}")
    finish(cast.assignee, form, "签收", "已签收")
    state_is(cast.assignee, "整改中")
    assert overdue(cast) == {}


def ask_for_extension(cast: Cast, until: date) -> None:
    assert waiting(cast.assignee)
    form = begin(cast.assignee, "申请延期")
    form.get_by_label("申请延至").fill(until.isoformat())
    form.get_by_label("延期理由").fill("示例：运输车辆不足")
    finish(cast.assignee, form, "申请延期", "延期申请已提交")
    expect(cast.assignee.page.get_by_role("main")).to_contain_text("有延期申请待批")


def refuse_extension(cast: Cast) -> None:
    cast.time.go_to(date(2026, 3, 10))
    ask_for_extension(cast, date(2026, 4, 30))
    cast.time.go_to(date(2026, 3, 11))
    assert waiting(cast.office)
    form = begin(cast.office, "不同意延期")
    form.get_by_label("意见").fill("示例：可调配邻镇车辆")
    finish(cast.office, form, "不同意延期", "未同意延期")
    assert overdue(cast) == {}


def approve_extension_after_it_was_late(cast: Cast) -> None:
    """Asked for on the last day, decided on the next: meanwhile it is late, and then it is not."""
    cast.time.go_to(DEADLINE, 17)
    ask_for_extension(cast, LATER)
    assert overdue(cast) == {}
    cast.time.go_to(date(2026, 3, 23))
    assert overdue(cast) == {NUMBER: "逾期 1 个工作日"}
    assert waiting(cast.office)
    finish(cast.office, begin(cast.office, "同意延期"), "同意延期", "已同意延期")
    expect(cast.office.page.get_by_role("main")).to_contain_text(LATER.isoformat())
    assert overdue(cast) == {}


def submit_too_late(cast: Cast) -> None:
    cast.time.go_to(date(2026, 4, 1))
    assert overdue(cast) == {NUMBER: "逾期 1 个工作日"}
    assert waiting(cast.assignee)
    form = begin(cast.assignee, "申请销号")
    form.get_by_label("整改结果").fill("示例：垃圾已清运，坑塘已平整")
    form.get_by_label("照片和文件").set_input_files(cast.photos(2))
    finish(cast.assignee, form, "申请销号", "已申请销号")
    assert not waiting(cast.assignee)
    assert overdue(cast) == {NUMBER: "逾期 1 个工作日"}


def fail(cast: Cast) -> None:
    cast.time.go_to(date(2026, 4, 2))
    assert waiting(cast.group)
    form = begin(cast.group, "复核不通过")
    form.get_by_label("不通过的理由").fill("示例：塘底仍有残留")
    form.get_by_label("照片和文件").set_input_files(cast.photos(1))
    finish(cast.group, form, "复核不通过", "已退回继续整改")
    expect(cast.group.page.locator(".page-header")).to_contain_text("退回 1 次")
    assert overdue(cast) == {NUMBER: "逾期 2 个工作日"}


def submit_again(cast: Cast) -> None:
    """Photos of the first round count for nothing; new ones do, and what was typed is still there."""
    cast.time.go_to(date(2026, 4, 3))
    assert waiting(cast.assignee)
    form = begin(cast.assignee, "申请销号")
    form.get_by_label("整改结果").fill("示例：塘底残留已清除")
    form.get_by_label("照片和文件").set_input_files([cast.folder / "示例照片3.jpg", cast.folder / "示例照片4.jpg"])
    form.get_by_role("button", name="申请销号", exact=True).click()
    form = cast.assignee.page.get_by_role("dialog", name="申请销号")
    expect(form.get_by_role("alert")).to_be_visible()
    assert form.get_by_label("整改结果").input_value() == "示例：塘底残留已清除"
    for old in form.get_by_role("checkbox", name="示例照片").all():
        old.uncheck()
    form.get_by_label("照片和文件（选填）").set_input_files(cast.photos(2))
    finish(cast.assignee, form, "申请销号", "已申请销号")
    assert overdue(cast) == {NUMBER: "逾期 3 个工作日"}


def verify_by_the_other_group(cast: Cast) -> None:
    cast.time.go_to(date(2026, 4, 7))  # the 4th to the 6th are days off
    look(cast.group)
    assert cast.group.page.get_by_role("link", name="复核通过", exact=True).count() == 0
    expect(cast.group.page.locator(".issue-acts")).to_contain_text("本组发现")
    assert waiting(cast.others)
    form = begin(cast.others, "复核通过")
    form.get_by_label("现场核查情况").fill("示例：坑塘已平整，无残留")
    finish(cast.others, form, "复核通过", "复核通过")
    state_is(cast.others, "待销号")
    assert overdue(cast) == {NUMBER: "逾期 4 个工作日"}


def consent_and_sign_off(cast: Cast) -> None:
    look(cast.office)
    assert cast.office.page.get_by_role("link", name="销号", exact=True).count() == 0
    assert waiting(cast.leader)
    form = begin(cast.leader, "同意")
    form.get_by_label("意见").fill("示例：同意销号")
    finish(cast.leader, form, "同意", "已表示同意")
    assert overdue(cast) == {NUMBER: "逾期 4 个工作日"}
    cast.time.go_to(date(2026, 4, 8))
    assert overdue(cast) == {NUMBER: "逾期 5 个工作日"}
    assert waiting(cast.office)
    form = begin(cast.office, "销号")
    form.get_by_label("销号意见").fill("示例：准予销号")
    finish(cast.office, form, "销号", "已销号")
    state_is(cast.office, "已销号")
    assert overdue(cast) == {}


def reopen(cast: Cast) -> None:
    cast.time.go_to(date(2026, 5, 12))
    look(cast.group)
    form = begin(cast.group, "回头看发现反弹")
    form.get_by_label("现场核查情况").fill("示例：又有渣土倾倒")
    form.get_by_label("新的整改时限").fill(AGAIN.isoformat())
    form.get_by_label("照片和文件").set_input_files(cast.photos(1))
    finish(cast.group, form, "回头看发现反弹", "已登记反弹")
    state_is(cast.group, "整改中")
    expect(cast.group.page.locator(".page-header")).to_contain_text("反弹 1 次")
    assert overdue(cast) == {}
    cast.time.go_to(date(2026, 6, 1))
    assert overdue(cast) == {NUMBER: "逾期 1 个工作日"}
    assert waiting(cast.assignee)


def read_the_file(cast: Cast) -> None:
    """The leader reads everything that happened, each photo included."""
    look(cast.leader)
    page = cast.leader.page
    history = page.get_by_role("region", name="办理经过")
    for words in ("运输车辆不足", "可调配邻镇车辆", "塘底仍有残留", "坑塘已平整，无残留", "准予销号", "又有渣土倾倒"):
        expect(history).to_contain_text(words)
    photos = page.get_by_role("region", name="整改前后照片").locator("img")
    assert len({photo.get_attribute("src") for photo in photos.all()}) == 8
    shown = "images => Promise.all(images.map(one => (one.loading = 'eager', one.decode())))"
    photos.evaluate_all(shown)  # fails for a picture that does not come

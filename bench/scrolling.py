"""Measure how smoothly the rows of an import scroll: ``python -m bench.scrolling --rows 10000``.

A ledger is brought in through the page, in headless Chromium at a desk's width, and scrolled by the events of a wheel,
over all rows in small and large steps, and by jumps; each time the page is opened afresh and writes down the time
between its frames, and how long no row was in sight.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from sqlalchemy import select

from bench.import_files import settle, write
from bench.server import serving
from bench.spine import machine
from tracker import clock, create_app, schema
from tracker.database import db
from tracker.models import Person, Post, Role, Unit, UnitKind
from tracker.services.sign_ins import sign_in_open

WHEEL = 120  # pixels of one notch
STEPS = (WHEEL, 4 * WHEEL, 10 * WHEEL)  # pixels a frame: as fast as a wheel turns, as a thumb flings, as nobody reads
SLOW = 1000 / 30  # a frame that took longer was seen to stick
JUMPS = (0.5, 0.1, 0.9, 0.3, 0.7, 0.02, 0.98, 0.6, 0.4, 0.8)
RECORD = """() => {
  const scroll = document.querySelector(".import-scroll");
  const told = (window.told = { frames: [], blank: 0, longest: 0, rows: 0, going: true });
  let before = performance.now(), since = 0;
  const look = (now) => {
    told.frames.push(now - before);
    before = now;
    const box = scroll.getBoundingClientRect();
    const middle = box.top + (box.height + scroll.querySelector("thead").offsetHeight) / 2;
    const seen = document.elementFromPoint(box.left + 30, middle)?.closest("tr[data-number]");
    if (!seen) { since ||= now; told.longest = Math.max(told.longest, now - since); } else since = 0;
    told.rows = Math.max(told.rows, scroll.querySelectorAll("tr[data-number]").length);
    if (told.going) requestAnimationFrame(look);
  };
  requestAnimationFrame((now) => { before = now; requestAnimationFrame(look); });
}"""
DRAG = """step => new Promise(done => {
  const scroll = document.querySelector(".import-scroll");
  const on = () => {
    if (scroll.scrollTop + scroll.clientHeight >= scroll.scrollHeight - 1) return done();
    scroll.scrollTop += step;
    requestAnimationFrame(on);
  };
  on();
})"""


@dataclass(frozen=True)
class Scrolled:
    """What was seen while scrolling in one way: milliseconds between frames, and the longest time without any row."""

    name: str
    frames: list[float]
    blank: float
    rows: int

    def line(self) -> str:
        """Return a row of the table."""
        frames = sorted(self.frames)
        slow = sum(one > SLOW for one in frames) / len(frames)
        late = frames[int(len(frames) * 0.95)]
        return (
            f"| {self.name} | {len(frames)} | {statistics.median(frames):.1f} | {late:.1f} | {frames[-1]:.0f} "
            f"| {slow:.1%} | {self.blank:.0f} | {self.rows} |"
        )


def watched(page: Page, name: str, act: Callable[[], None]) -> Scrolled:
    """Return what the page, opened afresh, saw while ``act`` was done."""
    page.reload()
    page.locator(".import-scroll").evaluate("box => box.scrollIntoView({ block: 'center' })")
    page.wait_for_timeout(1000)
    page.evaluate(RECORD)
    act()
    page.wait_for_timeout(500)
    told = page.evaluate("() => { told.going = false; return told; }")
    return Scrolled(name, told["frames"], told["longest"], told["rows"])


def by_wheel(page: Page, seconds: float) -> None:
    """Turn the wheel, one notch after the other."""
    page.locator(".import-scroll").hover()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        page.mouse.wheel(0, WHEEL)


def by_jumps(page: Page) -> None:
    """Go to places far apart, half a second after one another."""
    for place in JUMPS:
        page.locator(".import-scroll").evaluate("(box, place) => { box.scrollTop = place * box.scrollHeight; }", place)
        page.wait_for_timeout(500)


@contextmanager
def installed() -> Iterator[tuple[str, str]]:
    """Yield the address of an installation with the county that the ledger speaks of, and the office's sign-in."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        url = f"sqlite:///{folder}/bench.sqlite3"
        app = create_app({"SQLALCHEMY_DATABASE_URI": url, "DATA_DIR": folder})
        schema.upgrade(app)
        with app.app_context():
            settle()
            token = _office()
            db.session.remove()
            db.engine.dispose()
        given = {"TRACKER_SQLALCHEMY_DATABASE_URI": url, "TRACKER_DATA_DIR": folder, "TRACKER_REQUIRE_TOTP": "false"}
        with serving("tracker.wsgi:app", given, None) as server:
            yield f"http://127.0.0.1:{server.port}", token


def _office() -> str:
    now = clock.now()
    county = db.session.scalars(select(Unit).where(Unit.kind == UnitKind.COUNTY)).one()
    person = Person(login="office", name="创建办工作人员", created_at=now, must_change_password=False)
    given = {"valid_from": clock.local_date(now), "granted_at": now, "approved_at": now, "unit_id": county.id}
    post = Post(person=person, role=Role.OFFICE, **given)
    db.session.add(post)
    db.session.commit()
    return sign_in_open(person=person, post=post, at=now)


def bring_in(page: Page, address: str, file: Path) -> float:
    """Bring the ledger in through its page; return the seconds from the upload until its rows are seen."""
    page.goto(f"{address}/imports/")
    page.locator("input[type=file]").set_input_files(file)
    page.wait_for_selector("form:not([data-busy]) [data-photos-list]:not([hidden])")
    begun = time.perf_counter()
    page.locator(".import-upload button[type=submit]").click()
    page.wait_for_selector(".import-scroll tr[data-number]", timeout=600_000)
    return time.perf_counter() - begun


def run(rows: int, seconds: float) -> Iterator[str]:
    """Yield the lines of the tables."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with tempfile.TemporaryDirectory() as folder, installed() as (address, token), sync_playwright() as playwright:
        file = Path(folder) / "ledger.xlsx"
        write(file, rows)
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1440, "height": 900}, locale="zh-CN")
        page.context.add_cookies([{"name": "tracker_sid", "value": token, "url": address}])
        yield f"From the upload to the rows: {bring_in(page, address, file):.1f} s.\n"
        yield "| scrolled by | frames | median ms | 95 % ms | longest ms | over 33 ms | blank ms | rows in the page |"
        yield "|---|--:|--:|--:|--:|--:|--:|--:|"
        yield watched(page, f"wheel, {WHEEL} px an event", lambda: by_wheel(page, seconds)).line()
        for step in STEPS:
            yield watched(page, f"{step} px a frame", lambda step=step: _drag(page, step)).line()
        yield watched(page, f"{len(JUMPS)} jumps", lambda: by_jumps(page)).line()
        browser.close()


def _drag(page: Page, step: int) -> None:
    page.evaluate(DRAG, step)


def main() -> None:
    """Print the tables."""
    reader = argparse.ArgumentParser(prog="python -m bench.scrolling", description=__doc__)
    reader.add_argument("--rows", type=int, default=10_000)
    reader.add_argument("--seconds", type=float, default=8, help="how long the wheel turns")
    given = reader.parse_args()
    print(f"{given.rows:,} rows, 20 columns; 1440 × 900; {machine()}; headless Chromium, {os.cpu_count()} cores.\n")
    for line in run(given.rows, given.seconds):
        print(line, flush=True)


if __name__ == "__main__":
    main()

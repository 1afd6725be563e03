"""The pictures of the documentation: ``TRACKER_WRITE_IMAGES=1`` writes them, any other run looks at them only."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import Browser
from sqlalchemy import Select, select

from tests.browser.demo import AT, LOGINS, rechecker, rectifier, verified
from tests.browser.imported import to_check
from tests.browser.visitors import DESK, PHONE, Visitor, visiting
from tests.conftest import ROOT
from tracker.database import db
from tracker.demo.people import DEMO_PASSWORD
from tracker.demo.pictures import scene
from tracker.labels.digests import digest_parts
from tracker.models import (
    Heartbeat,
    InspectionRound,
    Lease,
    Letter,
    OutboxMessage,
    Person,
    Role,
    Setting,
    SupervisionGroup,
)
from tracker.queries.health import TICK_REPORT
from tracker.services.digests import digests_send
from tracker.services.leases import CLOCK, database_instant
from tracker.services.reminders import reminders_sweep
from workflows.round import RoundState

pytestmark = pytest.mark.browser
ARRIVED = """images => Promise.race([
  Promise.all(images
    .filter(one => one.checkVisibility() && one.getBoundingClientRect().top < innerHeight)
    .map(one => one.decode())),
  new Promise((_done, fail) => setTimeout(() => fail(new Error("a picture did not arrive")), 20000)),
])"""
COLOURS, LIMIT = 128, 150_000
HOLDERS = ("server-1:1834", "server-2:977")
SCREENS = {"390": {**PHONE, "device_scale_factor": 2}, "1440": DESK}


def path_as(path: str, role: Role | None) -> Callable[[Visitor, Flask], None]:
    """Return how the page at ``path`` is opened by the demo's person of that role."""

    def opened(visitor: Visitor, app: Flask) -> None:
        if role is not None:
            visitor.sign_in(LOGINS[role], DEMO_PASSWORD)
        visitor.go(path)

    return opened


def home_of_a_group(visitor: Visitor, app: Flask) -> None:
    visitor.sign_in(rechecker(app), DEMO_PASSWORD)


def issue_at_the_office(visitor: Visitor, app: Flask) -> None:
    path_as(verified(app), Role.OFFICE)(visitor, app)


def issue_of_somebody(visitor: Visitor, app: Flask) -> None:
    login, path = rectifier(app)
    visitor.sign_in(login, DEMO_PASSWORD)
    visitor.go(path)


def finding(visitor: Visitor, app: Flask) -> None:
    """Open a new finding and fill it in as on the spot."""
    path_as("/issues/new", Role.GROUP_LEAD)(visitor, app)
    page = visitor.page
    page.get_by_role("combobox", name="地点").click()
    page.locator(".combobox-list [role=option]").nth(1).click()
    page.get_by_role("radio").nth(1).check()
    page.get_by_label("具体问题").fill("示例：村口东侧沟渠内有生活垃圾约三车，已有异味。")
    shot = scene("ditch", after=False, variant=0).getvalue()
    page.get_by_label("照片").set_input_files({"name": "示例照片.jpg", "mimeType": "image/jpeg", "buffer": shot})
    page.locator(".photo-item img").wait_for()
    page.evaluate("scrollTo(0, 0)")


def ledger_to_check(visitor: Visitor, app: Flask) -> None:
    """Open a ledger that waits to be checked, and stand on the row that is wrong."""
    path_as(to_check(app), Role.OFFICE)(visitor, app)
    page = visitor.page
    page.get_by_role("region", name="逐行核对").focus()
    for _row in range(4):
        page.keyboard.press("n")
    page.locator("tr:focus[data-fate=wrong]").wait_for()


def plan_of_a_group(visitor: Visitor, app: Flask) -> None:
    """Open the plan that is still being made, at one of its groups."""
    path_as(f"/rounds/{found(app, planned())}?view=group&group={found(app, select(SupervisionGroup.id))}", Role.OFFICE)(
        visitor, app
    )


def planned() -> Select[tuple[int]]:
    return select(InspectionRound.id).where(InspectionRound.state == RoundState.PLANNED)


def fullest_digest(visitor: Visitor, app: Flask) -> None:
    """Open the digest of the day that has something to say under the most headings."""
    with app.app_context():
        reminders_sweep(at=AT)
        digests_send(at=AT)
        told = db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "digest")).all()
        message = max(told, key=lambda one: (len(digest_parts(one.context)), -one.id))
        person = db.session.get_one(Person, message.recipient_id)
        db.session.remove()
    visitor.sign_in(person.login, DEMO_PASSWORD)
    visitor.go(f"/inbox/{message.id}")


def running_well(visitor: Visitor, app: Flask) -> None:
    """Show how the system runs while one of two clocks leads and has just ticked."""
    with app.app_context():
        now, since = database_instant(), database_instant() - timedelta(days=3)
        db.session.merge(
            Lease(name=CLOCK, holder=HOLDERS[0], fence=7, taken_at=since, expires_at=now + timedelta(minutes=5))
        )
        for holder in HOLDERS:
            db.session.merge(
                Heartbeat(
                    holder=holder, version=app.config["VERSION"], started_at=since, beat_at=now,
                    is_leader=holder == HOLDERS[0], clock_off=0.1, fault="",
                )
            )  # fmt: skip
        report = {"ticked_at": now.isoformat(), "report": {"reminders": 3, "digests": 12}}
        db.session.merge(Setting(key=TICK_REPORT, value=report))
        db.session.commit()
        db.session.remove()
    path_as("/health/status", Role.OFFICE)(visitor, app)


def issued_letter(visitor: Visitor, app: Flask) -> None:
    letters = select(Letter.id).where(Letter.number.is_not(None)).order_by(Letter.kind.desc(), Letter.id)
    path_as(f"/letters/{found(app, letters)}", Role.OFFICE)(visitor, app)


def found(app: Flask, query: Select[Any]) -> Any:
    """Return the first that the query finds in the demo county."""
    with app.app_context():
        one = db.session.scalars(query).first()
        db.session.remove()
    assert one is not None
    return one


SHOWN = {
    "my-move-390": home_of_a_group, "my-move-1440": path_as("/", Role.OFFICE),
    "new-finding-390": finding, "new-finding-1440": finding,
    "issue-390": issue_of_somebody, "issue-1440": issue_at_the_office,
    "issues-390": path_as("/issues/", Role.OFFICE), "issues-1440": path_as("/issues/", Role.OFFICE),
    "import-1440": ledger_to_check,
    "round-1440": plan_of_a_group, "visits-390": path_as("/visits/", Role.GROUP_LEAD),
    "digest-390": fullest_digest, "letter-1440": issued_letter,
    "health-1440": running_well,
    "dashboard-1440": path_as("/dashboard/", Role.LEADER),
    "overdue-390": path_as("/overdue", Role.LEADER), "overdue-1440": path_as("/overdue", Role.LEADER),
    "units-390": path_as("/units/", Role.OFFICE), "units-1440": path_as("/units/", Role.OFFICE),
    "rules-390": path_as("/rules/", Role.OFFICE), "rules-1440": path_as("/rules/", Role.OFFICE),
    "accounts-390": path_as("/accounts/", Role.SYSADMIN), "accounts-1440": path_as("/accounts/", Role.SYSADMIN),
    "sign-in-390": path_as("/sign-in", None), "sign-in-1440": path_as("/sign-in", None),
}  # fmt: skip


def small(taken: bytes) -> bytes:
    """Return the picture with a palette, as small as it goes."""
    made = io.BytesIO()
    picture = Image.open(io.BytesIO(taken)).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(made, "PNG", optimize=True)
    return made.getvalue()


@pytest.mark.parametrize("name", SHOWN)
def test_a_picture_shows_the_page(browser: Browser, demo: str, demo_app: Flask, name: str, tmp_path: Path) -> None:
    with visiting(browser, demo, SCREENS[name.rpartition("-")[2]]) as visitor:
        SHOWN[name](visitor, demo_app)
        visitor.page.locator("main img").evaluate_all(ARRIVED)
        taken = small(visitor.page.screenshot())
        assert visitor.complaints == []
    folder = ROOT / "docs" / "images" if os.environ.get("TRACKER_WRITE_IMAGES") else tmp_path
    (folder / f"{name}.png").write_bytes(taken)
    assert len(taken) < LIMIT
    used = sorted(n for n, _colour in Image.open(io.BytesIO(taken)).convert("RGB").getcolors(COLOURS) or ())
    assert used[-1] / sum(used) < 0.97  # a blank page has one colour

"""A file in the making as somebody watches it: the bar moves by itself, at both widths, until it is given up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect

from tests import factories
from tests.browser.visitors import DESK, PHONE, served, visiting
from tracker import clock
from tracker.database import db
from tracker.models import Export, ExportKind, ExportMedium, Role
from tracker.policy import actor_of
from tracker.services.export_tasks import Claim, export_beat, export_claim
from tracker.services.exports import ExportWish, export_order
from tracker.services.sign_ins import sign_in_open
from workflows.exporting import ExportState

pytestmark = pytest.mark.browser
WIDE = "document.documentElement.scrollWidth - innerWidth"


def test_a_file_in_the_making_is_watched_and_given_up(browser: Browser, sqlite_app: Flask) -> None:
    post, now = factories.post(Role.OFFICE), clock.now()
    given = {"ledgers": [{"query": "view=issues", "words": ""}], "made_for": "示例县"}
    wish = ExportWish(ExportKind.LEDGERS, ExportMedium.XLSX, "整改问题台账.xlsx", given, now.replace(microsecond=0))
    export = export_order(wish=wish, actor=actor_of(post, clock.today()), at=now, most=1)
    claim = export_claim(export.id, now - timedelta(seconds=40))
    assert claim is not None
    token = sign_in_open(person=post.person, post=post, at=now)
    with served(sqlite_app) as address, visiting(browser, address, DESK) as visitor:
        visitor.context.add_cookies([{"name": "tracker_sid", "value": token, "url": address}])
        _far(claim, 40_000)
        visitor.go(f"/exports/{export.id}")
        page = visitor.page
        for screen, done in ((DESK, 60_000), (PHONE, 80_000)):
            page.set_viewport_size(screen["viewport"])
            _far(claim, done)
            expect(page.get_by_text(f"{done} / 100000 行")).to_be_visible()
            expect(page.get_by_text("大约还需")).to_be_visible()
            assert page.get_by_role("progressbar").evaluate("bar => bar.value / bar.max") == done / 100_000
            assert page.evaluate(WIDE) <= 0
        page.get_by_role("button", name="取消导出").click()
        expect(page.get_by_text("已取消，没有生成文件。")).to_be_visible()
        assert page.evaluate(WIDE) <= 0
        assert not visitor.complaints
    assert not export_beat(claim, (1, 1, None), clock.now())
    assert db.session.get_one(Export, export.id, populate_existing=True).state is ExportState.CANCELLED


def _far(claim: Claim, done: int) -> None:
    assert export_beat(claim, (done, 100_000, None), clock.now())
